"""How much the order of selections matters: who would be invited if they ran in another one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

from ranking.simulate.rerun import NOBODY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.simulate.rerun import Rerun

MOST_ORDERS = 120
"""All orders are tried up to this many (five selections); beyond, each two neighbours are swapped."""


@dataclass(frozen=True)
class Reordered:
    """An order of selections, by number, and what it changes: who comes in, who leaves, who is taken by another one."""

    order: tuple[int, ...]
    gained: int
    lost: int
    moved: int


@dataclass(frozen=True)
class Orders:
    """Every order that was tried but the instruction's own; ``whole`` tells whether those are all orders."""

    tried: tuple[Reordered, ...]
    whole: bool
    always: int
    ever: int


def orders(rerun: Rerun) -> Orders | None:
    """Try other orders of the selections of a round; None where their order cannot matter."""
    done = rerun.done
    count = len(done.instruction.selections)
    if count < 2 or done.instruction.source.combine != "in_order":
        return None
    own = tuple(range(count))
    base = rerun.by(own)
    always, ever = base != NOBODY, base != NOBODY
    tried = []
    for order in _others(count):
        found = rerun.by(order)
        inside = found != NOBODY
        always, ever = always & inside, ever | inside
        gained, lost = inside & (base == NOBODY), ~inside & (base != NOBODY)
        moved = inside & (base != NOBODY) & (found != base)
        tried.append(Reordered(order, int(gained.sum()), int(lost.sum()), int(moved.sum())))
    return Orders(tuple(tried), _all(count), int(np.sum(always)), int(np.sum(ever)))


def _all(count: int) -> bool:
    total = 1
    for number in range(2, count + 1):
        total *= number
        if total > MOST_ORDERS:
            return False
    return True


def _others(count: int) -> Iterator[tuple[int, ...]]:
    """Give the orders to try: all of them, or each swap of two neighbours."""
    own = tuple(range(count))
    if _all(count):
        yield from (order for order in permutations(own) if order != own)
        return
    for place in range(count - 1):
        yield (*own[:place], place + 1, place, *own[place + 2 :])
