"""DuckDB ``CASE``: the SQL of the second engine, from a native table to a native table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import polars as pl

from bench.peers import absent, column, names
from ranking.columns import ID
from ranking.second import ArrowStream
from rules import sql

if TYPE_CHECKING:
    from datetime import date

    from rules import Regulation


class Loaded(NamedTuple):
    """A database in memory with a table ``pool``, and the two queries."""

    connection: duckdb.DuckDBPyConnection
    total: str
    parts: str


@dataclass(frozen=True)
class Case:
    """The law as SQL; labels are ENUM, which DuckDB compares as numbers."""

    regulation: Regulation
    facts_on: date

    def take(self, frame: pl.DataFrame) -> Loaded:
        """Copy the pool into a table, and write the queries."""
        connection = duckdb.connect()
        labels = {name: type_.categories for name, type_ in frame.schema.items() if isinstance(type_, pl.Enum)}
        for name, known in labels.items():
            connection.execute(f'CREATE TYPE "{name}_label" AS ENUM ({", ".join(f"{one!r}" for one in known)})')
        columns = [f'"{n}"::"{n}_label" AS "{n}"' if n in labels else f'"{n}"' for n in frame.columns]
        connection.register("arrow", ArrowStream(frame))
        connection.execute(f"CREATE TABLE pool AS SELECT {', '.join(columns)} FROM arrow")
        connection.unregister("arrow")
        unknown = absent(frame, self.regulation)
        queries = [
            sql.scoring(self.regulation, self.facts_on, absent=unknown, breakdown=breakdown).sql(dialect="duckdb")
            for breakdown in (False, True)
        ]
        return Loaded(connection, *queries)

    def score(self, pool: Loaded) -> duckdb.DuckDBPyConnection:
        """Score into a table."""
        return pool.connection.execute(f"CREATE OR REPLACE TABLE scores AS {pool.total}")

    def breakdown(self, pool: Loaded) -> duckdb.DuckDBPyConnection:
        """Score with every part, and answer the streams, into a table."""
        return pool.connection.execute(f"CREATE OR REPLACE TABLE scores AS {pool.parts}")

    def read(self, result: duckdb.DuckDBPyConnection) -> pl.DataFrame:
        """Read the table, in the order of the identifiers: DuckDB does not keep that of the pool."""
        found = result.sql(f'SELECT * FROM scores ORDER BY "{ID}"').fetchnumpy()
        wanted = [name for name in (ID, *names(self.regulation)) if name in found]
        return pl.DataFrame({name: found[name] for name in wanted}).with_columns(pl.col(column("score")).cast(pl.Int32))


def build(regulation: Regulation, facts_on: date) -> Case:
    """Build."""
    return Case(regulation, facts_on)
