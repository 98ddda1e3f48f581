"""Ahead of a round: what an instruction not yet run contradicts in a ledger, and what earlier rounds owe to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.coherence_places import closed
from ranking.instruction_check import Finding
from ranking.ledger.owed import contribution
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction
    from ranking.ledger.file import Ledger

STATES = {
    "draft": Text("à l’état d’ébauche", "as a draft"),
    "approved_once": Text("approuvée par une personne", "approved by one person"),
    "approved": Text("approuvée par deux personnes", "approved by two people"),
    "released": Text("publiée", "released"),
}


def against(ledger: Ledger, instruction: Instruction) -> tuple[list[Finding], Contribution]:
    """Compare an instruction with a ledger: findings about the whole round, and the contribution to try it with."""
    owed = contribution(ledger, instruction.source.program, instruction.source.extracted_at)
    found = [*_recorded(ledger, instruction), *_ceilings(instruction, owed), *_plan(ledger, instruction)]
    return found, owed


def _recorded(ledger: Ledger, instruction: Instruction) -> Iterator[Finding]:
    """Find the round already recorded: released, it is not run again; else it would be replaced."""
    source = instruction.source
    before = ledger.book.drafts.get(ledger.book.current.get((source.program, source.id), 0))
    if before is None or before.shown not in STATES:
        return
    state = STATES[before.shown]
    said = Text(f"cette ronde est déjà au registre, {state.fr}", f"this round is in the ledger already, {state.en}")
    if before.state == "released":
        yield Finding("contradiction", source.id, said)
        return
    again = Text(f"{said.fr} : --again la remplacerait", f"{said.en}: --again would replace it")
    yield Finding("remark", source.id, again)


def _ceilings(instruction: Instruction, owed: Contribution) -> Iterator[Finding]:
    """Find the selections that only closed groups could fill, once the places of earlier rounds are counted."""
    read = instruction
    faults = closed(read.source, read.conditions, read.parts, read.limits, owed.used, read.regulation, read.source.id)
    for fault in faults:
        place = fault.where.en.rpartition(" ")[2]
        said = Text(f"{fault.found.fr}, selon le registre", f"{fault.found.en}, by the ledger")
        yield Finding("contradiction", place, said)


def _plan(ledger: Ledger, instruction: Instruction) -> Iterator[Finding]:
    """Find sizes that, with the year’s invitations so far, go beyond its plan."""
    program, year = instruction.source.program, instruction.source.law_on.year
    planned = ledger.book.plans.get((program, year))
    if planned is None:
        return
    before = ledger.book.invited_in(program, year)
    asked = sum(selection.size or 0 for selection in instruction.selections)
    said = Text(
        f"plan de {year} : {planned} invitations, {before} déjà faites, {asked} demandées ici",
        f"plan of {year}: {planned} invitations, {before} already made, {asked} asked here",
    )
    yield Finding("contradiction" if before + asked > planned else "remark", instruction.source.id, said)
