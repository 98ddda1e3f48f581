"""polars ``replace_strict``: each value of an input is replaced by its points, table by table, in one lazy query."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import polars as pl

from bench.peers import column, names
from ranking.columns import ID
from rules import plain
from rules.functions import FUNCTIONS

if TYPE_CHECKING:
    from datetime import date

    from rules import Regulation
    from rules.criteria import Criterion
    from rules.domains import Domain
    from rules.tables import Table


@dataclass(frozen=True)
class Replace:
    """The law as replacements."""

    regulation: Regulation
    facts_on: date

    def take(self, frame: pl.DataFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        """Write the two queries over the frame, which has the types of the law."""
        law, query = self.regulation, frame.lazy()
        for stage in law.stages(law.derivable(frame.columns)):
            query = query.with_columns(
                FUNCTIONS[one.function].polars(one, self.facts_on).alias(one.name) for one in stage
            )
        query = query.with_columns(self._criterion(one).alias(column(one.id)) for one in law.criteria)
        for group in law.groups:
            members = [pl.col(column(member)) for member in group.members]
            query = query.with_columns(plain.group(group, members).alias(column(group.id)))
        return query.select(ID, column("score")), query.select(ID, *names(law))

    def score(self, pool: tuple[pl.LazyFrame, pl.LazyFrame]) -> pl.DataFrame:
        """Score."""
        return pool[0].collect()

    def breakdown(self, pool: tuple[pl.LazyFrame, pl.LazyFrame]) -> pl.DataFrame:
        """Score with every part."""
        return pool[1].collect()

    def read(self, result: pl.DataFrame) -> pl.DataFrame:
        """Give the result."""
        return result

    def _criterion(self, criterion: Criterion) -> pl.Expr:
        if criterion.source is None:
            return pl.lit(0, plain.POINTS)
        cells = [self._table(table, name) for table in criterion.tables for name in table.row_inputs]
        return plain.applied(plain.under(reduce(add, cells), criterion.cap), criterion.applies_when)

    def _table(self, table: Table, row_input: str) -> pl.Expr:
        """Replace the row once a column of the table; the last column needs no question."""
        keys = table.columns.keys if table.columns and table.column_input else (None,)
        domain = self.regulation.inputs[row_input]
        each = [_replaced(table, row_input, domain, number) for number in range(len(keys))]
        points = each[-1]
        for key, one in zip(keys[-2::-1], each[-2::-1], strict=True):
            points = pl.when(plain.is_key(table.column_input or "", key)).then(one).otherwise(points)
        return points


def _replaced(table: Table, row_input: str, domain: Domain, number: int) -> pl.Expr:
    values = [*domain.answers, *([None] if domain.none else [])]
    rows = [table.rows.find(value) for value in values]
    points = [table.outside if row is None else table.points[row][number] for row in rows]
    known = pl.Series(values, dtype=pl.Enum(domain.labels) if domain.kind == "label" else None)
    return pl.col(row_input).replace_strict(known, points, default=table.outside, return_dtype=plain.POINTS)


def build(regulation: Regulation, facts_on: date) -> Replace:
    """Build."""
    return Replace(regulation, facts_on)
