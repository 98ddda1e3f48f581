"""The draw by counts in an engine that speaks SQL: DuckDB and Spark prepare the ground in the same steps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from ranking import sql_pool
from ranking.counted import ground
from ranking.counted.engine import GROUND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import polars as pl

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction

RAW = "ground_of_all"


class SqlEngine(ABC):
    """An engine that prepares the ground in SQL. ``source`` is a query that gives the pool as its files have it."""

    dialect: str

    def __init__(self, source: exp.Query) -> None:
        self.source = source

    @abstractmethod
    def kinds(self, query: exp.Query) -> Mapping[str, str]:
        """Give the columns of a query, each with the kind of its values (``whole``, ``text`` …; else its own type)."""

    @abstractmethod
    def fetch(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Bring the rows of a query to the driver."""

    @abstractmethod
    def write(self, query: exp.Query, path: Path) -> None:
        """Write the rows of a query to Parquet under ``path``."""

    @abstractmethod
    def view(self, name: str, query: exp.Query) -> None:
        """Name a query."""

    @abstractmethod
    def keep(self, name: str, query: exp.Query) -> None:
        """Write the rows of a query to the work folder, and name them."""

    @abstractmethod
    def give(self, name: str, frame: pl.DataFrame) -> None:
        """Bring a small frame from the driver to the engine, and name it."""

    @abstractmethod
    def micros(self, instant: exp.Expr) -> exp.Expr:
        """Write an instant as whole microseconds since 1970."""

    @abstractmethod
    def lot(self, before: bytes, person: exp.Expr) -> exp.Expr:
        """Write the number of a person for the lots, in hex."""

    def prepare(self, instruction: Instruction, owed: Contribution) -> None:
        """Check the values, score the pool and write the ground; mark the other declarations of a person."""
        regulation = instruction.regulation
        columns = sql_pool.check_columns(self.kinds(self.source), regulation)
        self.view(sql_pool.POOL, sql_pool.select(regulation, columns, self.source))
        sql_pool.check_values(self.fetch, regulation, instruction.facts_on, columns)
        for name, frame in zip((ground.BY_DECLARATION, ground.BY_PERSON), ground.given(instruction, owed), strict=True):
            self.give(name, frame)
        self.view(ground.SCORED, ground.scored(instruction, columns))
        self.keep(RAW, ground.ground(instruction, columns, self))
        every = exp.select("*").from_(RAW)
        if "person_id" in columns:
            self.keep(ground.DOUBLES, ground.doubles(RAW))
            if self.fetch(exp.select("1").from_(ground.DOUBLES).limit(1)):
                self.keep(GROUND, ground.without_doubles(RAW, list(self.kinds(every))))
                return
        self.view(GROUND, every)
