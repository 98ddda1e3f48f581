"""What commands print: tables, progress, JSON, and where results are saved."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import polars as pl
from rich.console import Console
from rich.table import Table

from ranking.faults import Fault, PoolError
from ranking.pool import suggestions
from rules.text import Lang, Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.pool import Pool
    from rules.regulation import Regulation

WRITERS = {".parquet": "write_parquet", ".csv": "write_csv"}


def console() -> Console:
    """Make the console on which results are printed; wide enough for a table where there is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


@contextmanager
def step(words: Text, lang: Lang) -> Iterator[None]:
    """Show that a step is under way, on the error stream, so that results can be piped."""
    screen = Console(stderr=True, highlight=False)
    if screen.is_terminal:
        with screen.status(words.to(lang) + " …"):
            yield
    else:
        yield
    screen.print(f"[green]✓[/] {words.to(lang)}")


def print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print a result as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(title: str, *columns: str, right: tuple[int, ...] = ()) -> Table:
    """Make a table; ``right`` names the positions of columns of numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for position, column in enumerate(columns):
        made.add_column(column, justify="right" if position in right else "left", overflow="fold")
    return made


def check_target(name: str) -> Path:
    """Refuse, before any work, a file whose ending no writer knows."""
    path = Path(name)
    if path.suffix.lower() not in WRITERS:
        where, found = same(name), Text(f"l’extension « {path.suffix} »", f"the ending “{path.suffix}”")
        expected = Text(".parquet ou .csv", ".parquet or .csv")
        raise PoolError([Fault(where, found, expected, same(f"{path.with_suffix('.parquet').name}"))])
    return path


def save(frame: pl.DataFrame, path: Path) -> None:
    """Save a table by the ending of its file, whole or not at all; CSV cells that would run as formulas are escaped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.part")
    try:
        getattr(escaped(frame) if path.suffix.lower() == ".csv" else frame, WRITERS[path.suffix.lower()])(draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def escaped(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before text that begins like a formula; instants get their offset."""
    text = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    instants = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    return frame.with_columns(
        *[
            pl.when(pl.col(n).str.contains(r"^[=+\-@\t\r]")).then("'" + pl.col(n)).otherwise(pl.col(n)).alias(n)
            for n in text
        ],
        *[pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z").alias(name) for name in instants],
    )


def report_pool(pool: Pool, regulation: Regulation, lang: Lang, quarantined: str | None) -> None:
    """Say on the error stream what a reader of results must know of the pool: rows kept apart, columns not known."""
    if pool.quarantine.height:
        for fault in pool.faults:
            click.echo(fault.render(lang), err=True)
        count = pool.quarantine.height
        click.echo(
            Text(
                f"{count} lignes refusées, gardées dans {quarantined}.", f"{count} rows refused, kept in {quarantined}."
            ).to(lang),
            err=True,
        )
    for name, guess in suggestions(pool, regulation):
        click.echo(
            Text(
                f"Colonne inconnue, gardée telle quelle : {name} ({guess.fr})",
                f"Unknown column, carried along: {name} ({guess.en})",
            ).to(lang),
            err=True,
        )
    if pool.absent:
        names = ", ".join(pool.absent)
        click.echo(
            Text(
                f"Colonnes absentes (ce qui les lit est inconnu) : {names}",
                f"Columns absent (what reads them is unknown): {names}",
            ).to(lang),
            err=True,
        )
