"""``tirage round verify``: verify a round from its folder, by replay and by another road."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranking.cli import terminal, words
from ranking.verify import record
from ranking.verify.both import Verification
from ranking.verify.both import verify as run
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from rich.table import Table

    from ranking.verify.findings import Finding

ROADS = {
    "files": Text("dossier", "folder"),
    "replay": Text("reprise", "replay"),
    "proof": Text("preuve", "proof"),
}
YES, NO, OPEN = Text("oui", "yes"), Text("NON", "NO"), Text("–", "–")


@words.command(
    Text(
        "Vérifie une ronde par deux chemins : la reprendre depuis son dossier, et la prouver par un autre moteur. "
        "Statut 0 seulement si tout concorde.",
        "Verifies a round by two roads: runs it again from its folder, and proves it with another engine. "
        "Status 0 only if everything agrees.",
    ),
    "tirage round verify out/r1 --pool out/p.parquet",
)
@click.argument("folder", type=click.Path(file_okay=False))
@words.option(
    "--pool",
    "pool_file",
    required=True,
    type=click.Path(),
    words=Text("Banque de la ronde, telle qu’extraite.", "The pool of the round, as extracted."),
)
@words.option(
    "--ledger",
    type=click.Path(dir_okay=False),
    words=Text("Registre où chercher le reçu de la ronde.", "Ledger in which to look for the receipt of the round."),
)
@words.option(
    "--no-record",
    is_flag=True,
    words=Text(
        "Ne garde pas verification.json dans le dossier de la ronde.",
        "Keeps no verification.json in the folder of the round.",
    ),
)
@words.reads_pools
@words.as_json
def verify(folder: str, pool_file: str, ledger: str | None, no_record: bool, as_json: bool, lang: Lang) -> int:
    """Verify a round."""
    done = run(folder, pool_file, ledger, step=lambda said: terminal.step(said, lang))
    if not no_record and not record.keep(done, Path(folder)):
        unkept = Text(
            f"{folder} ne peut être écrit : verification.json n’y est pas gardé.",
            f"{folder} cannot be written: no verification.json is kept there.",
        )
        click.echo(unkept.to(lang), err=True)
    if as_json:
        terminal.print_json(done.as_json())
        return 0 if done.agrees else 1
    terminal.console().print(properties(done, lang))
    for line in ending(done, lang):
        click.echo(line)
    for finding in done.failed:
        if finding.fault is not None:
            click.echo("\n" + finding.fault.render(lang), err=True)
    return 0 if done.agrees else 1


def properties(done: Verification, lang: Lang) -> Table:
    """Make the table of properties: what was compared, the figure, and whether it agrees."""
    title = Text(f"Vérification de la ronde {done.round}", f"Verification of the round {done.round}").to(lang)
    columns = Text("Chemin|Propriété|Comparé|Chiffre|Concorde", "Road|Property|Compared|Figure|Agrees").to(lang)
    made = terminal.table(title, *columns.split("|"), right=(3,))
    before = None
    for finding in done.findings:
        kind = finding.kind
        new = before is None or before.road != kind.road
        if before is not None and new:
            made.add_section()
        made.add_row(
            ROADS[kind.road].to(lang) if new else "",
            finding.title.to(lang),
            kind.says.to(lang) if kind != before else "〃",
            finding.figure.to(lang),
            answer(finding).to(lang),
            style="bold red" if not finding.agrees else None,
        )
        before = kind
    return made


def answer(finding: Finding) -> Text:
    """Say whether a finding agrees."""
    return OPEN if not finding.proven else YES if finding.agrees else NO


def ending(done: Verification, lang: Lang) -> list[str]:
    """Say how many properties agree, and which versions differ from those of the round."""
    total, failed = len(done.findings), len(done.failed)
    if failed:
        verdict = Text(
            f"{number(failed, 'fr')} propriétés sur {number(total, 'fr')} ne concordent pas."
            if failed > 1
            else f"Une propriété sur {number(total, 'fr')} ne concorde pas.",
            f"{number(failed, 'en')} of {number(total, 'en')} properties do not agree."
            if failed > 1
            else f"One of {number(total, 'en')} properties does not agree.",
        )
    else:
        shown = total - sum(not finding.proven for finding in done.findings)
        verdict = Text(f"Tout concorde : {shown} propriétés.", f"Everything agrees: {shown} properties.")
        if shown < total:
            verdict = Text(f"{verdict.fr} Registre non comparé.", f"{verdict.en} Ledger not compared.")
    lines = [verdict.to(lang)]
    if done.versions:
        pairs = ", ".join(f"{name} {kept or '–'} → {now or '–'}" for name, (kept, now) in done.versions.items())
        said = Text(f"Versions autres qu’à la ronde : {pairs}", f"Versions other than at the round: {pairs}")
        lines.append(said.to(lang))
    return lines
