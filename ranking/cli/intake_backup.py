"""``tirage intake backup`` and ``restore``: a copy of a bank, and a bank of a copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from intake.backup import copy, on_server
from intake.faults import BankError
from ranking.cli import intake_bank, terminal, words
from ranking.cli.intake_verify import READING, values
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from intake.verify import Verified


@words.command(
    Text(
        "Copie la banque dans un nouveau fichier, pendant que d’autres y écrivent, puis vérifie la copie. Le secret "
        "des sessions et des billets n’y est pas : gardez-le à part.",
        "Copies the bank to a new file, while others write to it, then verifies the copy. The secret of sessions and "
        "tickets is not in it: keep that apart.",
    ),
    "tirage intake backup --bank out/bank.sqlite --out out/bank-2026-04-27.sqlite",
)
@intake_bank.bank
@words.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False),
    words=Text("Nouveau fichier de la copie.", "New file of the backup."),
)
@words.as_json
def backup(address: str, out: str, as_json: bool, lang: Lang) -> None:
    """Take a backup."""
    _copy(address, out, as_json=as_json, lang=lang)


@words.command(
    Text(
        "Refait une banque à partir d’une copie, et la vérifie ; n’écrase jamais rien. Ce qui a été accepté après la "
        "copie n’y est pas : comparez la tête à la dernière racine publiée.",
        "Makes a bank of a backup, and verifies it; never overwrites anything. What was accepted after the backup is "
        "not in it: compare the head with the last published root.",
    ),
    "tirage intake restore out/bank-2026-04-27.sqlite --bank out/restored.sqlite",
)
@click.argument("file", metavar="BACKUP", type=click.Path())
@intake_bank.bank
@words.as_json
def restore(file: str, address: str, as_json: bool, lang: Lang) -> None:
    """Restore a backup."""
    _copy(file, address, as_json=as_json, lang=lang)


def _copy(source: str, target: str, *, as_json: bool, lang: Lang) -> None:
    for one in (source, target):
        if one.startswith(intake_bank.SERVER):
            raise BankError([on_server(one)])
    with intake_bank.failing(source), terminal.counting(READING, lang) as progress:
        made = copy(Path(source), Path(target), progress)
    if as_json:
        terminal.print_json({"file": target} | values(made))
        return
    click.echo(_said(made, target).to(lang))


def _said(made: Verified, target: str) -> Text:
    head = made.head
    link, last = (head.link.hex(), head.sequence) if head else ("", 0)
    return Text(
        f"Copié et vérifié → {target}\nTête : événement {number(last, 'fr')}, {link}",
        f"Copied and verified → {target}\nHead: event {number(last, 'en')}, {link}",
    )
