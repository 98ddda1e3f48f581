"""Groups of persons: the labels that one or several columns give, and a code for each."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.parts import JOIN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    from rules.domains import Domain, Value
    from rules.regulation import Regulation

UNKNOWN = -1
GROUPED = ("text", "label", "code", "boolean", "whole")


@dataclass(frozen=True)
class Groups:
    """The group of every declaration of a pool: ``codes`` are places in ``labels``; ``UNKNOWN`` where none is known."""

    labels: tuple[str, ...]
    codes: NDArray[np.int64]

    @classmethod
    def of(cls, labels: pl.Series) -> Groups:
        """Give each label a code, in the order of their bytes; null is unknown."""
        known = labels.drop_nulls().unique().sort().to_list()
        if not known:
            return cls((), np.full(len(labels), UNKNOWN, dtype=np.int64))
        codes = labels.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(UNKNOWN)
        return cls(tuple(known), codes.to_numpy())


def labels_of(by: tuple[str, ...], regulation: Regulation, absent: Collection[str]) -> pl.Expr:
    """Write the group of a declaration: its labels joined by ``|``; null where one of them is unknown.

    A null that is an answer (no test, no spouse) is the label ``none``; booleans are ``true`` and ``false``.
    """
    return pl.concat_str([_label(name, regulation, absent) for name in by], separator=JOIN)


def _label(name: str, regulation: Regulation, absent: Collection[str]) -> pl.Expr:
    if name in absent:
        return pl.lit(None, pl.String)
    domain = regulation.inputs.get(name)
    column = pl.col(name).cast(pl.String)
    return column if domain is None or not domain.none else column.fill_null("none")


def can_group(name: str, regulation: Regulation) -> bool:
    """Tell whether a column makes groups: a finite input, or a text of one word such as a country."""
    attribute = regulation.attributes.get(name)
    return name in regulation.inputs or (attribute is not None and attribute.type in GROUPED and not attribute.unique)


def known_labels(by: tuple[str, ...], regulation: Regulation) -> list[dict[str, Value] | None]:
    """Give, for each column of ``by``, its labels with their values; None where any label may come."""
    return [_values(regulation.inputs[name]) if name in regulation.inputs else None for name in by]


def _values(domain: Domain) -> dict[str, Value]:
    said: dict[str, Value] = {str(v).lower() if isinstance(v, bool) else str(v): v for v in domain.answers}
    return said | ({"none": None} if domain.none else {})


def all_labels(allowed: list[list[str]]) -> Iterator[str]:
    """Give every group that some labels of each column make."""
    return (JOIN.join(parts) for parts in product(*allowed))
