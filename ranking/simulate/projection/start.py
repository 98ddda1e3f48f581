"""The pool at the start of a projection: all that is the same in every replication, computed once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.conform import conform
from ranking.scoring import with_inputs
from ranking.simulate.projection.horizon import microseconds
from ranking.taking_part import ends
from rules import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ranking.simulate.projection.horizon import Horizon
    from rules.conditions import Condition
    from rules.regulation import Regulation

    Whole = NDArray[np.int64]

NEVER = np.iinfo(np.int64).max


class Labels(NamedTuple):
    """The group of every row: ``codes`` are places in ``names``."""

    codes: Whole
    names: list[str]


@dataclass(frozen=True)
class Start:
    """A pool in the order of its ids, with the types of the law.

    ``expires`` is in microseconds. ``person`` numbers the persons with several declarations; -1 for the others.
    ``gains`` tells, for each gain, of whom its condition is true; ``groups`` are by column.
    """

    frame: pl.DataFrame
    expires: Whole
    person: Whole
    gains: tuple[NDArray[np.bool_], ...]
    groups: Mapping[str, Labels]


def start(frame: pl.DataFrame, law: Regulation, when: Horizon, who: Sequence[Condition], by: Sequence[str]) -> Start:
    """Read a pool as of the first round: declared values, and ages on that day."""
    day = when.days[0]
    kept = [name for name in frame.columns if name in law.attributes or name in by]
    typed = conform(frame.select(kept).sort(ID), law, day)
    inputs, absent = with_inputs(typed, law, day)
    answers = inputs.with_columns(plain.condition(one, absent).alias(f"gain {n}") for n, one in enumerate(who))
    known = answers.select(*by, *(f"gain {n}" for n in range(len(who)))).collect()
    gains = tuple(known[f"gain {n}"].fill_null(value=False).to_numpy().copy() for n in range(len(who)))
    return Start(typed, expiry(typed["submitted_at"], law), _persons(typed), gains, {n: _labels(known[n]) for n in by})


def expiry(submitted_at: pl.Series, law: Regulation) -> Whole:
    """Give when each declaration ceases to be valid, in microseconds; never where the law sets no validity."""
    months = law.lifecycle.validity_months
    if months is None:
        return np.full(len(submitted_at), NEVER)
    return microseconds(ends(submitted_at, months, law))


def _persons(frame: pl.DataFrame) -> Whole:
    """Number the persons with several declarations; -1 for those with one, or of whom no number is known."""
    found = np.full(frame.height, -1, dtype=np.int64)
    if "person_id" not in frame.columns:
        return found
    person = frame["person_id"]
    several = person.is_duplicated() & person.is_not_null() & (person != "").fill_null(value=False)
    found[several.to_numpy()] = person.filter(several).rank("dense").cast(pl.Int64).to_numpy()
    return found


def _labels(column: pl.Series) -> Labels:
    """Number the values of a column; a null is the label ``none``."""
    text = column.cast(pl.String).fill_null("none")
    names = text.unique().sort().to_list()
    return Labels(text.cast(pl.Enum(names)).to_physical().cast(pl.Int64).to_numpy(), names)
