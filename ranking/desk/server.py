"""The server of the desk: a start page and the notebooks, on 127.0.0.1 alone, that fetch nothing from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.desk import place, start

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: data: blob:; frame-ancestors 'self'; form-action 'self'"
)
"""What a page may load: only what this server gives. Notebooks need inline scripts; their sockets are checked here."""
HEAD = Path(__file__).parent / "head.html"
"""What is put in the head of every notebook: the language of the page, and plain words where marimo has none."""
ADDED = {
    b"content-security-policy": POLICY.encode(),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"cross-origin-resource-policy": b"same-origin",
}


class Guard:
    """Lets in only requests of pages of this server, so that no other site in the browser reads a pool."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of ours with headers that keep it ours; refuse any other."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin")
        ours = host.rsplit(":", 1)[0] in NAMES
        if not ours or (origin is not None and origin.decode("latin-1") != f"http://{host}"):
            await _refuse(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [
                    pair for pair in message.get("headers", ()) if not pair[0].lower().startswith(b"access-control")
                ]
                message = {**message, "headers": [*kept, *ADDED.items()]}
            await send(message)

        await self.app(scope, receive, sent)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    from starlette.responses import PlainTextResponse  # noqa: PLC0415 - of the extra "desk"

    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    await PlainTextResponse("403", status_code=403)(scope, receive, send)


def site() -> ASGIApp:
    """Make the application: the start page at ``/``, and each notebook under its name."""
    import marimo  # noqa: PLC0415 - of the extra "desk"
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.responses import HTMLResponse  # noqa: PLC0415
    from starlette.routing import Mount, Route  # noqa: PLC0415

    head = HEAD.read_text(encoding="utf-8").replace("{lang}", start.lang_of(None))
    builder = marimo.create_asgi_app(quiet=True, include_code=False, html_head=head)
    for name in place.NOTEBOOKS:
        builder = builder.with_app(path=f"/{name}", root=str(place.notebook(name)))

    def first(request: Request) -> Response:
        return HTMLResponse(start.page(start.lang_of(request.query_params.get("lang"))))

    return Guard(Starlette(routes=[Route("/", first), Mount("/", builder.build())]))


def serve(port: int) -> None:
    """Serve the desk until it is interrupted. A port that is taken is an OSError."""
    import socket  # noqa: PLC0415 - of this function alone

    import uvicorn  # noqa: PLC0415 - of the extra "desk"

    os.environ["MARIMO_SKIP_UPDATE_CHECK"] = "1"
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((HOST, port))
        server = uvicorn.Server(uvicorn.Config(site(), log_level="warning", timeout_graceful_shutdown=2))
        server.run(sockets=[bound])
