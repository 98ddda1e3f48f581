"""A pool as plain arrays, for the peers that work on them: narrow whole numbers, and one that stands for null."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rules.inputs import EPOCH

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray

    from rules import Regulation
    from rules.domains import Domain, Value

    Whole = NDArray[np.integer]

NULL = -1
NULL_DAY = 2**30
"""A date that has not come: someone born then has lived fewer than no days."""


def arrays(frame: pl.DataFrame, regulation: Regulation) -> dict[str, Whole]:
    """Give each attribute that points need: labels by number, dates as days since 1970."""
    return {name: _array(frame[name], regulation) for name in regulation.needed}


def _array(column: pl.Series, regulation: Regulation) -> Whole:
    attribute = regulation.attributes[column.name]
    if attribute.type == "whole" and (attribute.interval.low or 0) < 0:
        message = f"« {column.name} » may be negative, and {NULL} stands for null"
        raise NotImplementedError(message)
    if attribute.type == "boolean":
        return column.cast(pl.Int8).fill_null(NULL).to_numpy()
    physical = column.to_physical()
    if attribute.type == "date":
        return physical.fill_null(NULL_DAY).to_numpy()
    width = pl.Int8 if _most(column.name, regulation) < 2**7 else pl.Int16
    return physical.cast(width).fill_null(NULL).to_numpy()


def _most(name: str, regulation: Regulation) -> int:
    domain = regulation.inputs[name]
    return domain.high if domain.kind == "whole" else len(domain.labels)


def number_of(value: Value, domain: Domain) -> int:
    """Give the number that stands for a value in an array."""
    if value is None:
        return NULL
    return domain.labels.index(str(value)) if domain.kind == "label" else int(value)


def numbers(domain: Domain) -> list[int]:
    """Give the numbers of all values of an input, null first: a value is read at its own number plus one."""
    return [NULL, *range(domain.high if domain.kind == "whole" else len(domain.answers))]


def value_of(number: int, domain: Domain) -> Value:
    """Give the value that a number stands for."""
    if number == NULL:
        return None
    return number if domain.kind == "whole" else domain.answers[number]


def day_number(day: date) -> int:
    """Give a day as days since 1970."""
    return (day - EPOCH).days
