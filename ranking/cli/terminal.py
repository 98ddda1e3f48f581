"""What commands print: tables, progress, JSON, and where results are saved."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from ranking.escaping import escaped
from ranking.faults import Fault, TirageError
from ranking.files import ending
from ranking.pieces import would_join
from ranking.pool import suggestions
from rules.text import Lang, Text, number, same
from rules.titles import colon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

    from ranking.pool import Pool
    from ranking.streamed import ScoredFile

WRITERS = {".parquet": "write_parquet", ".csv": "write_csv"}


def console() -> Console:
    """Make the console on which results are printed; wide enough for a table where there is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False, emoji=False, soft_wrap=False)


@contextmanager
def step(words: Text, lang: Lang) -> Iterator[None]:
    """Show that a step is under way, on the error stream, so that results can be piped."""
    screen = Console(stderr=True, highlight=False, emoji=False)
    if screen.is_terminal:
        with screen.status(words.to(lang) + " …"):
            yield
    else:
        yield
    screen.print(f"[green]✓[/] {words.to(lang)}")


@contextmanager
def counting(words: Text, lang: Lang) -> Iterator[Callable[[int], None]]:
    """Show a count that rises while long work is under way, on the error stream of a terminal."""
    screen = Console(stderr=True, highlight=False, emoji=False)
    if not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status(words.to(lang) + " …") as shown:
        yield lambda count: shown.update(f"{words.to(lang)}{colon(lang)}{number(count, lang)}")


def print_json(value: Any) -> None:  # noqa: ANN401 - anything that JSON can hold
    """Print a result as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(title: str, *columns: str, right: tuple[int, ...] = ()) -> Table:
    """Make a table; ``right`` names the positions of columns of numbers."""
    made = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    for position, column in enumerate(columns):
        made.add_column(column, justify="right" if position in right else "left", overflow="fold")
    return made


def check_target(name: str, *sources: str) -> Path:
    """Refuse, before any work, a file whose ending no writer knows, or that is one of the files read."""
    path = Path(name)
    if any(path.resolve() == Path(source).resolve() for source in sources):
        found = Text("le fichier lu lui-même", "the very file that is read")
        expected = Text("un autre fichier", "another file")
        write = same(str(path.with_stem(f"{path.stem}-2")))
        raise TirageError([Fault(same(name), found, expected, write)])
    if any(would_join(source, path) for source in sources):
        found = Text("un fichier parmi ceux que l’on lit", "a file among those that are read")
        expected = Text("un fichier hors de la banque", "a file outside the pool")
        write = same(str(path.parent.parent / path.name))
        raise TirageError([Fault(same(name), found, expected, write)])
    if path.suffix.lower() not in WRITERS:
        where, found = same(name), ending(path)
        expected = Text(".parquet ou .csv", ".parquet or .csv")
        raise TirageError([Fault(where, found, expected, same(str(path.with_suffix(".parquet"))))])
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


def report_pool(pool: Pool | ScoredFile, lang: Lang, quarantined: str | None) -> None:
    """Say on the error stream what a reader of results must know of the pool: rows kept apart, columns not known."""
    if pool.quarantine.height:
        for fault in pool.faults:
            click.echo(fault.render(lang), err=True)
        count = pool.quarantine.height
        fr = "ligne refusée, gardée" if count == 1 else "lignes refusées, gardées"
        en = "row" if count == 1 else "rows"
        words = Text(f"{count} {fr} dans {quarantined}.", f"{count} {en} refused, kept in {quarantined}.")
        click.echo(words.to(lang), err=True)
    for name, guess in suggestions(pool.unknown, pool.absent):
        fr, en = (f" ({guess.fr})", f" ({guess.en})") if guess else ("", "")
        words = Text(
            f"Colonne inconnue, gardée telle quelle : {name}{fr}", f"Unknown column, carried along: {name}{en}"
        )
        click.echo(words.to(lang), err=True)
    if pool.absent:
        names = ", ".join(pool.absent)
        click.echo(
            Text(
                f"Colonnes absentes (ce qui les lit est inconnu) : {names}",
                f"Columns absent (what reads them is unknown): {names}",
            ).to(lang),
            err=True,
        )
