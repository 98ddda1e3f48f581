"""Filling places in stages: each stage takes, best first, those who may come and for whom the ceilings have room.

Reserves, floors, tiers and apportioned totals are stages. What a stage could not give to someone is their outcome:
a tie, a ceiling, places kept for others, a cut-off, a minimum; where several apply, the first of the list of outcomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ranking.contest import StageRecord, Taken
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ranking.contest import Contest
    from ranking.order import Positions
    from ranking.places import Places

OPEN = "open"
NOTHING = 127


@dataclass
class Stage:
    """A stage that ran. Arrays are in the order of the contest, best first; ``last`` is -1 where nobody was taken."""

    id: str
    members: NDArray[np.bool_]
    enough: NDArray[np.bool_]
    places: int | None
    taken: NDArray[np.int64]
    dropped: NDArray[np.int64]
    tied_out: NDArray[np.int64]
    last: int
    left_empty: bool
    filled: bool
    contested: bool


class Filling:
    """The places of one selection while they are filled."""

    def __init__(self, contest: Contest, places: Places | None = None) -> None:
        self.contest = contest
        self.room = places or contest.places
        ranks = contest.standing.ranked(contest.candidates)
        self.order = ranks
        self.positions = contest.candidates[ranks]
        self.scores = contest.standing.scores[self.positions]
        self.taken = np.zeros(len(ranks), dtype=bool)
        self.stages: list[Stage] = []
        minimum = contest.selection.min_score
        self.allowed = np.ones(len(ranks), dtype=bool) if minimum is None else self.scores >= minimum

    def members(self, part: str) -> NDArray[np.bool_]:
        """Tell, in order, who is of a part; everyone where it has no filter."""
        found = self.contest.of(part)
        return np.ones(len(self.order), dtype=bool) if found is None else found[self.order]

    @cached_property
    def everyone(self) -> NDArray[np.bool_]:
        """All candidates, in order."""
        return np.ones(len(self.order), dtype=bool)

    def count_of(self, members: NDArray[np.bool_]) -> int:
        """Count those taken so far who are of a part."""
        return int((self.taken & members).sum())

    @property
    def count(self) -> int:
        """Count those taken so far."""
        return int(self.taken.sum())

    def stage(
        self,
        name: str,
        places: int | None,
        members: NDArray[np.bool_] | None = None,
        *,
        min_score: int | None = None,
        ties: str | None = "key",
        reverts: bool = True,
    ) -> Stage:
        """Fill ``places`` (None: as many as come) from ``members`` at or above ``min_score``, best first.

        ``ties``: ``all_in`` takes the equals of the last one too, ``all_out`` takes none of them unless all fit; else
        the order decides. ``reverts``: places left empty are offered again by a later stage.
        """
        members = self.everyone if members is None else members
        enough = self.allowed if min_score is None else self.allowed & (self.scores >= min_score)
        line = np.flatnonzero(members & enough & ~self.taken)
        chosen = self._take(line, places)
        filled = places is not None and len(chosen) == places
        empty = not filled and not reverts
        none = chosen[:0]
        made = Stage(name, members, enough, places, chosen, none, none, -1, empty, filled, contested=False)
        if len(chosen):
            made.last = int(chosen[-1])
        if filled and len(chosen):
            self._end_ties(made, self._hopeful(line[line > made.last]), ties)
        self.taken[made.taken] = True
        self.stages.append(made)
        return made

    def _end_ties(self, stage: Stage, hopeful: NDArray[np.int64], ties: str | None) -> None:
        """Decide for the equals of the last one taken; ``hopeful`` are those for whom only a place is missing."""
        stage.contested = len(hopeful) > 0
        equals = hopeful[self._equals(hopeful, stage.last)]
        if ties == "all_in":
            stage.taken = np.concatenate([stage.taken, self._take(equals, None)])
            stage.last = int(stage.taken[-1])
        elif ties == "all_out" and len(equals):
            lost = self._equals(stage.taken, stage.last)
            stage.dropped, stage.taken, stage.tied_out = stage.taken[lost], stage.taken[~lost], equals
            if self.room is not None:
                self.room.give_back(self.positions[stage.dropped])
        else:
            stage.tied_out = equals

    def _equals(self, some: NDArray[np.int64], last: int) -> NDArray[np.bool_]:
        """Tell who of some is the equal of another: has as many points, and in a lot everyone; by arrival, nobody."""
        kind = self.contest.standing.kind
        return self.scores[some] == self.scores[last] if kind == "score" else np.full(len(some), kind == "lot")

    def _take(self, line: NDArray[np.int64], places: int | None) -> NDArray[np.int64]:
        if self.room is None:
            return line[:places]
        return line[self.room.take(self.positions[line], places)]

    def _hopeful(self, equals: NDArray[np.int64]) -> NDArray[np.int64]:
        return equals if self.room is None else equals[self.room.open(self.positions[equals])]

    def add(self, name: str, members: NDArray[np.bool_], taken: NDArray[np.int64], *, filled: bool) -> None:
        """Add a stage whose places were given one by one from ``members``, best first; the taken are marked already."""
        made = Stage(
            name,
            members,
            self.allowed,
            len(taken),
            taken,
            taken[:0],
            taken[:0],
            -1,
            left_empty=False,
            filled=filled,
            contested=False,
        )
        if len(taken):
            made.last = int(taken[-1])
            line = np.flatnonzero(members & self.allowed & ~self.taken)
            if filled:
                self._end_ties(made, self._hopeful(line[line > made.last]), "key")
        self.stages.append(made)

    def done(
        self, *, listed: NDArray[np.int64] | None = None, only_by_floor: Mapping[str, Positions] | None = None
    ) -> Taken:
        """Give what all stages did together. ``listed`` is the order of the list where it is not the total order."""
        chosen = np.flatnonzero(self.taken) if listed is None else listed
        outcomes = np.empty(len(self.order), dtype=np.int8)
        outcomes[self.order] = self._outcomes()
        records = tuple(self._record(stage) for stage in self.stages)
        ends = [record for record in records if record.id == OPEN] or list(records)
        tied, tied_taken = (ends[-1].tied, ends[-1].tied_taken) if ends else (0, 0)
        return Taken(self.positions[chosen], outcomes, tied, tied_taken, records, only_by_floor or {})

    def _outcomes(self) -> NDArray[np.int8]:
        """Say of each candidate, in order, the first outcome that some stage gave them."""
        found = np.full(len(self.order), NOTHING, dtype=np.int8)
        for stage in self.stages:
            found = np.minimum(found, self._said_by(stage))
        found[found == NOTHING] = Outcome.reserve_other
        found[~self.allowed] = Outcome.below_minimum
        found[self.taken] = Outcome.invited
        return found

    def _said_by(self, stage: Stage) -> NDArray[np.int8]:
        at = np.arange(len(self.order))
        said = np.full(len(self.order), NOTHING, dtype=np.int8)
        inside = stage.members & stage.enough
        stopped = inside & ((at < stage.last) | (not stage.filled))
        at_the_cut = (
            inside & stage.filled & (at > stage.last) & (self._equals(at, stage.last) if stage.last >= 0 else False)
        )
        said[inside] = Outcome.below_cut_off
        said[stopped | at_the_cut] = Outcome.ceiling_reached
        said[stage.tied_out] = Outcome.tie_lost
        said[stage.dropped] = Outcome.tie_lost
        said[stage.members & ~stage.enough] = Outcome.below_minimum
        passed = ~stage.members & (stage.left_empty | (at < stage.last))
        said[passed] = Outcome.reserve_other
        return said

    def _record(self, stage: Stage) -> StageRecord:
        cut_off = int(self.scores[stage.taken].min()) if len(stage.taken) else None
        tied = tied_taken = 0
        if stage.contested:
            tied_taken = int(self._equals(stage.taken, stage.last).sum())
            tied = tied_taken + len(stage.tied_out) + len(stage.dropped)
        return StageRecord(stage.id, stage.places, len(stage.taken), cut_off, tied, tied_taken)
