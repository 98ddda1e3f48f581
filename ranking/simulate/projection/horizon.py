"""The days of a projection: when its rounds are, and when it ends, in the time zone of the program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ranking.instruction import Instruction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
MONTH = 365.25 / 12 * DAY


@dataclass(frozen=True)
class Horizon:
    """The instants of the rounds, and the end; ``zone`` is that of the program."""

    rounds: tuple[datetime, ...]
    end: datetime
    zone: str

    @property
    def begins(self) -> datetime:
        """The instant of the first round, at which the pool is taken as it is."""
        return self.rounds[0]

    @property
    def days(self) -> tuple[date, ...]:
        """The local days of the rounds."""
        return tuple(one.astimezone(ZoneInfo(self.zone)).date() for one in self.rounds)


def horizon(instruction: Instruction, start: date, months: int, every: int | None = None) -> Horizon:
    """Put rounds on ``start`` and the same day of each month after it, or every so many days, for ``months``.

    At the local hour of the instruction's extraction. A month without that day has its round on its last day.
    """
    zone = instruction.regulation.source.time_zone
    hour = instruction.source.extracted_at.astimezone(ZoneInfo(zone)).timetz()
    last = months_after(start, months)
    if every is None:
        days = [months_after(start, number) for number in range(months)]
    else:
        days = [start + timedelta(days=step) for step in range(0, (last - start).days, every)]
    return Horizon(tuple(datetime.combine(day, hour) for day in days), datetime.combine(last, hour), zone)


def months_after(day: date, months: int) -> date:
    """Give the same day so many months later; the last of the month where it has no such day."""
    month = day.month - 1 + months
    first = date(day.year + month // 12, month % 12 + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def micros(at: datetime) -> int:
    """Give an instant as microseconds since 1970."""
    return (at.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def microseconds(instants: pl.Series) -> NDArray[np.int64]:
    """Give a column of instants as microseconds since 1970."""
    found: NDArray[np.int64] = instants.dt.cast_time_unit("us").to_physical().cast(pl.Int64).to_numpy()
    return found
