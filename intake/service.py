"""The service: an application over a bank, and the server that runs it in one process."""

from __future__ import annotations

import asyncio
import gc
import secrets
import socket
import sys
from contextlib import asynccontextmanager
from datetime import UTC
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from intake import logs
from intake.address import open_store
from intake.admission import Meter
from intake.api import line, operations, person, sign_in
from intake.api.asking import JSON, answer, lang_of
from intake.api.declarations import Declarations
from intake.api.schema import document
from intake.api.score import Score
from intake.clock import Clock, microseconds, server_clock
from intake.config import DATABASES, Config, secret_of
from intake.doors import Doors, raise_files
from intake.expiry import expire_on
from intake.guards import Guarded, Watched
from intake.limits import is_loopback
from intake.line import open_line
from intake.logs import Lines
from intake.mail import Mailer, Post, Sink, SmtpMailer
from intake.metrics import Metrics
from intake.models import declaration_model
from intake.openings import Opening, Policy
from intake.problems import WAIT, Problem
from intake.sessions import key_of
from intake.state import ALONE, AMONG_HOSTS, Accounts, Intake, Limiters, Served
from intake.store import StoreFailed
from intake.writer import Unavailable, Writer
from rules.faults import Fault, TirageError
from rules.program import load
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request

    from intake.store import Store

VERSION = "1"
TITLE = "tirage intake"
FLUSH_SECONDS = 0.25
STOPPING_SECONDS = 30
SWITCH_SECONDS = 0.0005  # between the loop and the writer, who gives way at each statement
BACKLOG = 4096


def app(config: Config, store: Store, clock: Clock, mailer: Mailer) -> FastAPI:
    """Make the application over a store. Its writer, its line and its mail begin and end with it."""
    made = FastAPI(
        title=TITLE,
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_living,
        redirect_slashes=False,  # it would lead to whatever host the request names
    )
    intake = _intake(config, store, clock, mailer)
    lines = Lines(clock)
    made.state.intake, made.state.lines = intake, lines
    routes = made.router.routes  # one flat list: FastAPI walks included routers anew for each request
    routes.extend(line.router.routes)
    for served in intake.programs.values():
        Declarations(served).add(made.router)
    for served in intake.programs.values():
        Score(served).add(made.router)
    for router in (sign_in.router, person.router, operations.router):
        routes.extend(router.routes)
    intake.metrics.gauge("intake_log_dropped", "Lines of the log that nobody read.", lambda: lines.dropped)
    _add_document(made, intake)
    _add_pages(made)
    made.add_middleware(
        Watched, most=config.limits.body_bytes, metrics=intake.metrics, lines=lines, secure=config.secure
    )
    for kind in HANDLED:
        made.add_exception_handler(kind, _problem)
    return made


def _intake(config: Config, store: Store, clock: Clock, mailer: Mailer) -> Intake:
    """Put a service together. The writer is not started, and the line not open, before the lifespan."""
    secret = secret_of(config)
    metrics, meter = Metrics(), Meter()

    def watch(batch: int, seconds: float) -> None:
        metrics.commit(batch, seconds)
        meter.watch(batch, seconds)

    writer = Writer(store, clock, watch=watch, most_waiting=config.limits.waiting)
    programs = {program.id: Served(program, clock) for program in map(load, config.programs)}
    for served in programs.values():
        declaration_model(served.regulation)  # made now, so that nobody waits for it, and an error is seen
    opened = open_line(writer, clock, secret, _opening(config, programs), meter=meter)
    intake = Intake(
        config=config,
        store=store,
        writer=writer,
        line=opened,
        clock=clock,
        secret=secret,
        session_key=key_of(secret),
        metrics=metrics,
        post=Post(mailer),
        programs=programs,
        limiters=Limiters(config.limits),
        accounts=Accounts(AMONG_HOSTS if config.bank.startswith(DATABASES) else ALONE),
        doors=Doors(config.limits),
    )
    _measure(intake)
    return intake


def _opening(config: Config, programs: dict[str, Served]) -> Opening:
    """Give the opening that the settings ask for; without an instant, one that is open, by order of arrival."""
    named, ids = "open", "+".join(programs)
    opens_at = 0
    if config.opens_at is not None:
        opens_at = microseconds(config.opens_at)
        named = f"{config.policy}-{config.opens_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    policy = Policy(config.policy) if config.opens_at is not None else Policy.ARRIVAL
    return Opening(named, ids, opens_at, policy, secrets.token_bytes(32))


def _measure(intake: Intake) -> None:
    """Add what is read when metrics are asked for."""
    gauge, line, doors, writer = intake.metrics.gauge, intake.line, intake.doors, intake.writer
    gauge("intake_line_length", "People who wait in the line.", lambda: line.length)
    gauge("intake_line_estimate_seconds", "Wait of whoever comes now; -1: not known.", lambda: _known(line.estimate))
    gauge("intake_line_admitting", "People a second who may come in now.", lambda: line.admitting)
    gauge("intake_line_admitted_through", "Last position that may come in.", lambda: line.admitted_through)
    gauge("intake_writer_waiting", "Pieces of work that wait for the writer.", lambda: writer.waiting)
    gauge("intake_writer_failing", "1 while commits fail.", lambda: writer.failing is not None)
    gauge("intake_connections", "Open connections.", lambda: doors.open)
    gauge("intake_connections_most", "Connections that may be open.", lambda: doors.most)
    gauge("intake_doors_full", "Times that accepting had to stop for a moment.", lambda: doors.full_times)
    gauge("intake_connections_made_to_leave", "Idle connections closed to make room.", lambda: doors.made_to_leave)
    gauge("intake_connections_timed_out", "Connections closed for their slowness.", lambda: doors.timed_out)


def _known(seconds: int | None) -> int:
    return -1 if seconds is None else seconds


@asynccontextmanager
async def _living(made: FastAPI) -> AsyncIterator[dict[str, Any]]:
    """Start the writer, the line and the mail; end them in the order in which nothing is lost."""
    intake: Intake = made.state.intake
    intake.writer.start()
    intake.post.start()
    made.state.lines.start()
    programs = [served.program for served in intake.programs.values()]
    tasks = [
        asyncio.create_task(intake.line.run()),
        asyncio.create_task(_flush_on(made.state.lines)),
        asyncio.create_task(expire_on(intake.store, intake.writer, programs, intake.clock)),
    ]
    try:
        yield {"doors": intake.doors, "metrics": intake.metrics}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(intake.writer.stop)
        await intake.post.stop()
        made.state.lines.stop()


async def _flush_on(lines: Lines) -> None:
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        lines.flush()


def _add_document(made: FastAPI, intake: Intake) -> None:
    """Serve the OpenAPI document; it changes with the law."""
    kept: dict[Any, tuple[dict[str, Any], bytes]] = {}

    def today() -> tuple[dict[str, Any], bytes]:
        days = tuple(served.today for served in intake.programs.values())
        if days not in kept:
            kept.clear()
            written = document(made, intake)
            kept[days] = written, bytes(answer(written).body)
        return kept[days]

    def openapi() -> dict[str, Any]:
        return today()[0]

    async def send(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
        return Response(today()[1], media_type=JSON)

    made.openapi = openapi  # type: ignore[method-assign]
    made.router.add_route("/openapi.json", send, include_in_schema=False)


def _add_pages(made: FastAPI) -> None:
    """Serve the pages for people, where they are installed."""
    if find_spec("intake.pages") is not None:
        pages: Any = import_module("intake.pages")
        made.router.routes.extend(pages.router.routes)


async def _problem(request: Request, raised: Exception) -> Response:
    problem = _problem_of(raised)
    found = problem.answer(lang_of(request))
    if problem.kind.status == 405:
        found.headers["Allow"] = ", ".join(sorted(_methods(request)))
    return found


def _methods(request: Request) -> set[str]:
    """Give the methods by which an address can be asked for, of all its routes."""
    routes = [one for one in request.app.routes if one.matches(request.scope)[0] is not Match.NONE]
    return {method for one in routes for method in getattr(one, "methods", None) or ()}


def _problem_of(raised: Exception) -> Problem:
    if isinstance(raised, Problem):
        return raised
    if isinstance(raised, Unavailable | StoreFailed):
        return Problem("unavailable", retry_after=WAIT[raised.reason])
    if isinstance(raised, HTTPException):
        return Problem(BY_STATUS.get(raised.status_code, "bad_header"))
    return Problem("refused")


BY_STATUS = {401: "not_signed_in", 404: "not_found", 405: "bad_method", 413: "too_large"}
HANDLED = (Problem, Unavailable, StoreFailed, HTTPException, RequestValidationError)


class Server(uvicorn.Server):
    """uvicorn with doors of our own: connections are counted before they are accepted."""

    def __init__(self, config: uvicorn.Config, doors: Doors, listener: socket.socket, store: Store) -> None:
        super().__init__(config)
        self.doors, self.listener, self.store = doors, listener, store

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Begin the application, then open the doors."""
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise SystemExit(1)
        self.servers: list[asyncio.Server] = []
        state = self.lifespan.state
        self.doors.open_to(self.listener, lambda: Guarded(self.config, self.server_state, state))
        self.started = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nobody any more, answer those inside, finish what is queued, and close the bank."""
        self.doors.shut()
        await super().shutdown(sockets)
        self.doors.ended()
        self.store.close()


def serve(config: Config, say: Callable[[Text], None]) -> None:
    """Run the service until a signal ends it. ``say`` is told what an operator must know at the start.

    Raises:
        TirageError: the address is taken, the bank cannot be opened, or mail has nowhere to go.
    """
    raise_files()
    mailer = _mailer(config, say)
    listener = _listener(config)
    store = _store(config)
    try:
        made = app(config, store, server_clock, mailer)
    except Unavailable as failed:
        raise TirageError([_no_bank(str(failed))]) from failed
    logs.set_up(server_clock)
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.set_threshold(50_000, 20, 20)  # requests in flight are many, and cycles few
    gc.freeze()  # the law and the models stay: looking through them again would hold everybody up
    host, port = listener.getsockname()[:2]
    at = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    say(Text(f"Service à l’écoute : {at}/fr/ (Ctrl+C pour arrêter)", f"Listening at {at}/en/ (Ctrl+C to stop)"))
    server_of(config, made, listener, store).run()


def server_of(config: Config, made: FastAPI, listener: socket.socket, store: Store) -> Server:
    """Make the server of an application, which accepts from ``listener`` and closes ``store`` at the end."""
    settings = uvicorn.Config(
        made,
        loop="uvloop",
        http=Guarded,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(config.trusted_proxies),
        forwarded_allow_ips=list(config.trusted_proxies),
        timeout_keep_alive=config.limits.idle_seconds,
        timeout_graceful_shutdown=STOPPING_SECONDS,
    )
    return Server(settings, made.state.intake.doors, listener, store)


def _mailer(config: Config, say: Callable[[Text], None]) -> Mailer:
    if config.smtp is not None:
        return SmtpMailer(config.smtp)
    folder = Path(config.mail_folder) if config.mail_folder else config.beside_bank(".mail")
    if not is_loopback("127.0.0.1" if config.host == "localhost" else config.host):
        found = Text(f"--host {config.host}, sans [smtp]", f"--host {config.host}, without [smtp]")
        expected = Text(
            "un serveur de courriel, ou une adresse de cette machine seule",
            "a mail server, or an address of this machine alone",
        )
        write = same('[smtp] host = "smtp.example.org", sender = "intake@example.org"; --host 127.0.0.1')
        raise TirageError([Fault(same("tirage intake serve"), found, expected, write)])
    say(
        Text(
            f"ATTENTION : aucun serveur de courriel. Les liens de connexion s’écrivent dans {folder} :"
            " qui lit ce dossier entre dans tous les comptes.",
            f"WARNING: no mail server. Sign-in links are written to {folder}:"
            " whoever reads that folder can enter every account.",
        )
    )
    return Sink(folder)


def _listener(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    try:
        return socket.create_server((config.host, config.port), family=family, backlog=BACKLOG)
    except OSError as failed:
        found = same(f"{config.host}:{config.port}: {failed.strerror or failed}")
        expected = Text("une adresse libre de cette machine", "a free address of this machine")
        raise TirageError([Fault(same("--host, --port"), found, expected, same("--port 8081"))]) from failed


def _store(config: Config) -> Store:
    try:
        return open_store(config.bank)
    except StoreFailed as failed:
        raise TirageError([_no_bank(str(failed))]) from failed


def _no_bank(found: str) -> Fault:
    expected = Text("une banque, ou un chemin où en créer une", "a bank, or a path where one can be made")
    return Fault(same("--bank"), same(found), expected, same("--bank out/bank.sqlite"))
