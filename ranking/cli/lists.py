"""``tirage round lists``: who is invited, for the people who send letters."""

from __future__ import annotations

from pathlib import Path

import click

from ranking.cli import terminal, words
from ranking.files import ending
from ranking.kept import read_kept
from rules.faults import Fault, TirageError
from rules.text import Lang, Text, number, same

ENDINGS = (".xlsx", ".csv")


@words.command(
    Text(
        "Écrit les listes de personnes invitées, pour l’envoi des lettres : une feuille par exercice, ou du CSV.",
        "Writes the lists of people invited, for the letters: a sheet for each selection, or CSV.",
    ),
    "tirage round lists out/r1 --out out/lists.xlsx",
)
@click.argument("folder", type=click.Path(file_okay=False))
@words.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False),
    words=Text("Fichier .xlsx ou .csv.", "An .xlsx or .csv file."),
)
@words.option(
    "--together",
    is_flag=True,
    words=Text("Une seule feuille, avec une colonne d’exercices.", "One sheet, with a column of selections."),
)
def lists(folder: str, out: str, together: bool, lang: Lang) -> None:
    """Write the lists of a round."""
    from ranking.report import lists as made  # noqa: PLC0415 - heavy

    path = _target(out)
    found = made.lists_of(read_kept(folder), lang)
    with terminal.step(Text("Listes écrites", "Lists written"), lang):
        if path.suffix.lower() == ".csv":
            made.save_csv(found, path)
        else:
            made.save_xlsx(found, path, together=together)
    count = found.frame.height
    said = Text(
        f"{number(count, 'fr')} personnes invitées : {out}\nEmpreinte du reçu : {made.receipt_of(found.kept)}",
        f"{number(count, 'en')} people invited: {out}\nFingerprint of the receipt: {made.receipt_of(found.kept)}",
    )
    click.echo(said.to(lang))


def _target(out: str) -> Path:
    """Refuse, before any work, a file that nothing writes."""
    path = Path(out)
    if path.suffix.lower() not in ENDINGS:
        expected = Text(".xlsx ou .csv", ".xlsx or .csv")
        raise TirageError([Fault(same(out), ending(path), expected, same(str(path.with_suffix(".xlsx"))))])
    return path
