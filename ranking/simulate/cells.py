"""Cells of a table of results, as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.page import Grid
from rules.text import Lang, Text, listed, number, same, signed

if TYPE_CHECKING:
    from ranking.simulate.results import Table

HIDDEN = "x"
NONE = "–"
LANGS: tuple[Lang, Lang] = ("fr", "en")


def shown_columns(table: Table, lang: Lang) -> list[str]:
    """Name the columns that people read in a language, in order."""
    other = f"_{'en' if lang == 'fr' else 'fr'}"
    twins = {f"{name}{other}" for name in table.columns}
    return [name for name in table.frame.columns if name not in table.codes and name not in twins]


def heads(table: Table, lang: Lang) -> list[str]:
    """Give the titles of the columns that people read."""
    names = [name if name in table.columns else name.removesuffix(f"_{lang}") for name in shown_columns(table, lang)]
    return [table.columns.get(name, same(name)).to(lang) for name in names]


def grid(table: Table, lang: Lang) -> Grid:
    """Write the first rows of a table; a hidden count is an x."""
    names = shown_columns(table, lang)
    frame = table.frame.select(names)
    rows = tuple(
        tuple(_cell(value, name, table, lang) for name, value in row.items())
        for row in frame.head(table.rows).iter_rows(named=True)
    )
    right = tuple(position for position, kind in enumerate(frame.dtypes) if kind.is_numeric())
    return Grid(table.title.to(lang), tuple(heads(table, lang)), rows, right, note=_note(table, lang))


def _note(table: Table, lang: Lang) -> str:
    said = [] if table.note is None else [table.note.to(lang)]
    if table.frame.height > table.rows:
        rest = number(table.frame.height - table.rows, lang)
        said.append(Text(f"Et {rest} autres lignes dans les fichiers.", f"And {rest} more rows in the files.").to(lang))
    if any(table.frame[name].null_count() for name in table.counts):
        said.append(Text("x : nombre masqué.", "x: a count that is hidden.").to(lang))
    return " ".join(said)


def _cell(value: Any, name: str, table: Table, lang: Lang) -> str:  # noqa: ANN401 - of any column
    if value is None:
        return HIDDEN if name in table.counts else NONE
    if name in table.shares or name in table.percents:
        return percent(value, lang)
    if name in table.signed:
        return signed(value) if isinstance(value, int) else decimal(value, lang, sign="+")
    return figure(value, lang)


def figure(value: Any, lang: Lang) -> str:  # noqa: ANN401 - of any column
    """Write a value of a result."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return (Text("oui", "yes") if value else Text("non", "no")).to(lang)
    if isinstance(value, int):
        return number(value, lang).replace("-", "−")
    if isinstance(value, float):
        return decimal(value, lang)
    return listed([figure(one, lang) for one in value], 20) if isinstance(value, (list, tuple)) else str(value)


def decimal(value: float, lang: Lang, digits: int = 1, sign: str = "") -> str:
    """Write a number with decimals as readers of a language do: 1 234,5 or 1,234.5, a true minus."""
    nothing = round(value, digits) == 0
    said = f"{0:.{digits}f}" if nothing else f"{value:{sign},.{digits}f}".replace("-", "−")
    return said.replace(",", "\u202f").replace(".", ",") if lang == "fr" else said


def percent(share: float, lang: Lang, digits: int = 1) -> str:
    """Write a share as a percentage: « 12,5 % », “12.5%”."""
    return f"{decimal(share * 100, lang, digits)}{' %' if lang == 'fr' else '%'}"


def count_words(value: int | None) -> Text:
    """Write a count for a sentence; one that is hidden is “few”."""
    return Text("peu", "few") if value is None else Text(number(value, "fr"), number(value, "en"))
