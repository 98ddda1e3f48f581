"""The draw by counts in DuckDB: over Parquet files, in bounded memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import duckdb
from sqlglot import exp

from ranking.counted.in_sql import SqlEngine
from ranking.second import ArrowStream

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

KINDS = {
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP WITH TIME ZONE": "instant",
    "VARCHAR": "text",
    **dict.fromkeys(
        ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"), "whole"
    ),
}


class DuckDB(SqlEngine):
    """A pool in Parquet files (``files``: a path or a pattern); ``work`` is a folder for the scored rows.

    ``memory`` bounds what DuckDB holds; the rest goes to ``work``. Use it as a context: it closes its connection.
    """

    dialect = "duckdb"

    def __init__(self, files: str | Path, work: Path, *, memory: str = "2GiB", threads: int | None = None) -> None:
        source = exp.select("*").from_(exp.func("read_parquet", exp.convert(str(files))))
        super().__init__(source)
        self.work = work
        self.connection = duckdb.connect()
        self._run(f"SET memory_limit = '{memory}'")
        self._run("SET preserve_insertion_order = false")
        self._run("SET TimeZone = 'UTC'")
        self._run(f"SET temp_directory = {exp.convert(str(work / 'spilled')).sql('duckdb')}")
        if threads is not None:
            self._run(f"SET threads = {threads}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def _run(self, text: str) -> None:
        self.connection.execute(text)

    def kinds(self, query: exp.Query) -> Mapping[str, str]:
        """Ask DuckDB."""
        found = self.connection.execute(f"DESCRIBE {query.sql(self.dialect)}").fetchall()
        return {row[0]: KINDS.get(row[1], row[1]) for row in found}

    def fetch(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Bring the rows of a query to the driver."""
        found: list[tuple[Any, ...]] = self.connection.execute(query.sql(self.dialect)).fetchall()
        return found

    def write(self, query: exp.Query, path: Path) -> None:
        """Write one file."""
        target = exp.convert(str(path)).sql(self.dialect)
        self._run(f"COPY ({query.sql(self.dialect)}) TO {target} (FORMAT parquet)")

    def view(self, name: str, query: exp.Query) -> None:
        """Name a query."""
        self._run(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query.sql(self.dialect)}')

    def keep(self, name: str, query: exp.Query) -> None:
        """Write a file into the work folder."""
        path = self.work / f"{name}.parquet"
        self.write(query, path)
        self.view(name, exp.select("*").from_(exp.func("read_parquet", exp.convert(str(path)))))

    def give(self, name: str, frame: pl.DataFrame) -> None:
        """Copy a frame of the driver into a table."""
        self.connection.register("given", ArrowStream(frame))
        self._run(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM given')
        self.connection.unregister("given")

    def micros(self, instant: exp.Expr) -> exp.Expr:
        """Write an instant as whole microseconds since 1970."""
        return exp.func("EPOCH_US", instant)

    def lot(self, before: bytes, person: exp.Expr) -> exp.Expr:
        """Hash blobs: what comes before, the length of the person in 4 bytes, the person."""
        text = person.sql(self.dialect)
        length = f"unhex(lpad(to_hex(strlen({text})), 8, '0'))"
        return exp.maybe_parse(f"sha256(unhex('{before.hex()}') || {length} || encode({text}))", dialect=self.dialect)
