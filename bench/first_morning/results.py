"""The results of the first morning: a table, a JSON file, a section of ``bench/RESULTS.md``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.machine import machine
from bench.report import table

FIGURES = Path("out/first-morning.json")
PAGE = Path(__file__).parents[1] / "RESULTS.md"
TITLE = "## The first morning"


def write(results: dict[str, dict[str, Any]]) -> None:
    """Write the figures."""
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    said = {"machine": machine(), "results": results}
    FIGURES.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_section(results: dict[str, dict[str, Any]]) -> None:
    """Put the section into the page, in place of the one that it has."""
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(without_section(text).rstrip() + "\n\n" + section(results), encoding="utf-8")


def section_of(page: str) -> str:
    """Give the section of a page, with its title; nothing where it has none. It is the last one."""
    _, found, rest = page.partition(TITLE)
    return found + rest


def without_section(page: str) -> str:
    """Give a page without the section."""
    return page.partition(TITLE)[0]


def section(results: dict[str, dict[str, Any]]) -> str:
    """Write the section."""
    known = machine()
    crowds = {name: one for name, one in results.items() if "accepted" in one and "p99, ms" in one}
    others = {name: one for name, one in results.items() if name not in crowds}
    head = (
        f"{TITLE}\n\nWritten by `make first-morning ARGS=--write` on {known['date']}: {known['cores']} cores, which the"
        f" service and the crowd share; load before it began {known['load']}. Loopback; every sync takes 20 ms longer;"
        " one connection a person; a request is measured by the person, from sending it to its answer."
    )
    parts = [
        head,
        crowd_table(crowds),
        *[f"**{name}**: {sentence(one)}." for name, one in others.items()],
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def crowd_table(crowds: dict[str, dict[str, Any]]) -> str:
    """Put the mornings side by side, a row a figure."""
    if not crowds:
        return ""
    names = list(dict.fromkeys(name for one in crowds.values() for name in one))
    rows = [[name, *(plain(one.get(name)) for one in crowds.values())] for name in names]
    return table(["", *crowds], rows)


def sentence(figures: dict[str, Any]) -> str:
    """Say figures in a line."""
    return "; ".join(f"{name} {plain(figure)}" for name, figure in figures.items())


def plain(figure: object) -> str:
    """Write a figure."""
    if figure is None:
        return "–"
    if isinstance(figure, dict):
        return ", ".join(f"{name} × {plain(count)}" for name, count in figure.items()) or "–"
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)
