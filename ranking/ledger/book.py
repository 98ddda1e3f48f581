"""The book: what the entries so far amount to. It is the same for whoever writes the next entry and whoever verifies.

A round is a draft; two different people approve it; then it is released, and only then are people invited.
An invitation is open, accepted, declined, expired (no answer), withdrawn (by the person) or cancelled (made in error).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ranking.ledger.rows import answers, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.ledger.chain import Entry

Key = tuple[str, str]
Counts = dict[str, int]

# What may follow each state of an invitation.
AFTER = {
    "open": ("accepted", "declined", "expired", "withdrawn", "cancelled"),
    "accepted": ("withdrawn", "cancelled"),
    "declined": ("cancelled",),
    "expired": ("cancelled",),
    "withdrawn": (),
    "cancelled": (),
}
ANSWERS = AFTER["open"]
HOLDING = ("open", "accepted")
OUT_AT_ONCE = ("accepted", "withdrawn")


@dataclass
class Invitation:
    """One person invited by a released round, and the answers so far with their instants, oldest first."""

    draft: int
    selection: str
    declaration_id: str
    person_id: str | None
    invited_at: datetime
    answers: list[tuple[str, datetime]] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The last answer, or ``open``."""
        return self.answers[-1][0] if self.answers else "open"

    def status_at(self, instant: datetime) -> str:
        """Give the state that counts at an extraction.

        What takes a person out counts as soon as it is known; what brings one back, only from its instant on.
        """
        known = [answer for answer, at in self.answers if at <= instant or answer in OUT_AT_ONCE]
        return known[-1] if known else "open"


@dataclass
class Draft:
    """A round as recorded by the entry ``number``. ``state``: draft, released, replaced or void."""

    number: int
    program: str
    round: str
    year: int
    fingerprint: str
    people: list[tuple[str, int, str, str | None]]
    ceilings: dict[str, dict[str, Any]]
    returns: dict[str, str]
    approvals: list[str] = field(default_factory=list)
    state: str = "draft"
    invitations: list[Invitation] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The state with its approvals, as the view ``rounds`` has it."""
        if self.state != "draft" or not self.approvals:
            return self.state
        return "approved" if len(self.approvals) >= 2 else "approved_once"


class Book:
    """All that is known after some entries: drafts by number, invitations, ceilings used, plans."""

    def __init__(self) -> None:
        self.drafts: dict[int, Draft] = {}
        self.current: dict[Key, int] = {}
        self.invitations: dict[tuple[int, str], Invitation] = {}
        self.plans: dict[tuple[str, int], int] = {}
        self._of: defaultdict[tuple[str, str, str], list[Invitation]] = defaultdict(list)

    def note(self, entry: Entry) -> None:
        """Take an entry in, whatever it says; ``refusals`` tells whether it may follow."""
        match entry.kind:
            case "draft":
                self._draft(entry)
            case "approved":
                self.drafts[entry.body["draft"]].approvals.append(entry.body["by"])
            case "released":
                self._release(entry)
            case "answers":
                for draft, declaration, _, answer, at in answers(entry.body["answers"]):
                    self.invitations[draft, declaration].answers.append((answer, datetime.fromisoformat(at)))
            case "correction":
                self._correct(entry)
            case "plan":
                self.plans[entry.body["program"], entry.body["year"]] = entry.body["invitations"]

    def _draft(self, entry: Entry) -> None:
        body = entry.body
        key = (body["program"], body["round"])
        before = self.drafts.get(self.current.get(key, 0))
        if before is not None and before.state == "draft":
            before.state = "replaced"
        returns = {name: said["rule"] for name, said in body["returns"].items()}
        year = int(body["receipt"]["law_on"][:4])
        people = listed(body["invitations"])
        found = Draft(entry.number, *key, year, body["fingerprint"], people, body["ceilings"], returns)
        self.drafts[entry.number] = found
        self.current[key] = entry.number

    def _release(self, entry: Entry) -> None:
        draft = self.drafts[entry.body["draft"]]
        draft.state = "released"
        for selection, _, declaration, person in draft.people:
            self._invite(draft, selection, declaration, person, entry.at)

    def _invite(self, draft: Draft, selection: str, declaration: str, person: str | None, at: datetime) -> None:
        found = Invitation(draft.number, selection, declaration, person, at)
        draft.invitations.append(found)
        self.invitations[draft.number, declaration] = found
        self._of[draft.program, "declaration", declaration].append(found)
        if person:
            self._of[draft.program, "person", person].append(found)

    def _correct(self, entry: Entry) -> None:
        draft = self.drafts[entry.body["draft"]]
        if entry.body["remedy"] == "void":
            draft.state = "void"
            for invitation in draft.invitations:
                invitation.answers.append(("cancelled", entry.at))
        for selection, _, declaration, person in listed(entry.body["invitations"]):
            self._invite(draft, selection, declaration, person, entry.at)

    def invited_before(self, program: str, declaration: str, person: str | None) -> list[Invitation]:
        """Find the earlier invitations of a declaration, or of the person of that number."""
        found = list(self._of.get((program, "declaration", declaration), ()))
        return found + (self._of.get((program, "person", person), []) if person else [])

    def released(self, program: str) -> Iterator[Draft]:
        """Give the released rounds of a program, oldest first."""
        return (d for d in self.drafts.values() if d.program == program and d.state == "released")

    def used(self, program: str) -> dict[str, Counts]:
        """Count the places used of each ceiling that is carried over rounds, by group."""
        total: dict[str, Counts] = {}
        for draft in self.released(program):
            for ceiling, said in draft.ceilings.items():
                if said["carried"]:
                    groups = total.setdefault(ceiling, {})
                    for group, places in said["places"].items():
                        groups[group] = groups.get(group, 0) + places
        return total

    def invited_in(self, program: str, year: int) -> int:
        """Count the invitations of the released rounds of a year."""
        return sum(len(draft.invitations) for draft in self.released(program) if draft.year == year)
