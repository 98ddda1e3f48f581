"""Ceilings by definition: the places that each group has, one person taken at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JOIN = "|"
KEYS = {"id", "title", "by", "limits", "limits_from", "otherwise", "carried", "rounds_left"}


@dataclass
class Room:
    """One ceiling while a round runs: the group of each declaration, and how many of each were taken so far."""

    id: str
    group: Sequence[str | None]
    limit: Mapping[str, int]
    otherwise: int | None
    used: Mapping[str, int]
    rounds_left: int | None
    taken: dict[str, int] = field(default_factory=dict)

    def places(self, group: str) -> int | None:
        """Give the places of a group in this round: what earlier rounds left, or its slice; None where no limit is."""
        limit = self.limit.get(group, self.otherwise)
        if limit is None:
            return None
        left = max(limit - self.used.get(group, 0), 0)
        return left if self.rounds_left is None else left // self.rounds_left

    def open_to(self, position: int) -> bool:
        """Tell whether the group of someone has a place left."""
        group = self.group[position]
        if group is None:
            return False
        places = self.places(group)
        return places is None or self.taken.get(group, 0) < places

    def take(self, position: int, places: int = 1) -> None:
        """Use a place of someone's group, or give it back."""
        group = self.group[position]
        if group is not None:
            self.taken[group] = self.taken.get(group, 0) + places


def room_of(
    said: Mapping[str, Any], group: Sequence[str | None], limits: Mapping[str, int], used: Mapping[str, int]
) -> Room:
    """Open a ceiling as the instruction writes it; what earlier rounds used counts where it is carried."""
    carried = used if said.get("carried") else {}
    return Room(str(said["id"]), group, limits, said.get("otherwise"), carried, said.get("rounds_left"))


def group_of(columns: Sequence[Sequence[str | None]]) -> list[str | None]:
    """Join the labels of several columns; unknown where one is unknown."""
    return [None if None in labels else JOIN.join(map(str, labels)) for labels in zip(*columns, strict=True)]
