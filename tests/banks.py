"""Banks to test with: SQLite always; PostgreSQL too, where ``TIRAGE_POSTGRES`` names a server."""

import os
import uuid

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
