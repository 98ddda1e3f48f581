"""The file of a ledger: open it or make it, append one entry in one transaction, read it with SQL.

While a file is open to be written, no other process reads or writes it. A commit is on the disk when it returns; a
process that is killed before leaves no trace of its entry.
"""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from ranking.faults import Fault, LedgerError
from ranking.ledger import chain, schema
from ranking.ledger.book import Book
from ranking.ledger.refusals import refusals
from ranking.ledger.rows import rows
from ranking.ledger.trouble import A_LEDGER, explained, fault
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ranking.ledger.chain import Entry


class Ledger:
    """An open ledger. ``entries`` are all of them, oldest first; ``book`` is what they amount to."""

    def __init__(self, path: Path, connection: duckdb.DuckDBPyConnection, version: int) -> None:
        self.path, self.version = path, version
        self._connection = connection
        self._connection.execute("SET TimeZone = 'UTC'")
        read = connection.execute("SELECT number, previous, content, hash FROM entries ORDER BY number").fetchall()
        self.entries = [chain.Entry(*row) for row in read]
        self._book: Book | None = None

    @property
    def head(self) -> str:
        """The hash of the last entry."""
        return self.entries[-1].hash if self.entries else chain.GENESIS

    @property
    def book(self) -> Book:
        """What the entries amount to. A LedgerError names the entries that do not follow from the one before."""
        if self._book is None:
            self._check_chain()
            self._book = Book()
            for entry in self.entries:
                self._book.note(entry)
        return self._book

    def _check_chain(self) -> None:
        broken = list(chain.breaks(self.entries))
        if broken:
            found = Text(f"une chaîne rompue à l’entrée {broken[0]}", f"a chain broken at entry {broken[0]}")
            expected = Text("chaque entrée à la suite de la précédente", "each entry following from the one before")
            raise fault(self.path, found, expected, same(f"tirage ledger verify {self.path.name}"))

    def append(
        self, kind: str, body: dict[str, Any], at: datetime, *, together: Callable[[], object] | None = None
    ) -> Entry:
        """Write one entry, whole or not at all, or raise a LedgerError with all that forbids it.

        ``together`` is done after the entry is written and before it is committed: if it fails, so does the entry.
        """
        made = chain.entry(self.entries[-1] if self.entries else None, kind, at, body)
        self.check(made)
        try:
            self._connection.begin()
            self._write(made)
            if together is not None:
                together()
            self._connection.commit()
        except duckdb.Error as error:
            self._undo()
            raise explained(self.path, error) from None
        except BaseException:
            self._undo()
            raise
        self.entries.append(made)
        self.book.note(made)
        return made

    def _undo(self) -> None:
        with suppress(duckdb.Error):  # a commit that failed has undone it already
            self._connection.rollback()

    def check(self, made: Entry) -> None:
        """Raise a LedgerError with all that forbids an entry after the last one."""
        refused = [refusal.fault for refusal in refusals(self.book, made)]
        if refused:
            raise LedgerError(refused)

    def _write(self, made: Entry) -> None:
        self._connection.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?)", [made.number, made.previous, made.content, made.hash]
        )
        for table, of in rows(made).items():
            self._insert(schema.insertion(table), of)

    def _insert(self, statement: str, of: list[tuple[Any, ...]]) -> None:
        columns = [[None if value is None else str(value) for value in column] for column in zip(*of, strict=True)]
        self._connection.execute(statement, columns)

    def sql(self, query: str) -> pl.DataFrame:
        """Read with SQL, instants in UTC."""
        return pl.DataFrame(self._connection.sql(query))

    def disagreements(self, table: str) -> tuple[int, int]:
        """Count the rows of a table, and those that are not what the chain says, missing ones included."""
        expected = f"expected_{table}"
        self._connection.execute(f"CREATE OR REPLACE TEMP {schema.columns(table, called=expected)}")
        for entry in self.entries:
            of = rows(entry).get(table)
            if of:
                self._insert(schema.insertion(table, called=expected), of)
        one, other = f"SELECT * FROM main.{table}", f"SELECT * FROM {expected}"
        counts = f"SELECT (SELECT count(*) FROM main.{table}), (SELECT count(*) FROM ({one} EXCEPT ALL {other}))"
        [(count, more)] = self._connection.execute(counts).fetchall()
        [(fewer,)] = self._connection.execute(f"SELECT count(*) FROM ({other} EXCEPT ALL {one})").fetchall()
        return int(count), int(more) + int(fewer)

    def views_differ(self) -> list[str]:
        """Name the views of the file that are not those of its schema."""
        with duckdb.connect() as scratch:
            for statement in schema.creation():
                scratch.execute(statement)
            wanted = dict(scratch.execute(VIEWS).fetchall())
        found = dict(self._connection.execute(VIEWS).fetchall())
        return sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))


VIEWS = "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal AND NOT temporary"


@contextmanager
def opened(path: Path, *, write: bool = False, create: datetime | None = None) -> Iterator[Ledger]:
    """Open a ledger, and close it at the end. ``create`` is the instant at which one is made if there is none.

    A file of an older schema is migrated when it is opened to be written; one of a newer schema is refused, as is what
    is not a ledger, what is damaged, and what another process writes to: LedgerError.
    """
    if create is not None and not path.exists():
        _create(path, create)
    connection = _connect(path, write=write)
    try:
        version = _version(path, connection)
        if write and version < schema.VERSION:
            version = _migrate(connection, version)
        yield Ledger(path, connection, version)
    except duckdb.Error as error:
        raise explained(path, error) from None
    finally:
        _close(connection)


@contextmanager
def empty(path: Path) -> Iterator[Ledger]:
    """Give the ledger that ``path`` would be if it were made now, with nothing in it: in memory, nothing is written.

    A folder that is not there is a LedgerError: the path is more likely wrong than the ledger new.
    """
    if not path.parent.is_dir():
        found = Text(f"aucun dossier « {path.parent} »", f"no folder “{path.parent}”")
        expected = Text("un registre, ou un dossier où en créer un", "a ledger, or a folder to make one in")
        raise fault(path, found, expected, Text("vérifiez le chemin", "check the path"))
    with duckdb.connect() as connection:
        for statement in schema.creation():
            connection.execute(statement)
        yield Ledger(path, connection, schema.VERSION)


def _connect(path: Path, *, write: bool) -> duckdb.DuckDBPyConnection:
    try:
        return duckdb.connect(str(path), read_only=not write)
    except duckdb.Error as error:
        raise explained(path, error) from None


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    """Close a file. What is committed is in the file or in the log beside it, which the next opening reads."""
    with suppress(duckdb.Error):
        connection.close()


def _version(path: Path, connection: duckdb.DuckDBPyConnection) -> int:
    """Find the version of the schema; a file without one is not a ledger."""
    try:
        [(version,)] = connection.execute("SELECT schema_version FROM ledger").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException, ValueError):
        found = Text("une base DuckDB qui n’est pas un registre", "a DuckDB database that is not a ledger")
        raise fault(path, found, A_LEDGER, Text("vérifiez le chemin", "check the path")) from None
    if version > schema.VERSION:
        found = Text(f"un registre de version {version}", f"a ledger of version {version}")
        expected = Text(f"une version jusqu’à {schema.VERSION}", f"a version up to {schema.VERSION}")
        raise fault(path, found, expected, Text("mettez tirage à jour", "update tirage"))
    return int(version)


def _migrate(connection: duckdb.DuckDBPyConnection, version: int) -> int:
    connection.begin()
    for statement in schema.migration(version):
        connection.execute(statement)
    connection.commit()
    return schema.VERSION


def _create(path: Path, at: datetime) -> None:
    """Make a new ledger beside its place, then link it there: it is there whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}-") as folder:
        draft = Path(folder) / "ledger.duckdb"
        try:
            with duckdb.connect(str(draft)) as connection:
                for statement in schema.creation():
                    connection.execute(statement)
                first = chain.entry(None, "opened", at, {"schema": schema.VERSION})
                values = [first.number, first.previous, first.content, first.hash]
                connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", values)
        except duckdb.Error as error:
            raise explained(path, error) from None
        try:
            os.link(draft, path)
        except FileExistsError:
            return  # another process made it meanwhile
        except OSError:  # a file system without links
            draft.rename(path)


def check_path(path: Path) -> None:
    """Refuse a ledger that is not there, for commands that only read."""
    if not path.is_file():
        found = Text("un dossier" if path.is_dir() else "aucun fichier", "a folder" if path.is_dir() else "no file")
        write = Text("vérifiez le chemin", "check the path")
        raise LedgerError([Fault(same(path.name), found, A_LEDGER, write)])
