"""Counting the declarations at each score, variant by variant, by the cheaper of two ways.

``whole`` counts every kind anew: a gather, an addition and a count for each kind. ``changed`` starts from what the law
itself gives and moves only the kinds of the blocks that the variant moves: it looks at every block, and each kind moved
costs about six times as much, for it is found, taken away from where it was and counted where it is.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import numpy as np

from ranking.simulate.moving import Crowd, Moving, histogram, trimmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Histogram = tuple[Whole, int]

Way = Literal["auto", "whole", "changed"]
Result = TypeVar("Result")
CHEAP = 0.15  # of the kinds: with fewer than this to move, starting from the law is faster (measured: 0.16)
BATCH = 2**15  # points of blocks held at once: what fits the cache of a core
MOST = 16  # variants in a batch


class Base(NamedTuple):
    """What the law itself makes of a crowd: points by block, scores by kind, declarations by score from ``low`` on."""

    blocks: Whole
    scores: Whole
    counts: Whole
    low: int


@dataclass(frozen=True, eq=False)
class Counting:
    """Counts of a crowd under variants."""

    moving: Moving
    crowd: Crowd
    way: Way = "auto"

    @cached_property
    def base(self) -> Base:
        """What the law itself makes of the crowd."""
        law = self.moving.variants.law
        blocks = self.moving.blocks(law[None])[0]
        scores = self.scores(blocks, law)
        return Base(blocks, scores, *histogram(scores, self.crowd.counts))

    @cached_property
    def _held(self) -> tuple[Whole, Whole]:
        """How many kinds of the crowd each block has, and the first of them; kinds are in the order of blocks."""
        held = np.bincount(self.crowd.block, minlength=self.moving.kinds.blocks)
        return held, np.cumsum(held) - held

    @cached_property
    def _root_varies(self) -> bool:
        """Tell whether the cap of the root varies: then a kind may move whose block does not."""
        root = self.moving.kinds.root.id
        return any(place.part == root for place in self.moving.variants.places)

    @cached_property
    def _rest(self) -> tuple[Whole, int]:
        """The rests of the kinds from 0 on, and the least of them."""
        low = int(self.crowd.rest.min(initial=0))
        return self.crowd.rest - low, low

    def scores(self, blocks: Whole, values: Whole) -> Whole:
        """Give the scores of the kinds of the crowd in one variant."""
        return self.moving.scores(blocks, values, self.crowd.block, self.crowd.rest)

    def histogram(self, blocks: Whole, values: Whole) -> Histogram:
        """Count the declarations at each score of one variant: counts from the lowest score on, and that score."""
        moved = self._moved(blocks)
        if moved is not None:
            return self._changed(blocks, values, moved)
        root = self.moving.kinds.root
        if root.largest or root.binds or not len(self.crowd.kind):
            return histogram(self.scores(blocks, values), self.crowd.counts)
        rest, least = self._rest
        low = int(blocks.min())
        scores = (blocks - low).take(self.crowd.block)
        scores += rest
        return trimmed(np.bincount(scores, weights=self.crowd.counts), low + least)

    def _moved(self, blocks: Whole) -> Whole | None:
        """Find the kinds whose block a variant moves, where they are few; None to count every kind anew."""
        if self.way == "whole" or self._root_varies:
            return None
        moved = np.flatnonzero(blocks != self.base.blocks)
        held, first = (of.take(moved) for of in self._held)
        total = int(held.sum())
        if self.way == "auto" and total >= CHEAP * len(self.crowd.kind):
            return None
        found: Whole = np.arange(total) + np.repeat(first - (np.cumsum(held) - held), held)
        return found

    def _changed(self, blocks: Whole, values: Whole, moved: Whole) -> Histogram:
        """Move some kinds from where the law has them to where the variant has them."""
        base, crowd = self.base, self.crowd
        if not len(moved):
            return base.counts, base.low
        before, counts = base.scores[moved], crowd.counts[moved]
        after = self.moving.scores(blocks, values, crowd.block[moved], crowd.rest[moved])
        bottom = min(base.low, int(after.min()))
        size = 1 + max(base.low + len(base.counts) - 1, int(after.max())) - bottom
        result = np.bincount(after - bottom, weights=counts, minlength=size)
        result -= np.bincount(before - bottom, weights=counts, minlength=size)
        result[base.low - bottom : base.low - bottom + len(base.counts)] += base.counts
        return trimmed(result, bottom)

    def each(
        self,
        work: Callable[[int, Whole, Whole], Result],
        threads: int = 1,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Result]:
        """Do ``work`` for every variant, in order: it is given its number, the points of blocks and its values.

        ``progress`` is told how many variants are done, and of how many, after each batch.
        """
        values = self.moving.variants.values
        step = max(1, min(MOST, BATCH // max(self.moving.kinds.blocks, 1)))

        def batch(first: int) -> list[Result]:
            some = values[first : first + step]
            rows = zip(self.moving.blocks(some), some, strict=True)
            return [work(number, blocks, row) for number, (blocks, row) in enumerate(rows, start=first)]

        _ = self.base  # once, not once a thread
        with ThreadPoolExecutor(threads) as pool:
            starts = range(0, len(values), step)
            found = map(batch, starts) if threads == 1 else pool.map(batch, starts)
            for first, results in zip(starts, found, strict=True):
                yield from results
                if progress is not None:
                    progress(min(first + step, len(values)), len(values))


@dataclass(frozen=True)
class RowsOf:
    """Rows sorted by what they are counted by; those numbered ``k`` are from ``starts[k]`` to ``starts[k + 1]``."""

    rows: Whole
    starts: Whole

    @classmethod
    def by(cls, numbers: Whole, rows: Whole, width: int) -> RowsOf:
        """Sort rows by their numbers, which are below ``width``."""
        starts = np.concatenate([[0], np.cumsum(np.bincount(numbers, minlength=width))])
        return cls(rows[np.argsort(numbers, kind="stable")], starts)

    def of(self, some: Whole) -> Whole:
        """Give the rows of some numbers."""
        return np.concatenate([self.rows[:0], *(self.rows[self.starts[k] : self.starts[k + 1]] for k in some.tolist())])


class End(NamedTuple):
    """Where places end: the score, how many are above it and how many at it."""

    score: int
    above: int
    at: int


def end_of(counts: Whole, low: int, size: int) -> End | None:
    """Find where places end in counts from the score ``low`` on; None where there are places for all, or none."""
    from_the_top = np.cumsum(counts[::-1])
    if size <= 0 or not len(counts) or from_the_top[-1] <= size:
        return None
    steps = int(np.searchsorted(from_the_top, size))
    at = int(counts[len(counts) - 1 - steps])
    return End(low + len(counts) - 1 - steps, int(from_the_top[steps]) - at, at)


def first_of(rows: Whole, turn: Whole, places: int) -> Whole:
    """Give the first of some rows, by their turn, in no order; ``places`` is 1 or more."""
    return rows if places >= len(rows) else rows[np.argpartition(turn[rows], places - 1)[:places]]
