"""``tirage intake expire``: what the law no longer holds valid leaves the bank."""

from __future__ import annotations

import click

from intake.clock import server_clock
from intake.expiry import expire as expired
from intake.writer import Writer
from ranking.cli import intake_bank, terminal, words
from rules import load
from rules.text import Lang, Text, number


@words.command(
    Text(
        "Sort de la banque les déclarations dont la validité est passée, selon la règle du programme. Le service le "
        "fait lui-même chaque heure.",
        "Takes out of the bank the declarations whose validity has passed, by the law of the program. The service "
        "does so itself every hour.",
    ),
    "tirage intake expire --bank out/bank.sqlite --program quebec/pstq",
)
@intake_bank.bank
@words.program
@words.as_json
def expire(address: str, program: str, as_json: bool, lang: Lang) -> None:
    """Expire what is due now."""
    law = load(program)
    with intake_bank.opened(address) as store:
        count = expired(store, Writer(store, server_clock), law, server_clock())
    if as_json:
        terminal.print_json({"program": law.id, "expired": count})
        return
    many = number(count, lang)
    click.echo(
        Text(f"Déclarations expirées, sorties de la banque : {many}", f"Expired, taken out of the bank: {many}").to(
            lang
        )
    )
