"""The functions behind derived inputs: short, pure, each in three forms that a property test holds together.

``python`` takes the values of one declaration; ``polars`` writes the same over columns, and ``sql_functions`` as SQL.
Null gives null in all but ``level``: no test, no spouse. None looks at a clock; the day of the facts is given.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from rules.inputs import complete_years

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rules.domains import Domain, Value
    from rules.inputs import Derived


class Function(Protocol):
    """A function as plain Python and over columns."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Derive from the values of one declaration, none of them null."""

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Derive over columns."""


def column_type(domain: Domain) -> pl.DataType:
    """Give the type of a column that holds values of ``domain``."""
    if domain.kind == "boolean":
        return pl.Boolean()
    return pl.Enum(domain.labels) if domain.kind == "label" else pl.Int32()


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


class Level:
    """The level that a test score reaches; without a test, the level declared. A test without a score reaches none."""

    def python(self, source: Derived, values: Sequence[Any], facts_on: date) -> Value:
        """Look the score up on the scale of its test."""
        del facts_on
        declared, test, score = values
        if test in (None, "none"):
            level: Value = declared
            return level
        reached = (level for least, level in dict(source.scales)[test] if score is not None and score >= least)
        return next(reached, source.below)

    def polars(self, source: Derived, facts_on: date) -> pl.Expr:
        """Look the scores up, test by test, step by step."""
        del facts_on
        declared, test, score = map(pl.col, source.of)
        result: pl.Expr = declared
        for name, steps in source.scales:
            level: pl.Expr = pl.lit(source.below, pl.Int32)
            for least, reached in reversed(steps):
                level = pl.when(score >= least).then(pl.lit(reached, pl.Int32)).otherwise(level)
            result = pl.when(test == name).then(level).otherwise(result)
        return result


FUNCTIONS: dict[str, Function] = {
    "age": Age(),
    "chosen": Chosen(),
    "digit": ByCode(),
    "level": Level(),
    "listed": ByCode(),
    "lowest": Lowest(),
}


def derive(source: Derived, values: Sequence[Any], facts_on: date) -> Value:
    """Derive the input of one declaration. A null among what a function reads gives null."""
    if source.function == "chosen":
        return None if values[0] is None else FUNCTIONS["chosen"].python(source, values, facts_on)
    if source.function == "level":
        return FUNCTIONS["level"].python(source, values, facts_on)
    return None if None in values else FUNCTIONS[source.function].python(source, values, facts_on)
