"""Regulation → SQL, for DuckDB and for warehouses: the second engine, which shares the tables and no other code.

Built with sqlglot, so that the same law is written in any dialect that it knows. The source table has one column an
attribute, typed as the law reads them: labels as text, whole numbers, dates, booleans.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from rules.domains import Interval
from rules.groups import ROOT
from rules.sql_functions import SQL_FUNCTIONS, literal, name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date

    from rules.axes import Key
    from rules.conditions import Condition, Test
    from rules.criteria import Criterion
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.streams import Requirement
    from rules.tables import Cap, Table

TRUE = exp.Boolean(this=True)


def scoring(
    regulation: Regulation,
    facts_on: date,
    *,
    table: str = "pool",
    absent: Collection[str] = (),
    breakdown: bool = True,
    carried: Sequence[str] = (),
    also: Mapping[str, exp.Expr] | None = None,
) -> exp.Select:
    """Write the query that scores every declaration of ``table``: the columns of ``ranking.score``, rows in no order.

    ``absent`` names the inputs that ``table`` has no column for; what reads them is null, for unknown. ``carried`` are
    columns of ``table`` that come along as they are; ``also`` has more answers, by name, that read inputs.
    """
    stages = [("declarations", _declarations(regulation, facts_on, table, absent, carried))]
    for known, source in regulation.derived.items():
        if known not in absent and not source.completes:
            column = _alias(SQL_FUNCTIONS[source.function](source, facts_on), known)
            stages.append((f"{known}_input", exp.select("*", column).from_(stages[-1][0])))
    criteria = [_alias(criterion(part), f"{part.id}_points") for part in regulation.criteria]
    stages.append(("criteria", exp.select("*", *criteria).from_(stages[-1][0])))
    for part in regulation.groups:
        grouped = exp.select("*", _alias(group(part), _column(part.id))).from_(stages[-1][0])
        stages.append((f"{part.id}_group", grouped))
    columns: list[exp.Expr] = [exp.column("declaration_id", quoted=True)]
    if breakdown:
        parts = [part for part in regulation.parts if part != ROOT]
        columns += [exp.column(_column(part), quoted=True) for part in parts]
    columns.append(_alias(exp.cast(exp.column(ROOT, quoted=True), "INT"), ROOT))
    if breakdown:
        columns += [
            _alias(stream_holds(stream.requirements, absent), f"eligible_{stream.id}") for stream in regulation.streams
        ]
    columns += [name(one) for one in carried]
    columns += [_alias(answer, one) for one, answer in (also or {}).items()]
    final = exp.select(*columns).from_(stages[-1][0])
    return reduce(lambda whole, stage: whole.with_(stage[0], as_=stage[1]), stages, final)


def _declarations(
    regulation: Regulation, facts_on: date, table: str, absent: Collection[str], carried: Sequence[str]
) -> exp.Select:
    """Select the columns that the law reads, a level from its test where the table has one."""
    inputs = [name for name in regulation.inputs if name not in absent]
    read = {attribute for name in inputs for attribute in regulation.read_by(name)} - set(absent)
    columns: list[exp.Expr] = [name("declaration_id"), *map(name, carried)]
    for known in (one for one in regulation.attributes if one in read):
        source = regulation.levels.get(known)
        tested = source is not None and source.of[1] not in absent
        columns.append(_alias(SQL_FUNCTIONS["level"](source, facts_on), known) if source and tested else name(known))
    return exp.select(*columns).from_(exp.to_table(table))


def _alias(expression: exp.Expr, column: str) -> exp.Expr:
    return exp.alias_(expression, column, quoted=True)


def _column(part: str) -> str:
    return part if part == ROOT else f"{part}_points"


def is_key(input_name: str, key: Key) -> exp.Expr:
    """Tell whether the value of an input lies in a row or column."""
    column = name(input_name)
    if key is None:
        return column.is_(exp.Null())
    if not isinstance(key, Interval):
        return column.eq(literal(key))
    tests: list[exp.Expr] = []
    if key.low is not None:
        tests.append(exp.GTE(this=column.copy(), expression=exp.convert(key.low)))
    if key.high is not None:
        tests.append(exp.LT(this=column.copy(), expression=exp.convert(key.high)))
    if not tests:
        return exp.Case().when(exp.not_(column.is_(exp.Null())), TRUE.copy())
    return exp.and_(*tests)


def cell(table: Table, row_input: str) -> exp.Expr:
    """Write the points of a table for one of its row inputs."""
    columns = table.columns.keys if table.columns else (None,)
    case = exp.Case()
    for key, points in zip(table.rows.keys, table.points, strict=True):
        inner: exp.Expr = exp.convert(points[0])
        if table.column_input is not None:
            by_column = exp.Case()
            for column_key, value in zip(columns[1:], points[1:], strict=True):
                by_column = by_column.when(is_key(table.column_input, column_key), exp.convert(value))
            inner = by_column.else_(inner) if len(points) > 1 else inner
        case = case.when(is_key(row_input, key), inner)
    return case.else_(exp.convert(table.outside))


def cap(limit: Cap) -> exp.Expr:
    """Write the maximum that a cap sets."""
    if limit.input is None:
        return exp.convert(limit.points[0])
    case = exp.Case()
    for key, points in zip(limit.columns[:-1], limit.points[:-1], strict=True):
        case = case.when(is_key(limit.input, key), exp.convert(points))
    return case.else_(exp.convert(limit.points[-1])) if len(limit.points) > 1 else exp.convert(limit.points[0])


def _under(points: exp.Expr, limit: Cap | None) -> exp.Expr:
    return points if limit is None else exp.Least(this=points, expressions=[cap(limit)])


def _sum(terms: Sequence[exp.Expr]) -> exp.Expr:
    return reduce(lambda a, b: exp.Add(this=a, expression=b), terms)


def criterion(source: Criterion) -> exp.Expr:
    """Write the points of a criterion, after its cap; 0 where it does not apply or the law has none."""
    if source.source is None:
        return exp.convert(0)
    total = _under(_sum([exp.paren(cell(t, one)) for t in source.tables for one in t.row_inputs]), source.cap)
    if not source.applies_when.options:
        return total
    return exp.Case().when(condition(source.applies_when, ()), total).else_(exp.convert(0))


def group(source: Group) -> exp.Expr:
    """Write how the members of a group combine under its cap."""
    members = [name(_column(member)) for member in source.members]
    if source.how == "max" and len(members) > 1:
        return _under(exp.Greatest(this=members[0], expressions=members[1:]), source.cap)
    return _under(_sum(members), source.cap)


def condition(source: Condition, absent: Collection[str]) -> exp.Expr:
    """Write a condition; null is unknown."""
    if not source.options:
        return TRUE.copy()
    return exp.or_(*[exp.and_(*[test(one, absent) for one in option]) for option in source.options])


def test(source: Test, absent: Collection[str]) -> exp.Expr:
    """Write one test; a null that is an answer is settled before any *not*."""
    if source.input in absent:
        return exp.cast(exp.Null(), "BOOLEAN")
    answer: exp.Expr
    if source.interval is not None:
        answer = exp.paren(is_key(source.input, source.interval))
    else:
        answer = exp.paren(name(source.input).isin(*[literal(value) for value in source.values]))
    if source.answers_null:
        answer = exp.Coalesce(this=answer, expressions=[exp.Boolean(this=False)])
    return exp.not_(answer) if source.negated else answer


def stream_holds(requirements: Sequence[Requirement], absent: Collection[str]) -> exp.Expr:
    """Write whether every requirement of a stream holds."""
    wheres = [exp.paren(condition(requirement.where, absent)) for requirement in requirements]
    return exp.and_(*wheres)
