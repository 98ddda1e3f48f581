"""Sweeps: thousands of variants of points on one pool, sharing all that does not change. Exact.

The pool is reduced once to kinds (see ``states``). A variant is then a few gathers over the kinds and a count of
scores. Two ways, equal on every test: ``whole`` computes the score of every kind; ``changed`` starts from the base and
moves only the kinds that read a cell which the variant changes. The cheaper is chosen for each variant.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import polars as pl

from ranking.conform import conform
from ranking.order import Standing, cut
from ranking.scoring import score, with_inputs
from ranking.simulate.states import kinds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ranking.simulate.states import Kinds, Node
    from ranking.simulate.variants import Variants
    from rules.regulation import Regulation

    Whole = NDArray[np.int64]

Way = Literal["auto", "whole", "changed"]
LEAST = -(2**40)  # below any points: the largest of nothing
CHEAP = 0.4  # of the kinds: with fewer than this to move, starting from the base is faster (measured)


class Base(NamedTuple):
    """What the law itself makes of the pool: points by block, scores by kind, declarations by score from ``low`` on."""

    blocks: Whole
    scores: Whole
    counts: Whole
    low: int


class PlacesOf(NamedTuple):
    """Where the values of a variant go in one part of the law: cells and columns of its cap, and which values."""

    cells: list[int]
    in_cells: list[int]
    caps: list[int]
    in_caps: list[int]

    @classmethod
    def of(cls, name: str, variants: Variants, found: Kinds) -> PlacesOf:
        """Sort the places of one part."""
        own = [(number, place) for number, place in enumerate(variants.places) if place.part == name]
        cells = [(n, found.criteria[name].offsets[p.table] + p.cell) for n, p in own if p.table is not None]
        caps = [(n, p.cell) for n, p in own if p.table is None]
        return cls([c for _, c in cells], [n for n, _ in cells], [c for _, c in caps], [n for n, _ in caps])


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep, run lazily: one variant at a time, by its number. ``among`` are the rows that take part."""

    pool: pl.DataFrame
    law: Regulation
    variants: Variants
    kinds: Kinds
    among: NDArray[np.bool_]
    standing: Standing
    way: Way = "auto"

    @cached_property
    def _counts(self) -> NDArray[np.float64]:
        """How many of each kind take part: floats, exact far beyond any pool, because counting wants them."""
        counted = np.bincount(self.kinds.of_row[self.among], minlength=len(self.kinds.block))
        return counted.astype(np.float64)

    @cached_property
    def _places(self) -> dict[str, PlacesOf]:
        """Where the values of a variant go, for each part of the law."""
        names = [*self.kinds.criteria, *(node.id for node in self.kinds.root.all())]
        return {name: PlacesOf.of(name, self.variants, self.kinds) for name in names}

    @cached_property
    def _law(self) -> Whole:
        """The law itself, as the values of a variant."""
        return np.array([place.base for place in self.variants.places], dtype=np.int64)

    @cached_property
    def _base(self) -> Base:
        """What the law itself makes of every block and kind, and how often each score comes."""
        blocks = self._blocks(self._law)
        scores = self._whole(blocks, self._law)
        return Base(blocks, scores, *_histogram(scores, self._counts))

    def histogram(self, number: int) -> tuple[Whole, int]:
        """Count the declarations at each score of a variant: counts from the lowest score on, and that score."""
        values, base = self.variants.values[number], self._base
        blocks = self._blocks(values)
        moved = self._moved(blocks)
        if moved is None:
            return _histogram(self._whole(blocks, values), self._counts)
        if not len(moved):
            return base.counts, base.low
        before, after = base.scores[moved], self._whole(blocks, values, moved)
        bottom = min(base.low, int(before.min()), int(after.min()))
        size = 1 + max(base.low + len(base.counts) - 1, int(before.max()), int(after.max())) - bottom
        result = np.zeros(size)
        result[base.low - bottom : base.low - bottom + len(base.counts)] = base.counts
        result -= np.bincount(before - bottom, weights=self._counts[moved], minlength=size)
        result += np.bincount(after - bottom, weights=self._counts[moved], minlength=size)
        return _trimmed(result.astype(np.int64), bottom)

    def _moved(self, blocks: Whole) -> Whole | None:
        """Find the kinds whose block a variant moves, where they are few; None to count every kind anew."""
        root = self.kinds.root.id
        if self.way == "whole" or any(place.part == root for place in self.variants.places):
            return None
        found = np.flatnonzero((blocks != self._base.blocks)[self.kinds.block])
        return found if self.way == "changed" or len(found) < CHEAP * len(self.kinds.block) else None

    def scores(self, number: int) -> pl.Series:
        """Give the score of each declaration of the pool in a variant, in its order."""
        values = self.variants.values[number]
        return self._of_rows(self._whole(self._blocks(values), values))

    def _of_rows(self, scores: Whole) -> pl.Series:
        return pl.Series("score", scores[self.kinds.of_row].astype(np.int32))

    def cut_off(self, number: int, size: int) -> int | None:
        """Find the score at which ``size`` places end; None where there are places for all, or none is asked."""
        counts, low = self.histogram(number)
        from_the_top = np.cumsum(counts[::-1])
        if size <= 0 or not len(counts) or from_the_top[-1] <= size:
            return None
        return low + len(counts) - 1 - int(np.searchsorted(from_the_top, size))

    def taken(self, number: int, size: int) -> Whole:
        """Give the rows that ``size`` places take in a variant, best first; equals by the tie key of the law."""
        return self._taken(self.scores(number), size)

    def _taken(self, scores: pl.Series, size: int) -> Whole:
        among = np.flatnonzero(self.among)
        standing = Standing(self.standing.keys.with_columns(scores.alias("score")), self.standing.descending)
        end = cut(standing.scores[among], size) if len(among) else None
        if end is None:
            return standing.ordered(among)
        above = among[standing.scores[among] > end.score]
        tied = standing.ordered(among[standing.scores[among] == end.score])[: end.places]
        return standing.ordered(np.concatenate([above, tied]))

    def moves(self, number: int, size: int) -> tuple[Whole, Whole]:
        """Give the rows that a variant brings in, and those that it leaves out, with ``size`` places."""
        base = self._taken(self._of_rows(self._base.scores), size)
        new = self.taken(number, size)
        return np.setdiff1d(new, base), np.setdiff1d(base, new)

    def shares(self, number: int, size: int, attribute: str) -> pl.DataFrame:
        """Count those taken by the values of a column: the value, ``law``, ``variant``."""
        base = self._taken(self._of_rows(self._base.scores), size)
        counted = [
            self.pool[attribute].gather(rows).value_counts(name=name).rename({attribute: "value"})
            for name, rows in (("law", base), ("variant", self.taken(number, size)))
        ]
        both = counted[0].join(counted[1], on="value", how="full", coalesce=True, nulls_equal=True)
        return both.with_columns(pl.col("law", "variant").fill_null(0)).sort("value")

    def _blocks(self, values: Whole) -> Whole:
        """Compute the points of each block: of each state, then up the tree of groups, the rest of the root apart."""
        points = {name: self._points(name, values)[states] for name, states in self.kinds.states.items()}
        return self._combined(self.kinds.root, points, values)

    def _points(self, name: str, values: Whole) -> Whole:
        """Compute the points of each state of a criterion."""
        one, of = self.kinds.criteria[name], self._places[name]
        cells, caps = one.cells.copy(), one.caps.copy()
        cells[of.cells] = values[of.in_cells]
        caps[of.caps] = values[of.in_caps]
        points: Whole = (one.reads @ cells).astype(np.int64)
        return np.where(one.applies, np.minimum(points, caps[one.cap]), 0)

    def _combined(self, node: Node, points: dict[str, Whole], values: Whole) -> Whole:
        """Combine what varies in a group, before its cap."""
        parts = [points[name] for name in node.criteria]
        parts += [self._capped(inner, self._combined(inner, points, values), values) for inner in node.nodes]
        parts += [] if node.rest is None else [node.rest]
        nothing = np.full(len(node.cap), LEAST if node.largest else 0, dtype=np.int64)
        return reduce(np.maximum if node.largest else np.add, parts, nothing)

    def _capped(self, node: Node, points: Whole, values: Whole, of: Whole | None = None) -> Whole:
        """Hold points under the cap of a group; ``of`` gives the block of each."""
        if not node.binds:
            return points
        caps, places = node.caps.copy(), self._places[node.id]
        caps[places.caps] = values[places.in_caps]
        return np.minimum(points, caps[node.cap if of is None else node.cap[of]])

    def _whole(self, blocks: Whole, values: Whole, of: Whole | None = None) -> Whole:
        """Give the score of some kinds (all of them): the points of their block and their own rest, under the cap."""
        block = self.kinds.block if of is None else self.kinds.block[of]
        points, rest = blocks[block], self.kinds.rest
        if rest is not None:
            join = np.maximum if self.kinds.root.largest else np.add
            points = join(points, rest if of is None else rest[of])
        return self._capped(self.kinds.root, points, values, block)


def _histogram(scores: Whole, counts: NDArray[np.float64]) -> tuple[Whole, int]:
    if not len(scores):
        return np.zeros(0, dtype=np.int64), 0
    low = int(scores.min())
    return _trimmed(np.bincount(scores - low, weights=counts).astype(np.int64), low)


def _trimmed(counts: Whole, low: int) -> tuple[Whole, int]:
    """Leave out the scores at both ends that nobody has."""
    there = np.flatnonzero(counts)
    if not len(there):
        return np.zeros(0, dtype=np.int64), 0
    return counts[there[0] : there[-1] + 1], low + int(there[0])


def sweep(
    pool: pl.DataFrame,
    law: Regulation,
    variants: Variants,
    *,
    facts_on: date | None = None,
    among: Sequence[bool] | pl.Series | None = None,
    way: Way = "auto",
) -> Sweep:
    """Prepare a sweep of ``variants`` of ``law`` over ``pool``, as ``read_pool`` gives it.

    ``among`` says which rows take part (eligible, valid, of a selection); by default all. Scores of the others are
    computed too, and count nowhere. A value that no table can read is a PoolError.
    """
    day = facts_on or law.day
    scored = score(pool, law, facts_on=day)
    inputs, _ = with_inputs(conform(pool, law, day), law, day)
    found = kinds(inputs.collect(), scored, law, _most(law, variants))
    mask = np.ones(pool.height, dtype=bool) if among is None else pl.Series(among).fill_null(value=False).to_numpy()
    return Sweep(pool, law, variants, found, mask.astype(bool), Standing.of(pool, scored["score"], law), way)


def _most(law: Regulation, variants: Variants) -> dict[str, int]:
    """Bound what each part that varies may give: the largest points of any cell times the readings."""
    most: dict[str, int] = {}
    for part in law.criteria:
        own = [number for number, place in enumerate(variants.places) if place.part == part.id]
        if own:
            cells = [points for table in part.tables for row in table.points for points in (*row, table.outside)]
            largest = max([*cells, int(variants.values[:, own].max(initial=0)), 0])
            most[part.id] = largest * sum(len(table.row_inputs) for table in part.tables)
    return most | {place.part: 0 for place in variants.places if place.part not in most}
