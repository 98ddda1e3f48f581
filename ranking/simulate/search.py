"""The smallest change that meets a target: an exhaustive search, cheapest first.

Every combination of the steps of the levers is a point of a lattice; its cost is the sum of the costs of its steps.
Combinations are tried in the order of their cost, a whole cost at a time. The first cost at which one meets the target
is the smallest there is, because every cheaper combination was tried: that is the proof. Where ``most`` trials end
before, every combination cheaper than the one reached is known to fail (the bound), and a greedy climb followed by a
descent looks for some combination that meets the target: its cost is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ranking.faults import Fault, TargetError
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Steps = NDArray[np.int32]

LARGEST = 4_000_000
"""Combinations that are put in order in memory: some hundred megabytes."""
BATCH = 256


class Measures(Protocol):
    """Says how far combinations are from a target."""

    def shortfalls(self, steps: Steps) -> Whole:
        """Give, for each row of steps (a column a lever), how far it is from the target: 0 where it meets it."""
        ...


@dataclass(frozen=True, eq=False)
class Lattice:
    """Every combination of the steps of some levers: ``costs[lever][step]``, where step 0 is no change, at no cost."""

    costs: tuple[Whole, ...]

    def __post_init__(self) -> None:
        if len(self) > LARGEST:
            count = Text(number(len(self), "fr"), number(len(self), "en"))
            found = Text(f"{count.fr} combinaisons", f"{count.en} combinations")
            most = Text(number(LARGEST, "fr"), number(LARGEST, "en"))
            expected = Text(f"au plus {most.fr}", f"at most {most.en}")
            write = Text("resserrez les bornes, ou agrandissez step", "narrow the bounds, or widen step")
            raise TargetError([Fault(Text("cible, may", "target, may"), found, expected, write)])

    def __len__(self) -> int:
        return prod(len(one) for one in self.costs)

    @cached_property
    def by_cost(self) -> tuple[Steps, Whole]:
        """Give every combination, the cheapest first, then the one with the smallest steps; and the cost of each."""
        steps = np.indices([len(one) for one in self.costs], dtype=np.int32).reshape(len(self.costs), -1)
        total = np.zeros(steps.shape[1], dtype=np.int64)
        for costs, chosen in zip(self.costs, steps, strict=True):
            total += costs[chosen]
        order = np.argsort(total, kind="stable")
        return steps.T[order], total[order]

    def cost(self, steps: Steps) -> int:
        """Give the cost of one combination."""
        return int(sum(costs[step] for costs, step in zip(self.costs, steps, strict=True)))


@dataclass(frozen=True, eq=False)
class Found:
    """What a search found: the combination, or None; ``cost`` and ``bound``.

    Every combination that costs less than ``bound`` was tried and fails. Where ``proven``, the combination is one of
    the cheapest, or there is none at all. ``equals`` are all those found that meet the target at the same cost.
    """

    steps: Steps | None
    cost: int | None
    bound: int
    proven: bool
    tried: int
    equals: tuple[Steps, ...] = field(default=())


def search(lattice: Lattice, measures: Measures, most: int, told: Callable[[int], None] = lambda _: None) -> Found:
    """Find the cheapest combination that meets a target, trying ``most`` at most before it is bounded from both sides.

    ``told`` is told how many were tried. Of equals, the one whose first levers move least.
    """
    steps, costs = lattice.by_cost
    done = 0
    while done < len(steps) and done < most:
        end = _batch_end(costs, done, min(most, len(steps)))
        met = np.flatnonzero(measures.shortfalls(steps[done:end]) == 0)
        if len(met):
            return _first(lattice, measures, done + int(met[0]))
        done = end
        told(done)
    if done >= len(steps):
        return Found(None, None, int(costs[-1]) + 1, proven=True, tried=done)
    return _bounded(lattice, measures, done)


def _batch_end(costs: Whole, start: int, most: int) -> int:
    """End a batch where a cost ends, unless that is far."""
    ends = int(np.searchsorted(costs, costs[start], side="right"))
    return min(max(ends, start + 1), start + BATCH, most)


def _first(lattice: Lattice, measures: Measures, position: int) -> Found:
    """Gather all that meet the target at the cost of the first that does."""
    steps, costs = lattice.by_cost
    end = int(np.searchsorted(costs, costs[position], side="right"))
    level = steps[position:end]
    met = level[_shortfalls(measures, level) == 0]
    cost = int(costs[position])
    return Found(met[0], cost, cost, proven=True, tried=end, equals=tuple(met))


def _shortfalls(measures: Measures, steps: Steps) -> Whole:
    """Measure combinations, a batch at a time."""
    found = [measures.shortfalls(steps[start : start + BATCH]) for start in range(0, len(steps), BATCH)]
    return np.concatenate([np.zeros(0, dtype=np.int64), *found])


def _bounded(lattice: Lattice, measures: Measures, done: int) -> Found:
    """Climb to some combination that meets the target, then go down as far as it still does."""
    bound = int(lattice.by_cost[1][done])
    reached, tried = _climb(lattice, measures)
    if reached is None:
        return Found(None, None, bound, proven=False, tried=done + tried)
    reached, more = _descend(lattice, measures, reached)
    cost = lattice.cost(reached)
    return Found(reached, cost, bound, proven=cost == bound, tried=done + tried + more, equals=(reached,))


def _climb(lattice: Lattice, measures: Measures) -> tuple[Steps | None, int]:
    """Move the lever that leaves the least shortfall, again and again, until the target is met or nothing helps."""
    here, tried = np.zeros(len(lattice.costs), dtype=np.int32), 1
    left = int(measures.shortfalls(here[None, :])[0])
    while left:
        others = _neighbours(lattice, here)
        found = _shortfalls(measures, others)
        tried += len(others)
        if left <= min(found, default=left):
            return None, tried
        best = int(np.argmin(found))
        here, left = others[best], int(found[best])
    return here, tried


def _descend(lattice: Lattice, measures: Measures, here: Steps) -> tuple[Steps, int]:
    """Take the cheapest neighbour that still meets the target, until there is none."""
    tried = 0
    while True:
        cheaper = _neighbours(lattice, here)
        cheaper = cheaper[np.array([lattice.cost(one) < lattice.cost(here) for one in cheaper], dtype=bool)]
        tried += len(cheaper)
        met = cheaper[_shortfalls(measures, cheaper) == 0]
        if not len(met):
            return here, tried
        here = min(met, key=lattice.cost)


def _neighbours(lattice: Lattice, here: Steps) -> Steps:
    """Give every combination that differs by the step of one lever."""
    found = []
    for lever, costs in enumerate(lattice.costs):
        for step in range(len(costs)):
            if step != here[lever]:
                other = here.copy()
                other[lever] = step
                found.append(other)
    return np.array(found, dtype=np.int32).reshape(-1, len(lattice.costs))
