"""The points of blocks and kinds in variants, several variants at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.simulate.kinds import Kinds, Node
    from ranking.simulate.variants import Variants

    Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Moving:
    """What variants make of kinds. ``values`` has a row a variant, a column a place, as in ``Variants``."""

    kinds: Kinds
    variants: Variants

    def blocks(self, values: Whole) -> Whole:
        """Compute the points of each block, a row a variant: up the tree of groups, the rest of the root apart."""
        return self._combined(self.kinds.root, values)

    def _combined(self, node: Node, values: Whole) -> Whole:
        """Combine what varies in a group, before its cap."""
        parts = [self._criterion(name, values) for name in node.criteria]
        parts += [self._capped(inner, values) for inner in node.nodes]
        parts += [] if node.rest is None else [node.rest]
        if not node.criteria and not node.nodes:
            return np.broadcast_to(parts[0] if parts else np.int64(0), (len(values), self.kinds.blocks))
        return reduce(np.maximum if node.largest else np.add, parts)

    def _criterion(self, name: str, values: Whole) -> Whole:
        """Give the points of a criterion to each block: computed once a state."""
        one = self.kinds.criteria[name]
        added = (values[:, list(one.changes)] - self._law[list(one.changes)]) @ one.reads.T
        points = added.astype(np.int64) + one.fixed
        if one.binds:
            points = np.minimum(points, self._caps(name, one.caps, values).take(one.cap, axis=1))
        of_blocks: Whole = points.take(self.kinds.states[name], axis=1)
        return of_blocks

    def _capped(self, node: Node, values: Whole) -> Whole:
        points = self._combined(node, values)
        return np.minimum(points, self.cap(node, values)) if node.binds else points

    def cap(self, node: Node, values: Whole) -> Whole:
        """Give the cap of a group for each block, a row a variant; for all blocks at once where it has one column."""
        caps = self._caps(node.id, node.caps, values)
        return caps if caps.shape[1] == 1 else caps.take(node.cap, axis=1)

    def _caps(self, part: str, caps: Whole, values: Whole) -> Whole:
        """Give the points of a cap, a row a variant, a column a column of it."""
        result = np.repeat(caps[None], len(values), axis=0)
        for number, place in enumerate(self.variants.places):
            if place.part == part and place.table is None:
                result[:, place.cell] = values[:, number]
        return result

    @cached_property
    def _law(self) -> Whole:
        return self.variants.law

    def scores(self, blocks: Whole, values: Whole, block: Whole, rest: Whole) -> Whole:
        """Give the scores of some kinds in one variant: the points of their block and their own rest, under the cap.

        ``blocks`` is one row of what ``blocks`` gives, ``values`` one row of the variants.
        """
        root = self.kinds.root
        scores = blocks.take(block)
        scores = np.maximum(scores, rest) if root.largest else np.add(scores, rest, out=scores)
        if not root.binds:
            return scores
        cap = self.cap(root, values[None])[0]
        held: Whole = np.minimum(scores, cap if len(cap) == 1 else cap.take(block), out=scores)
        return held


@dataclass(frozen=True, eq=False)
class Crowd:
    """Some declarations of a pool, counted by kind: the kinds that are there, and how many of each.

    Counts are floats, exact far beyond any pool, because counting wants them.
    """

    kind: Whole
    block: Whole
    rest: Whole
    counts: NDArray[np.float64]

    @classmethod
    def of(cls, kinds: Kinds, rows: NDArray[np.bool_]) -> Crowd:
        """Count the rows that are true."""
        counted = np.bincount(kinds.of_row[rows], minlength=len(kinds.block)).astype(np.float64)
        there = np.flatnonzero(counted)
        return cls(there, kinds.block[there], kinds.rest[there], counted[there])


def histogram(scores: Whole, counts: NDArray[np.float64]) -> tuple[Whole, int]:
    """Count the declarations at each score: counts from the lowest on, and that score; 0 where there is nobody."""
    if not len(scores):
        return np.zeros(0, dtype=np.int64), 0
    low = int(scores.min())
    return trimmed(np.bincount(scores - low, weights=counts), low)


def trimmed(counts: NDArray[np.float64] | Whole, low: int) -> tuple[Whole, int]:
    """Leave out the scores at both ends that nobody has."""
    there = np.flatnonzero(counts)
    if not len(there):
        return np.zeros(0, dtype=np.int64), 0
    return counts[there[0] : there[-1] + 1].astype(np.int64), low + int(there[0])
