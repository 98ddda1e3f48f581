"""``tirage simulate backtest``: past rounds, against what the engine and the models say of them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import results, words
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ranking.simulate.results import Provenance
    from rules.text import Lang

PROGRAMS = ("canada/express_entry", "quebec/pstq")
SIZE = 150_000


@words.command(
    Text(
        "Refait les rondes passées : le seuil publié tombe-t-il où le moteur le met, une prévision faite avec les "
        "seules "
        "données d’avant aurait-elle vu juste, et quels chiffres publiés se contredisent.",
        "Runs past rounds again: does the published cut-off lie where the engine puts it, would a forecast made from "
        "earlier data alone have been right, and which published figures contradict one another.",
    ),
    "tirage simulate backtest canada/express_entry --out out/bt",
)
@click.argument("program", type=click.Choice(PROGRAMS))
@words.option(
    "--size",
    type=click.IntRange(1_000, 2_000_000),
    default=SIZE,
    show_default=True,
    words=Text("Québec : déclarations de la banque synthétique.", "Québec: declarations of the synthetic pool."),
)
@words.option(
    "--replications",
    type=click.IntRange(2, 1_000),
    default=20,
    show_default=True,
    words=Text("Québec : répétitions de l’ordre d’arrivée.", "Québec: replications of the order of arrival."),
)
@words.option("--seed", type=int, default=7, show_default=True, words=Text("Graine des tirages.", "Seed of the draws."))
@results.options
def backtest(
    program: str,
    size: int,
    replications: int,
    seed: int,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    **delivery: Any,  # noqa: ANN401 - passed on
) -> None:
    """Backtest a program."""
    said = {"program": program, "size": size, "replications": replications, "seed": seed}
    with _progress(lang) as done:
        if program == PROGRAMS[0]:
            from ranking.simulate.backtest import express_entry  # noqa: PLC0415 - heavy

            made = express_entry.results(seed, _provenance(program, {"program": program, "seed": seed}, seed), done)
        else:
            from ranking.simulate.backtest import quebec  # noqa: PLC0415 - heavy

            made = quebec.results(size, replications, seed, _provenance(program, said, seed), done)
    results.deliver(made, out, formats, lang, **delivery)


@contextmanager
def _progress(lang: Lang) -> Iterator[Callable[[int, int], None]]:
    """Show how far the rounds are, on the error stream."""
    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    screen = Console(stderr=True, highlight=False)
    words_ = Text("Rondes refaites", "Rounds run again").to(lang)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as bar:
        task = bar.add_task(words_, total=None)
        yield lambda n, of: bar.update(task, completed=n, total=of)
    screen.print(f"[green]✓[/] {words_}")


def _provenance(program: str, said: dict[str, Any], seed: int) -> Provenance:
    """Say what a backtest comes from: the law of the days that its rounds use, the published tables."""
    from ranking.simulate.backtest.source import instruction_hashes, law_hashes, tables_hash  # noqa: PLC0415 - heavy
    from ranking.simulate.results import Provenance  # noqa: PLC0415

    laws = law_hashes(program)
    days = {day: day for day in laws}
    instructions = instruction_hashes(program) | {"published tables": tables_hash()}
    return Provenance("simulate backtest", said, program, days, laws, instructions, seed=seed)
