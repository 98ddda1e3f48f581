"""A page as a PDF that can be filed: PDF/A-2a and PDF/UA-1, tagged, the same bytes each time."""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ranking.page import Grid, Heading, Line, Picture

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ranking.page import Block
    from rules.text import Lang

TEMPLATE = Path(__file__).parent / "document.typ"
STANDARDS: tuple[Literal["a-2a"], Literal["ua-1"]] = ("a-2a", "ua-1")
FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands in the file for the instant at which it was made: the same page is the same bytes."""
BROADEST = 90
NARROWEST = 13


def save(blocks: Iterable[Block], title: str, foot: str, path: Path, lang: Lang) -> None:
    """Write a page as PDF, whole or not at all. ``foot`` stands under every page beside its number."""
    import typst  # noqa: PLC0415 - heavy

    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = {"lang": lang, "author": "tirage", "title": title, "foot": foot, "blocks": _blocks(blocks, folder)}
        (folder / TEMPLATE.name).write_bytes(TEMPLATE.read_bytes())
        made = typst.compile(
            folder / TEMPLATE.name,
            root=folder,
            format="pdf",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
            pdf_standards=[*STANDARDS],
            ignore_system_fonts=True,
            timestamp=int(FIRST_INSTANT.timestamp()),
        )
    draft = path.with_name(f".{path.name}.part")
    draft.write_bytes(made)
    draft.replace(path)


def _blocks(blocks: Iterable[Block], folder: Path) -> list[dict[str, Any]]:
    """Write blocks as plain values, and pictures as files beside the template."""
    return [_block(block, place, folder) for place, block in enumerate(blocks)]


def _block(block: Block, place: int, folder: Path) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Line):
        return {"kind": "line", "style": block.style, "text": block.text}
    if isinstance(block, Picture):
        from ranking import chart  # noqa: PLC0415 - heavy

        file = f"picture-{place}.png"  # the fonts of a chart are the drawing's own, which Typst does not have
        (folder / file).write_bytes(chart.png(block.svg))
        return {"kind": "picture", "file": file, "text": block.text}
    return {
        "kind": "grid",
        "title": block.title,
        "columns": block.columns,
        "rows": block.rows,
        "right": block.right,
        "totals": block.totals,
        "note": block.note,
        "widths": _widths(block),
        "tall": all(not cell.strip() for row in block.rows for cell in row),
    }


def _widths(grid: Grid) -> list[int]:
    """Give each column its share of the page: as its longest cell, within reason; 0 for columns of numbers."""
    longest = [
        max([len(grid.columns[place]), *(len(row[place]) for row in grid.rows)]) for place in range(len(grid.columns))
    ]
    return [0 if place in grid.right else min(max(size, NARROWEST), BROADEST) for place, size in enumerate(longest)]
