"""``tirage round publish``: what the public may see of a round."""

from __future__ import annotations

from pathlib import Path

import click

from ranking.cli import terminal, words
from ranking.disclosure import LEAST, NEAREST
from ranking.kept import read_kept
from rules.text import Lang, Text


@words.command(
    Text(
        "Écrit ce que le public peut voir d’une ronde : page, tableaux, JSON, sans le numéro de personne ; les petits "
        "nombres sont masqués, avec ce qui les trahirait.",
        "Writes what the public may see of a round: page, tables, JSON, without anybody’s number; small counts are "
        "hidden, with what would give them away.",
    ),
    "tirage round publish out/r1 --out out/pack",
)
@click.argument("folder", type=click.Path(file_okay=False))
@words.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False),
    words=Text("Dossier de la publication.", "Folder of the publication."),
)
@words.option(
    "--least",
    type=click.IntRange(min=1),
    default=LEAST,
    show_default=True,
    words=Text("Plus petit nombre publié ; 1 : rien n’est masqué.", "Smallest count published; 1: nothing is hidden."),
)
@words.option(
    "--rounding",
    is_flag=True,
    words=Text(f"Arrondir les nombres à {NEAREST} près.", f"Round counts to the nearest {NEAREST}."),
)
@words.as_json
def publish(folder: str, out: str, least: int, rounding: bool, as_json: bool, lang: Lang) -> None:
    """Write the publication pack of a round."""
    from ranking.report import pack  # noqa: PLC0415 - heavy

    kept = read_kept(folder)
    with terminal.step(Text("Publication écrite", "Publication written"), lang):
        made = pack.save(kept, Path(out), least, rounding=rounding)
    if as_json:
        terminal.print_json(made.model_dump(mode="json"))
        return
    if made.synthetic:
        click.echo(Text("Banque synthétique : la page le dit.", "Synthetic pool: the page says so.").to(lang))
    hidden = Text("Des nombres sont masqués (x).", "Some counts are hidden (x).")
    none = Text("Aucun nombre n’est masqué.", "No count is hidden.")
    click.echo((hidden if made.hides else none).to(lang))
    click.echo(Text(f"Publication : {out}", f"Publication: {out}").to(lang))
