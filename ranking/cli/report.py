"""``tirage round report``: the minutes of a round, to sign and to file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import polars as pl

from ranking import page
from ranking.cli import terminal, words
from ranking.files import ending
from ranking.kept import read_kept
from ranking.verify import record
from rules.faults import Fault, TirageError
from rules.text import Lang, Text, same

if TYPE_CHECKING:
    from ranking.report.minutes import Act

ENDINGS = (".pdf", ".html")


@words.command(
    Text(
        "Écrit le procès-verbal d’une ronde, à signer et à verser au dossier : PDF/A et PDF/UA, ou HTML.",
        "Writes the minutes of a round, to be signed and filed: PDF/A and PDF/UA, or HTML.",
    ),
    "tirage round report out/r1 --ledger out/l.duckdb --out out/minutes.pdf",
)
@click.argument("folder", type=click.Path(file_okay=False))
@words.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False),
    words=Text("Fichier .pdf ou .html.", "A .pdf or .html file."),
)
@words.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    words=Text(
        "Registre de la ronde : qui a approuvé, publié, corrigé.",
        "Ledger of the round: who approved, released, corrected.",
    ),
)
def report(folder: str, out: str, ledger: str | None, lang: Lang) -> None:
    """Write the minutes of a round."""
    from ranking.report import minutes, pdf  # noqa: PLC0415 - heavy

    path = _target(out)
    kept = read_kept(folder)
    acts = None if ledger is None else _acts(Path(ledger), Path(folder))
    table = Path(folder) / "distribution.parquet"
    distribution = pl.read_parquet(table) if table.is_file() else None
    filed = minutes.Filed(kept, distribution, record.read(Path(folder)), acts)
    with terminal.step(Text("Procès-verbal écrit", "Minutes written"), lang):
        blocks, title = minutes.minutes(filed, lang), filed.title.to(lang)
        if path.suffix.lower() == ".pdf":
            pdf.save(blocks, title, f"{kept.receipt['program']} · {kept.receipt['round']}", path, lang)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page.html(blocks, title, lang), encoding="utf-8")
    click.echo(Text(f"Procès-verbal : {out}", f"Minutes: {out}").to(lang))


def _target(out: str) -> Path:
    """Refuse, before any work, a file that no writer of minutes knows."""
    path = Path(out)
    if path.suffix.lower() not in ENDINGS:
        expected = Text(".pdf ou .html", ".pdf or .html")
        raise TirageError([Fault(same(out), ending(path), expected, same(str(path.with_suffix(".pdf"))))])
    return path


def _acts(ledger: Path, folder: Path) -> tuple[Act, ...]:
    """Find in a ledger what people did to the round of a folder."""
    from ranking.ledger import rounds  # noqa: PLC0415 - heavy
    from ranking.ledger.file import check_path, opened  # noqa: PLC0415 - heavy
    from ranking.report.acts import acts_of  # noqa: PLC0415 - heavy

    check_path(ledger)
    with opened(ledger) as book:
        return acts_of(book, rounds.draft_of(book, folder))
