"""What happens whatever the law: who is there, who arrives, who gains experience, when each would leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from ranking.simulate.projection.arrivals import arriving
from ranking.simulate.projection.horizon import MONTH, micros, microseconds
from ranking.simulate.projection.start import NEVER, Labels, expiry

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from ranking.simulate.projection.arrivals import Inflow
    from ranking.simulate.projection.assumptions import Assumptions
    from ranking.simulate.projection.chance import Chance
    from ranking.simulate.projection.horizon import Horizon
    from ranking.simulate.projection.start import Start
    from rules.regulation import Regulation

    Whole = NDArray[np.int64]


class Why(IntEnum):
    """Why a declaration left: by itself, or after an invitation."""

    expired = 0
    withdrawn = 1
    test_expired = 2
    accepted = 3
    declined = 4
    silent = 5
    other_declaration = 6


class Growth(NamedTuple):
    """A gain: its columns, how many months each step takes, and the phase of those who gain; NaN of the others."""

    columns: tuple[str, ...]
    months: int
    phase: NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """The declarations of a replication, by number: first the pool by its ids, then the arrivals by their days.

    ``entered`` and ``leaves`` are instants in microseconds, ``why`` a :class:`Why`; ``person`` numbers the persons with
    several declarations, and is -1 for the others.
    """

    frame: pl.DataFrame
    entered: Whole
    leaves: Whole
    why: NDArray[np.int8]
    person: Whole
    growth: tuple[Growth, ...]
    groups: Mapping[str, Labels]

    def __len__(self) -> int:
        return self.frame.height

    def on(self, at: int, rows: Whole, law: Regulation, columns: Collection[str] | None = None) -> pl.DataFrame:
        """Give some declarations as they are at an instant: experience grown; ages come with the day."""
        frame = (self.frame if columns is None else self.frame.select(columns))[rows]
        since = np.maximum(at - self.entered[rows], 0) / MONTH
        for gain in self.growth:
            grows = [name for name in gain.columns if name in frame.columns]
            if grows:
                steps = pl.Series(_steps(since, gain, rows))
                frame = frame.with_columns(_grown(frame[name], steps, law) for name in grows)
        return frame


def _steps(since: NDArray[np.float64], gain: Growth, rows: Whole) -> NDArray[np.int32]:
    """Count the steps gained since entry: months over the length of a step, at the phase of each person."""
    steps = np.floor(since / gain.months + gain.phase[rows])
    return np.asarray(np.nan_to_num(steps, copy=False), dtype=np.int32)


def _grown(column: pl.Series, steps: pl.Series, law: Regulation) -> pl.Series:
    """Add steps to a column, up to the bound of its attribute; a null stays null."""
    most = (law.attributes[column.name].interval.high or 0) - 1
    return (column.cast(pl.Int32) + steps).clip(upper_bound=most).cast(column.dtype).alias(column.name)


def world(begun: Start, law: Regulation, when: Horizon, assumed: Assumptions, source: Inflow, chance: Chance) -> World:
    """Make the world of a replication. Nothing here knows which law will rank it.

    Withdrawals come at a constant rate, so those already waiting are as if new. A declaration of the pool gains from
    the first round on: what it says is taken as of that day.
    """
    arrived, donors = arriving(begun.frame, source, when, chance)
    everyone = pl.concat([begun.frame, arrived])
    alike = np.concatenate([np.arange(begun.frame.height), donors])
    entered = np.concatenate(
        [np.full(begun.frame.height, micros(when.begins) - 1), microseconds(arrived["submitted_at"])]
    )
    expires = np.concatenate([begun.expires, _expiry(arrived["submitted_at"], law, when)])
    each = np.stack([expires, _withdrawals(entered, assumed, chance), _tests(entered, assumed, chance)])
    first = np.argmin(each, axis=0)
    person = np.concatenate([begun.person, np.full(arrived.height, -1)])
    groups = {name: Labels(of.codes[alike], of.names) for name, of in begun.groups.items()}
    growth = tuple(
        _growth(number, assumed, everyone.columns, begun.gains[number][alike], chance)
        for number in range(len(assumed.gain))
    )
    leaves = each[first, np.arange(len(entered))]
    return World(everyone, entered, leaves, first.astype(np.int8), person, growth, groups)


def _expiry(submitted_at: pl.Series, law: Regulation, when: Horizon) -> Whole:
    """Give when arrivals cease to be valid, computed only for those who may within the horizon."""
    months = law.lifecycle.validity_months
    found = np.full(len(submitted_at), NEVER)
    if months is not None:
        early = submitted_at <= when.end.astimezone(UTC) - timedelta(days=30 * months - 6)
        found[early.to_numpy()] = expiry(submitted_at.filter(early), law)
    return found


def _withdrawals(entered: Whole, assumed: Assumptions, chance: Chance) -> Whole:
    """Draw when each would withdraw: at a constant rate, so that the stated part of those waiting does in a month."""
    part = assumed.withdrawals.a_month.value / 100
    draws = chance.of("withdrawal", len(entered))
    if part <= 0:
        return np.full(len(entered), NEVER)
    if part >= 1:
        return entered + 1
    months = np.log1p(-draws) / np.log1p(-part)
    found: Whole = entered + 1 + (np.minimum(months, 1e5) * MONTH).astype(np.int64)
    return found


def _tests(entered: Whole, assumed: Assumptions, chance: Chance) -> Whole:
    """Draw when the test of each ends: taken at any time of its validity before entry, renewed by some."""
    if assumed.tests is None:
        return np.full(len(entered), NEVER)
    left = chance.of("age of the test", len(entered)) * assumed.tests.validity_months.value
    renewed = chance.of("renewal of the test", len(entered)) * 100 < assumed.tests.renewed.value
    found: Whole = np.where(renewed, NEVER, entered + 1 + (left * MONTH).astype(np.int64))
    return found


def _growth(
    number: int, assumed: Assumptions, columns: Collection[str], could: NDArray[np.bool_], chance: Chance
) -> Growth:
    """Tell who gains: the stated share of those who could, each at a phase of their own."""
    gain = assumed.gain[number]
    does = could & (chance.of(f"gains {number}", len(could)) * 100 < gain.share.value)
    phase = np.where(does, chance.of(f"phase of gain {number}", len(could)), np.nan)
    return Growth(tuple(name for name in gain.columns if name in columns), gain.months, phase)
