"""``tirage simulate project``: a year of rounds or more on one pool."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console

from ranking.cli import results, terminal, words
from ranking.faults import Fault, TirageError
from ranking.pool import read_pool
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from ranking.pool import Pool
    from ranking.simulate.projection.replications import Kept
    from ranking.simulate.projection.setting import Setting, Wanted
    from rules.text import Lang


@words.command(
    Text(
        "Une année de rondes ou plus sur une banque : arrivées, anniversaires, expérience, échéances, invitations, "
        "réponses. Avec des scénarios, les mêmes personnes et le même hasard sous chaque règle. Ctrl-C garde les "
        "répétitions finies ; la même commande reprend où elle en était.",
        "A year of rounds or more on a pool: arrivals, birthdays, experience, expiries, invitations, answers. With "
        "scenarios, the same people and the same chance under each law. Ctrl-C keeps the replications that are done; "
        "the same command goes on from there.",
    ),
    "tirage simulate project --pool out/p.parquet --instruction data/instructions/quebec/pstq/2026-04-30.toml "
    "--from 2026-05-01 --months 12 --replications 20 --out out/proj",
)
@words.option(
    "--pool", "pool_file", required=True, type=click.Path(), words=Text("Banque au départ.", "Pool at the start.")
)
@words.option(
    "--instruction",
    required=True,
    type=click.Path(),
    words=Text("Instruction de chaque ronde.", "Instruction of every round."),
)
@words.option(
    "--from",
    "start",
    required=True,
    type=words.Day(),
    words=Text("Jour de la première ronde.", "Day of the first round."),
)
@words.option("--months", required=True, type=click.IntRange(1, 120), words=Text("Durée en mois.", "Length in months."))
@words.option(
    "--every",
    metavar="DAYS",
    type=click.IntRange(1, 366),
    words=Text("Jours entre deux rondes ; sinon un mois.", "Days between two rounds; else a month."),
)
@words.option(
    "--replications",
    default=20,
    show_default=True,
    type=click.IntRange(1, 9999),
    words=Text("Nombre de répétitions.", "Number of replications."),
)
@words.option("--seed", default=0, show_default=True, type=int, words=Text("Graine du hasard.", "Seed of the chance."))
@words.option(
    "--scenario",
    "scenarios",
    multiple=True,
    type=click.Path(),
    words=Text("Scénario à comparer, répétable.", "Scenario to compare, repeatable."),
)
@words.option(
    "--scale",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0, 100),
    words=Text("Facteur des nombres à inviter.", "Factor of the numbers to invite."),
)
@words.option(
    "--arrivals",
    metavar="A_MONTH",
    type=click.FloatRange(0, 1_000_000),
    words=Text(
        "Arrivées par mois ; sinon le rythme des dépôts de la banque.",
        "Arrivals a month; else the pace of the pool’s submissions.",
    ),
)
@words.option(
    "--assumptions",
    metavar="FILE",
    type=click.Path(),
    words=Text(
        "Hypothèses ; sinon celles du programme dans data/projections.",
        "Assumptions; else those of the program in data/projections.",
    ),
)
@words.option("--by", multiple=True, metavar="COLUMN", words=Text("Groupes du rapport.", "Groups of the report."))
@words.option(
    "--band",
    default=50,
    show_default=True,
    type=click.IntRange(1, 1000),
    words=Text("Largeur des tranches de pointage.", "Width of the score bands."),
)
@words.option(
    "--keep",
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    words=Text(
        "Dossier des répétitions finies ; sinon celui du résultat, ou à côté de lui pour --publish.",
        "Folder of the replications that are done; else that of the result, or beside it for --publish.",
    ),
)
@words.option(
    "--workers",
    type=click.IntRange(1, 64),
    words=Text("Processus à la fois ; sinon un par cœur.", "Processes at a time; else one for each core."),
)
@results.law_folder
@words.quarantine
@results.options
@words.reads_pools
def project(
    pool_file: str,
    instruction: str,
    replications: int,
    keep: str | None,
    workers: int | None,
    quarantine: str | None,
    out: str | None,
    formats: tuple[str, ...],
    publish: bool,
    least: int,
    rounding: bool,
    as_json: bool,
    lang: Lang,
    **asked: Any,  # noqa: ANN401 - the fields of Wanted
) -> None:
    """Project a pool."""
    from ranking.simulate.projection.report import report  # noqa: PLC0415 - heavy
    from ranking.simulate.projection.setting import Wanted, setting  # noqa: PLC0415 - heavy
    from ranking.simulate.results import check_folder  # noqa: PLC0415 - heavy

    if out is None:
        raise click.UsageError(Text("il manque l’option --out", "the option --out is missing").to(lang))
    if rounding and not publish:
        raise click.UsageError(Text("--rounding demande --publish", "--rounding needs --publish").to(lang))
    check_folder(Path(out))
    where = Path(keep or (f"{out}-kept" if publish else out))
    if publish:
        _check_publishable(Path(out), where)
    wanted = Wanted(instruction=instruction, **asked)
    pool = _read(wanted, pool_file, quarantine, lang)
    made = setting(wanted, pool.frame, pool.fingerprint)
    terminal.report_pool(pool, lang, quarantine)
    kept = _run(made, where, replications, workers or os.cpu_count() or 1, lang)
    given = {"pool": Path(pool_file).name, "instruction": Path(instruction).name, **_plain(asked)}
    found = report(made, kept.read(replications), replications, given)
    results.deliver(found, out, formats, lang, publish=publish, least=least, rounding=rounding, as_json=as_json)


def _check_publishable(out: Path, keep: Path) -> None:
    """Refuse to publish a folder that holds replications: their small counts are not hidden."""
    from ranking.simulate.results import PARTS  # noqa: PLC0415 - heavy

    if out == keep or (out / PARTS).exists():
        found = Text("des répétitions, dont rien n’est masqué", "replications, in which nothing is hidden")
        expected = Text("un dossier à publier qui n’en contient pas", "a folder to publish that holds none")
        write = same(f"--out {out.name}-published --keep {out.name}")
        raise TirageError([Fault(same(out.name), found, expected, write)])


def _plain(asked: dict[str, Any]) -> dict[str, Any]:
    """Give the arguments as they were given, files by their names."""
    paths = {"assumptions": Path(asked["assumptions"]).name if asked["assumptions"] else None}
    scenarios = [Path(one).name for one in asked["scenarios"]]
    return asked | paths | {"scenarios": scenarios, "start": str(asked["start"])}


def _read(wanted: Wanted, file: str, quarantine: str | None, lang: Lang) -> Pool:
    """Read and check the pool as the first round would."""
    from ranking.simulate.projection.setting import read_wanted  # noqa: PLC0415 - heavy

    kept = terminal.check_target(quarantine, file) if quarantine else None
    instruction, when = read_wanted(wanted)
    day: date = when.days[0]
    with terminal.step(Text("Banque lue et vérifiée", "Pool read and checked"), lang):
        law = instruction.regulation
        pool = read_pool(file, law, quarantine=kept is not None, facts_on=day, extracted_at=when.begins)
        if kept:
            terminal.save(pool.quarantine, kept)
    return pool


def _run(made: Setting, out: Path, count: int, workers: int, lang: Lang) -> Kept:
    """Run the replications, and say what a stopped run keeps."""
    from ranking.simulate.projection.replications import Kept, run  # noqa: PLC0415 - heavy

    with _progress(count, lang) as step:
        try:
            return run(made, out, count, workers=workers, done=step)
        except KeyboardInterrupt:
            done = sum(Kept(out, made).has(number) for number in range(1, count + 1))
            said = Text(
                f"Arrêtée : {done} répétitions sur {count} gardées dans {out} ; la même commande reprend là.",
                f"Stopped: {done} of {count} replications kept in {out}; the same command goes on from there.",
            )
            click.echo(said.to(lang), err=True)
            raise


@contextmanager
def _progress(count: int, lang: Lang) -> Iterator[Callable[[int], None]]:
    """Show how many replications are done, on the error stream."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    screen = Console(stderr=True, highlight=False)
    words_of = Text("Répétitions", "Replications").to(lang)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as shown:
        task = shown.add_task(words_of, total=count)
        yield lambda _: shown.advance(task)
    screen.print(f"[green]✓[/] {words_of} ({count})")
