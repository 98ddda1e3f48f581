"""A list of which every prefix holds a share of members: place after place, as Parcoursup calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ranking.filling import OPEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.contest import Taken
    from ranking.filling import Filling

BOTH = "both"


class Prefix:
    """The list while it grows. A line for each share, one for those of both and one for all, each gone through once."""

    def __init__(self, filling: Filling, percents: Mapping[str, int]) -> None:
        self.filling = filling
        self.percents = percents
        self.of = {name: filling.members(name) for name in percents}
        if len(percents) == 2:
            first, second = self.of.values()
            self.of[BOTH] = first & second
        self.of[OPEN] = filling.everyone
        self.lines = {name: np.flatnonzero(of & filling.allowed).tolist() for name, of in self.of.items()}
        self.at = dict.fromkeys(self.of, 0)
        self.called: dict[str, list[int]] = {name: [] for name in self.of}

    def fill(self, size: int) -> Taken:
        """Call ``size`` people, or as many as there are."""
        listed: list[int] = []
        counts = dict.fromkeys(self.percents, 0)
        while len(listed) < size and (step := self._step(counts, len(listed) + 1)) is not None:
            name, index = step
            self._call(name, index)
            listed.append(index)
            counts = {share: count + bool(self.of[share][index]) for share, count in counts.items()}
        for name, called in self.called.items():
            self.filling.add(name, self.of[name], np.array(called, dtype=np.int64), filled=len(listed) == size)
        return self.filling.done(listed=np.array(listed, dtype=np.int64))

    def _step(self, counts: Mapping[str, int], place: int) -> tuple[str, int] | None:
        """Find whose turn it is: of the share that binds, of both where two bind, or of all."""
        binding = [
            share
            for share, percent in self.percents.items()
            if counts[share] * 100 < percent * place and self._next(share) is not None
        ]
        turns = [BOTH, *binding, OPEN] if len(binding) == 2 else [*binding, OPEN]
        return next(((name, index) for name in turns if (index := self._next(name)) is not None), None)

    def _next(self, name: str) -> int | None:
        """Find the first of a line who is not called and has room; who has none now will have none later."""
        line = self.lines[name]
        while self.at[name] < len(line):
            index: int = line[self.at[name]]
            if not self.filling.taken[index] and self._has_room(index):
                return index
            self.at[name] += 1
        return None

    def _has_room(self, index: int) -> bool:
        room = self.filling.room
        return room is None or room.has_room(int(self.filling.positions[index]))

    def _call(self, name: str, index: int) -> None:
        self.filling.taken[index] = True
        if self.filling.room is not None:
            self.filling.room.take(self.filling.positions[index : index + 1], 1)
        self.called[name].append(index)
