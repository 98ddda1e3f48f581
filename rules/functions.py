"""The functions behind derived inputs: short, pure, each in three forms that a property test holds together.

``python`` takes the values of one declaration; ``polars`` and ``sql`` write the same over columns. Null gives null in
all of them: no test, no spouse. None looks at a clock; the day of the facts is given.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl
from sqlglot import exp

from rules.inputs import complete_years

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rules.domains import Domain, Value
    from rules.inputs import Derived


class Function(Protocol):
    """A function in its three forms."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Derive from the values of one declaration, none of them null."""

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Derive over columns."""

    def sql(self, source: Derived, facts_on: date) -> exp.Expr:
        """Derive over columns, as SQL."""


def column_type(domain: Domain) -> pl.DataType:
    """Give the type of a column that holds values of ``domain``."""
    if domain.kind == "boolean":
        return pl.Boolean()
    return pl.Enum(domain.labels) if domain.kind == "label" else pl.Int32()


def name(column: str) -> exp.Column:
    """Name a column in SQL."""
    return exp.column(column, quoted=True)


def literal(value: Value) -> exp.Expr:
    """Write a value in SQL."""
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    return exp.Null() if value is None else exp.convert(value)


class Age:
    """Complete years on the day of the facts: a year is complete on the birthday."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Count them."""
        del source
        return complete_years(values[0], facts_on)

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Count them by date arithmetic."""
        of = pl.col(source.of[0])
        not_yet = (of.dt.month().cast(pl.Int32) * 100 + of.dt.day()) > facts_on.month * 100 + facts_on.day
        return (facts_on.year - of.dt.year() - not_yet.cast(pl.Int32)).cast(pl.Int32)

    def sql(self, source: Derived, facts_on: date) -> exp.Expr:
        """Count them by date arithmetic."""
        parts = {
            part: exp.Extract(this=exp.var(part), expression=name(source.of[0])) for part in ("YEAR", "MONTH", "DAY")
        }
        birthday = exp.Add(this=exp.Mul(this=parts["MONTH"], expression=exp.convert(100)), expression=parts["DAY"])
        not_yet = exp.GT(this=exp.paren(birthday), expression=exp.convert(facts_on.month * 100 + facts_on.day))
        less = exp.Case().when(not_yet, exp.convert(1)).else_(exp.convert(0))
        years = exp.Sub(this=exp.convert(facts_on.year), expression=parts["YEAR"])
        return exp.Sub(this=exp.paren(years), expression=less)


class ByCode:
    """The value that a code has by itself (a digit of it) or in a dated list."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Look it up."""
        del facts_on
        return dict(source.of_values)[values[0]]

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Replace each code by its value."""
        del facts_on
        of = pl.col(source.of[0]).cast(pl.String)
        return of.replace_strict(dict(source.of_values), return_dtype=column_type(source.domain))

    def sql(self, source: Derived, facts_on: date) -> exp.Expr:
        """Write one case a value, with all its codes."""
        del facts_on
        codes: dict[Value, list[str]] = {}
        for code, value in source.of_values:
            codes.setdefault(value, []).append(code)
        return reduce(lambda case, v: case.when(name(source.of[0]).isin(*codes[v]), literal(v)), codes, exp.Case())


class Chosen:
    """One of several inputs, chosen by a label: the first of them at its first label, and so on."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Choose."""
        del facts_on
        chosen: Value = values[1 + source.choices.index(values[0])]
        return chosen

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Choose over columns."""
        del facts_on
        selector, *inputs = source.of
        result = pl.col(inputs[-1])
        for label, one in reversed(list(zip(source.choices[:-1], inputs[:-1], strict=True))):
            result = pl.when(pl.col(selector) == label).then(pl.col(one)).otherwise(result)
        return pl.when(pl.col(selector).is_not_null()).then(result)

    def sql(self, source: Derived, facts_on: date) -> exp.Expr:
        """Choose over columns."""
        del facts_on
        selector, *inputs = source.of
        case = exp.Case()
        for label, one in zip(source.choices, inputs, strict=True):
            case = case.when(name(selector).eq(literal(label)), name(one))
        return case


class Lowest:
    """The least of several whole numbers; none if any of them is none."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Take it."""
        del source, facts_on
        lowest: Value = min(values)
        return lowest

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Take it; ``min_horizontal`` alone would skip nulls."""
        del facts_on
        any_null = reduce(or_, [pl.col(one).is_null() for one in source.of])
        return pl.when(~any_null).then(pl.min_horizontal(source.of))

    def sql(self, source: Derived, facts_on: date) -> exp.Expr:
        """Take it; ``LEAST`` alone skips nulls in some engines."""
        del facts_on
        columns = [name(one) for one in source.of]
        all_there = exp.and_(*[exp.not_(column.copy().is_(exp.Null())) for column in columns])
        return exp.Case().when(all_there, exp.Least(this=columns[0], expressions=columns[1:]))


FUNCTIONS: dict[str, Function] = {
    "age": Age(),
    "chosen": Chosen(),
    "digit": ByCode(),
    "listed": ByCode(),
    "lowest": Lowest(),
}


def derive(source: Derived, values: Sequence[Any], facts_on: date) -> Value:
    """Derive the input of one declaration. A null among what a function reads gives null."""
    if source.function == "chosen":
        return None if values[0] is None else FUNCTIONS["chosen"].python(source, values, facts_on)
    return None if None in values else FUNCTIONS[source.function].python(source, values, facts_on)
