"""What is compared: the lists of the folder beside the facts of the pool and the round by definition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from ranking.verify.contests import grouped_by
from ranking.verify.expected import Expected, expect
from ranking.verify.facts import Facts, gather
from ranking.verify.history import reached

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from ranking.verify.archive import Archive
    from ranking.verify.given import Given


class Invited(NamedTuple):
    """A row of the list of invitations, with the position of its declaration in the pool; None where it has none."""

    selection: str
    rank: int
    declaration: str
    person: str | None
    score: int
    submitted: datetime
    position: int | None


@dataclass(frozen=True)
class Case:
    """A round to be proven."""

    archive: Archive
    given: Given
    facts: Facts
    round: Expected

    @cached_property
    def positions(self) -> dict[str, int]:
        """Positions in the pool, by number of declaration."""
        return {number: position for position, number in enumerate(self.facts.ids)}

    @cached_property
    def invited(self) -> list[Invited]:
        """The invitations of the folder, by selection and rank."""
        names = ["selection", "rank", "declaration_id", "person_id", "score", "submitted_at"]
        rows = self.archive.invitations.select(names).sort("selection", "rank", "declaration_id").rows()
        return [Invited._make((*row, self.positions.get(row[2]))) for row in rows]

    @cached_property
    def lists(self) -> dict[str, list[Invited]]:
        """The invitations of each selection of the instruction, by rank."""
        lists: dict[str, list[Invited]] = {str(said["id"]): [] for said in self.given.selections}
        for row in self.invited:
            lists.setdefault(row.selection, []).append(row)
        return lists

    @cached_property
    def told(self) -> dict[int, tuple[str, str | None]]:
        """The outcome and selection that the folder tells of each declaration of the pool, by position."""
        rows = self.archive.outcomes.select("declaration_id", "outcome", "selection").rows()
        return {self.positions[number]: (out, where) for number, out, where in rows if number in self.positions}

    @cached_property
    def lots(self) -> dict[str, dict[int, str]]:
        """The lots of each selection that draws any, computed again, by position; none under its minimum."""
        return {
            chosen.name: self.round.draw.drawn(chosen.said, chosen.candidates)
            for chosen in self.round.chosen
            if chosen.pick is not None and self.by_lot(chosen.said)
        }

    @staticmethod
    def by_lot(said: dict[str, Any]) -> bool:
        """Tell whether lots decide anything in a selection."""
        return said.get("ties") == "lot" or said.get("order") == "lot"

    def taken(self, name: str) -> list[int]:
        """Give the positions that a selection of the folder took, by rank."""
        return [row.position for row in self.lists.get(name, []) if row.position is not None]


def open_case(archive: Archive, given: Given, pool: pl.DataFrame) -> Case:
    """Recompute the facts of a pool and run its round by definition."""
    facts = gather(pool, given, given.conditions(), grouped_by(given))
    if archive.history is not None:
        facts = replace(facts, reached=reached(facts, given, archive.history))
    return Case(archive, given, facts, expect(facts, given, archive.excluded, archive.receipt["ledger"]["used"]))
