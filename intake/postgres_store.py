"""The bank on a PostgreSQL server, for a service of several hosts."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors

from intake import schema
from intake.event import GENESIS
from intake.store import Reason, StoreFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intake.store import Transaction, Value

ALONE = 0x74697267  # the advisory lock that whoever writes holds until the commit
FROZEN = """
CREATE OR REPLACE FUNCTION event_frozen() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the log is only appended to'; END$$;
CREATE OR REPLACE TRIGGER event_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON event
FOR EACH STATEMENT EXECUTE FUNCTION event_frozen()
"""
REASONS: tuple[tuple[type[psycopg.Error], Reason], ...] = (
    (errors.DiskFull, "disk_full"),
    (errors.IoError, "sync_failed"),
    (errors.LockNotAvailable, "busy"),
    (errors.QueryCanceled, "busy"),
    (errors.SerializationFailure, "busy"),
    (errors.DeadlockDetected, "busy"),
)


class PostgresStore:
    """One writing connection a host, and as many reading ones as read at once."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._alone = threading.RLock()
        self._reading = threading.Lock()
        self._free: list[psycopg.Connection[Any]] = []
        self._writing: psycopg.Connection[Any] | None = None
        self.reopen()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Write alone, among all hosts; on the server's disk when it returns."""
        with self._alone:
            connection = self._writing
            if connection is None:
                raise StoreFailed("gone", "the bank is closed")
            # In a pipeline, what only writes does not wait for the server: a network has few ways to go and come.
            with _failing(), connection.pipeline() as pipeline, connection.transaction():
                connection.execute("SELECT pg_advisory_xact_lock(%s)", (ALONE,))
                yield Rows(connection, pipeline)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Read one snapshot."""
        connection = self._take()
        try:
            with _failing(), connection.transaction():
                connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                yield Rows(connection)
        finally:
            with self._reading:
                self._free.append(connection)

    def reopen(self) -> None:
        """Close every connection and connect anew."""
        with self._alone:
            self.close()
            with _failing():
                self._writing = _made(self._opened())

    def close(self) -> None:
        """Let go of every connection."""
        with self._alone, self._reading:
            for connection in [*self._free, *([self._writing] if self._writing else [])]:
                connection.close()
            self._free, self._writing = [], None

    def _take(self) -> psycopg.Connection[Any]:
        with self._reading:
            while self._free:
                connection = self._free.pop()
                if not connection.closed:
                    return connection
        with _failing():
            return self._opened()

    def _opened(self) -> psycopg.Connection[Any]:
        # Whatever the server's own settings: a commit is answered when it is on the disk.
        return psycopg.connect(
            self.address, autocommit=True, connect_timeout=5, options="-c synchronous_commit=on -c lock_timeout=10s"
        )


def _made(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (ALONE,))
        rows = Rows(connection)
        for statement in schema.statements(whole="BIGINT", octets="BYTEA"):
            rows.run(statement)
        connection.execute(FROZEN)
        rows.run(schema.FIRST, (GENESIS,))
    return connection


class Rows:
    """A transaction of PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[Any], pipeline: psycopg.Pipeline | None = None) -> None:
        self._connection, self._pipeline = connection, pipeline

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Run one statement."""
        self._connection.execute(_marked(sql), values)

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row."""
        with self._connection.cursor() as cursor:
            cursor.executemany(_marked(sql), rows)

    def one(self, sql: str, values: Sequence[Value] = ()) -> tuple[Any, ...] | None:
        """Give the first row."""
        return self._connection.execute(_marked(sql), values).fetchone()

    def all(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Give every row."""
        return self._connection.execute(_marked(sql), values).fetchall()

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo the part alone when its body raises."""
        with self._connection.transaction():
            yield
            if self._pipeline is not None:
                self._pipeline.sync()  # what went wrong in this part is raised in it


def _marked(sql: str) -> Any:  # noqa: ANN401 - psycopg wants a literal, which all of ours are
    return sql.replace("?", "%s")


@contextmanager
def _failing() -> Iterator[None]:
    """Tell failures of the server apart from mistakes in a statement."""
    try:
        yield
    except psycopg.Error as failed:
        reason = next((reason for kind, reason in REASONS if isinstance(failed, kind)), None)
        if reason is None and not isinstance(failed, psycopg.OperationalError | psycopg.InterfaceError):
            raise
        raise StoreFailed(reason or "gone", str(failed)) from failed
