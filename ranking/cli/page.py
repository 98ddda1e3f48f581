"""A page of titles, lines and tables, printed in a terminal or written as one HTML file that needs nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape as plain

from ranking.cli import terminal
from ranking.files import ending
from ranking.page import Block, Grid, Heading, Line, Picture, html
from rules.faults import Fault, LawError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from rules.text import Lang

__all__ = ["Block", "Grid", "Heading", "Line", "Picture", "html", "publish", "show"]

RICH = {"plain": "{}", "dim": "[dim]{}[/]", "italic": "[italic]{}[/]", "warning": "[bold reverse] {} [/]"}


def show(blocks: Iterable[Block]) -> None:
    """Print a page in the terminal."""
    screen = terminal.console()
    for block in blocks:
        if isinstance(block, Heading):
            screen.print(f"{'' if block.level == 1 else chr(10)}[bold]{plain(block.text)}[/]")
        elif isinstance(block, Line):
            screen.print(RICH[block.style].format(plain(block.text)))
        elif isinstance(block, Grid):
            screen.print(_rich(block))


def _rich(grid: Grid) -> Table:
    made = terminal.table(grid.title, *grid.columns, right=grid.right)
    for position, row in enumerate(grid.rows):
        total = position in grid.totals
        cells = [f"[bold]{plain(cell)}[/]" if total else plain(cell) for cell in row]
        made.add_row(*cells, end_section=total or position + 1 in grid.totals)
    if grid.note:
        made.caption, made.caption_justify = grid.note, "left"
    return made


def publish(blocks: list[Block], title: str, out: str | None, lang: Lang) -> None:
    """Print a page, or write it as HTML."""
    if out is None:
        show(blocks)
        return
    path = Path(out)
    if path.suffix.lower() not in (".html", ".htm"):
        expected, found = Text("un fichier .html", "an .html file"), ending(path)
        raise LawError([Fault(same(out), found, expected, same(str(path.with_suffix(".html"))))])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(html(blocks, title, lang), encoding="utf-8")
    click.echo(Text(f"Page écrite : {out}", f"Page written: {out}").to(lang))
