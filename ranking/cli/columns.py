"""``tirage columns``: start a file that maps a ministry's own columns and codes to those of a program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranking.cli import words
from ranking.pool import read_file
from rules import load
from rules.faults import Fault, TirageError
from rules.lint import days
from rules.text import Lang, Text, listed, same

if TYPE_CHECKING:
    from datetime import date

    from ranking.column_suggest import Suggestion

columns = words.Group(
    "columns",
    Text("Vos colonnes et vos codes : le fichier de --columns.", "Your own columns and codes: the file of --columns."),
    "tirage columns suggest pool.xlsx --program quebec/pstq --out columns.toml",
)


@words.command(
    Text(
        "Commence un fichier --columns d’après les noms et les valeurs d’un fichier, et dit ce qu’il reste à préciser.",
        "Starts a file for --columns from the names and values of a file, and says what is left to tell.",
    ),
    "tirage columns suggest pool.xlsx --program quebec/pstq --on 2026-04-27 --out columns.toml",
)
@click.argument("file", type=click.Path())
@words.program
@words.option(
    "--on",
    type=words.Day(),
    words=Text("Jour de la règle ; sans lui, la plus récente.", "Day of the law; without it, the latest."),
)
@words.option("--sheet", metavar="NAME", words=Text("Feuille d’un classeur.", "Sheet of a workbook."))
@words.option(
    "--out", type=click.Path(dir_okay=False), words=Text("Fichier .toml à écrire.", "The .toml file to write.")
)
def suggest(file: str, program: str, on: date | None, sheet: str | None, out: str | None, lang: Lang) -> None:
    """Suggest a file of columns."""
    from ranking.column_map import reading  # noqa: PLC0415 - polars takes time to load
    from ranking.column_suggest import suggest as suggested  # noqa: PLC0415

    target = _target(out) if out else None
    law = load(program)
    with reading(sheet=sheet):
        frame = read_file(Path(file))
    made = suggested(frame, law.on(on or days(law.sources)[-1]), Path(file).name, lang, sheet)
    if target is None:
        click.echo(made.toml, nl=False)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(made.toml, encoding="utf-8")
    _report(made, out, lang)


def _target(out: str) -> Path:
    """Refuse a file that exists: it may have been read over by a person."""
    path = Path(out)
    if path.exists():
        found, expected = Text("un fichier qui existe", "a file that exists"), Text("un nouveau fichier", "a new file")
        raise TirageError([Fault(same(out), found, expected, same(str(path.with_stem(f"{path.stem}-2"))))])
    return path


def _report(made: Suggestion, out: str | None, lang: Lang) -> None:
    """Say on the error stream what was matched, and what a person must still tell."""
    count = len(made.matched)
    said = [Text(f"{count} colonnes reconnues.", f"{count} columns recognised.")]
    if made.ours:
        names = listed(made.ours, 40)
        said.append(Text(f"Sans colonne reconnue : {names}", f"No column recognised for: {names}"))
    if made.theirs:
        names = listed(made.theirs, 40)
        said.append(Text(f"Colonnes que rien ne lit : {names}", f"Columns that nothing reads: {names}"))
    for name, values in made.values.items():
        shown = listed(values)
        said.append(Text(f"Valeurs à préciser, {name} : {shown}", f"Values to be told, {name}: {shown}"))
    if out:
        said.append(Text(f"Fichier à relire : {out}", f"File to read over: {out}"))
    for line in said:
        click.echo(line.to(lang), err=True)


columns.add_command(suggest)
