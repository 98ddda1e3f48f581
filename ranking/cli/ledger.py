"""``tirage ledger``: what was drawn, released and answered; its proof; its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranking.cli import ledger_page, recorded, terminal, words
from ranking.faults import LedgerError
from ranking.ledger import schema
from ranking.ledger.answers import read_answers
from ranking.ledger.check import check
from ranking.ledger.file import check_path, opened
from rules.program import load
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from datetime import datetime

ledger = words.Group(
    "ledger",
    Text(
        "Le registre : rondes, invitations, réponses, contingents et plan de l’année.",
        "The ledger: rounds, invitations, answers, ceilings and the year’s plan.",
    ),
    "tirage ledger show out/l.duckdb",
)
answers = words.Group(
    "answers",
    Text("Réponses des personnes invitées.", "Answers of the people invited."),
    "tirage ledger answers import out/l.duckdb answers.csv",
)
FILE = click.argument("file", metavar="LEDGER", type=click.Path())


@words.command(
    Text(
        "Montre les rondes et leur état, les seuils, les réponses, le plan et ce qu’il en reste.",
        "Shows the rounds and their state, cut-offs, answers, the plan and what is left of it.",
    ),
    "tirage ledger show out/l.duckdb",
)
@FILE
@words.as_json
def show(file: str, as_json: bool, lang: Lang) -> None:
    """Show a ledger."""
    check_path(Path(file))
    with opened(Path(file)) as found:
        said = ledger_page.content(found)
    if as_json:
        terminal.print_json(said)
        return
    screen = terminal.console()
    for made in ledger_page.tables(said, lang):
        screen.print(made)
    click.echo(Text(f"Tête du registre : {said['head']}", f"Head of the ledger: {said['head']}").to(lang))


@words.command(
    Text(
        "Importe les réponses des personnes invitées ; une seule mauvaise ligne refuse tout, sauf avec --quarantine.",
        "Imports the answers of people invited; one bad row refuses them all, unless with --quarantine.",
    ),
    "tirage ledger answers import out/l.duckdb answers.csv",
    name="import",
)
@FILE
@click.argument("rows", metavar="ANSWERS", type=click.Path())
@words.quarantine
@recorded.at
@words.as_json
def import_answers(
    file: str, rows: str, quarantine: str | None, at: datetime | None, as_json: bool, lang: Lang
) -> None:
    """Import answers."""
    check_path(Path(file))
    kept = terminal.check_target(quarantine, rows) if quarantine else None
    with opened(Path(file), write=True) as found:
        read = read_answers(Path(rows), found.book)
        if read.faults and kept is None:
            raise LedgerError(read.faults)
        if kept is not None:
            terminal.save(read.bad, kept)
        if read.count:
            found.append("answers", {"answers": read.columns}, at or recorded.now())
        counts = {"imported": read.count, "known": read.known, "refused": read.bad.height}
        head = found.head
    for fault in read.faults:
        click.echo(fault.render(lang), err=True)
    if as_json:
        terminal.print_json(counts | {"head": head})
        return
    new, known, refused = (number(count, lang) for count in counts.values())
    click.echo(
        Text(
            f"Réponses importées : {new} ; déjà connues : {known} ; refusées : {refused}\nTête du registre : {head}",
            f"Answers imported: {new}; known already: {known}; refused: {refused}\nHead of the ledger: {head}",
        ).to(lang)
    )


@words.command(
    Text(
        "Vérifie que tout le registre concorde : la chaîne, les reçus, les états, les invitations, les contingents.",
        "Verifies that the whole ledger agrees: the chain, receipts, states, invitations, ceilings.",
    ),
    "tirage ledger verify out/l.duckdb",
)
@FILE
@words.option(
    "--head",
    metavar="HASH",
    words=Text(
        "Une tête imprimée ou gardée ailleurs, qui doit être dans la chaîne.",
        "A head that was printed or kept elsewhere, which must be in the chain.",
    ),
)
@words.as_json
def verify(file: str, head: str | None, as_json: bool, lang: Lang) -> None:
    """Verify a ledger: exit status 0 only if everything agrees."""
    check_path(Path(file))
    with opened(Path(file)) as found:
        checked, last = check(found, head), found.head
    agrees = all(one.agrees for one in checked)
    if as_json:
        properties = [{"id": one.id, "figure": one.figure, "agrees": one.agrees} for one in checked]
        terminal.print_json({"agrees": agrees, "head": last, "properties": properties})
    else:
        terminal.console().print(ledger_page.properties(checked, lang))
        click.echo(Text(f"Tête du registre : {last}", f"Head of the ledger: {last}").to(lang))
    if not agrees:
        raise LedgerError([fault for one in checked for fault in one.faults])


@words.command(
    Text(
        "Écrit chaque table et chaque vue du registre dans un dossier.",
        "Writes every table and view of the ledger into a folder.",
    ),
    "tirage ledger export out/l.duckdb out/ledger --format csv",
)
@FILE
@click.argument("folder", type=click.Path(file_okay=False))
@words.option(
    "--format",
    "ending",
    type=click.Choice(["parquet", "csv"]),
    default="parquet",
    words=Text("Format des fichiers.", "Format of the files."),
)
def export(file: str, folder: str, ending: str, lang: Lang) -> None:
    """Export a ledger."""
    check_path(Path(file))
    with opened(Path(file)) as found:
        views = schema.VIEWS if found.version == schema.VERSION else ()
        names = ["entries", *schema.tables_of(found.version), *views]
        for name in names:
            terminal.save(found.sql(f"SELECT * FROM main.{name} ORDER BY ALL"), Path(folder) / f"{name}.{ending}")
    click.echo(Text(f"{len(names)} tables dans {folder}", f"{len(names)} tables in {folder}").to(lang))


@words.command(
    Text(
        "Inscrit le plan d’une année : le nombre d’invitations d’un programme.",
        "Records the plan of a year: the number of invitations of a program.",
    ),
    "tirage ledger plan out/l.duckdb --program quebec/pstq --year 2026 --invitations 29000",
)
@FILE
@words.program
@words.option(
    "--year", required=True, type=click.IntRange(1900, 2999), words=Text("Année du plan.", "Year of the plan.")
)
@words.option(
    "--invitations",
    required=True,
    type=click.IntRange(0),
    words=Text("Nombre d’invitations de l’année.", "Number of invitations of the year."),
)
@recorded.by
@recorded.at
def plan(file: str, program: str, year: int, invitations: int, by: str | None, at: datetime | None, lang: Lang) -> None:
    """Record a plan."""
    when = at or recorded.now()
    known = load(program).source.id
    with opened(Path(file), write=True, create=when) as found:
        found.append("plan", {"program": known, "year": year, "invitations": invitations, "by": by}, when)
        left, head = invitations - found.book.invited_in(known, year), found.head
    click.echo(
        Text(
            f"Plan de {year}, {known} : {number(invitations, lang)} invitations ; restent : {number(left, lang)}\n"
            f"Tête du registre : {head}",
            f"Plan of {year}, {known}: {number(invitations, lang)} invitations; left: {number(left, lang)}\n"
            f"Head of the ledger: {head}",
        ).to(lang)
    )


answers.add_command(import_answers)
for command in (show, answers, verify, export, plan):
    ledger.add_command(command)
