"""Places filled in stages, by plain scan: best first, each one taken where every ceiling still has a place for them.

Reserves, floors, tiers and apportioned totals are stages. What the stages could not give someone is their outcome.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from ranking.verify.outcome_codes import WEIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ranking.verify.rooms import Room

OPEN = "open"
Kind = Literal["score", "lot", "arrival"]


@dataclass(frozen=True)
class Contest:
    """One selection to run by definition: its candidates, best first, by score, by lot alone or by arrival.

    ``members`` holds, for each part (tier, reserve, floor, share), the positions known to be of it; ``group`` is that
    of the apportionment.
    """

    said: Mapping[str, Any]
    candidates: Sequence[int]
    scores: Sequence[int]
    kind: Kind = "score"
    rooms: Sequence[Room] = ()
    members: Mapping[str, set[int]] = field(default_factory=dict)
    group: Sequence[str | None] = ()

    @property
    def size(self) -> int:
        """The places of the selection."""
        return int(self.said.get("size") or 0)

    def enough(self, one: int, least: int | None = None) -> bool:
        """Tell whether someone reaches the minimum of the selection, and that of a stage."""
        return all(bar is None or self.scores[one] >= bar for bar in (self.said.get("min_score"), least))

    def equal(self, one: int, other: int) -> bool:
        """Tell whether nothing but the last resort parts two: their points, or in a lot everyone; by arrival nobody."""
        return self.scores[one] == self.scores[other] if self.kind == "score" else self.kind == "lot"

    def open_to(self, one: int) -> bool:
        """Tell whether every ceiling has a place for someone."""
        return all(room.open_to(one) for room in self.rooms)


@dataclass
class Pick:
    """Those taken, in the order of their ranks; the outcome of each candidate who is not; the equals at the cut-off.

    ``closed`` are those not taken for whom some ceiling has no place left when the selection ends.
    """

    taken: list[int]
    outcomes: dict[int, str] = field(default_factory=dict)
    tied: int = 0
    tied_taken: int = 0
    closed: set[int] = field(default_factory=set)


class Filling:
    """The places of a selection while its stages fill them."""

    def __init__(self, contest: Contest) -> None:
        self.contest = contest
        self.place = {one: place for place, one in enumerate(contest.candidates)}
        self.taken: set[int] = set()
        self.said: dict[int, str] = {}
        self.ends: list[tuple[str, int, int]] = []

    def stage(
        self,
        name: str,
        places: int | None,
        members: set[int] | None = None,
        *,
        least: int | None = None,
        ties: str = "key",
        reverts: bool = True,
    ) -> list[int]:
        """Fill ``places`` (None: as many as come) from ``members``, best first; give those taken.

        ``ties``: ``all_in`` takes the equals of the last one too; ``all_out`` takes none of them unless all fit.
        ``reverts``: places that stay empty here are offered again later.
        """
        contest = self.contest
        line = [
            one
            for one in contest.candidates
            if one not in self.taken and (members is None or one in members) and contest.enough(one, least)
        ]
        chosen: list[int] = []
        for one in line:
            if places is not None and len(chosen) >= places:
                break
            if contest.open_to(one):
                self._take(one)
                chosen.append(one)
        filled = places is not None and len(chosen) == places
        last = self.place[chosen[-1]] if chosen else -1
        lost = self._end(name, line, chosen, ties) if filled else self._open_ended(name)
        last = self.place[chosen[-1]] if ties == "all_in" and chosen else last
        self._say(members, least, last, lost, filled=filled, empty=not filled and not reverts)
        return chosen

    def called(self, name: str, members: set[int] | None, called: list[int], *, filled: bool) -> None:
        """Note what a line made of the others, where its people were called one by one, best first."""
        line = [one for one in self.contest.candidates if members is None or one in members]
        rest = [one for one in line if one not in self.taken and self.contest.enough(one)]
        lost = self._end(name, rest, called, "key") if filled else self._open_ended(name)
        last = self.place[called[-1]] if called else -1
        self._say(members, None, last, lost, filled=filled, empty=False)

    def take(self, one: int) -> None:
        """Take one person."""
        self._take(one)

    def _open_ended(self, name: str) -> set[int]:
        """Note a stage whose places did not run out: no equals."""
        self.ends.append((name, 0, 0))
        return set()

    def _take(self, one: int) -> None:
        self.taken.add(one)
        for room in self.contest.rooms:
            room.take(one)

    def _drop(self, one: int) -> None:
        self.taken.discard(one)
        for room in self.contest.rooms:
            room.take(one, -1)

    def _end(self, name: str, line: Sequence[int], chosen: list[int], ties: str) -> set[int]:
        """Decide for the equals of the last one taken; give those who lost for want of a place alone."""
        if not chosen:
            return self._open_ended(name)
        last = chosen[-1]
        hopeful = [one for one in line if one not in self.taken and self.contest.open_to(one)]
        equals = [one for one in hopeful if self.contest.equal(one, last)]
        inside = [one for one in chosen if self.contest.equal(one, last)]
        lost = set(equals)
        if ties == "all_in":
            for one in equals:
                if self.contest.open_to(one):
                    self._take(one)
                    chosen.append(one)
            inside = [one for one in chosen if self.contest.equal(one, last)]
            lost = set()
        elif ties == "all_out" and equals:
            for one in inside:
                self._drop(one)
                chosen.remove(one)
            lost |= set(inside)
            inside = []
        self.ends.append((name, len(inside) + len(lost), len(inside)) if hopeful else (name, 0, 0))
        return lost

    def _say(
        self, members: set[int] | None, least: int | None, last: int, lost: set[int], *, filled: bool, empty: bool
    ) -> None:
        """Note what this stage made of each candidate who is not taken."""
        at = self.contest.candidates[last] if last >= 0 else None
        for place, one in enumerate(self.contest.candidates):
            inside = members is None or one in members
            if not inside:
                if empty or place < last:
                    self._note(one, "reserve_other")
            elif not self.contest.enough(one, least):
                self._note(one, "below_minimum")
            elif one in lost:
                self._note(one, "tie_lost")
            elif not filled or place < last or (at is not None and self.contest.equal(one, at)):
                self._note(one, "ceiling_reached")
            else:
                self._note(one, "below_cut_off")

    def _note(self, one: int, outcome: str) -> None:
        before = self.said.get(one)
        if before is None or WEIGHT[outcome] < WEIGHT[before]:
            self.said[one] = outcome

    def done(self, listed: Sequence[int] | None = None) -> Pick:
        """Give what the stages did together; ``listed`` is the order of the list where it is not the total order."""
        taken = [one for one in self.contest.candidates if one in self.taken] if listed is None else list(listed)
        left = [one for one in self.contest.candidates if one not in self.taken]
        outcomes = {
            one: self.said.get(one, "reserve_other") if self.contest.enough(one) else "below_minimum" for one in left
        }
        ends = [end for end in self.ends if end[0] == OPEN] or self.ends
        tied, tied_taken = ends[-1][1:] if ends else (0, 0)
        return Pick(taken, outcomes, tied, tied_taken, {one for one in left if not self.contest.open_to(one)})
