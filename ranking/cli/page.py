"""A page of titles, lines and tables, printed in a terminal or written as one HTML file that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.markup import escape as plain

from ranking.cli import terminal
from ranking.files import ending
from rules.faults import Fault, LawError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from rules.text import Lang

Style = Literal["plain", "dim", "italic"]
RICH = {"plain": "{}", "dim": "[dim]{}[/]", "italic": "[italic]{}[/]"}

CSS = """
:root { color-scheme: light; --ink: #1a1a1a; --soft: #595959; --line: #c4c4c4; --head: #f0f3f7; }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; margin-top: 2.5rem; border-bottom: 2px solid var(--ink); }
table { border-collapse: collapse; margin: 1.2rem 0 .3rem; width: 100%; page-break-inside: avoid; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left; vertical-align: top; }
thead th { background: var(--head); } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.total td { font-weight: 600; border-top: 2px solid var(--ink); }
p.dim, p.note { color: var(--soft); font-size: .9rem; margin: .2rem 0; }
p.italic { font-style: italic; margin: .2rem 0; }
@media print { body { max-width: none; margin: 0; font-size: 11px; } h2 { page-break-after: avoid; } }
"""


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is that of the page."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Line:
    """A line of text."""

    text: str
    style: Style = "plain"


@dataclass(frozen=True)
class Grid:
    """A table; ``right`` names the positions of columns of numbers, ``totals`` those of rows that sum others up."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    note: str = ""


Block = Heading | Line | Grid


def show(blocks: Iterable[Block]) -> None:
    """Print a page in the terminal."""
    screen = terminal.console()
    for block in blocks:
        if isinstance(block, Heading):
            screen.print(f"{'' if block.level == 1 else chr(10)}[bold]{plain(block.text)}[/]")
        elif isinstance(block, Line):
            screen.print(RICH[block.style].format(plain(block.text)))
        else:
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


def html(blocks: Iterable[Block], title: str, lang: Lang) -> str:
    """Write a page as HTML: one file, no script, nothing fetched, headings and tables marked up for screen readers."""
    body = "\n".join(_html(block) for block in blocks)
    head = (
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>'
    )
    top = f'<!doctype html>\n<html lang="{lang}">\n<head>\n{head}\n<style>{CSS}</style>\n</head>\n'
    return f"{top}<body>\n{body}\n</body>\n</html>\n"


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Line):
        return f'<p class="{block.style}">{escape(block.text)}</p>'
    head = "".join(_cell("th", text, i, block, ' scope="col"') for i, text in enumerate(block.columns))
    rows = "\n".join(
        f"<tr{' class=total' if position in block.totals else ''}>"
        + "".join(_cell("td", text, i, block) for i, text in enumerate(row))
        + "</tr>"
        for position, row in enumerate(block.rows)
    )
    note = f'\n<p class="note">{escape(block.note)}</p>' if block.note else ""
    caption = f"<caption>{escape(block.title)}</caption>" if block.title else ""
    return f"<table>\n{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>{note}"


def _cell(tag: str, text: str, position: int, grid: Grid, more: str = "") -> str:
    number = ' class="n"' if position in grid.right else ""
    return f"<{tag}{number}{more}>{escape(text).replace(chr(10), '<br>')}</{tag}>"


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
