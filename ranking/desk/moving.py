"""Controls that move numbers of the law: a slider with its number for each cell, beside the law in force."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ranking.desk.sheets import sheets
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.desk.draft import Draft
    from ranking.desk.sheets import Cell
    from rules.text import Lang

ROOM = 30
"""A slider reaches at least so many points beyond the number of the law."""


def bounds(cell: Cell, now: int) -> tuple[int, int]:
    """Give the ends of a slider: from 0, or as far below as above, to twice the number of the law or more."""
    reach = max(abs(cell.points), ROOM)
    low = 0 if cell.points >= 0 else cell.points - reach
    return min(low, now), max(cell.points + reach, now)


def cells(draft: Draft, part: str) -> tuple[Cell, ...]:
    """Name the cells of a part, in the order in which they are shown."""
    return tuple(cell for sheet in sheets(draft.law, part) for cell in sheet.cells)


def table(draft: Draft, part: str, controls: Mapping[str, object], lang: Lang) -> str:
    """Lay the controls of a part out as the law lays out its tables; each stands beside the number in force."""
    made = []
    force, trial = Text("En vigueur", "In force").to(lang), Text("À l’essai", "On trial").to(lang)
    for sheet in sheets(draft.law, part):
        wide = len(sheet.columns) > 1
        top = "".join(f'<th scope="colgroup" colspan="2">{escape(one.to(lang))}</th>' for one in sheet.columns)
        above = f"<tr><td></td>{top}</tr>" if wide else ""
        heads = f'<th scope="col">{force}</th><th scope="col">{trial}</th>' * len(sheet.columns)
        rows = "".join(
            f"<tr>{_row(title, lang) if wide else ''}"
            + "".join(f'<td class="n">{number(cell.points, lang)}</td><td>{controls[cell.key]}</td>' for cell in row)
            + "</tr>"
            for title, row in sheet.rows
        )
        caption = f"<caption>{escape(sheet.title.to(lang))}</caption>"
        corner = '<th scope="col"></th>' if wide else ""
        made.append(
            f'<table class="moving">{caption}<thead>{above}<tr>{corner}{heads}</tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )
    return f'<div class="desk">{"".join(made)}</div>'


def _row(title: Text, lang: Lang) -> str:
    """Write the head of a row; a table of one column needs none, for its sliders are called by their rows."""
    return f'<th scope="row">{escape(title.to(lang))}</th>'


def scaled(draft: Draft, part: str, percent: int) -> dict[str, int]:
    """Give the numbers of a part at so many percent of the law, rounded half up."""
    return {cell.key: (2 * cell.points * percent + 100) // 200 for cell in cells(draft, part)}


def steps(draft: Draft, lang: Lang) -> str:
    """Say how much a draft moves, and how far it can be undone."""
    count, taken = len(draft.moved), draft.taken
    if not count:
        return Text(
            "Rien n’est déplacé : la règle est celle en vigueur.", "Nothing is moved: the law is that in force."
        ).to(lang)
    s, steps_ = "s" if count > 1 else "", "s" if taken > 1 else ""
    fr = f"{count} nombre{s} déplacé{s}, {taken} étape{steps_}."
    return Text(fr, f"{count} number{s} moved, {taken} step{steps_}.").to(lang)
