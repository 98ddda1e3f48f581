"""Banks to test with: SQLite always; PostgreSQL too, where ``TIRAGE_POSTGRES`` names a server."""

import os
import uuid

import pytest

from intake.store import open_store
from intake.writer import Writer

SERVER = os.environ.get("TIRAGE_POSTGRES")
KINDS = ["sqlite", *(["postgres"] if SERVER else [])]
START = 1_800_000_000_000_000


class StandingClock:
    """A clock that a test moves."""

    def __init__(self, at=START):
        self.at = at

    def __call__(self):
        return self.at

    def passes(self, microseconds=1_000_000):
        self.at += microseconds


def postgres_address():
    """Make an empty database of its own on the server, and give its address."""
    import psycopg

    name = f"tirage_{uuid.uuid4().hex}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return f"{SERVER.rsplit('/', 1)[0]}/{name}"


@pytest.fixture(params=KINDS)
def address(request, tmp_path):
    return str(tmp_path / "bank.sqlite") if request.param == "sqlite" else postgres_address()


@pytest.fixture
def store(address):
    opened = open_store(address)
    yield opened
    opened.close()


@pytest.fixture
def clock():
    return StandingClock()


@pytest.fixture
def writer(store, clock):
    return Writer(store, clock)


@pytest.fixture
def known(store):
    """Make persons known to the bank, by their numbers."""

    def make(*persons):
        with store.write() as tx:
            tx.many(
                "INSERT INTO person (person, family_name, given_names, document_country, document_number, made_at)"
                " VALUES (?, 'Exemple', 'Personne', 'XXX', ?, 0)",
                [(person, person.upper()) for person in persons],
            )

    return make
