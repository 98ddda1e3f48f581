"""The one total order of a pool, and the cut-off found in it by counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rules.regulation import Regulation

    Positions = NDArray[np.int64]

LAST_RESORT = "declaration_id"


class Cut(NamedTuple):
    """Where a count of places ends: everyone above ``score`` is in, ``places`` are left for those at ``score``."""

    score: int
    places: int


@dataclass(frozen=True)
class Standing:
    """The keys by which declarations are ordered. Scores are whole numbers and no key is null.

    The order is the program's (``score`` descending, ``submitted_at`` ascending), then ``declaration_id`` by its UTF-8
    bytes: a last resort that the law does not give, which makes the order total whatever the row order of the pool.
    """

    keys: pl.DataFrame
    descending: tuple[bool, ...]

    @classmethod
    def of(cls, frame: pl.DataFrame, scores: pl.Series, regulation: Regulation) -> Standing:
        """Gather the keys of the program's order from a pool and its scores."""
        columns = {"score": scores.alias("score"), "submitted_at": frame["submitted_at"]}
        order = regulation.order
        keys = pl.DataFrame([columns[item.key] for item in order])
        keys = keys.with_columns([c for name, c in columns.items() if name not in keys.columns] + [frame[LAST_RESORT]])
        return cls(keys, tuple(item.direction == "descending" for item in order))

    @property
    def scores(self) -> NDArray[np.int32]:
        """Scores by position."""
        return self.keys["score"].to_numpy()

    def ordered(self, positions: Positions) -> Positions:
        """Give positions in the total order, best first."""
        names = [*self.keys.columns[: len(self.descending)], LAST_RESORT]
        chosen = self.keys.select(names)[positions].with_columns(pl.Series("position", positions))
        ordered = chosen.sort(names, descending=[*self.descending, False])
        return ordered["position"].to_numpy()

    def key(self, position: int) -> dict[str, object]:
        """Give the keys of one declaration, for a receipt."""
        row = self.keys.row(int(position), named=True)
        return {**row, "submitted_at": row["submitted_at"].isoformat()}


def cut(scores: NDArray[np.int32], size: int) -> Cut | None:
    """Find by counting the score at which ``size`` places end; None when there are places for all."""
    if size >= len(scores):
        return None
    lowest = int(scores.min())
    from_the_top = np.cumsum(np.bincount(scores - lowest)[::-1])
    steps = int(np.searchsorted(from_the_top, max(size, 1)))
    score = lowest + len(from_the_top) - 1 - steps
    above = int(from_the_top[steps - 1]) if steps else 0
    return Cut(score, size - above)
