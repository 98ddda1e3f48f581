"""The tables of a publication as frames: for CSV with both languages, for a workbook in one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ranking.workbook import Sheet
from rules.text import Text

if TYPE_CHECKING:
    from ranking.report.publication import form
    from ranking.workbook import Value
    from rules.text import Lang

HIDDEN = "x"


@dataclass(frozen=True)
class Published:
    """A table: its name, its titles, and its rows; ``x_fr`` and ``x_en`` are one column in two languages."""

    name: str
    title: Text
    columns: dict[str, Text]
    rows: tuple[tuple[Value, ...], ...]
    counts: tuple[str, ...]

    @property
    def frame(self) -> pl.DataFrame:
        """Give the frame of the CSV; a hidden count is an x, and a cell empty where there is nothing to tell."""
        width = range(len(self.columns))
        data = {name: [row[at] for row in self.rows] for at, name in zip(width, self.columns, strict=True)}
        shown = {
            name: [HIDDEN if value is None and name in self.counts else _text(value) for value in values]
            for name, values in data.items()
        }
        return pl.DataFrame(shown, schema=dict.fromkeys(self.columns, pl.String))

    def sheet(self, lang: Lang) -> Sheet:
        """Give the sheet in a language."""
        other = "_en" if lang == "fr" else "_fr"
        kept = [(at, name) for at, name in enumerate(self.columns) if not name.endswith(other)]
        rows = [
            tuple(HIDDEN if row[at] is None and name in self.counts else row[at] for at, name in kept)
            for row in self.rows
        ]
        heads = tuple(self.columns[name].to(lang) for _, name in kept)
        return Sheet(self.title.to(lang), (self.title.to(lang),), heads, rows)


def _text(value: Value) -> str | None:
    return None if value is None else str(value)


CODE, TITLE, DECLARATIONS = Text("Code", "Code"), Text("Titre", "Title"), Text("Déclarations", "Declarations")
INVITED = Text("Invitées", "Invited")


def tables(made: form.PublishedRound) -> tuple[Published, ...]:
    """Give every table that has rows."""
    found = (_selections(made), _outcomes(made), _exclusions(made), _bands(made))
    return tuple(one for one in found if one.rows)


def _selections(made: form.PublishedRound) -> Published:
    columns = {
        "selection": Text("Exercice", "Selection"),
        "title_fr": TITLE,
        "title_en": TITLE,
        "invited": INVITED,
        "cut_off": Text("Seuil", "Cut-off"),
        "last_submitted_at": Text("Départage : dernier dépôt", "Tie-break: last submission"),
    }
    rows = tuple(
        (one.id, one.title.fr, one.title.en, one.invited, one.cut_off, one.last_submitted_at) for one in made.selections
    )
    return Published("selections", Text("Exercices", "Selections"), columns, rows, ("invited",))


def _outcomes(made: form.PublishedRound) -> Published:
    columns = {"outcome": CODE, "title_fr": TITLE, "title_en": TITLE, "declarations": DECLARATIONS}
    rows = tuple((one.code, one.title.fr, one.title.en, one.declarations) for one in made.outcomes)
    return Published("outcomes", Text("Issues", "Outcomes"), columns, rows, ("declarations",))


def _exclusions(made: form.PublishedRound) -> Published:
    columns = {"exclusion": CODE, "title_fr": TITLE, "title_en": TITLE, "declarations": DECLARATIONS}
    rows = tuple((one.id, one.title.fr, one.title.en, one.declarations) for one in made.exclusions)
    return Published("exclusions", Text("Exclusions", "Exclusions"), columns, rows, ("declarations",))


def _bands(made: form.PublishedRound) -> Published:
    columns = {
        "low": Text("De", "From"),
        "high": Text("À", "To"),
        "declarations": DECLARATIONS,
        "eligible": Text("Admissibles", "Eligible"),
        "invited": INVITED,
    }
    rows = tuple((one.low, one.high, one.declarations, one.eligible, one.invited) for one in made.bands)
    counts = ("declarations", "eligible", "invited")
    return Published("distribution", Text("Pointages", "Scores"), columns, rows, counts)
