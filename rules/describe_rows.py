"""What a scenario changes in one table, in words: a cell, a row, several rows, what lies outside their range."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import titles
from rules.canonical import label

if TYPE_CHECKING:
    from rules.edits import Change
    from rules.phrases import Wording
    from rules.places import Address, Step
    from rules.regulation import Regulation
    from rules.tables import Table
    from rules.text import Text


@dataclass(frozen=True)
class RowTeller:
    """Writes about one table, before and after. ``head`` goes before a row's label where several tables are alike."""

    words: Wording
    law: Regulation
    before: Table
    after: Table
    head: Text | None

    def told(self, change: Change, rest: Address) -> str:
        """Write what became of a place of the table: ``rest`` is its address inside the table."""
        if rest == ("outside",):
            return self._outside()
        if rest == ("rows",):
            return self._added(change) if change.operation == "add" else self._rewritten()
        if change.operation == "split":
            return self._split(change, rest[0])
        if change.operation == "drop":
            return self._dropped(name_of(rest[0]))
        return self._changed(name_of(rest[0]), name_of(rest[1]) if len(rest) > 1 else None)

    def _outside(self) -> str:
        old, new = self.before.outside, self.after.outside
        return self.words.say(
            f"hors des bornes, les points passent de {old} à {new}",
            f"outside the range, the points go from {old} to {new}",
        )

    def _added(self, change: Change) -> str:
        name = name_of(label(row) if isinstance(row := change.add[0], str) else row)
        row, gives = self.row(self.after, name), self.points(self.after, name)
        return self.words.say(f"la ligne {row} s’ajoute, à {gives}", f"the row {row} is added, with {gives}")

    def _dropped(self, name: str) -> str:
        row, gave = self.row(self.before, name), self.points(self.before, name)
        return self.words.say(f"la ligne {row}, de {gave}, est supprimée", f"the row {row}, with {gave}, is taken away")

    def _split(self, change: Change, step: Step) -> str:
        whole, gave = self.row(self.before, name_of(step)), self.points(self.before, name_of(step))
        names = [name_of(label(row[0]) if isinstance(row[0], str) else row[0]) for row in change.split or []]
        parts = [
            self.words.say(
                f"{self.row(self.after, name)} à {self.values(self.after, name)}",
                f"{self.row(self.after, name)} with {self.values(self.after, name)}",
            )
            for name in names
        ]
        return self.words.say(
            f"la ligne {whole}, de {gave}, est scindée : {self.words.joined(parts)}",
            f"the row {whole}, with {gave}, is split: {self.words.joined(parts)}",
        )

    def _rewritten(self) -> str:
        old, new = names_of(self.before), names_of(self.after)
        gone = [self._dropped(name) for name in old if name not in new]
        kept = [
            name for name in old if name in new and self._values(self.before, name) != self._values(self.after, name)
        ]
        come = [
            self.words.say(
                f"la ligne {self.row(self.after, name)} s’ajoute, à {self.points(self.after, name)}",
                f"the row {self.row(self.after, name)} is added, with {self.points(self.after, name)}",
            )
            for name in new
            if name not in old
        ]
        return self.words.joined([*gone, *[self._changed(name, None) for name in kept], *come])

    def _changed(self, name: str, column: str | None) -> str:
        """Write the cells of a row that change, or the one named."""
        old, new = self._values(self.before, name), self._values(self.after, name)
        asked = [one for one in old if (one == column if column is not None else old[one] != new[one])]
        moves = [self._move(old[one], new[one], self._column([one])) for one in asked]
        row = self.row(self.before, name)
        if not moves:
            return self.words.say(f"la ligne {row} ne change pas", f"the row {row} does not change")
        moved = self.words.listed(moves)
        return self.words.say(f"la ligne {row} passe {moved}", f"the row {row} goes {moved}")

    def _move(self, old: int, new: int, column: str) -> str:
        points = titles.points(new, self.words.lang)
        return self.words.say(f"de {old} à {points}{column}", f"from {old} to {points}{column}")

    def row(self, table: Table, name: str) -> str:
        """Write the label of a row, in quotes."""
        shown = titles.shown(table.rows.keys[names_of(table).index(name)], table.row_inputs[0], self.law)
        lang = self.words.lang
        head = "" if self.head is None else f"{self.head.to(lang)}{titles.colon(lang)}"
        return self.words.quoted(f"{head}{shown.to(lang)}")

    def points(self, table: Table, name: str) -> str:
        """Write the points of a row, with the columns that they stand in."""
        return f"{self.values(table, name)}{self._column(list(self._values(table, name)))}"

    def values(self, table: Table, name: str) -> str:
        """Write the points of a row, column after column."""
        *first, last = self._values(table, name).values()
        return self.words.listed([*map(str, first), titles.points(last, self.words.lang)])

    def _values(self, table: Table, name: str) -> dict[str, int]:
        """Give the points of a row by the name of the column; one without columns has the name of none."""
        points = table.points[names_of(table).index(name)]
        columns = [""] if table.columns is None else [table.columns.name(i) for i in range(len(points))]
        return dict(zip(columns, points, strict=True))

    def _column(self, names: list[str]) -> str:
        table = self.before
        if table.columns is None or table.column_input is None:
            return ""
        by_name = {table.columns.name(position): key for position, key in enumerate(table.columns.keys)}
        shown = [titles.shown(by_name[name], table.column_input, self.law).to(self.words.lang) for name in names]
        over = titles.input_title(table.column_input, self.law).to(self.words.lang)
        return f" ({over}{titles.colon(self.words.lang)}{', '.join(shown)})"


def name_of(step: Step) -> str:
    """Write a step of an address as an axis names its keys."""
    return str(step).lower() if isinstance(step, bool) else step


def names_of(table: Table) -> list[str]:
    """Name the rows of a table."""
    return [table.rows.name(position) for position in range(len(table.rows.keys))]
