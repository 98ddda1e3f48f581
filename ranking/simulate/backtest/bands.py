"""Pools consistent with a published distribution: exact counts by band, everyone at one end of the band."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.pool import Pool
from ranking.published import BANDS, Band
from ranking.simulate.backtest.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ranking.simulate.backtest.profiles import Profiles

End = Literal["low", "high"]
NOMINEES = BANDS[0]
DAYS_BEFORE = 300
"""Submissions are spread over as many days before the round, so that all are valid."""


def counted(row: Mapping[str, Any]) -> dict[Band, int]:
    """Give the counts of a distribution by band, best first."""
    return {band: int(row[band.column]) for band in BANDS}


def members(counts: Mapping[Band, int], share: float, end: End) -> dict[Band, int]:
    """Count the members of a category in each band under the nominees': their share, rounded towards ``end``."""
    turn = np.floor if end == "low" else np.ceil
    return {band: 0 if band == NOMINEES else min(count, int(turn(share * count))) for band, count in counts.items()}


@dataclass(frozen=True, eq=False)
class BandPools:
    """Builds pools of ``profiles`` in which everyone has the lowest, or the highest, score that one has in the band."""

    profiles: Profiles

    def pool(
        self,
        counts: Mapping[Band, int],
        day: date,
        end: End,
        category: str = "general",
        own: Mapping[Band, int] | None = None,
    ) -> Pool:
        """Build a pool for a round of ``day``: of each band's ``counts``, ``own`` are of ``category``, at ``end``.

        Those above 600 are nominees, and nobody else is. Submissions are distinct and lie before the round.
        """
        rows, member = [], []
        for band, count in counts.items():
            mine = 0 if own is None else own[band]
            for number, inside in ((mine, True), (count - mine, False)):
                if number:
                    rows.append(np.full(number, self._profile(band, end, category, inside=inside and own is not None)))
                    member.append(np.full(number, inside and own is not None))
        index = np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)
        frame = self._at(day)[index].with_columns(_filing(len(index), day))
        occupation = KINDS[category].occupation
        if occupation:
            is_member = pl.lit(pl.Series(np.concatenate(member))) if member else pl.lit(value=False)
            frame = frame.with_columns(
                occupation=pl.when(is_member)
                .then(pl.lit(occupation))
                .otherwise("occupation")
                .cast(frame["occupation"].dtype),
                occupation_canadian_months=pl.when(is_member)
                .then(12)
                .otherwise("occupation_canadian_months")
                .cast(pl.Int16),
            )
        return Pool(frame, frame.clear())

    def ends(self, band: Band, category: str = "general", *, inside: bool = False) -> tuple[int, int]:
        """Give the lowest and the highest score that a profile has in a band."""
        low, high = (self._profile(band, end, category, inside=inside) for end in ("low", "high"))
        return int(self.profiles.score[low]), int(self.profiles.score[high])

    def _profile(self, band: Band, end: End, category: str, *, inside: bool) -> int:
        """Give the profile at one end of a band: of those with the mark of the category, or of those without."""
        mark = KINDS[category].mark
        return self._found(band, end, mark, inside)

    @cache  # noqa: B019 - of one backtest
    def _found(self, band: Band, end: End, mark: str | None, inside: bool) -> int:  # noqa: FBT001 - a key of the cache
        of = self.profiles
        fits = (of.score >= band.low) & (of.score <= band.high) & (of.nominee == (band == NOMINEES))
        if mark is not None:
            fits &= of.marks[mark] == inside
        places = np.flatnonzero(fits)
        scores = of.score[places]
        return int(places[np.argmin(scores) if end == "low" else np.argmax(scores)])

    @cache  # noqa: B019 - of one backtest
    def _at(self, day: date) -> pl.DataFrame:
        return self.profiles.at(day)


def _filing(size: int, day: date) -> list[pl.Expr]:
    """Number declarations and persons, and spread the submissions over the days before."""
    number = pl.int_range(size)
    step = DAYS_BEFORE * 86_400 * 1_000_000 // max(size, 1)
    first = pl.lit(day).cast(pl.Datetime("us")).dt.replace_time_zone("UTC") - pl.duration(days=DAYS_BEFORE)
    return [
        pl.format("B{}", number.cast(pl.String).str.zfill(7)).alias(ID),
        (first + pl.duration(microseconds=number * step)).alias("submitted_at"),
    ]
