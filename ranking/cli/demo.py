"""``tirage demo``: the main job on embedded defaults, from a synthetic pool to an explained round."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ranking import receipt, sample
from ranking.cli import terminal, words
from ranking.cli.explain import print_explanation
from ranking.cli.round import outcomes, results
from ranking.instruction import read_instruction
from ranking.outcomes import Outcome
from ranking.pool import read_pool
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.scoring import score
from ranking.why import find, sentences, why
from rules.explain import explain
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from ranking.round import Round

PROGRAM = "quebec/pstq"
ROUND = "2026-04-30"


@words.command(
    Text(
        "Une vraie ronde sur une banque synthétique, de bout en bout, avec deux cas expliqués.",
        "A real round on a synthetic pool, end to end, with two cases explained.",
    ),
    "tirage demo --lang fr",
)
@words.option(
    "--size",
    type=click.IntRange(min=1000),
    default=150_000,
    show_default=True,
    words=Text("Nombre de déclarations.", "How many declarations."),
)
@words.option(
    "--seed",
    type=click.IntRange(min=0),
    default=7,
    show_default=True,
    words=Text("Graine du générateur aléatoire.", "Random seed."),
)
@words.option(
    "--out",
    type=click.Path(file_okay=False),
    words=Text(
        "Dossier où tout garder ; temporaire sinon.", "Folder in which to keep everything; else a temporary one."
    ),
)
def demo(size: int, seed: int, out: str | None, lang: Lang) -> None:
    """Run the demonstration."""
    folder = Path(out) if out else Path(tempfile.mkdtemp(prefix="tirage-demo-"))
    file = data_folder() / "instructions" / PROGRAM / f"{ROUND}.toml"
    read = read_instruction(file)
    screen = terminal.console()
    count = Text(number(size, "fr"), number(size, "en"))
    with terminal.step(
        Text(
            f"Banque synthétique de {count.fr} déclarations : aucune personne réelle",
            f"Synthetic pool of {count.en} declarations: no real person",
        ),
        lang,
    ):
        terminal.save(sample.generate(read.regulation, size, seed=seed, on=read.facts_on), folder / "pool.parquet")
    with terminal.step(Text("Banque lue et vérifiée, ligne par ligne", "Pool read and checked, row by row"), lang):
        pool = read_pool(
            folder / "pool.parquet", read.regulation, facts_on=read.facts_on, extracted_at=read.source.extracted_at
        )
    with terminal.step(
        Text("Pointage : 19 critères de la grille du Québec", "Scores: 19 criteria of Québec’s grid"), lang
    ):
        terminal.save(score(pool.frame, read.regulation, facts_on=read.facts_on), folder / "scores.parquet")
    with terminal.step(Text("Ronde : 14 exercices, 4 volets", "Round: 14 selections, 4 streams"), lang):
        done = run_round(read, pool)
        receipt.save(done, folder / "round")
    screen.print()
    screen.print(results(done, lang))
    screen.print(
        Text(
            "Les minimums publiés sont ceux de la vraie banque ; les nôtres, ceux d’une banque inventée.",
            "The published minima are those of the real pool; ours are those of an invented one.",
        ).to(lang)
    )
    screen.print(outcomes(done, lang))
    for declaration_id in two_cases(done):
        _tell(done, declaration_id, lang)
    _next(folder, file, done, lang)


def two_cases(done: Round) -> list[str]:
    """Choose one person invited, the last of a selection, and the first under its cut-off whom no selection took."""
    invited = done.sheet.outcome == Outcome.invited
    chosen = [r for r in done.results if r.last_in is not None and r.first_out is not None and not invited[r.first_out]]
    first = chosen[0] if chosen else done.results[0]
    return [done.pool.frame["declaration_id"][p] for p in (first.last_in, first.first_out) if p is not None]


def _tell(done: Round, declaration_id: str, lang: Lang) -> None:

    screen = terminal.console()
    found = explain(find(done, declaration_id), done.instruction.regulation, done.instruction.facts_on)
    screen.rule(declaration_id)
    for line in sentences(why(done, declaration_id), lang):
        screen.print(f"[bold]{line}[/]")
    print_explanation(found, lang)


def _next(folder: Path, file: Path, done: Round, lang: Lang) -> None:

    facts, first = done.instruction.facts_on, two_cases(done)[0]
    pool = folder / "pool.parquet"
    shown = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
    screen = terminal.console()
    screen.rule()
    screen.print(Text(f"Fichiers : {folder}", f"Files: {folder}").to(lang), soft_wrap=True)
    screen.print(
        Text(
            "  pool.parquet, scores.parquet, round/ (invitations, issues, reçu, règle et instruction)",
            "  pool.parquet, scores.parquet, round/ (invitations, outcomes, receipt, law and instruction)",
        ).to(lang)
    )
    screen.print(Text("À essayer ensuite :", "To try next:").to(lang))
    for line in (
        f"tirage law show {PROGRAM} --on {facts} --lang {lang}",
        f"tirage explain {pool} {first} --program {PROGRAM} --on {facts} --lang {lang}",
        f"tirage round run {shown} --pool {pool} --out {folder / 'again'} --lang {lang}",
    ):
        screen.print(f"  {line}", soft_wrap=True)
