"""``tirage round approve`` and ``release``: two people, then the invitations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import recorded, terminal, words
from ranking.ledger import rounds
from ranking.ledger.file import check_path, opened
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from datetime import datetime

    from ranking.ledger.book import Draft
    from ranking.ledger.file import Ledger

FOLDER = click.argument("folder", type=click.Path())


@words.command(
    Text(
        "Approuve une ronde enregistrée ; deux personnes doivent le faire avant qu’elle soit publiée.",
        "Approves a recorded round; two people must before it is released.",
    ),
    'tirage round approve out/r1 --ledger out/l.duckdb --by "A. Tremblay"',
)
@FOLDER
@recorded.ledger_file
@words.option(
    "--by", required=True, metavar="NAME", words=Text("Nom de la personne qui approuve.", "Name of who approves.")
)
@recorded.at
@words.as_json
def approve(folder: str, ledger: str, by: str, at: datetime | None, as_json: bool, lang: Lang) -> None:
    """Approve a round."""
    check_path(Path(ledger))
    with opened(Path(ledger), write=True) as book:
        entry = rounds.approve(book, Path(folder), by, at or recorded.now())
        _report(book, book.book.drafts[entry.body["draft"]], as_json, lang)


@words.command(
    Text(
        "Publie une ronde que deux personnes ont approuvée : à partir de là, ses personnes sont invitées.",
        "Releases a round that two people approved: from then on its people are invited.",
    ),
    "tirage round release out/r1 --ledger out/l.duckdb",
)
@FOLDER
@recorded.ledger_file
@recorded.override
@recorded.by
@recorded.at
@words.as_json
def release(
    folder: str, ledger: str, override: str | None, by: str | None, at: datetime | None, as_json: bool, lang: Lang
) -> None:
    """Release a round."""
    reason = recorded.overriding(override, by, lang)
    check_path(Path(ledger))
    with opened(Path(ledger), write=True) as book:
        entry = rounds.release(book, Path(folder), at or recorded.now(), reason)
        _report(book, book.book.drafts[entry.body["draft"]], as_json, lang)


def _report(ledger: Ledger, draft: Draft, as_json: bool, lang: Lang) -> None:
    """Say what the round now is, and the head of the ledger."""
    if as_json:
        terminal.print_json(report(ledger, draft))
        return
    state = STATES[draft.shown].to(lang)
    click.echo(
        Text(
            f"Ronde {draft.round}, {draft.program} : {state}. {number(len(draft.people), lang)} personnes.\n"
            f"Tête du registre : {ledger.head}",
            f"Round {draft.round}, {draft.program}: {state}. {number(len(draft.people), lang)} people.\n"
            f"Head of the ledger: {ledger.head}",
        ).to(lang)
    )


def report(ledger: Ledger, draft: Draft) -> dict[str, Any]:
    """Give what the round now is, as plain values."""
    return {
        "program": draft.program,
        "round": draft.round,
        "state": draft.shown,
        "approvals": draft.approvals,
        "invited": len(draft.people),
        "receipt": draft.fingerprint,
        "head": ledger.head,
    }


STATES = {
    "draft": Text("ébauche", "draft"),
    "approved_once": Text("approuvée par une personne", "approved by one person"),
    "approved": Text("approuvée par deux personnes", "approved by two people"),
    "released": Text("publiée", "released"),
    "replaced": Text("remplacée", "replaced"),
    "void": Text("annulée", "void"),
}
