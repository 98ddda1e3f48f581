"""A workbook read as text, as a CSV is: what a cell says, formulas by their kept values, dates as 1990-05-17.

Numbers are written without a needless point, so that a code kept as a number has lost its zeros and is refused with
words, as in a CSV. A row without anything is no row. A cell whose formula failed refuses the file: it would be empty.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import polars as pl

from ranking.faults import Fault, PoolError
from ranking.files import file_fault
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    import fastexcel

MIDNIGHT = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}) 00:00:00$"
FAILED = re.compile(rb'<c r="([A-Z]+[0-9]+)"[^>]*\bt="e"[^>]*>.*?<v>([^<]*)</v>', re.DOTALL)
SHOWN = 5
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_xlsx(path: Path, sheet: str | None = None) -> pl.DataFrame:
    """Read a sheet, the first unless named, as text with empty cells null; its first row gives the names."""
    import fastexcel  # noqa: PLC0415 - pools in other formats are read without it

    try:
        book = fastexcel.read_excel(path)
        name = _sheet(book, sheet, path)
        _check_failed(path, name)
        cells = book.load_sheet(name, header_row=None, dtypes="string").to_polars()
    except (fastexcel.FastExcelError, zipfile.BadZipFile, KeyError, ET.ParseError):
        found = Text("un fichier qui n’est pas un classeur lisible", "a file that is not a readable workbook")
        raise PoolError([file_fault(path, found, Text("un classeur .xlsx", "an .xlsx workbook"))]) from None
    cells = cells.filter(pl.any_horizontal(pl.all().is_not_null())) if cells.width else cells
    if not cells.height:
        where = Text(f"{path.name}, feuille {name}", f"{path.name}, sheet {name}")
        found, expected = Text("une feuille vide", "an empty sheet"), Text("un en-tête", "a heading")
        raise PoolError([Fault(where, found, expected, Text("--sheet et son nom", "--sheet and its name"))])
    return _named(cells, path)


def _sheet(book: fastexcel.ExcelReader, wanted: str | None, path: Path) -> str:
    names = book.sheet_names
    if wanted is None or wanted in names:
        return wanted or names[0]
    expected = Text(f"une feuille de {path.name}", f"a sheet of {path.name}")
    found = Text(f"aucune feuille « {wanted} »", f"no sheet “{wanted}”")
    raise PoolError([Fault(same("--sheet"), found, expected, meant(wanted, names))])


def _named(cells: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Take the names from the first row; a column without a name or anything in it is none."""
    rows = cells.slice(1)
    names = [(name or "").strip() for name in cells.row(0)]
    kept = [at for at, name in enumerate(names) if name or rows.to_series(at).null_count() < rows.height]
    shown = [names[at] for at in kept]
    twice = sorted({name for name in shown if shown.count(name) > 1})
    if twice:
        known = ", ".join(name or "(vide / empty)" for name in twice)
        found = Text(f"des colonnes répétées : {known}", f"columns repeated: {known}")
        expected = Text("chaque colonne une fois", "each column once")
        write = Text("renommez ou retirez l’une des deux", "rename one of the two, or take it out")
        raise PoolError([Fault(same(path.name), found, expected, write)])
    day = pl.all().str.replace(MIDNIGHT, "$1")
    return rows.select([rows.to_series(at).alias(names[at]) for at in kept]).with_columns(day)


def _check_failed(path: Path, sheet: str) -> None:
    """Refuse cells whose formula failed (#N/A, #DIV/0!): whoever reads values finds them empty."""
    with zipfile.ZipFile(path) as book:
        failed = FAILED.findall(book.read(_part(book, sheet)))
    if failed:
        cells = tuple(f"{cell.decode()} = {value.decode()}" for cell, value in failed)
        where = Text(f"{path.name}, feuille {sheet} : {len(cells)}", f"{path.name}, sheet {sheet}: {len(cells)}")
        found = Text("des formules qui ont échoué", "formulas that failed")
        write = Text("corrigez-les, ou videz ces cellules", "mend them, or clear these cells")
        expected = Text("des valeurs", "values")
        raise PoolError([Fault(where, found, expected, write, count=len(cells), examples=cells[:SHOWN])])


def _part(book: zipfile.ZipFile, sheet: str) -> str:
    """Find the file of a sheet inside the workbook."""
    sheets = ET.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")  # noqa: S314 - no entities
    relation = next(one.attrib[RELATION] for one in sheets if one.attrib["name"] == sheet)
    links = ET.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - as above
    target = next(link.attrib["Target"] for link in links if link.attrib["Id"] == relation)
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
