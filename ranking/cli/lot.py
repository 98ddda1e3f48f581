"""``tirage lot``: the number of one person, and how to compute it again with any SHA-256 tool."""

from __future__ import annotations

import hashlib
from typing import Any

import click
from rich.markup import escape

from ranking import lots
from ranking.cli import terminal, words
from ranking.prefixed import prefixed
from rules.text import Lang, Text

NAMES = (
    Text("marque", "tag"),
    Text("graine", "seed"),
    Text("ronde", "round"),
    Text("exercice", "selection"),
    Text("personne", "person"),
    Text("billet", "ticket"),
)


@words.command(
    Text(
        "Donne le numéro d’une personne au tirage au sort, et de quoi le recalculer avec n’importe quel outil SHA-256.",
        "Gives the number of a person in a lot, and what is needed to compute it again with any SHA-256 tool.",
    ),
    "tirage lot beacon-123 round-1 1.2 g",
)
@click.argument("seed")
@click.argument("round_id", metavar="ROUND")
@click.argument("selection")
@click.argument("person")
@words.option(
    "--weight",
    type=click.IntRange(1, lots.MOST_TICKETS),
    words=Text(
        "Poids : autant de billets, dont le plus petit numéro compte.", "Weight: as many tickets; the smallest counts."
    ),
)
@words.as_json
def lot(seed: str, round_id: str, selection: str, person: str, weight: int | None, as_json: bool, lang: Lang) -> None:
    """Show a number and its recipe."""
    found = best(seed, round_id, selection, person, weight)
    if as_json:
        terminal.print_json(found)
        return
    click.echo(Text(f"Numéro : {found['number']}", f"Number: {found['number']}").to(lang))
    terminal.console().print(recipe(found["fields"], lang))
    click.echo(
        Text(
            f"Octets hachés, en hexadécimal :\n{found['input_hex']}\n\nÀ recalculer ainsi :\n{found['check']}",
            f"Bytes hashed, in hex:\n{found['input_hex']}\n\nCompute it again:\n{found['check']}",
        ).to(lang)
    )


def best(seed: str, round_id: str, selection: str, person: str, weight: int | None) -> dict[str, Any]:
    """Find the number that counts, its fields, the bytes hashed and a command that hashes them."""
    tickets = [None] if weight is None else list(range(1, weight + 1))
    ticket = min(tickets, key=lambda rank: lots.number(seed, round_id, selection, person, rank))
    hashed = lots.lot_input(seed, round_id, selection, person, ticket)
    values = (lots.TAG, seed, round_id, selection, person, *([] if ticket is None else [str(ticket)]))
    fields = [
        {"name": name.en, "value": value, "bytes": len(value.encode()), "hex": prefixed(value).hex()}
        for name, value in zip(NAMES, values, strict=False)
    ]
    return {
        "number": hashlib.sha256(hashed).hexdigest(),
        "ticket": ticket,
        "fields": fields,
        "input_hex": hashed.hex(),
        "check": f"printf %s {hashed.hex()} | xxd -r -p | sha256sum",
    }


def recipe(fields: list[dict[str, Any]], lang: Lang) -> Any:  # noqa: ANN401 - a table of rich
    """Make the table of fields: value, count of bytes, and the bytes with their length before them."""
    columns = Text("Champ|Valeur|Octets|Longueur et octets", "Field|Value|Bytes|Length and bytes").to(lang).split("|")
    made = terminal.table(Text("Champs", "Fields").to(lang), *columns, right=(2,))
    for name, field in zip(NAMES, fields, strict=False):
        made.add_row(name.to(lang), escape(field["value"]), str(field["bytes"]), field["hex"])
    return made
