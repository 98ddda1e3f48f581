"""A CSV as ministries have it: UTF-8 or Windows-1252, comma or semicolon; every cell is text until a column is read.

A row with too many or too few cells is kept, padded or cut, and marked: a cell lost in the middle must not shift the
others in silence. A line without anything is no row.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import polars as pl

from ranking.faults import Fault, PoolError
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

RAGGED = "\ue000ragged"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv(path: Path) -> pl.DataFrame:
    """Read a CSV as text, empty cells null, with a column ``RAGGED`` where some row has the wrong number of cells."""
    text = _decoded(path.read_bytes(), path)
    heading, _, body = text.partition("\n")
    separator = ";" if heading.count(";") > heading.count(",") else ","
    names = _heading(heading, separator, path)
    if '"' not in body and _regular(body.encode(), separator, len(names)):
        return _quickly(body, names, separator)
    return _row_by_row(body, names, separator, path)


def _decoded(content: bytes, path: Path) -> str:
    if content[:4] == b"PAR1":
        found = Text("un fichier Parquet, qui commence par PAR1", "a Parquet file, which begins with PAR1")
        write = Text("donnez-lui l’extension .parquet", "give it the ending .parquet")
        raise PoolError([Fault(same(path.name), found, Text("du CSV", "CSV"), write)])
    expected = Text("du texte en UTF-8 ou en Windows-1252", "text in UTF-8 or Windows-1252")
    write = Text("enregistrez le fichier en UTF-8", "save the file as UTF-8")
    if content[:2] in UTF_16:
        raise PoolError([Fault(same(path.name), Text("du texte en UTF-16", "text in UTF-16"), expected, write)])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            where = Text(f"{path.name}, ligne {line}", f"{path.name}, line {line}")
            byte = content[error.start]
            found = Text(f"l’octet 0x{byte:02x}", f"the byte 0x{byte:02x}")
            raise PoolError([Fault(where, found, expected, write)]) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _heading(line: str, separator: str, path: Path) -> list[str]:
    names = [name.strip() for name in next(csv.reader([line], delimiter=separator), [])]
    if not any(names):
        found, expected = Text("un fichier vide", "an empty file"), Text("un en-tête", "a heading")
        raise PoolError([Fault(same(path.name), found, expected, _columns_words())])
    if len(names) == 1 and "\t" in line:
        found = Text("un en-tête d’une seule colonne", "a heading of a single column")
        expected = Text(
            "des colonnes séparées par des virgules ou des points-virgules", "columns separated by commas or semicolons"
        )
        write = Text("enregistrez le fichier avec des virgules", "save the file with commas")
        raise PoolError([Fault(same(path.name), found, expected, write)])
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        found = Text(f"des colonnes répétées : {', '.join(twice)}", f"columns repeated: {', '.join(twice)}")
        expected = Text("chaque colonne une fois", "each column once")
        write = Text("renommez ou retirez l’une des deux", "rename one of the two, or take it out")
        raise PoolError([Fault(same(path.name), found, expected, write)])
    return names


def _columns_words() -> Text:
    return Text("le nom des colonnes sur la première ligne", "the names of the columns on the first line")


def _regular(body: bytes, separator: str, width: int) -> bool:
    """Tell whether every line has ``width`` cells, where no cell is quoted."""
    import numpy as np  # noqa: PLC0415 - a pool in Parquet is read without it

    letters = np.frombuffer(body if body.endswith(b"\n") or not body else body + b"\n", dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    separators = np.cumsum(letters == ord(separator))
    cells = np.diff(separators[ends], prepend=0)
    return bool((cells == width - 1).all())


def _quickly(body: str, names: list[str], separator: str) -> pl.DataFrame:
    schema = dict.fromkeys(names, pl.String)
    if not body.strip("\n"):
        return pl.DataFrame(schema=schema)
    content = io.BytesIO(body.encode())
    frame = pl.read_csv(
        content, separator=separator, has_header=False, schema=schema, null_values=[""], quote_char=None
    )
    return frame.filter(pl.any_horizontal(pl.all().is_not_null()))


def _row_by_row(body: str, names: list[str], separator: str, path: Path) -> pl.DataFrame:
    reader = csv.reader(io.StringIO(body), delimiter=separator, strict=True)
    rows = []
    start = 1
    try:
        for row in reader:
            start = reader.line_num + 1
            if any(row):
                rows.append(row)
    except csv.Error:
        where = Text(f"{path.name}, ligne {start + 1}", f"{path.name}, line {start + 1}")
        found = Text("un guillemet qui n’est jamais fermé", "a quote that is never closed")
        expected = Text("du CSV valide", "valid CSV")
        write = Text("fermez le guillemet, ou doublez-le", "close the quote, or double it")
        raise PoolError([Fault(where, found, expected, write)]) from None
    data = {name: [row[i] or None if i < len(row) else None for row in rows] for i, name in enumerate(names)}
    frame = pl.DataFrame(data, schema=dict.fromkeys(names, pl.String))
    marks = pl.Series(RAGGED, [len(row) != len(names) for row in rows], dtype=pl.Boolean)
    return frame.with_columns(marks) if marks.any() else frame
