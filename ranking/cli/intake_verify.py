"""``tirage intake verify``: does the bank hold together?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from intake.faults import BankError
from intake.verify import verify as verified
from ranking.cli import intake_bank, terminal, words
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from intake.verify import Verified

READING = Text("Lecture du journal", "Reading the log")


@words.command(
    Text(
        "Vérifie la chaîne depuis le premier événement, les engagements, et chaque table qui découle du journal ; dit "
        "ce qui a été vérifié, et la tête. Statut 1 si quelque chose ne concorde pas.",
        "Verifies the chain from its first event, the commitments, and every table that follows from the log; says "
        "what was checked, and the head. Status 1 if anything disagrees.",
    ),
    "tirage intake verify --bank out/bank.sqlite",
)
@intake_bank.bank
@words.as_json
def verify(address: str, as_json: bool, lang: Lang) -> None:
    """Verify a bank: exit status 0 only if everything agrees."""
    with intake_bank.opened(address) as store, terminal.counting(READING, lang) as progress:
        found = verified(store, progress)
    if as_json:
        terminal.print_json(values(found))
    else:
        show(found, lang)
    if not found.agrees:
        raise BankError(found.findings.faults)


def values(found: Verified) -> dict[str, Any]:
    """Give what was checked as plain values."""
    checks = [{"id": one.id, "count": one.count, "broken": one.broken} for one in found.findings.values()]
    head = found.head
    return {
        "agrees": found.agrees,
        "checks": checks,
        "erased_bodies": found.findings.erased,
        "head": None
        if head is None
        else {"sequence": head.sequence, "at": intake_bank.shown(head.at), "link": head.link.hex()},
    }


def show(found: Verified, lang: Lang) -> None:
    """Print what was checked."""
    columns = Text("Vérifié|Nombre|Fautes", "Checked|Number|Faults").to(lang).split("|")
    made = terminal.table(Text("Banque", "Bank").to(lang), *columns, right=(1, 2))
    for one in found.findings.values():
        broken = f"[red]{number(one.broken, lang)}[/]" if one.broken else "0"
        made.add_row(one.title.to(lang), number(one.count, lang), broken)
    terminal.console().print(made)
    erased = number(found.findings.erased, lang)
    click.echo(
        Text(f"Corps effacés avec leur personne : {erased}", f"Bodies erased with their person: {erased}").to(lang)
    )
    if found.head is not None:
        last, link = number(found.head.sequence, lang), found.head.link.hex()
        click.echo(Text(f"Tête : événement {last}, {link}", f"Head: event {last}, {link}").to(lang))
    if found.agrees:
        click.echo(Text("Tout concorde.", "Everything agrees.").to(lang))
