"""Who takes part in a round, by definition: valid, not excluded, and one declaration a person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ranking.verify.calendar import expired
from ranking.verify.outcome_codes import WEIGHT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.verify.facts import Facts
    from ranking.verify.given import Given

Row = tuple[str | None, str | None, str]
EXCLUSION_KEYS = {"id", "title", "where", "declarations", "cite", "author"}


def out_of_the_pool(facts: Facts, given: Given, exclusions: Sequence[Row], order: Sequence[int]) -> dict[int, str]:
    """Find who takes no part, and why: expired, excluded, or a better ranked declaration of the same person.

    Of whom it is not known whether an exclusion of the instruction is for them, the outcome is unknown.
    """
    months, zone = given.regulation.lifecycle.validity_months, ZoneInfo(given.regulation.source.time_zone)
    named = _Named(exclusions)
    unsure = {
        position
        for number in range(len(given.said.get("exclusion", ())))
        for position, answer in enumerate(facts.answers.get(f"exclusion {number}", ()))
        if answer is None
    }
    out: dict[int, str] = {}
    for position in facts.everyone:
        reasons = named.of(facts.ids[position], facts.persons[position])
        if expired(facts.submitted[position], given.extracted_at, months, zone):
            out[position] = "expired"
        elif reasons:
            out[position] = min(reasons, key=WEIGHT.__getitem__)
        elif position in unsure:
            out[position] = "unknown"
    met: set[str] = set()
    for position in order:
        person = facts.persons[position]
        if person and position not in out:
            if person in met:
                out[position] = "duplicate_person"
            met.add(person)
    return out


class _Named:
    """Exclusions by whom they name: a declaration where there is one, else a person, whatever the declaration."""

    def __init__(self, exclusions: Sequence[Row]) -> None:
        self.by_declaration: dict[str, list[str]] = {}
        self.by_person: dict[str | None, list[str]] = {}
        for declaration, person, exclusion in exclusions:
            code = exclusion if exclusion in ("withdrawn", "already_invited") else "excluded"
            if declaration is not None:
                self.by_declaration.setdefault(declaration, []).append(code)
            elif person is not None:
                self.by_person.setdefault(person, []).append(code)

    def of(self, declaration: str, person: str | None) -> list[str]:
        """Give the codes under which a declaration is excluded."""
        return self.by_declaration.get(declaration, []) + self.by_person.get(person, [])


def own_exclusions(facts: Facts, given: Given) -> set[Row]:
    """Give the exclusions that the instruction itself makes: the declarations named, or those that a filter holds."""
    rows: set[Row] = set()
    for number, said in enumerate(given.said.get("exclusion", ())):
        answers = facts.answers.get(f"exclusion {number}")
        named = said.get("declarations", ())
        ids = named if answers is None else [facts.ids[one] for one, yes in enumerate(answers) if yes]
        rows |= {(declaration, None, str(said["id"])) for declaration in ids}
    return rows
