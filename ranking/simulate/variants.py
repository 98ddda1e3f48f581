"""Variants of a law: many sets of points for the same places, as one array.

A place is a cell of a table (``criteria.age.points['[31, 32)'][false]``) or a cap (``groups.core.cap``,
``criteria.second_language.cap[true]``), as a scenario writes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rules.criteria import Criterion
from rules.domains import Interval
from rules.faults import Fault, LawError, meant
from rules.places import address
from rules.tables import LARGEST_POINTS
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from rules.axes import Axis, Key
    from rules.places import Address
    from rules.regulation import Regulation
    from rules.scenario import Scenario
    from rules.tables import Table


@dataclass(frozen=True)
class Place:
    """Where points stand: a part of the law, and a cell of one of its tables, or a column of its cap (no ``table``)."""

    at: str
    part: str
    table: int | None
    cell: int
    base: int


@dataclass(frozen=True, eq=False)
class Variants:
    """Variants of points: ``values[v, p]`` are the points of variant ``v`` at place ``p``. Whole numbers."""

    places: tuple[Place, ...]
    values: NDArray[np.int64]

    @classmethod
    def of(cls, law: Regulation, places: Sequence[str], values: ArrayLike) -> Variants:
        """Make variants of ``law``: a row of ``values`` for each variant, a column for each place, or a LawError."""
        found = tuple(place(at, law) for at in places)
        array = np.asarray(values)
        where = Text("variantes", "variants")
        if array.ndim != 2 or array.shape[1] != len(found) or not np.issubdtype(array.dtype, np.integer):
            expected = Text(
                f"des nombres entiers, une ligne par variante et {len(found)} colonnes",
                f"whole numbers, one row a variant and {len(found)} columns",
            )
            shown = same(f"{array.dtype}, {' × '.join(map(str, array.shape))}")
            raise LawError([Fault(where, shown, expected, same("values = [[110], [115]]"))])
        if array.size and int(np.abs(array).max()) >= LARGEST_POINTS:
            expected = Text(f"moins de {LARGEST_POINTS} points", f"less than {LARGEST_POINTS} points")
            raise LawError([Fault(where, same(str(int(np.abs(array).max()))), expected, expected)])
        least = array[:, [one.table is None for one in found]].min(initial=0)
        if least < 0:
            expected = Text("un plafond d’au moins 0", "a cap of 0 or more")
            raise LawError([Fault(where, same(str(int(least))), expected, expected)])
        if len({one.at for one in found}) < len(found):
            expected = Text("chaque place une seule fois", "each place once")
            raise LawError([Fault(where, same(", ".join(places)), expected, expected)])
        return cls(found, array.astype(np.int64))

    @classmethod
    def of_scenarios(cls, law: Regulation, scenarios: Sequence[Scenario]) -> Variants:
        """Make variants of scenarios that only set points of cells and numbers of caps."""
        said = [dict(pair for change in one.change for pair in _set(change.at, change.to, law)) for one in scenarios]
        places = list(dict.fromkeys(at for one in said for at in one))
        base = [place(at, law).base for at in places]
        rows = [[one.get(at, was) for at, was in zip(places, base, strict=True)] for one in said]
        return cls.of(law, places, np.array(rows, dtype=np.int64).reshape(len(scenarios), len(places)))

    def __len__(self) -> int:
        return len(self.values)

    @cached_property
    def law(self) -> NDArray[np.int64]:
        """The law itself, as the values of a variant."""
        return np.array([place.base for place in self.places], dtype=np.int64)

    @cached_property
    def least(self) -> NDArray[np.int64]:
        """The fewest points at each place, over all variants and the law."""
        found: NDArray[np.int64] = np.vstack([self.values, self.law]).min(axis=0)
        return found

    @cached_property
    def most(self) -> NDArray[np.int64]:
        """The most points at each place, over all variants and the law."""
        found: NDArray[np.int64] = np.vstack([self.values, self.law]).max(axis=0)
        return found

    @cached_property
    def added(self) -> NDArray[np.int64]:
        """What each variant adds to the law at each place."""
        return self.values - self.law


def _set(at: str, to: Any, law: Regulation) -> list[tuple[str, int]]:  # noqa: ANN401 - a TOML value
    """Give the places that a change sets: one, or one a column where it sets a row."""
    if isinstance(to, int) and not isinstance(to, bool):
        return [(place(at, law).at, to)]
    steps = address(at, same(at))
    if isinstance(to, list) and steps[0] == "criteria" and len(steps) == 4:
        criterion = law.parts.get(str(steps[1]))
        table = (
            next((t for t in criterion.tables if t.id == steps[2]), None) if isinstance(criterion, Criterion) else None
        )
        if table is not None and table.columns is not None and len(to) == len(table.columns.keys):
            names = [table.columns.name(column) for column in range(len(to))]
            return [(place(f"{at}['{name}']", law).at, points) for name, points in zip(names, to, strict=True)]
    expected = Text("des points de cellules ou des plafonds", "points of cells, or caps")
    write = Text("comparez ce scénario par « apply »", "compare this scenario through “apply”")
    raise LawError([Fault(same(at), same(str(to)), expected, write)])


def place(at: str, law: Regulation) -> Place:
    """Find a place in a law, or a LawError."""
    where = Text(f"variante, {at}", f"variant, {at}")
    steps = address(at, where)
    part = law.parts.get(str(steps[1])) if len(steps) > 1 else None
    kind = "criteria" if isinstance(part, Criterion) else "groups"
    if part is None or steps[0] != kind:
        raise LawError([_unknown(where, str(steps[1]) if len(steps) > 1 else at, list(law.parts))])
    if len(steps) > 2 and steps[2] == "cap":
        return _cap(steps, part.id, part.cap, where)
    if isinstance(part, Criterion) and len(steps) >= 4:
        names = [table.id for table in part.tables]
        if steps[2] in names:
            number = names.index(str(steps[2]))
            return _cell(steps, part.id, number, part.tables[number], where)
    raise LawError([_unknown(where, at, [f"{kind}.{part.id}.cap"])])


def _cap(steps: Address, part: str, cap: Any, where: Text) -> Place:  # noqa: ANN401 - Cap or None
    if cap is None or (cap.input is None) != (len(steps) == 3):
        raise LawError([_unknown(where, "cap", [])])
    column = 0 if cap.input is None else _find(steps[3], cap.columns, where)
    name = f"['{_name(cap.columns[column])}']" if cap.input else ""
    return Place(f"{steps[0]}.{part}.cap{name}", part, None, column, cap.points[column])


def _cell(steps: Address, part: str, number: int, table: Table, where: Text) -> Place:
    columns = table.columns.keys if table.columns else (None,)
    wanted = len(steps) - 4
    if wanted != (1 if table.columns else 0):
        names = [str(name) for name in (table.columns.keys if table.columns else ())]
        raise LawError([_unknown(where, "", names)])
    row = _row(steps[3], table.rows, where)
    column = _find(steps[4], columns, where) if table.columns else 0
    end = f"['{_name(columns[column])}']" if table.columns else ""
    at = f"criteria.{part}.{table.id}['{table.rows.name(row)}']{end}"
    return Place(at, part, number, row * len(columns) + column, table.points[row][column])


def _row(label: str | bool, axis: Axis, where: Text) -> int:  # noqa: FBT001 - a step of an address
    wanted = Interval.parse(label) if isinstance(label, str) else None
    for position, key in enumerate(axis.keys):
        if axis.name(position) == _name(label) or (wanted is not None and key == wanted):
            return position
    raise LawError([_unknown(where, str(label), [axis.name(position) for position in range(len(axis.keys))])])


def _find(label: str | bool, keys: Sequence[Key], where: Text) -> int:  # noqa: FBT001 - a step of an address
    names = [_name(key) for key in keys]
    if _name(label) not in names:
        raise LawError([_unknown(where, str(label), names)])
    return names.index(_name(label))


def _name(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else "none" if key is None else str(key)


def _unknown(where: Text, name: str, known: list[str]) -> Fault:
    expected = Text("une cellule ou un plafond de la règle", "a cell or a cap of the law")
    return Fault(where, Text(f"« {name} »", f"“{name}”"), expected, meant(name, known))
