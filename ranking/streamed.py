"""Scores a pool straight from its files, in memory that does not grow with it, every row checked (``admission``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.admission import Admission
from ranking.pool import strangers
from ranking.scoring import scored

if TYPE_CHECKING:
    from datetime import date, datetime

    from ranking.faults import Fault
    from rules.regulation import Regulation


@dataclass(frozen=True, eq=False)
class ScoredFile:
    """What scoring a file made: how many declarations have each score, and what a reader must know of the pool.

    ``counts`` has ``score`` and ``declarations``, in order. The others are as in ``ranking.Pool``.
    """

    counts: pl.DataFrame
    quarantine: pl.DataFrame
    faults: tuple[Fault, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def scored(self) -> int:
        """How many declarations were scored."""
        return int(self.counts["declarations"].sum())

    @property
    def median(self) -> float | None:
        """The score of the middle declaration, or the mean of the two middle ones; None of nobody."""
        if not self.scored:
            return None
        last = self.counts["declarations"].cum_sum().to_numpy()
        middle = np.searchsorted(last, [(self.scored - 1) // 2, self.scored // 2], side="right")
        return float(self.counts["score"].gather(middle).sum()) / 2


def score_file(
    source: str | Path,
    regulation: Regulation,
    out: str | Path,
    *,
    facts_on: date | None = None,
    extracted_at: datetime | None = None,
    breakdown: bool = True,
    quarantine: bool = False,
) -> ScoredFile:
    """Score the declarations of ``source`` into the Parquet file ``out``, in their order.

    ``source`` is a Parquet file, a folder of them or a pattern (``p-*.parquet``): one pool, in the order of the names.
    Rows and columns are those of ``ranking.score``. Every row is checked as by ``read_pool``: a bad one is a
    PoolError with every fault, and no file is written; with ``quarantine``, bad rows are left out and given back. Rows
    are numbered through all files. Memory grows with the bad rows alone; numbers that are unique but not in rising
    order cost one more reading of their column for every thirty million rows.
    """
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    work = Admission.of(source, regulation, facts_on, extracted_at)

    def write(good: pl.LazyFrame, columns: list[str]) -> None:
        scored(good, columns, regulation, work.facts_on, breakdown=breakdown).sink_parquet(draft)

    try:
        faults, bad = work.through(write, quarantine=quarantine)
        counts = counted(pl.scan_parquet(draft))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return ScoredFile(counts, bad, faults, *strangers(list(work.pieces.schema), regulation))


def check_file(
    source: str | Path,
    regulation: Regulation,
    *,
    facts_on: date | None = None,
    extracted_at: datetime | None = None,
) -> ScoredFile:
    """Check every row of Parquet as ``read_pool`` does, holding no pool; nobody is scored. Raises PoolError."""

    def count(good: pl.LazyFrame, _: list[str]) -> None:
        good.select(pl.len()).collect()

    work = Admission.of(source, regulation, facts_on, extracted_at)
    faults, bad = work.through(count, quarantine=False)
    nobody = counted(pl.LazyFrame(schema={"score": pl.Int32}))
    return ScoredFile(nobody, bad, faults, *strangers(list(work.pieces.schema), regulation))


def counted(scores: pl.LazyFrame) -> pl.DataFrame:
    """Count the declarations at each score, in order."""
    return scores.group_by("score").agg(pl.len().cast(pl.Int64).alias("declarations")).collect().sort("score")
