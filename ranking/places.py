"""Places under ceilings: how many each group has left, and who of a line may still come.

A ceiling is one partition of the pool. Nested and crossed ceilings are several partitions at once: someone comes only
where each of their groups has a place, so the line is gone through one by one, best first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ranking.groups import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ranking.groups import Groups
    from ranking.order import Positions
    from ranking.parts import Ceiling

UNLIMITED = 2**62


@dataclass
class Room:
    """What one ceiling leaves: ``left`` by code of its groups."""

    ceiling: Ceiling
    groups: Groups
    left: list[int]


class Places:
    """What some ceilings leave to one selection. Taking someone uses a place of each of their groups."""

    def __init__(self, rooms: list[Room]) -> None:
        self.rooms = rooms

    def unknown(self, positions: Positions) -> NDArray[np.bool_]:
        """Tell of whom some group is not known: they cannot be taken, for no one could say under which limit."""
        answer = np.zeros(len(positions), dtype=bool)
        for room in self.rooms:
            answer |= room.groups.codes[positions] == UNKNOWN
        return answer

    def open(self, positions: Positions) -> NDArray[np.bool_]:
        """Tell who has a place left in each of their groups."""
        answer = np.ones(len(positions), dtype=bool)
        for room in self.rooms:
            answer &= np.array([left > 0 for left in room.left], dtype=bool)[room.groups.codes[positions]]
        return answer

    def has_room(self, position: int) -> bool:
        """Tell whether one has a place left in each of their groups."""
        return all(room.left[room.groups.codes[position]] > 0 for room in self.rooms)

    def take(self, line: Positions, most: int | None) -> NDArray[np.int64]:
        """Take from a line, best first, up to ``most``, and give the indices of those taken.

        Crossed ceilings have no closed form: each place taken changes who may come after.
        """
        most = len(line) if most is None else most
        hopeful = np.flatnonzero(self.open(line))
        if not most or not len(hopeful):
            return hopeful[:0]
        columns = [room.groups.codes[line[hopeful]].tolist() for room in self.rooms]
        lefts = [room.left for room in self.rooms]
        chosen = _one(columns[0], lefts[0], most) if len(lefts) == 1 else _several(columns, lefts, most)
        return hopeful[chosen]

    def give_back(self, positions: Positions) -> None:
        """Undo the taking of some."""
        for room in self.rooms:
            for code in room.groups.codes[positions].tolist():
                room.left[code] += 1

    def copy(self) -> Places:
        """Give places of their own to somebody who only tries."""
        return Places([Room(room.ceiling, room.groups, list(room.left)) for room in self.rooms])


def _one(codes: list[int], left: list[int], most: int) -> list[int]:
    chosen = []
    for index, code in enumerate(codes):
        if left[code] > 0:
            left[code] -= 1
            chosen.append(index)
            if len(chosen) == most:
                break
    return chosen


def _several(columns: list[list[int]], lefts: list[list[int]], most: int) -> list[int]:
    chosen = []
    for index, codes in enumerate(zip(*columns, strict=True)):
        for left, code in zip(lefts, codes, strict=True):
            if left[code] <= 0:
                break
        else:
            for left, code in zip(lefts, codes, strict=True):
                left[code] -= 1
            chosen.append(index)
            if len(chosen) == most:
                break
    return chosen


def limit_of(ceiling: Ceiling, limits: Mapping[str, int], group: str, used: Mapping[str, int]) -> int:
    """Give the places that a group has in this round: its limit, less what earlier rounds used, or a slice of that."""
    limit = limits.get(group, ceiling.otherwise)
    if limit is None:
        return UNLIMITED
    remaining = max(limit - (used.get(group, 0) if ceiling.carried else 0), 0)
    return remaining // ceiling.rounds_left if ceiling.rounds_left else remaining
