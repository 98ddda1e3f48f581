"""``tirage intake down-pages``: what a proxy shows while the service is down."""

from __future__ import annotations

from pathlib import Path

import click

from intake.down import write_down_pages
from ranking.cli import terminal, words
from rules.text import Lang, Text, same


@words.command(
    Text(
        "Écrit les pages qu’un mandataire montre quand le service ne répond pas, à l’adresse demandée et avec le "
        "statut 503 : elles ne touchent à aucun témoin, le billet reste, et elles réessaient.",
        "Writes the pages that a proxy shows while the service does not answer, at the address asked for and with "
        "status 503: they touch no cookie, the ticket stays, and they try again.",
    ),
    "tirage intake down-pages --out out/down",
)
@words.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False),
    words=Text("Dossier des pages.", "Folder of the pages."),
)
@words.as_json
def down_pages(out: str, as_json: bool, lang: Lang) -> None:
    """Write the pages."""
    written = [str(path) for path in write_down_pages(Path(out))]
    if as_json:
        terminal.print_json({"pages": written})
        return
    click.echo(Text("Pages écrites :", "Pages written:").to(lang))
    for path in written:
        click.echo(same(f"  {path}").to(lang))
