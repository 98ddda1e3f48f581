"""The workbook of a result: where it comes from, then a sheet for each table, headings in one language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.chart import WATERMARK
from ranking.simulate.cells import HIDDEN, figure, heads, shown_columns
from ranking.workbook import LONGEST, MADE, PLAIN
from rules.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from ranking.simulate.results import Results, Table
    from rules.text import Lang


def write_workbook(results: Results, path: Path, lang: Lang) -> None:
    """Write a workbook. Text is written as text, whatever it begins with: no cell is a formula or a link."""
    import xlsxwriter  # noqa: PLC0415 - heavy

    book = xlsxwriter.Workbook(path, PLAIN)
    book.set_properties({"title": results.title.to(lang), "comments": WATERMARK.to(lang), "created": MADE})
    bold, share = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
    _origin(book.add_worksheet(Text("Provenance", "Provenance").to(lang)), results, lang, bold)
    for name, table in results.tables.items():
        _sheet(book.add_worksheet(name[:LONGEST]), table, lang, bold, share)
    book.close()


def _origin(sheet: Worksheet, results: Results, lang: Lang, bold: Format) -> None:
    sheet.write_string(0, 0, results.title.to(lang), bold)
    sheet.write_string(1, 0, WATERMARK.to(lang), bold)
    row = 3
    for name, value in {**results.figures, **results.provenance.as_dict()}.items():
        for key, one in value.items() if isinstance(value, dict) else [("", value)]:
            sheet.write_string(row, 0, f"{name} {key}".strip())
            _write(sheet, row, 1, figure(one, lang) if isinstance(one, (list, tuple, dict)) else one)
            row += 1
    sheet.set_column(0, 1, 40)
    sheet.set_footer(f"&C{WATERMARK.to(lang)}")


def _sheet(sheet: Worksheet, table: Table, lang: Lang, bold: Format, share: Format) -> None:
    names = shown_columns(table, lang)
    sheet.write_string(0, 0, table.title.to(lang), bold)
    sheet.write_string(1, 0, WATERMARK.to(lang), bold)
    for column, title in enumerate(heads(table, lang)):
        sheet.write_string(3, column, title, bold)
    for column, name in enumerate(names):
        style = share if name in (*table.shares, *table.percents) else None
        for row, value in enumerate(table.frame[name].to_list()):
            _write(sheet, row + 4, column, HIDDEN if value is None and name in table.counts else value, style)
    sheet.freeze_panes(4, 0)
    sheet.autofit(300)
    sheet.set_footer(f"&C{WATERMARK.to(lang)}")


def _write(sheet: Worksheet, row: int, column: int, value: Any, style: Format | None = None) -> None:  # noqa: ANN401
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, style)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value), style)
