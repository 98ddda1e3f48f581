"""Guards: the HTTP protocol that lets nobody dawdle or flood, and what is done around every request.

``Guarded`` is uvicorn's own protocol with deadlines, a limit on headers, and a polite end for a body that is refused.
``Watched`` is an ASGI middleware: limit on bodies, headers of security, a line in the log, a count in the metrics.
"""

from __future__ import annotations

import json
import logging
import math
import secrets
import time
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from intake.problems import MEDIA_TYPE, Problem, preferred

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Message, Receive, Scope, Send
    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from intake.doors import Doors
    from intake.logs import Lines
    from intake.metrics import Metrics

HEADER_BYTES = 16 * 1024
ANSWER_SECONDS = 120  # to make an answer, and to read it
BESIDE_BYTES = 1024 * 1024  # of a body in coming, what is no body: sizes of chunks, and what is written after them
MOST_PIPELINED = 16  # requests that wait for the answer to the one before
MOST_HELD = 128 * 1024 * 1024  # of all bodies in coming; beyond, a long one waits until others have come
SHORT_BODY = 8 * 1024  # never has to wait: what people declare takes one or two KiB
LINGER_SECONDS = 2.0
WAIT_SECONDS = 5
LINGER_BYTES = 16 * 1024 * 1024
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
SECURITY = [
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
NO_STORE = (b"cache-control", b"no-store")
HSTS = (b"strict-transport-security", b"max-age=31536000")
CLOSE = (b"connection", b"close")
NOWHERE = "(none)"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
BOOT, NUMBERS = secrets.token_hex(4), count(1)
log = logging.getLogger("intake.service")


class Parting:
    """A transport whose ``close`` lets the other side read the answer, even while it is still sending a body.

    Closing a socket with unread bytes resets it, and the answer (413) is lost with it. What is written goes out with
    the next ``flush``: uvicorn writes a head, then a body, and each would be a packet and a call of the system.
    """

    def __init__(self, transport: asyncio.Transport, guarded: Guarded) -> None:
        self._transport, self._guarded = transport, guarded
        self.is_closing = transport.is_closing
        self._written: list[bytes] = []
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading
        self.get_extra_info = transport.get_extra_info

    def write(self, data: bytes) -> None:
        """Write, soon."""
        if not self._written:
            self._guarded.loop.call_soon(self.flush)
        self._written.append(data)

    def flush(self) -> None:
        """Send what was written."""
        if self._written:
            data, self._written = b"".join(self._written), []
            self._transport.write(data)

    def close(self) -> None:
        """Close, at once or after what is still being sent."""
        self.flush()
        if self._guarded.receiving and not self._transport.is_closing():
            self._guarded.linger()
        else:
            self._transport.close()


class Guarded(HttpToolsProtocol):
    """One connection. ``deadline``: when it must have sent its headers, its body, its next request."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.doors: Doors = app_state["doors"]
        self.deadline = math.inf
        self.since = self.loop.time()
        self.idle, self.asked = True, False
        self.receiving = self._lingering = False
        self._head_bytes = self._beside = self._said = self._hosts = self._dropped = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Come in."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._real: asyncio.Transport = transport  # type: ignore[assignment]
        self.parting = Parting(self._real, self)
        self.transport = self.parting  # type: ignore[assignment]
        self.deadline = self.since + self.doors.limits.header_seconds
        self.doors.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave."""
        self.doors.left(self)
        self.receiving = False
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what was sent, unless it is no longer wanted."""
        if self._lingering:
            self._dropped += len(data)
            if self._dropped > LINGER_BYTES:
                self._real.abort()
            return
        self.idle = False
        if self._in_head:
            self._head_bytes += len(data)
        else:
            self._beside += len(data)
        super().data_received(data)
        if self._lingering or self.transport.is_closing():
            return
        if self._in_head and self._head_bytes > HEADER_BYTES:
            self._refuse("headers_too_large")
        elif self._beside > BESIDE_BYTES:
            self._refuse("too_large")

    def on_message_begin(self) -> None:
        """Begin a request: its headers are due."""
        super().on_message_begin()
        self.asked = self.receiving = self._in_head = True
        self._beside = self._said = self._hosts = self._dropped = 0
        self.since = self.loop.time()
        self.deadline = self.since + self.doors.limits.header_seconds

    def on_url(self, url: bytes) -> None:
        """Have a piece of the address."""
        self._say(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Have a header, or what looks like one after a body in chunks."""
        self._say(len(name) + len(value) + 4)
        super().on_header(name, value)
        self._hosts += self.headers[-1][0] == b"host"

    def _say(self, size: int) -> None:
        self._said += size
        if self._said > HEADER_BYTES:  # in however few packets they came
            raise ValueError

    def on_headers_complete(self) -> None:
        """Have the headers: the body is due. More requests at once than anybody sends are not kept."""
        self._in_head, self._head_bytes = False, 0
        self.deadline = self.loop.time() + self.doors.limits.body_seconds
        if self._hosts != 1 and (self._hosts or self.parser.get_http_version() == "1.1"):  # RFC 9112, 3.2
            raise ValueError
        super().on_headers_complete()
        if self.parser.should_upgrade():  # what follows is no HTTP that we speak
            self.cycle.keep_alive = False
        if len(self.pipeline) > MOST_PIPELINED:
            raise ValueError

    def on_body(self, body: bytes) -> None:
        """Have a piece of the body; whatever comes after the answer is not kept, and not read for ever."""
        self._beside -= len(body)
        if self.cycle.response_complete:
            self._dropped += len(body)
            if self._dropped > LINGER_BYTES:
                self._real.abort()
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Have the request: the answer is ours to make."""
        self.receiving = False
        self.deadline = self.loop.time() + ANSWER_SECONDS
        super().on_message_complete()
        self._rest()

    def on_response_complete(self) -> None:
        """Have answered: wait for the next request, not for long. The deadline is ours, not uvicorn's timer."""
        self.parting.flush()
        super().on_response_complete()
        self._unset_keepalive_if_required()
        self._rest()

    def _rest(self) -> None:
        """Be idle, once a request was read and answered and no other has come."""
        done = self.cycle is not None and self.cycle.response_complete
        if done and not (self.receiving or self.pipeline or self._lingering):
            self.idle = self._in_head = True
            self.deadline = self.loop.time() + self.doors.limits.idle_seconds

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - uvicorn's signature
        """Refuse what is not HTTP, or too much of it."""
        self._refuse("headers_too_large" if self._said > HEADER_BYTES else "bad_header")

    def linger(self) -> None:
        """Have answered before the whole body came: say so, read the rest for a moment without keeping it."""
        self._lingering, self.receiving = True, False
        self.deadline = self.loop.time() + LINGER_SECONDS
        self.flow.resume_reading()
        self.parting.flush()
        if self._real.can_write_eof():
            self._real.write_eof()

    def overdue(self, now: float, *, hurry: bool = False) -> None:
        """Close: slow headers and bodies are told so; whoever was idle, or does not read, is not."""
        closing = self._lingering or self._real.is_closing()
        if self.receiving and not closing:
            self._refuse("too_slow", hurry=hurry)
        elif self.idle and not closing:
            self.deadline = now + 1.0
            self._real.close()
        else:
            self._real.abort()

    def leave(self) -> None:
        """Close an idle connection."""
        self._real.close()

    def _refuse(self, code: str, *, hurry: bool = False) -> None:
        """Answer without asking the application, and close; at once where others still wait to be answered."""
        if self.pipeline:
            self._real.abort()
            return
        answered = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if not answered:
            problem = Problem(code)
            self.transport.write(_raw(problem, self._wanted()))
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if hurry:
            self.parting.flush()
            self._real.close()
        else:
            self.linger()
        metrics = self.app_state.get("metrics")
        if metrics is not None:
            metrics.refused(code)

    def _wanted(self) -> str:
        """Give the ``Accept-Language`` header, if it has come."""
        found = next((value for name, value in self.headers or () if name == b"accept-language"), b"")
        return found.decode("latin-1")


def _raw(problem: Problem, accepted: str) -> bytes:
    lang = preferred(accepted)
    body = json.dumps(problem.body(lang), ensure_ascii=False).encode()
    status = HTTPStatus(problem.kind.status)
    headers = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"content-language", lang.encode()),
        *SECURITY,
        NO_STORE,
        CLOSE,
    ]
    lines = [f"HTTP/1.1 {status.value} {status.phrase}".encode(), *(name + b": " + value for name, value in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Watched:
    """What is done around every request. A middleware in plain ASGI: it costs some microseconds, not some hundred."""

    def __init__(self, app: ASGIApp, *, most: int, metrics: Metrics, lines: Lines, secure: bool) -> None:
        self.app, self.most, self.metrics, self.lines = app, most, metrics, lines
        self.held = 0  # bytes of bodies whose requests are not answered yet
        self.added = [*SECURITY, *([HSTS] if secure else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        watch = _Watch(self, scope, receive, send)
        # What HEAD asks is what GET does, without the body, which the server leaves out.
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        began = time.perf_counter()
        try:
            if _announced(scope) > self.most:
                await watch.refuse("too_large")
            else:
                await self.app(asked, watch.receiving, watch.sending)
        except ClientDisconnect:
            watch.code = watch.code or "gone"
        except Exception:
            log.exception("a request failed")
            if not watch.status:
                await watch.refuse("broken")
        finally:
            self.held -= watch.read
            self._note(scope["method"], _template(asked), watch, time.perf_counter() - began)

    def _note(self, asked: str, route: str, watch: _Watch, seconds: float) -> None:
        method = asked if asked in METHODS else "other"
        self.metrics.request(method, route, watch.status, seconds, watch.code)
        self.lines.request(watch.request, method, route, watch.status, seconds * 1000, watch.code)


class _Watch:
    """One request: what has been read, what was answered."""

    __slots__ = ("code", "read", "receive", "request", "scope", "send", "status", "watched")

    def __init__(self, watched: Watched, scope: Scope, receive: Receive, send: Send) -> None:
        self.watched, self.scope, self.receive, self.send = watched, scope, receive, send
        self.status = self.read = 0
        self.code, self.request = "", f"{BOOT}-{next(NUMBERS):x}"

    async def receiving(self) -> Message:
        """Read on, and count."""
        message = await self.receive()
        if message["type"] == "http.request":
            self.read += len(message.get("body", b""))
            self.watched.held += len(message.get("body", b""))
            if self.read > self.watched.most:
                raise Problem("too_large")
            if self.watched.held > MOST_HELD and self.read > SHORT_BODY:
                raise Problem("unavailable", retry_after=WAIT_SECONDS)
        return message

    async def sending(self, message: Message) -> None:
        """Answer, with what every answer carries."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._headers(message.get("headers", ()))
        await self.send(message)

    async def refuse(self, code: str) -> None:
        """Answer with a problem, without asking the application."""
        accepted = next((value for name, value in self.scope["headers"] if name == b"accept-language"), b"")
        await Problem(code).answer(preferred(accepted.decode("latin-1")))(self.scope, self.receive, self.sending)

    def _headers(self, given: Any) -> list[tuple[bytes, bytes]]:  # noqa: ANN401 - whatever an ASGI application gives
        headers, cached = [], False
        for name, value in given:
            if name == b"x-problem":
                self.code = value.decode()
                continue
            cached = cached or name == b"cache-control"
            headers.append((name, value))
        headers += self.watched.added
        headers.append((b"x-request-id", self.request.encode()))
        if not cached:
            headers.append(NO_STORE)
        doors: Doors | None = self.scope.get("state", {}).get("doors")
        if self.status == 413 or (doors is not None and doors.pressed):
            headers.append(CLOSE)
        return headers


def _template(scope: Scope) -> str:
    """Give the template of the route that answered: an address with a name in the place of each of its parts."""
    known = scope.get("route")
    if known is not None:
        template: str = known.path
        return template
    if "endpoint" not in scope:
        return NOWHERE
    names = {str(value): name for name, value in scope.get("path_params", {}).items()}
    return "/".join(f"{{{names[part]}}}" if part in names else part for part in scope["path"].split("/"))


def _announced(scope: Scope) -> int:
    """Give the announced length of the body, 0 without."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else 1 << 62
    return 0
