"""Services to test: one over a SQLite bank, its mail kept, its clock ours; people who sign in to it."""

from __future__ import annotations

import re
import secrets
import socket
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache, partial
from threading import Thread

import httpx
from anyio.from_thread import start_blocking_portal

from intake.address import open_store
from intake.clock import microseconds, server_clock
from intake.config import Config
from intake.fields import declared_names
from intake.mail import Sink
from intake.models import check
from intake.service import app, server_of
from intake.sqlite_store import SqliteStore
from ranking.sample import generate
from rules import load

DAY = date(2026, 11, 25)
NOON = microseconds(datetime(2026, 11, 25, 17, tzinfo=UTC))
SECOND = 1_000_000
MANY = {"times": 100_000, "seconds": 1}
EASY = dict.fromkeys(("sign_in_email", "sign_in_address", "session_address", "account"), MANY)
PATH = "/v1/declarations/quebec/pstq"


@cache
def sampled(program="quebec/pstq"):
    """Give good declarations of a program, as the JSON values that are sent."""
    regulation = load(program).on(DAY)
    rows = generate(regulation, 40, seed=8, on=DAY).iter_rows(named=True)
    names = declared_names(regulation)
    sent = [{n: v.isoformat() if isinstance(v := row.get(n), date) else v for n in names} for row in rows]
    return [check(row, regulation, DAY).values for row in sent]


class Http:
    """Speaks to an application from a thread, without a socket."""

    def __init__(self, made, portal, address):
        self.portal = portal
        transport = httpx.ASGITransport(made, raise_app_exceptions=False, client=(address, 5))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")

    def request(self, method, path, **settings) -> httpx.Response:
        return self.portal.call(partial(self.client.request, method, path, **settings))

    def get(self, path, **settings):
        return self.request("GET", path, **settings)

    def post(self, path, **settings):
        return self.request("POST", path, **settings)

    def put(self, path, **settings):
        return self.request("PUT", path, **settings)

    def delete(self, path, **settings):
        return self.request("DELETE", path, **settings)


@dataclass
class Client:
    """A service and whoever speaks to it."""

    http: Http
    mail: Sink
    app: object
    now: list = field(default_factory=lambda: [NOON])

    @property
    def intake(self):
        return self.app.state.intake

    def from_address(self, address):
        """Give the same service as somebody sees it from elsewhere."""
        return Http(self.app, self.http.portal, address)

    def later(self, seconds):
        self.now[0] += int(seconds * SECOND)

    def token(self, email):
        """Ask for a link, and read its token in the mail."""
        before = len(self.mail.messages)
        assert self.http.post("/v1/sign-in", json={"email": email}).status_code == 202
        self.http.portal.call(self.intake.post._waiting.join)
        assert len(self.mail.messages) == before + 1
        return re.search(r"token=(\S+)", self.mail.messages[-1].get_content())[1]

    def account(self, email):
        """Sign in: give the header of a session."""
        said = self.http.post("/v1/sessions", json={"token": self.token(email)})
        assert said.status_code == 201, said.text
        return {"Authorization": f"Bearer {said.json()['session']}"}

    def person(self, number):
        """Sign in somebody who has said who they are."""
        header = self.account(f"person{number}@example.org")
        said = self.http.put("/v1/person", json=identity(number), headers=header)
        assert said.status_code in {200, 201}, said.text
        return header


def identity(number):
    return {
        "family_name": "Exemple",
        "given_names": "Personne",
        "document_country": "FRA",
        "document_number": f"AB{number:06}",
    }


def key():
    return {"Idempotency-Key": secrets.token_hex(16)}


@contextmanager
def service(folder, **settings):
    """Run a service in this process, its own writer and line with it."""
    settings.setdefault("limits", EASY)
    here = {"bank": str(folder / "bank.sqlite"), "secret_file": str(folder / "secret")}
    config = Config.model_validate(here | settings)
    store, mail, now = open_store(config.bank), Sink(), [NOON]
    made = app(config, store, lambda: now[0], mail)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(made.router.lifespan_context(made)):
        yield Client(Http(made, portal, "127.0.0.1"), mail, made, now)
    store.close()


@contextmanager
def server(folder, **settings):
    """Run a service behind a socket of its own, in a thread; gives it and its port."""
    config = Config.model_validate({"bank": str(folder / "bank.sqlite"), **settings})
    store = SqliteStore(config.bank)
    made = app(config, store, server_clock, Sink())
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    running = server_of(config, made, listener, store)
    thread = Thread(target=running.run)
    thread.start()
    while not running.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield made.state.intake, port, running
    finally:
        running.should_exit = True
        thread.join()
