"""Regulation → polars expressions that say what they mean (when/then), row by row of the law's tables.

They read one column an input. ``lookup`` fills its tables by running them over every combination of values, so a fused
table cannot say anything else than the law does.
"""

from __future__ import annotations

from functools import reduce
from operator import add, and_, or_
from typing import TYPE_CHECKING

import polars as pl

from rules.criteria import Criterion
from rules.domains import Interval
from rules.functions import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from rules.axes import Key
    from rules.conditions import Condition, Test
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.tables import Cap, Table

POINTS = pl.Int32


def is_key(name: str, key: Key) -> pl.Expr:
    """Tell whether the value of an input lies in a row or column."""
    value = pl.col(name)
    if key is None:
        return value.is_null()
    if not isinstance(key, Interval):
        return value == key if not isinstance(key, bool) else (value if key else ~value)
    tests = [value >= key.low] if key.low is not None else []
    tests += [value < key.high] if key.high is not None else []
    return reduce(and_, tests) if tests else pl.when(value.is_not_null()).then(pl.lit(value=True))


def cell(table: Table, row_input: str) -> pl.Expr:
    """Give the points of a table for one of its row inputs; a null that no row holds gives ``outside``."""
    columns = table.columns.keys if table.columns and table.column_input else (None,)
    result = pl.lit(table.outside, POINTS)
    for row, key in reversed(list(enumerate(table.rows.keys))):
        points = pl.lit(table.points[row][0], POINTS)
        for column, column_key in enumerate(columns[1:], start=1):
            points = _when(table.column_input, column_key, pl.lit(table.points[row][column], POINTS), points)
        result = _when(row_input, key, points, result)
    return result


def _when(name: str | None, key: Key, then: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    return otherwise if name is None else pl.when(is_key(name, key)).then(then).otherwise(otherwise)


def cap(limit: Cap) -> pl.Expr:
    """Give the maximum that a cap sets for each declaration."""
    result = pl.lit(limit.points[-1], POINTS)
    for key, points in zip(limit.columns[:-1], limit.points[:-1], strict=False):
        result = _when(limit.input, key, pl.lit(points, POINTS), result)
    return result


def under(points: pl.Expr, limit: Cap | None) -> pl.Expr:
    """Hold points under a cap."""
    return points if limit is None else pl.min_horizontal(points, cap(limit))


def criterion(source: Criterion) -> pl.Expr:
    """Give the points of a criterion, after its cap; 0 where it does not apply or the law has none."""
    if source.source is None:
        return pl.lit(0, POINTS)
    cells = [cell(table, name) for table in source.tables for name in table.row_inputs]
    return applied(under(reduce(add, cells), source.cap), source.applies_when)


def applied(points: pl.Expr, when: Condition) -> pl.Expr:
    """Give points where a criterion applies, 0 elsewhere."""
    if not when.options:
        return points
    return pl.when(condition(when, ())).then(points).otherwise(pl.lit(0, POINTS))


def group(source: Group, members: list[pl.Expr]) -> pl.Expr:
    """Combine the points of the members of a group under its cap."""
    combined = reduce(add, members) if source.how == "sum" else pl.max_horizontal(members)
    return under(combined, source.cap)


def points(part: Criterion | Group, parts: Mapping[str, Criterion | Group]) -> pl.Expr:
    """Give the points of a criterion or group from inputs alone, as one expression."""
    if isinstance(part, Criterion):
        return criterion(part)
    return group(part, [points(parts[member], parts) for member in part.members])


def condition(source: Condition, absent: Collection[str]) -> pl.Expr:
    """Answer a condition: true, false, or null for unknown. Inputs in ``absent`` have no column: unknown."""
    if not source.options:
        return pl.lit(value=True)
    return reduce(or_, [reduce(and_, [test(one, absent) for one in option]) for option in source.options])


def test(source: Test, absent: Collection[str]) -> pl.Expr:
    """Answer one test; a null that is an answer is settled before any *not*."""
    if source.input in absent:
        return pl.lit(None, pl.Boolean)
    answer = _values(source) if source.interval is None else is_key(source.input, source.interval)
    if source.answers_null:
        answer = answer.fill_null(value=False)
    return ~answer if source.negated else answer


def _values(source: Test) -> pl.Expr:
    column = pl.col(source.input)
    if all(isinstance(value, bool) for value in source.values):
        return reduce(or_, [column if value else ~column for value in source.values])
    return column == source.values[0] if len(source.values) == 1 else column.is_in(list(source.values))


def stages(regulation: Regulation, facts_on: date, columns: Collection[str]) -> list[list[pl.Expr]]:
    """Give the whole law as successive sets of columns: the inputs that ``columns`` give, criteria, each group."""
    names = {part.id: f"{part.id}_points" if part.id != "score" else "score" for part in regulation.parts.values()}
    result = [
        [FUNCTIONS[source.function].polars(source, facts_on).alias(source.name) for source in stage]
        for stage in regulation.stages(regulation.derivable(columns))
    ]
    result.append([criterion(source).alias(names[source.id]) for source in regulation.criteria])
    for source in regulation.groups:
        members = [pl.col(names[member]) for member in source.members]
        result.append([group(source, members).cast(POINTS).alias(names[source.id])])
    return result


def streams(regulation: Regulation, absent: Collection[str]) -> list[pl.Expr]:
    """Answer each stream: ``eligible_<stream>``, null for unknown."""
    return [
        reduce(and_, [condition(r.where, absent) for r in stream.requirements]).alias(f"eligible_{stream.id}")
        for stream in regulation.streams
    ]
