"""Long lists, such as occupations: a CSV of codes, dated and cited by a TOML file of the same name."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import Field

from rules.citation import Strict, Title, Words
from rules.dates import Dated, check_dates, in_force
from rules.faults import Fault, LawError
from rules.source import build, read_rows, read_toml
from rules.text import Text, listed, same
from rules.wording import written

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path


class ListVersion(Dated):
    """One version of a list, with its file."""

    file: Words | None = None


class ListFile(Strict):
    """The TOML file beside a CSV list."""

    title: Title
    key: Words = "code"
    version: tuple[ListVersion, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True)
class DatedList:
    """A list in force on a day: rows by code, in the order of the file."""

    name: str
    title: Text
    version: ListVersion
    key: str
    rows: tuple[tuple[tuple[str, str], ...], ...]

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes, in the order of the file."""
        return tuple(dict(row)[self.key] for row in self.rows)

    @cached_property
    def by_code(self) -> dict[str, dict[str, str]]:
        """The row of each code."""
        return {dict(row)[self.key]: dict(row) for row in self.rows}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column for column, _ in self.rows[0]) if self.rows else ()


def load_list(folder: Path, name: str, day: date, shown: str) -> DatedList | None:
    """Read the version of a list in force on ``day``; None when there is none on that day."""
    source = build(ListFile, read_toml(folder / f"{name}.toml", f"{shown}/{name}.toml"), f"{shown}/{name}.toml")
    check_dates(source.version, f"{shown}/{name}.toml")
    version = in_force(source.version, day)
    if version is None:
        return None
    file = version.file or f"{name}.csv"
    path = folder / file
    if not file.isprintable() or path.resolve().parent != folder.resolve():
        raise LawError(
            [
                Fault(
                    same(f"{shown}/{name}.toml"),
                    Text(f"le chemin {written(file)}", f"the path {written(file)}"),
                    Text("un fichier du même dossier", "a file of the same folder"),
                    same(f'file = "{name}.csv"'),
                )
            ]
        )
    rows = read_rows(path, f"{shown}/{file}")
    _check_codes(rows, source.key, f"{shown}/{file}")
    return DatedList(name, source.title.text, version, source.key, tuple(tuple(row.items()) for row in rows))


def _check_codes(rows: list[dict[str, str]], key: str, name: str) -> None:
    """Fail because a list has no row or no code column, or a row has no code or that of another."""
    columns = list(rows[0]) if rows else []
    if key not in columns:
        found = Text(f"les colonnes : {listed(columns)}", f"the columns: {listed(columns)}")
        if not rows:
            found = Text("aucune ligne", "no row")
        expected = Text(f"une colonne « {key} »", f"a column “{key}”")
        raise LawError([Fault(same(name), found, expected, same(f"key = {written(columns[0] if rows else 'code')}"))])
    count = Counter(row[key] for row in rows)
    wrong = sorted(code for code, times in count.items() if times > 1 or not code)
    if wrong:
        said = listed([code or '""' for code in wrong])
        found = Text(f"codes absents ou répétés : {said}", f"codes missing or repeated: {said}")
        expected = Text(f"une colonne « {key} », chaque code une fois", f"a column “{key}”, each code once")
        raise LawError([Fault(same(name), found, expected, Text("corrigez la liste", "mend the list"))])
