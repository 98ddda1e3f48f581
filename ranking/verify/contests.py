"""From an instruction and the facts to the contests that its definitions run: order, members, ceilings, lots."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ranking.verify.definitions import PARTS, NotVerifiedError
from ranking.verify.lottery import best_ticket, lot, systematic
from ranking.verify.rooms import KEYS, Room, group_of, room_of
from ranking.verify.stages import Contest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ranking.verify.facts import Facts
    from ranking.verify.given import Given
    from ranking.verify.stages import Kind

Said = dict[str, Any]


@dataclass
class Draw:
    """What all contests of a round share: its facts, its ceilings, and the place of each one in the total order."""

    given: Given
    facts: Facts
    place: Sequence[int]
    used: Mapping[str, Mapping[str, int]]
    rooms: dict[str, Room] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for ceiling in self.given.said.get("ceiling", ()):
            self.rooms[ceiling["id"]] = self._room(ceiling)

    def _room(self, said: Said) -> Room:
        limits = dict(said.get("limits", {})) | self.given.limits_from(said.get("limits_from"))
        return room_of(said, self.groups(said["by"]), limits, self.used.get(said["id"], {}))

    def groups(self, by: str | list[str]) -> list[str | None]:
        """Give the group of each declaration: its labels, joined; unknown where one is."""
        columns = [self.facts.values.get(name) for name in ([by] if isinstance(by, str) else by)]
        nobody: list[str | None] = [None] * len(self.facts.ids)
        return group_of([nobody if column is None else column for column in columns])

    def binding(self, said: Said) -> list[Room]:
        """Give the ceilings that bind a selection: those that it names, else all."""
        return [self.rooms[name] for name in said.get("ceilings", self.rooms)]

    def unplaced(self, said: Said, candidates: Sequence[int]) -> set[int]:
        """Find those of whom some group is not known: under a ceiling, in an apportionment, or for a weight."""
        groups = [room.group for room in self.binding(said)]
        groups += [self.groups(said[key]["by"]) for key in ("apportion", "weights") if key in said]
        return {one for one in candidates if any(group[one] is None for group in groups)}

    def contest(self, said: Said, number: int, candidates: Sequence[int]) -> Contest:
        """Put the candidates of a selection in its order, with what limits them."""
        line, kind = self._line(said, candidates)
        members = {
            part["id"]: {one for one in candidates if self.facts.answers[f"selection {number} {part['id']}"][one]}
            for parts in PARTS
            for part in said.get(parts, ())
            if "where" in part
        }
        group = self.groups(said["apportion"]["by"]) if "apportion" in said else ()
        return Contest(said, line, self.facts.scores, kind, self.binding(said), members, group)

    def _line(self, said: Said, candidates: Sequence[int]) -> tuple[list[int], Kind]:
        facts = self.facts
        if said["mechanism"] == "first_come":
            return sorted(candidates, key=lambda one: (facts.submitted[one], facts.ids[one].encode())), "arrival"
        if said.get("order") != "lot" and said.get("ties") != "lot":
            return sorted(candidates, key=self.place.__getitem__), "score"
        lots = self.drawn(said, candidates)
        last = max(lots.values(), default="") + "~"
        if said.get("order") == "lot":
            return sorted(candidates, key=lambda one: (lots.get(one, last), facts.ids[one].encode())), "lot"
        line = sorted(candidates, key=lambda one: (-facts.scores[one], lots.get(one, last), facts.ids[one].encode()))
        return line, "score"

    def drawn(self, said: Said, candidates: Sequence[int]) -> dict[int, str]:
        """Give the lots of those candidates who hold one: whoever is under the minimum of the selection does not."""
        least, scores = said.get("min_score"), self.facts.scores
        return self.lots(said, [one for one in candidates if least is None or scores[one] >= least])

    def lots(self, said: Said, candidates: Sequence[int]) -> dict[int, str]:
        """Give the text by which lots order some candidates, smaller first; ``0`` before it in a sample, else ``1``."""
        seed, round_id, selection = self.seed, str(self.given.said["id"]), str(said["id"])
        if "weights" not in said:
            return {one: lot(seed, round_id, selection, self.person(one)) for one in candidates}
        weights = self.groups(said["weights"]["by"])
        of = said["weights"]["of"]
        weight = {one: int(of[label]) for one in candidates if (label := weights[one]) is not None and label in of}
        if len(weight) < len(candidates):
            raise NotVerifiedError("weights.of")
        if said.get("meaning") == "tickets":
            return {one: best_ticket(seed, round_id, selection, self.person(one), weight[one]) for one in candidates}
        people = [(self.person(one), weight[one]) for one in candidates]
        drawn = systematic(seed, round_id, selection, people, int(said["size"]))
        mark = {one: "0" if self.person(one) in drawn else "1" for one in candidates}
        return {one: mark[one] + lot(seed, round_id, selection, self.person(one)) for one in candidates}

    def person(self, one: int) -> str:
        """Name the person of a declaration for their lot; whoever has no number is their declaration."""
        return self.facts.persons[one] or self.facts.ids[one]

    @property
    def seed(self) -> str:
        """The seed of the lots."""
        seed = self.given.said.get("seed", {}).get("value")
        if not seed:
            raise NotVerifiedError("seed")
        return str(seed)


def unknown_ceilings(given: Given) -> list[str]:
    """Name what the ceilings of an instruction ask for that no definition here covers."""
    return [f"ceiling.{key}" for one in given.said.get("ceiling", ()) for key in sorted(set(one) - KEYS)]


def grouped_by(given: Given) -> set[str]:
    """Name the columns by which ceilings, apportionments and weights group people, and the region, to test lots."""
    said = [one["by"] for one in given.said.get("ceiling", ())]
    said += [one[key]["by"] for one in given.selections for key in ("apportion", "weights") if key in one]
    return {"region", *(name for by in said for name in ([by] if isinstance(by, str) else by))}
