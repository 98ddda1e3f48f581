"""``tirage round``: run the instruction of a round on a pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import recorded, terminal, words
from ranking.cli.correct import correct
from ranking.cli.lists import lists
from ranking.cli.preview import preview
from ranking.cli.publish import publish
from ranking.cli.recheck import recheck
from ranking.cli.release import approve, release
from ranking.cli.report import report
from ranking.cli.verify import verify
from ranking.history import read_history
from ranking.instruction import read_instruction
from ranking.outcomes import TITLES, Outcome
from ranking.pool import read_pool
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from rich.table import Table

    from ranking.round import Round

round_ = words.Group(
    "round",
    Text("Rondes d’invitations.", "Rounds of invitations."),
    "tirage round run data/instructions/quebec/pstq/2026-04-30.toml --pool out/p.parquet --out out/r1",
)


@words.command(
    Text(
        "Exécute une instruction sur une banque, et garde dans un dossier tout ce qu’il faut pour refaire la ronde.",
        "Runs an instruction on a pool, and keeps in a folder all that is needed to replay the round.",
    ),
    "tirage round run data/instructions/quebec/pstq/2026-04-30.toml --pool out/p.parquet --out out/r1",
)
@click.argument("instruction", type=click.Path())
@words.option(
    "--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque extraite.", "The pool extracted.")
)
@words.option(
    "--program",
    metavar="FOLDER",
    words=Text(
        "Dossier de la règle, si elle n’est pas dans la bibliothèque.",
        "Folder of the law, if it is not in the library.",
    ),
)
@words.option(
    "--out", required=True, type=click.Path(file_okay=False), words=Text("Dossier de la ronde.", "Folder of the round.")
)
@words.option(
    "--history",
    metavar="FILE",
    type=click.Path(),
    words=Text(
        "Historique des pointages, si l’ordre demande quand le pointage fut atteint.",
        "History of scores, where the order asks when a score was reached.",
    ),
)
@words.quarantine
@recorded.recording
@words.reads_pools
@words.as_json
def run(
    instruction: str,
    pool_file: str,
    program: str | None,
    out: str,
    history: str | None,
    quarantine: str | None,
    as_json: bool,
    lang: Lang,
    **recording: Any,  # noqa: ANN401 - the options of recorded.RECORDING
) -> None:
    """Run a round."""
    how = recorded.read_recording(recording, lang)
    kept = terminal.check_target(quarantine, pool_file) if quarantine else None
    read = read_instruction(Path(instruction), program)
    with terminal.step(Text("Banque lue et vérifiée", "Pool read and checked"), lang):
        pool = read_pool(
            pool_file,
            read.regulation,
            quarantine=kept is not None,
            facts_on=read.facts_on,
            extracted_at=read.source.extracted_at,
        )
        if kept:
            terminal.save(pool.quarantine, kept)
    with terminal.step(Text("Ronde exécutée", "Round run"), lang):
        reached = read_history(history) if history else None
        done, made, entry = recorded.run(read, pool, Path(out), how, reached)
    terminal.report_pool(pool, lang, quarantine)
    if as_json:
        terminal.print_json(made | ({"recorded": {"entry": entry.number, "head": entry.hash}} if entry else {}))
        return
    screen = terminal.console()
    screen.print(results(done, lang))
    screen.print(outcomes(done, lang))
    click.echo(
        Text(
            f"Dossier de la ronde : {out}\nEmpreinte des invitations : {made['fingerprints']['invitations']}",
            f"Folder of the round: {out}\nFingerprint of the invitations: {made['fingerprints']['invitations']}",
        ).to(lang)
    )
    if entry is not None:
        words_of = Text(
            f"Inscrite au registre comme ébauche. Tête du registre : {entry.hash}",
            f"Recorded in the ledger as a draft. Head of the ledger: {entry.hash}",
        )
        click.echo(words_of.to(lang))


def results(done: Round, lang: Lang) -> Table:
    """Make the table of selections: how many, the cut-off, and beside them what was published."""
    columns = (
        Text(
            "Exercice|Titre|Candidates|Invitées|(publié)|Seuil|(publié)|Filtre",
            "Selection|Title|Candidates|Invited|(published)|Cut-off|(published)|Filter",
        )
        .to(lang)
        .split("|")
    )
    made = terminal.table(done.instruction.source.title.text.to(lang), *columns, right=(2, 3, 4, 5, 6))
    readings = {"published": Text("publié", "published"), "inferred": Text("déduit", "inferred")}
    totals = [0, 0]
    for result in done.results:
        selection, published = result.selection, result.selection.published
        cut_off = "–" if result.cut_off is None else str(result.cut_off)
        invited = len(result.taken.positions)
        totals[0] += invited
        totals[1] += (published.invitations or 0) if published else 0
        made.add_row(
            selection.id,
            selection.title.text.to(lang),
            number(result.candidates, lang),
            str(invited),
            str(published.invitations) if published and published.invitations is not None else "–",
            cut_off,
            str(published.min_score) if published and published.min_score is not None else "–",
            readings[selection.certainty].to(lang),
        )
    made.add_section()
    made.add_row("", Text("Total", "Total").to(lang), "", number(totals[0], lang), number(totals[1], lang), "", "", "")
    return made


def outcomes(done: Round, lang: Lang) -> Table:
    """Make the table of outcomes: every declaration of the pool once."""
    columns = Text("Issue|Code|Déclarations", "Outcome|Code|Declarations").to(lang).split("|")
    made = terminal.table(Text("Issues", "Outcomes").to(lang), *columns, right=(2,))
    for code, count in done.sheet.counts.items():
        made.add_row(TITLES[Outcome[code]].to(lang), code, number(count, lang))
    made.add_section()
    made.add_row(Text("Total", "Total").to(lang), "", number(len(done.sheet.outcome), lang))
    return made


for command in (run, verify, correct, recheck, preview, approve, release, report, publish, lists):
    round_.add_command(command)
