"""The ceilings of a round: what each group may still have, from the limits, the ledger and the slice of the round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.coherence_places import binding, closed
from ranking.faults import RoundError
from ranking.groups import Groups
from ranking.places import Places, Room, limit_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from ranking.instruction import Instruction
    from ranking.selection import Selection


class Ceilings:
    """The ceilings of a round while its selections run, one room a ceiling, shared by the selections that it binds."""

    def __init__(self, instruction: Instruction, answers: pl.DataFrame, used: Mapping[str, Mapping[str, int]]) -> None:
        source = instruction.source
        self.source = source
        self.before = {one.id: dict(used.get(one.id, {})) if one.carried else {} for one in source.ceiling}
        faults = closed(
            source,
            instruction.conditions,
            instruction.parts,
            instruction.limits,
            used,
            instruction.regulation,
            source.id,
        )
        if found := list(faults):
            raise RoundError(found)
        self.rooms: dict[str, Room] = {}
        self.given: dict[str, list[int]] = {}
        for one in source.ceiling:
            groups = Groups.of(answers[f"ceiling {one.id}"])
            limits, before = instruction.limits[one.id], self.before[one.id]
            left = [limit_of(one, limits, group, before) for group in groups.labels]
            self.rooms[one.id] = Room(one, groups, left)
            self.given[one.id] = list(left)

    def places(self, selection: Selection) -> Places | None:
        """Give what the ceilings leave to a selection; None where none binds it."""
        rooms = [self.rooms[one.id] for one in binding(self.source, selection)]
        return Places(rooms) if rooms else None

    @property
    def used(self) -> dict[str, dict[str, int]]:
        """Count the places used by group: this round's, and the ledger's where a ceiling is carried."""
        found = {}
        for name, room in self.rooms.items():
            counts = dict(self.before[name])
            for group, given, left in zip(room.groups.labels, self.given[name], room.left, strict=True):
                if given != left:
                    counts[group] = counts.get(group, 0) + given - left
            found[name] = dict(sorted(counts.items()))
        return found
