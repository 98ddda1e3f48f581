"""A page of titles, lines, tables and pictures, and how it is written as one HTML file that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.text import Lang

Style = Literal["plain", "dim", "italic", "warning"]

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
p.warning { font-weight: 700; border: 2px solid var(--ink); padding: .3rem .6rem; display: inline-block; }
figure { margin: 1.5rem 0; page-break-inside: avoid; } figure svg { max-width: 100%; height: auto; }
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


@dataclass(frozen=True)
class Picture:
    """A chart as SVG; ``text`` says what it shows to who cannot see it; ``file`` is where else it is kept."""

    svg: str
    text: str
    file: str = ""


Block = Heading | Line | Grid | Picture


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
    if isinstance(block, Picture):
        return f'<figure role="img" aria-label="{escape(block.text)}">{block.svg}</figure>'
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


def markdown(blocks: Iterable[Block]) -> str:
    """Write a page as Markdown; pictures are those kept beside it."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


STYLES = {"plain": "{}", "dim": "{}", "italic": "*{}*", "warning": "**{}**"}


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {block.text}"
    if isinstance(block, Line):
        return STYLES[block.style].format(block.text)
    if isinstance(block, Picture):
        return f"![{block.text}]({block.file})"
    rule = tuple("--:" if position in block.right else "---" for position in range(len(block.columns)))
    rows = "\n".join(_markdown_row(row) for row in (block.columns, rule, *block.rows))
    title = f"**{block.title}**\n\n" if block.title else ""
    return f"{title}{rows}" + (f"\n\n{block.note}" if block.note else "")


def _markdown_row(row: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in row) + " |"
