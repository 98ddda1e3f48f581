"""The curve of size against minimum score: how many a selection would take, and down to which score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

FACTORS = (0.25, 0.5, 0.75, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 3.0)


@dataclass(frozen=True)
class Point:
    """A size that could be asked: how many it takes by the rule of ties, the cut-off, how many have that score."""

    size: int
    taken: int
    cut_off: int | None
    tied: int


def curve(scores: NDArray[np.int32]) -> pl.DataFrame:
    """Give for each score, best first, how many candidates have it (``at``) and have it or more (``at_or_above``)."""
    values, counts = np.unique(scores, return_counts=True)
    frame = pl.DataFrame({"score": values[::-1], "at": counts[::-1]}, schema={"score": pl.Int32, "at": pl.Int64})
    return frame.with_columns(at_or_above=pl.col("at").cum_sum())


def points(scores: NDArray[np.int32], asked: int, ties: str | None) -> list[Point | None]:
    """Give the points of the curve: at each factor of the size asked, then at all candidates; None beyond them."""
    sizes = [*(round(asked * factor) for factor in FACTORS), len(scores)]
    return [point(scores, size, ties) if 0 < size <= len(scores) else None for size in sizes]


def point(scores: NDArray[np.int32], size: int, ties: str | None) -> Point:
    """Count who a size takes. Equals at its end: ``all_in`` takes them all, ``all_out`` none unless they all fit."""
    if not size or not len(scores):
        return Point(size, 0, None, 0)
    ordered = np.sort(scores)[::-1]
    size = min(size, len(ordered))
    cut_off = int(ordered[size - 1])
    above, reached = int((ordered > cut_off).sum()), int((ordered >= cut_off).sum())
    taken = {"all_in": reached, "all_out": reached if reached == size else above}.get(ties or "key", size)
    return Point(size, taken, cut_off, reached - above)
