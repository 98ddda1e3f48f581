"""The one total order of a pool, and the cut-off found in it by counting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rules.regulation import Regulation

    Positions = NDArray[np.int64]

LAST_RESORT = "declaration_id"
REACHED = "score_reached_at"


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
    kind: Literal["score", "lot", "arrival"] = "score"

    @classmethod
    def of(
        cls, frame: pl.DataFrame, scores: pl.Series, regulation: Regulation, reached: pl.Series | None = None
    ) -> Standing:
        """Gather the keys of the program's order from a pool and its scores.

        ``reached`` is when each current score was reached, for an order that asks for it.
        """
        columns = {"score": scores.alias("score"), "submitted_at": frame["submitted_at"]}
        if reached is not None:
            columns[REACHED] = reached.alias(REACHED)
        order = regulation.order
        keys = pl.DataFrame([columns[item.key] for item in order])
        keys = keys.with_columns([c for name, c in columns.items() if name not in keys.columns] + [frame[LAST_RESORT]])
        return cls(keys, tuple(item.direction == "descending" for item in order))

    def by_lot(self, lots: pl.Series, *, alone: bool) -> Standing:
        """Give the order in which lots decide: ``alone``, or between equal scores in place of the other keys."""
        first = [lots.alias("lot")] if alone else [self.keys["score"], lots.alias("lot")]
        rest = [self.keys[name] for name in self.keys.columns if alone or name != "score"]
        return Standing(
            pl.DataFrame([*first, *rest]), (False,) if alone else (True, False), "lot" if alone else "score"
        )

    def by_arrival(self) -> Standing:
        """Give the order of submission, whatever the score."""
        return Standing(self.keys.select("submitted_at", pl.exclude("submitted_at")), (False,), "arrival")

    @property
    def scores(self) -> NDArray[np.int32]:
        """Scores by position."""
        return self.keys["score"].to_numpy()

    def ranked(self, positions: Positions) -> NDArray[np.int64]:
        """Give the places of ``positions`` in the total order, best first: ``positions[ranked]`` is in order."""
        names = list(dict.fromkeys([*self.keys.columns[: len(self.descending)], LAST_RESORT]))
        chosen = self.keys.select(names)[positions].with_row_index("place")
        return chosen.sort(names, descending=[*self.descending, False])["place"].cast(pl.Int64).to_numpy()

    def ordered(self, positions: Positions) -> Positions:
        """Give positions in the total order, best first."""
        found: Positions = positions[self.ranked(positions)]
        return found

    def first(self, positions: Positions) -> int | None:
        """Find the first of some positions in the total order; None of nobody."""
        if not len(positions):
            return None
        if self.kind == "score":
            scores = self.scores[positions]
            positions = positions[scores == scores.max()]
        return int(self.ordered(positions)[0])

    def key(self, position: int) -> dict[str, object]:
        """Give the keys of one declaration, for a receipt."""
        row = self.keys.row(int(position), named=True)
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}


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
