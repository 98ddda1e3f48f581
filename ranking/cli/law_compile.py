"""``tirage law compile``: how a regulation becomes fused tables, and what a declaration costs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from ranking.cli import terminal, words
from rules import load
from rules.plan import RULE, plan
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from datetime import date

    from rich.table import Table

    from rules.plan import Plan
    from rules.regulation import Regulation


@words.command(
    Text(
        "Montre comment la règle d’un jour est compilée : ce qui est fusionné, la taille des tables, les octets lus.",
        "Shows how the law of a day is compiled: what is fused, the size of the tables, the bytes read.",
    ),
    "tirage law compile canada/express_entry --on 2025-03-24",
    name="compile",
)
@click.argument("program")
@words.on
@words.as_json
def compile_(program: str, on: date, as_json: bool, lang: Lang) -> None:
    """Show the plan of a compiled law."""
    regulation = load(program).on(on)
    made = plan(regulation)
    if as_json:
        sizes = {"bytes_read": made.bytes_read, "bytes_of_tables": made.bytes_of_tables}
        terminal.print_json({"hash": regulation.hash, **asdict(made), **sizes})
        return
    terminal.console().print(_gathers(made, regulation, lang))
    click.echo("\n".join(_lines(made, regulation, lang)))


def _gathers(made: Plan, regulation: Regulation, lang: Lang) -> Table:
    columns = Text(
        "Critères fusionnés|Intrants (valeurs)|Sous le plafond de|Entrées|Octets",
        "Criteria fused|Inputs (values)|Under the cap of|Entries|Bytes",
    )
    table = terminal.table(regulation.title.to(lang), *columns.to(lang).split("|"), right=(3, 4))
    for gather in made.gathers:
        inputs = ", ".join(f"{name} ({size})" for name, size in gather.inputs)
        titles = ", ".join(regulation.parts[name].title.to(lang) for name in gather.criteria)
        size = number(gather.bytes, lang) if gather.fused else Text("ligne par ligne", "row by row").to(lang)
        cap = regulation.parts[gather.cap].title.to(lang) if gather.cap else ""
        table.add_row(titles, inputs, cap, number(gather.entries, lang), size)
    return table


def _lines(made: Plan, regulation: Regulation, lang: Lang) -> list[str]:
    dropped = ", ".join(regulation.parts[name].title.to(lang) for name in made.dropped) or "–"
    tables, read, columns = number(made.bytes_of_tables, lang), made.bytes_read, len(made.columns)
    derived = ", ".join(made.derived) or "–"
    return [
        RULE.to(lang),
        Text(f"Intrants calculés d’abord : {derived}.", f"Inputs computed first: {derived}.").to(lang),
        Text(
            f"Plafonds qu’aucune déclaration n’atteint, laissés de côté : {dropped}.",
            f"Caps that no declaration reaches, left out: {dropped}.",
        ).to(lang),
        Text(
            f"Tables : {tables} octets. Lus par déclaration : {read} octets, dans {columns} colonnes.",
            f"Tables: {tables} bytes. Read a declaration: {read} bytes, in {columns} columns.",
        ).to(lang),
    ]
