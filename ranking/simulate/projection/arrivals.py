"""Arrivals: how many a day, estimated from the pool's own submissions, and who, drawn among its recent rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from ranking.columns import ID, INSTANT
from ranking.simulate.projection.horizon import DAY, micros

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.simulate.projection.assumptions import Assumptions
    from ranking.simulate.projection.chance import Chance
    from ranking.simulate.projection.horizon import Horizon

MONTH_DAYS = 365.25 / 12


@dataclass(frozen=True)
class Inflow:
    """The mean number of arrivals of each local day of the horizon, and the rows of the pool that they are drawn from.

    ``rates[d]`` is of the day ``d`` after the first; ``donors`` are rows; ``window`` is first and last day looked at.
    """

    first: date
    rates: NDArray[np.float64]
    donors: NDArray[np.int64]
    window: tuple[date, date]
    zone: str

    @property
    def a_month(self) -> float:
        """The mean number of arrivals in a mean month of the horizon."""
        return float(self.rates.mean() * MONTH_DAYS) if len(self.rates) else 0.0


def inflow(frame: pl.DataFrame, when: Horizon, assumed: Assumptions, arrivals_a_month: float | None = None) -> Inflow:
    """Estimate the arrivals of each day: mean of each day of the week in the last days of the pool, times the month's.

    ``arrivals_a_month`` sets the level and leaves the shape. The window ends the day before that of the newest
    submission, which may be a part of a day. Where nothing was submitted in the window, nobody arrives unless a level
    is given, and then every row is a donor.
    """
    local = frame["submitted_at"].dt.convert_time_zone(when.zone).dt.date()
    newest = local.max() if len(local) else None
    last = (newest if isinstance(newest, date) else when.days[0]) - timedelta(days=1)
    first = last - timedelta(days=assumed.arrivals.window_days.value - 1)
    inside = local.is_between(first, last)
    donors = np.flatnonzero(inside.to_numpy())
    week = _a_weekday(local.filter(inside), first, last)
    days = (when.end.astimezone(ZoneInfo(when.zone)).date() - when.days[0]).days + 1
    calendar = [when.days[0] + timedelta(days=number) for number in range(days)]
    months = assumed.arrivals.by_month.value
    if arrivals_a_month is not None and not len(donors):
        donors, week = np.arange(frame.height), np.ones(7)
    shape = np.array([week[day.weekday()] * months.get(str(day.month), 1.0) for day in calendar])
    if arrivals_a_month is not None and week.sum():
        shape *= arrivals_a_month / (week.mean() * MONTH_DAYS)
    return Inflow(calendar[0], shape if len(donors) else np.zeros(days), donors, (first, last), when.zone)


def _a_weekday(days: pl.Series, first: date, last: date) -> NDArray[np.float64]:
    """Give the mean number of submissions of each day of the week, Monday first."""
    counted = np.bincount(days.dt.weekday().to_numpy() - 1, minlength=7) if len(days) else np.zeros(7)
    there = np.bincount([(first + timedelta(days=n)).weekday() for n in range((last - first).days + 1)], minlength=7)
    return np.asarray(counted / np.maximum(there, 1), dtype=np.float64)


def arriving(
    frame: pl.DataFrame, source: Inflow, when: Horizon, chance: Chance
) -> tuple[pl.DataFrame, NDArray[np.int64]]:
    """Make the declarations that arrive, in order of their days, and give the row of the donor of each.

    They are rows of donors with numbers and instants of their own, and the age that the donor had when submitting.
    Only arrivals between the first round and the end are kept.
    """
    counts = chance.generator("arrivals a day").poisson(source.rates)
    total = int(counts.sum())
    day = np.repeat(np.arange(len(counts)), counts)
    at = _midnights(source)[day] + (chance.of("hour of arrival", total) * DAY).astype(np.int64)
    inside = (at >= micros(when.begins)) & (at < micros(when.end))
    which = (chance.of("donor", total) * len(source.donors)).astype(np.int64)
    donors = source.donors[which[inside]] if total else np.empty(0, dtype=np.int64)
    chosen = frame[donors]
    instants = pl.Series("submitted_at", at[inside]).cast(pl.Datetime("us", "UTC")).cast(INSTANT)
    younger = (
        instants.dt.convert_time_zone(source.zone).dt.date()
        - chosen["submitted_at"].dt.convert_time_zone(source.zone).dt.date()
    )
    dates = [name for name, dtype in chosen.schema.items() if dtype == pl.Date]
    number = pl.Series(np.flatnonzero(inside)).cast(pl.String).str.zfill(8)
    made = chosen.with_columns(instants, ("arrival " + number).alias(ID), *(chosen[n] + younger for n in dates))
    made = made.with_columns(pl.Series("person_id", made[ID])) if "person_id" in made.columns else made
    return made, donors


def _midnights(source: Inflow) -> NDArray[np.int64]:
    """Give the instant at which each local day begins; a day of a clock change is taken for 24 hours."""
    zone = ZoneInfo(source.zone)
    days = (source.first + timedelta(days=number) for number in range(len(source.rates)))
    return np.array(
        [micros(datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)) for day in days], dtype=np.int64
    )
