"""The bank in one SQLite file, in WAL mode: every commit is on the disk before it is acknowledged."""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import apsw

from intake import schema
from intake.event import GENESIS
from intake.store import Reason, StoreFailed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from intake.store import Transaction, Value

# Earlier ones can lose a committed write when two connections write and one checkpoints (fixed in 3.51.3).
OLDEST = (3, 51, 3)
APPLICATION = 0x74697267
WAIT_MS = 5_000
FROZEN = """CREATE TRIGGER IF NOT EXISTS event_{verb} BEFORE {verb} ON event
BEGIN SELECT RAISE(ABORT, 'the log is only appended to'); END"""
REASONS: tuple[tuple[type[apsw.Error], Reason], ...] = (
    (apsw.FullError, "disk_full"),
    (apsw.BusyError, "busy"),
    (apsw.LockedError, "busy"),
    (apsw.IOError, "sync_failed"),
)


class SqliteStore:
    """One writing connection, and as many reading ones as read at once.

    ``vfs`` names another way to the disk, and ``synchronous`` another promise: both for tests.
    """

    def __init__(
        self, path: str | Path, *, vfs: str | None = None, synchronous: Literal["FULL", "NORMAL"] = "FULL"
    ) -> None:
        if tuple(int(part) for part in apsw.sqlite_lib_version().split(".")) < OLDEST:
            raise StoreFailed("gone", f"SQLite {apsw.sqlite_lib_version()} is older than 3.51.3")
        self.path = Path(path)
        self._vfs, self._synchronous = vfs, synchronous
        self._alone = threading.RLock()
        self._free: list[apsw.Connection] = []
        self._reading = threading.Lock()
        self._writing: apsw.Connection | None = None
        self._open()

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Write alone; on the disk when it returns."""
        with self._alone:
            connection = self._writing
            if connection is None:
                raise StoreFailed("gone", "the bank is closed")
            with _failing():
                connection.execute("BEGIN IMMEDIATE")
            try:
                yield Rows(connection)
                with _failing():
                    connection.execute("COMMIT")
            except BaseException:
                _undo(connection)
                raise

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Read one snapshot."""
        connection = self._take()
        try:
            with _failing():
                connection.execute("BEGIN")
            yield Rows(connection)
        finally:
            _undo(connection)
            with self._reading:
                self._free.append(connection)

    def reopen(self) -> None:
        """Close every connection and open the file anew: what is found is written again, and then durable."""
        with self._alone:
            self.close()
            self._open()
            try:
                self._write_again()
            except StoreFailed:
                self.close()
                raise

    def _open(self) -> None:
        with _failing():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            private(self.path)
            self._writing = self._made(self._opened())

    def _write_again(self) -> None:
        """Carry the log into the file, and empty it.

        After a sync that failed, Linux takes the pages it lost for clean: they can be read, and no later sync brings
        them to the disk. What is read back must be written again before anybody is told of it.
        """
        with _failing():
            busy = self._writing and next(self._writing.execute("PRAGMA wal_checkpoint(TRUNCATE)"))[0]
        if busy or self._writing is None:
            raise StoreFailed("busy", "a reader holds the log")
        with _failing():  # a first commit, so that the log of before cannot come back with less than the file has
            self._writing.execute("UPDATE head SET one = one")

    def close(self) -> None:
        """Let go of every connection."""
        with self._alone, self._reading:
            for connection in [*self._free, *([self._writing] if self._writing else [])]:
                with suppress(apsw.Error):  # a disk that fails while it is let go of
                    connection.close(force=True)
            self._free, self._writing = [], None

    def _take(self) -> apsw.Connection:
        with self._reading:
            if self._free:
                return self._free.pop()
        with _failing():
            return self._opened()

    def _opened(self) -> apsw.Connection:
        connection = apsw.Connection(str(self.path), vfs=self._vfs)
        connection.set_busy_timeout(WAIT_MS)
        for pragma, value in (
            ("journal_mode", "WAL"),
            ("synchronous", self._synchronous),
            ("fullfsync", 1),
            ("checkpoint_fullfsync", 1),
            ("secure_delete", 1),
            ("trusted_schema", 0),
            ("cache_size", -65_536),
        ):
            connection.pragma(pragma, value)
        return connection

    def _made(self, connection: apsw.Connection) -> apsw.Connection:
        mark = connection.pragma("application_id")
        if mark not in {0, APPLICATION} or (mark == 0 and connection.pragma("schema_version") != 0):
            connection.close()
            raise StoreFailed("gone", f"{self.path} is a database of something else")
        with connection:
            for statement in schema.statements(whole="INTEGER", octets="BLOB"):
                connection.execute(statement)
            for verb in ("UPDATE", "DELETE"):
                connection.execute(FROZEN.format(verb=verb))
            connection.execute(schema.FIRST, (GENESIS,))
        connection.pragma("application_id", APPLICATION)
        return connection


class Rows:
    """A transaction of SQLite."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Run one statement."""
        with _failing():
            self._connection.execute(sql, values)

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row."""
        with _failing():
            self._connection.executemany(sql, rows)

    def one(self, sql: str, values: Sequence[Value] = ()) -> tuple[Any, ...] | None:
        """Give the first row."""
        with _failing():
            return next(iter(self._connection.execute(sql, values)), None)

    def all(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Give every row."""
        with _failing():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def part(self) -> Iterator[None]:
        """Undo the part alone when its body raises."""
        self.run("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            self._connection.execute("RELEASE part")
            raise
        self.run("RELEASE part")


@contextmanager
def _failing() -> Iterator[None]:
    """Tell failures of the disk apart from mistakes in a statement."""
    try:
        yield
    except (apsw.Error, OSError) as failed:
        reason = next((reason for kind, reason in REASONS if isinstance(failed, kind)), None)
        if reason is None and not isinstance(
            failed, apsw.CantOpenError | apsw.CorruptError | apsw.NotADBError | OSError
        ):
            raise
        raise StoreFailed(reason or "gone", str(failed)) from failed


def private(path: Path) -> None:
    """Make a file, where there is none, that its owner alone reads; SQLite gives its log the same rights."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _undo(connection: apsw.Connection) -> None:
    """Roll back what is open. A connection that cannot even do that is closed by ``reopen``."""
    if connection.in_transaction:
        try:
            connection.execute("ROLLBACK")
        except apsw.Error:
            return
