"""``tirage law scenario``: what a scenario changes, in words and row by row; and the scenarios that come with us."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import law_page, page, terminal, words
from ranking.reference import data_folder
from rules import load
from rules.describe import describe
from rules.diff import differences
from rules.faults import LawError
from rules.lint import Finding
from rules.scenario import apply, read_scenario
from rules.text import Lang, Text, written

if TYPE_CHECKING:
    from rules.diff import Difference
    from rules.regulation import Regulation
    from rules.scenario import Scenario


@words.command(
    Text(
        "Lit un scénario et dit ce qu’il change à la règle : en phrases, puis ligne par ligne. C’est une simulation.",
        "Reads a scenario and tells what it changes in the law: in sentences, then row by row. It is a simulation.",
    ),
    "tirage law scenario data/scenarios/crs-without-job-offer.toml --lang fr",
)
@click.argument("file", type=click.Path())
@words.option(
    "--program",
    metavar="PROGRAM",
    words=Text(
        "Programme ou dossier de la règle, si ce n’est pas celui de la bibliothèque que le scénario nomme.",
        "Program or folder of the law, if not the one of the library that the scenario names.",
    ),
)
@words.out
@words.as_json
def scenario(file: str, program: str | None, out: str | None, as_json: bool, lang: Lang) -> None:
    """Tell what a scenario changes."""
    read = read_scenario(Path(file))
    base = load(program or read.program).on(read.base)
    after = apply(read, base)
    if as_json:
        terminal.print_json(_plain(read, base, after))
        return
    page.publish(_page(read, base, differences(base, after), lang), read.title.text.to(lang), out, lang)


def _page(read: Scenario, base: Regulation, found: list[Difference], lang: Lang) -> list[page.Block]:
    """Say first that this is no law, then what the scenario changes."""
    day = written(read.base, lang)
    simulation = Text("Simulation, non la règle en vigueur", "Simulation, not the law in force").to(lang)
    of = Text(f"Scénario sur la règle du {day}, empreinte", f"Scenario on the law of {day}, fingerprint").to(lang)
    blocks: list[page.Block] = [
        page.Heading(f"{simulation} — {read.title.text.to(lang)}", 1),
        page.Line(base.title.to(lang)),
        page.Line(
            f"{of} {base.hash[:16]}. {Text('Empreinte du scénario', 'Fingerprint of the scenario').to(lang)} "
            f"{read.hash[:16]}.",
            "dim",
        ),
    ]
    if read.note is not None:
        blocks.append(page.Line(read.note.text.to(lang), "italic"))
    told = [page.Line(f"• {sentence.to(lang)}") for sentence in describe(read, base)]
    heading = Text("Ce qu’il change", "What it changes").to(lang)
    blocks += [page.Heading(heading), *told]
    rows = page.Heading(Text("Ligne par ligne", "Row by row").to(lang))
    return [*blocks, rows, law_page.changes(found, lang)] if found else blocks


def _plain(read: Scenario, base: Regulation, after: Regulation) -> dict[str, Any]:
    """Give all as plain values. A simulated change has no provision behind it."""
    return {
        "simulation": True,
        "title": read.title.text._asdict(),
        "note": read.note and read.note.text._asdict(),
        "program": read.program,
        "base": str(read.base),
        "hash": read.hash,
        "law": {"base": base.hash, "simulated": after.hash},
        "description": [sentence._asdict() for sentence in describe(read, base)],
        "differences": [law_page.plain(replace(found, source=None)) for found in differences(base, after)],
    }


def library() -> list[Path]:
    """Give the files of the scenarios that come with the product, in the order of their names."""
    return sorted((data_folder() / "scenarios").glob("*.toml"))


def check(path: Path) -> list[Finding]:
    """Check that a scenario can be read and applies to the law of its base."""
    try:
        read = read_scenario(path)
        apply(read, load(read.program).on(read.base))
    except LawError as error:
        return [Finding("error", f"{path.parent.name}/{path.name}", fault) for fault in error.faults]
    return []
