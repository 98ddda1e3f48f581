"""``tirage pool``: make a synthetic pool, check one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking import sample
from ranking.cli import terminal, words
from ranking.cli.pool_diff import diff
from ranking.conform import missing_column
from ranking.faults import Fault, PoolError, TirageError
from ranking.pool import read_file, read_pool
from rules import load
from rules.text import Lang, Text, number, same

if TYPE_CHECKING:
    from datetime import date

    from rules.regulation import Regulation

NOT_TOGETHER = (
    "--pieces ne va pas avec --wrong ni --correct.",
    "--pieces does not go with --wrong or --correct.",
)

pool = words.Group(
    "pool",
    Text("Banques de déclarations : en fabriquer, en vérifier.", "Pools of declarations: make one, check one."),
    "tirage pool check pool.parquet --program quebec/pstq --on 2026-04-27",
)


@words.command(
    Text(
        "Fabrique une banque synthétique : aucune personne réelle. Même graine, même banque.",
        "Makes a synthetic pool: no real person. Same seed, same pool.",
    ),
    "tirage pool generate quebec/pstq --size 150000 --seed 7 --on 2026-04-27 --out out/p.parquet",
)
@click.argument("program")
@words.option(
    "--size", type=click.IntRange(min=0), required=True, words=Text("Nombre de déclarations.", "How many declarations.")
)
@words.option(
    "--seed", type=click.IntRange(min=0), required=True, words=Text("Graine du générateur aléatoire.", "Random seed.")
)
@words.option(
    "--on",
    type=words.Day(),
    required=True,
    words=Text("Jour avant lequel se situent les dépôts.", "Day before which submissions lie."),
)
@words.option(
    "--wrong",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    words=Text("Part de lignes fautives, pour essayer la vérification.", "Share of wrong rows, to try the check."),
)
@words.option(
    "--correct",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    words=Text(
        "Déclarations corrigées ; sans elles, la banque est la même.",
        "Declarations corrected; without them, the pool is the same.",
    ),
)
@words.option(
    "--pieces",
    type=click.IntRange(min=1),
    words=Text(
        "En autant de fichiers Parquet, dans un dossier : une banque plus grande que la mémoire.",
        "As so many Parquet files, in a folder: a pool larger than memory.",
    ),
)
@words.option(
    "--out",
    required=True,
    type=click.Path(),
    words=Text(
        "Fichier .parquet ou .csv ; un dossier avec --pieces.", "A .parquet or .csv file; a folder with --pieces."
    ),
)
def generate(
    program: str,
    size: int,
    seed: int,
    on: date,
    wrong: float,
    correct: int,
    pieces: int | None,
    out: str,
    lang: Lang,
) -> None:
    """Make a synthetic pool."""
    if pieces is not None and (wrong or correct):
        raise click.UsageError(Text(*NOT_TOGETHER).to(lang))
    path = terminal.check_target(out) if pieces is None else _folder(out)
    regulation = load(program).on(on)
    with terminal.step(
        Text(
            f"Banque synthétique de {number(size, 'fr')} déclarations",
            f"Synthetic pool of {number(size, 'en')} declarations",
        ),
        lang,
    ):
        if pieces is None:
            frame = sample.generate(regulation, size, seed=seed, on=on, wrong_share=wrong, corrections=correct)
            terminal.save(frame, path)
        else:
            _in_pieces(regulation, size, seed, on, pieces, path)
    click.echo(
        Text(
            f"{out} : {number(size, 'fr')} déclarations synthétiques (graine {seed})",
            f"{out}: {number(size, 'en')} synthetic declarations (seed {seed})",
        ).to(lang)
    )


def _in_pieces(regulation: Regulation, size: int, seed: int, on: date, pieces: int, folder: Path) -> None:
    """Write the pieces, two at a time."""

    def write(piece: int) -> None:
        frame = sample.generate_piece(regulation, size, seed=seed, on=on, piece=piece, pieces=pieces)
        terminal.save(frame, folder / f"p-{piece + 1:0{len(str(pieces))}}.parquet")

    with ThreadPoolExecutor(max_workers=2) as both:
        list(both.map(write, range(pieces)))


def _folder(out: str) -> Path:
    """Refuse, before any work, a folder that holds other Parquet files: they would be read as pieces."""
    folder = Path(out)
    held = sorted(folder.glob("*.parquet")) if folder.is_dir() else []
    if held or folder.is_file():
        found = same(held[0].name) if held else Text("un fichier", "a file")
        expected = Text("un dossier sans fichier .parquet", "a folder without .parquet files")
        raise TirageError([Fault(same(out), found, expected, same(f"{folder}-2"))])
    return folder


@words.command(
    Text(
        "Vérifie toute une banque, et dit ce qui ne va pas, ligne par ligne.",
        "Checks a whole pool and says what is wrong, row by row.",
    ),
    "tirage pool check out/p.parquet --program quebec/pstq --on 2026-04-27 --quarantine out/bad.csv",
)
@click.argument("file", type=click.Path())
@words.program
@words.on
@words.facts_on
@words.quarantine
@words.reads_pools
@words.as_json
def check(
    file: str, program: str, on: date, facts_on: date | None, quarantine: str | None, as_json: bool, lang: Lang
) -> None:
    """Check a pool."""
    target = terminal.check_target(quarantine, file) if quarantine else None
    regulation = load(program).on(on)
    found = read_pool(file, regulation, quarantine=target is not None, facts_on=facts_on or on)
    if target:
        terminal.save(found.quarantine, target)
    result: dict[str, Any] = {
        "file": file,
        "good": found.frame.height,
        "quarantined": found.quarantine.height,
        "columns_unknown": list(found.unknown),
        "columns_absent": list(found.absent),
        "fingerprint": found.fingerprint,
    }
    if as_json:
        terminal.print_json(result)
        return
    terminal.report_pool(found, lang, quarantine)
    click.echo(
        Text(
            f"{file} : {number(found.frame.height, 'fr')} déclarations conformes",
            f"{file}: {number(found.frame.height, 'en')} declarations in order",
        ).to(lang)
    )
    click.echo(Text(f"Empreinte : {found.fingerprint}", f"Fingerprint: {found.fingerprint}").to(lang))


@words.command(
    Text(
        "Montre les premières déclarations d’un fichier, ou leurs numéros.",
        "Shows the first declarations of a file, or their numbers.",
    ),
    "tirage pool show out/p.parquet --first 1 --ids",
)
@click.argument("file", type=click.Path())
@words.option("--first", type=click.IntRange(min=1), default=5, show_default=True, words=Text("Combien.", "How many."))
@words.option("--ids", is_flag=True, words=Text("Les numéros seuls, un par ligne.", "Numbers alone, one a line."))
@words.reads_pools
@words.as_json
def show(file: str, first: int, ids: bool, as_json: bool, lang: Lang) -> None:
    """Show the first declarations."""
    frame = read_file(Path(file)).head(first)
    if ids:
        if "declaration_id" not in frame.columns:
            raise PoolError([missing_column("declaration_id", frame.columns, file, False)])  # noqa: FBT003
        click.echo("\n".join(map(str, frame["declaration_id"].to_list())))
        return
    if as_json:
        terminal.print_json(frame.to_dicts())
        return
    titles = Text("Colonne|Valeurs", "Column|Values").to(lang).split("|")
    made = terminal.table(file, *titles)
    for name in frame.columns:
        made.add_row(name, ", ".join("–" if value is None else str(value) for value in frame[name]))
    terminal.console().print(made)


pool.add_command(show)
pool.add_command(generate)
pool.add_command(check)
pool.add_command(diff)
