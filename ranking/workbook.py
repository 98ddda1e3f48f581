"""Workbooks: sheets of plain cells. Text is text, whatever it begins with: no cell is a formula or a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

LONGEST = 31  # letters in the name of a sheet
FORBIDDEN = str.maketrans("[]:*?/\\", "-------")
MADE = datetime(2000, 1, 1, tzinfo=UTC)  # a workbook must have an instant; this one says nothing of the clock
DAY, INSTANT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"
PLAIN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
Value = str | int | float | bool | date | datetime | None
"""What a cell holds. An instant is a naive ``datetime``, on the clock that its heading names."""


@dataclass(frozen=True)
class Sheet:
    """A sheet: lines of text above, headings, and rows."""

    name: str
    lines: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def save(sheets: Sequence[Sheet], path: Path, title: str) -> None:
    """Write a workbook; the same sheets give the same bytes."""
    import xlsxwriter  # noqa: PLC0415 - heavy

    book = xlsxwriter.Workbook(path, PLAIN)
    book.set_properties({"title": title, "created": MADE})
    formats = {name: book.add_format({"num_format": shown}) for name, shown in (("day", DAY), ("instant", INSTANT))}
    bold, used = book.add_format({"bold": True}), set[str]()
    for sheet in sheets:
        _write(book.add_worksheet(_name(sheet.name, used)), sheet, bold, formats)
    book.close()


def _name(wanted: str, used: set[str]) -> str:
    """Make a name that a sheet may have, and that no other has: spreadsheets do not tell capitals apart."""
    plain = wanted.translate(FORBIDDEN).strip("'")[:LONGEST] or "-"
    name, number = plain, 1
    while name.lower() in used:
        number += 1
        name = f"{plain[: LONGEST - len(str(number)) - 1]} {number}"
    used.add(name.lower())
    return name


def _write(page: Worksheet, sheet: Sheet, bold: Format, formats: dict[str, Format]) -> None:
    for row, line in enumerate(sheet.lines):
        page.write_string(row, 0, line, bold if row == 0 else None)
    head = len(sheet.lines) + (1 if sheet.lines else 0)
    for column, title in enumerate(sheet.columns):
        page.write_string(head, column, title, bold)
    for row, values in enumerate(sheet.rows, head + 1):
        for column, value in enumerate(values):
            _cell(page, row, column, value, formats)
    page.freeze_panes(head + 1, 0)
    page.autofit(400)


def _cell(page: Worksheet, row: int, column: int, value: Value, formats: dict[str, Format]) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value)
    elif isinstance(value, (datetime, date)):
        page.write_datetime(row, column, value, formats["instant" if isinstance(value, datetime) else "day"])
    else:
        page.write_string(row, column, value)
