"""A ledger as tables that a person reads."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from ranking.cli import terminal
from ranking.cli.release import STATES, report
from rules.text import Lang, Text, number
from rules.titles import colon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from ranking.ledger.book import Draft
    from ranking.ledger.check import Checked
    from ranking.ledger.file import Ledger

ANSWERS = {
    "open": Text("en attente", "open"),
    "accepted": Text("acceptées", "accepted"),
    "declined": Text("déclinées", "declined"),
    "expired": Text("sans réponse", "expired"),
    "withdrawn": Text("retirées", "withdrawn"),
    "cancelled": Text("annulées", "cancelled"),
}


def content(ledger: Ledger) -> dict[str, Any]:
    """Give what a ledger holds, as plain values: rounds oldest first, plans, ceilings, and the head."""
    book = ledger.book
    plans = [
        {"program": program, "year": year, "planned": planned, "invited": (done := book.invited_in(program, year))}
        | {"remaining": planned - done}
        for (program, year), planned in sorted(book.plans.items())
    ]
    programs = sorted({draft.program for draft in book.drafts.values()})
    return {
        "entries": len(ledger.entries),
        "schema": ledger.version,
        "head": ledger.head,
        "rounds": [_round(ledger, draft) for draft in book.drafts.values()],
        "plan": plans,
        "ceilings": {program: used for program in programs if (used := book.used(program))},
    }


def _round(ledger: Ledger, draft: Draft) -> dict[str, Any]:
    entry = ledger.entries[draft.number - 1]
    keys = ("id", "invited", "cut_off")
    return report(ledger, draft) | {
        "draft": draft.number,
        "head": entry.hash,
        "recorded_at": entry.said["at"],
        "returns": entry.body["returns"],
        "selections": [{key: one.get(key) for key in keys} for one in entry.body["receipt"]["selections"]],
        "answers": dict(Counter(invitation.status for invitation in draft.invitations)),
    }


def tables(said: dict[str, Any], lang: Lang) -> Iterator[Table]:
    """Make the tables of rounds, of plans and of ceilings; those with nothing in them are left out."""
    yield _rounds(said["rounds"], lang)
    if said["plan"]:
        columns = Text("Programme|Année|Plan|Invitées|Restent", "Program|Year|Plan|Invited|Left").to(lang).split("|")
        made = terminal.table(Text("Plan de l’année", "The year’s plan").to(lang), *columns, right=(1, 2, 3, 4))
        for one in said["plan"]:
            counts = (number(one[key], lang) for key in ("planned", "invited", "remaining"))
            made.add_row(one["program"], str(one["year"]), *counts)
        yield made
    if said["ceilings"]:
        heads = Text("Programme|Contingent|Groupe|Places prises", "Program|Ceiling|Group|Places used").to(lang)
        made = terminal.table(Text("Contingents", "Ceilings").to(lang), *heads.split("|"), right=(3,))
        for program, ceilings in said["ceilings"].items():
            for ceiling, groups in ceilings.items():
                for group, used in sorted(groups.items()):
                    made.add_row(program, ceiling, group, number(used, lang))
        yield made


def _rounds(rounds: list[dict[str, Any]], lang: Lang) -> Table:
    columns = Text(
        "Ronde|Programme|État|Approuvée par|Personnes|Seuils|Réponses|Tête",
        "Round|Program|State|Approved by|People|Cut-offs|Answers|Head",
    )
    made = terminal.table(Text("Rondes", "Rounds").to(lang), *columns.to(lang).split("|"), right=(4,))
    for one in rounds:
        cut_offs = (f"{s['id']}{colon(lang)}{'–' if s['cut_off'] is None else s['cut_off']}" for s in one["selections"])
        replies = (f"{ANSWERS[key].to(lang)} {number(count, lang)}" for key, count in sorted(one["answers"].items()))
        made.add_row(
            one["round"],
            one["program"],
            STATES[one["state"]].to(lang),
            ", ".join(one["approvals"]),
            number(one["invited"], lang),
            ", ".join(cut_offs),
            ", ".join(replies),
            one["head"][:12],
        )
    return made


def properties(checked: list[Checked], lang: Lang) -> Table:
    """Make the table of what was verified, with its figures."""
    columns = Text("Propriété|Vérifié sur||Résultat", "Property|Checked on||Result").to(lang).split("|")
    made = terminal.table(Text("Vérification du registre", "Ledger verified").to(lang), *columns, right=(1,))
    yes, no = Text("concorde", "agrees"), Text("NE CONCORDE PAS", "DOES NOT AGREE")
    for one in checked:
        result = (yes if one.agrees else no).to(lang)
        made.add_row(one.title.to(lang), number(one.figure, lang), one.of.to(lang), result)
    return made
