"""The places of a law that can be moved: cells of tables and caps, laid out as the law has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules.canonical import plain
from rules.criteria import Criterion
from rules.text import Text
from rules.titles import input_title, shown

if TYPE_CHECKING:
    from rules.axes import Key
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.tables import Cap, Table

LARGEST = 400
"""Cells of a table that a person can still move one by one."""
CAP = Text("Plafond", "Cap")
POINTS = Text("Points", "Points")


@dataclass(frozen=True)
class Cell:
    """A number of the law: ``key`` tells it from all others; ``at`` and ``column`` say where a scenario sets it.

    ``title`` says which it is, ``label`` says it beside its column. ``column`` is the place of a cap among those of its
    columns, of which a scenario sets all; None: it stands alone.
    """

    key: str
    at: str
    title: Text
    points: int
    column: int | None = None
    label: Text = POINTS


@dataclass(frozen=True)
class Sheet:
    """A table of the law or a cap: rows with a title each, and a cell for each column."""

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[Text, tuple[Cell, ...]], ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All its cells, row by row."""
        return tuple(cell for _, row in self.rows for cell in row)


def parts(law: Regulation) -> dict[str, Text]:
    """Name the criteria and groups of a law that have something to move, criteria first."""
    return {part.id: part.title for part in law.parts.values() if sheets(law, part.id)}


def sheets(law: Regulation, part: str) -> tuple[Sheet, ...]:
    """Lay out the tables and the cap of a criterion or group; tables too large to move by hand are left out."""
    found = law.parts[part]
    made = []
    if isinstance(found, Criterion):
        made = [_table(law, found, table) for table in found.tables if _size(table) <= LARGEST]
    if found.cap is not None:
        made.append(_cap(law, found, found.cap))
    return tuple(made)


def _size(table: Table) -> int:
    return sum(len(row) for row in table.points)


def _table(law: Regulation, criterion: Criterion, table: Table) -> Sheet:
    name = table.row_inputs[0]
    columns: tuple[Text, ...] = (POINTS,)
    keys, short = [""], list(columns)
    if table.columns is not None and table.column_input is not None:
        head = input_title(table.column_input, law)
        said = [shown(key, table.column_input, law) for key in table.columns.keys]
        short = said
        columns = tuple(Text(f"{head.fr} : {one.fr}", f"{head.en}: {one.en}") for one in said)
        keys = [_step(key) for key in table.columns.keys]
    rows = []
    for number, key in enumerate(table.rows.keys):
        title = shown(key, name, law)
        at = f"criteria.{criterion.id}.{table.id}['{table.rows.name(number)}']"
        alone = table.columns is None
        cells = tuple(
            Cell(
                f"{at}{step}",
                f"{at}{step}",
                _beside(title, column, alone=alone),
                points,
                label=_beside(title, said_short, alone=alone),
            )
            for step, column, said_short, points in zip(keys, columns, short, table.points[number], strict=True)
        )
        rows.append((title, cells))
    what = input_title(name, law)
    several = len(criterion.tables) > 1 or what != criterion.title
    title = Text(f"{criterion.title.fr} – {what.fr}", f"{criterion.title.en} – {what.en}") if several else what
    return Sheet(title, columns, tuple(rows))


def _beside(row: Text, column: Text, *, alone: bool) -> Text:
    return row if alone else Text(f"{row.fr} · {column.fr}", f"{row.en} · {column.en}")


def _step(key: Key) -> str:
    return f"[{str(key).lower()}]" if isinstance(key, bool) else f"['{'none' if key is None else key}']"


def _cap(law: Regulation, part: Criterion | Group, cap: Cap) -> Sheet:
    at = f"{'criteria' if isinstance(part, Criterion) else 'groups'}.{part.id}.cap"
    if cap.input is None:
        return Sheet(CAP, (POINTS,), ((CAP, (Cell(at, at, CAP, cap.points[0], label=CAP),)),))
    head = input_title(cap.input, law)
    titles = [shown(key, cap.input, law) for key in cap.columns]
    rows = tuple(
        (
            Text(f"{head.fr} : {said.fr}", f"{head.en}: {said.en}"),
            (
                Cell(
                    f"{at}{_step(key)}", at, Text(f"{CAP.fr} · {said.fr}", f"{CAP.en} · {said.en}"), points, place, said
                ),
            ),
        )
        for place, (key, said, points) in enumerate(zip(cap.columns, titles, cap.points, strict=True))
    )
    return Sheet(CAP, (POINTS,), rows)


def all_cells(law: Regulation) -> dict[str, Cell]:
    """Give every cell that can be moved, by its key."""
    return {cell.key: cell for part in law.parts for sheet in sheets(law, part) for cell in sheet.cells}


def cap_as_written(law: Regulation, at: str) -> dict[str, Any]:
    """Give a cap by columns as a law file writes it."""
    cap = law.parts[at.split(".")[1]].cap
    if cap is None or cap.input is None:
        raise KeyError(at)
    names = ["none" if key is None else plain(key) for key in cap.columns]
    return {"input": cap.input, "columns": names, "points": list(cap.points)}
