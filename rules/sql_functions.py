"""The functions behind derived inputs, as SQL: the same as in ``functions``, which a property test holds them to."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rules.domains import Value
    from rules.inputs import Derived


def name(column: str) -> exp.Column:
    """Name a column in SQL."""
    return exp.column(column, quoted=True)


def literal(value: Value) -> exp.Expr:
    """Write a value in SQL."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    return exp.Null() if value is None else exp.convert(value)


def age(source: Derived, facts_on: date) -> exp.Expr:
    """Count them by date arithmetic."""
    parts = {part: exp.Extract(this=exp.var(part), expression=name(source.of[0])) for part in ("YEAR", "MONTH", "DAY")}
    birthday = exp.Add(this=exp.Mul(this=parts["MONTH"], expression=exp.convert(100)), expression=parts["DAY"])
    not_yet = exp.GT(this=exp.paren(birthday), expression=exp.convert(facts_on.month * 100 + facts_on.day))
    less = exp.Case().when(not_yet, exp.convert(1)).else_(exp.convert(0))
    years = exp.Sub(this=exp.convert(facts_on.year), expression=parts["YEAR"])
    return exp.Sub(this=exp.paren(years), expression=less)


def by_code(source: Derived, facts_on: date) -> exp.Expr:
    """Write one case a value, with all its codes."""
    del facts_on
    codes: dict[Value, list[str]] = {}
    for code, value in source.of_values:
        codes.setdefault(value, []).append(code)
    return reduce(lambda case, v: case.when(name(source.of[0]).isin(*codes[v]), literal(v)), codes, exp.Case())


def chosen(source: Derived, facts_on: date) -> exp.Expr:
    """Choose over columns."""
    del facts_on
    selector, *inputs = source.of
    case = exp.Case()
    for label, one in zip(source.choices, inputs, strict=True):
        case = case.when(name(selector).eq(literal(label)), name(one))
    return case


def level(source: Derived, facts_on: date) -> exp.Expr:
    """Look scores up, test by test, step by step; without a test, the level declared."""
    del facts_on
    declared, test, score = map(name, source.of)
    result = exp.Case()
    for label, steps in source.scales:
        case = exp.Case()
        for least, reached in steps:
            case = case.when(exp.GTE(this=score.copy(), expression=exp.convert(least)), exp.convert(reached))
        result = result.when(test.copy().eq(literal(label)), case.else_(exp.convert(source.below)))
    return result.else_(declared)


def lowest(source: Derived, facts_on: date) -> exp.Expr:
    """Take it; ``LEAST`` alone skips nulls in some engines."""
    del facts_on
    columns = [name(one) for one in source.of]
    all_there = exp.and_(*[exp.not_(column.copy().is_(exp.Null())) for column in columns])
    return exp.Case().when(all_there, exp.Least(this=columns[0], expressions=columns[1:]))


SQL_FUNCTIONS: dict[str, Callable[[Derived, date], exp.Expr]] = {
    "age": age,
    "chosen": chosen,
    "digit": by_code,
    "level": level,
    "listed": by_code,
    "lowest": lowest,
}
