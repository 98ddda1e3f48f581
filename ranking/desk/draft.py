"""A draft of a reform: numbers of the law that were moved, with every step taken, so that each can be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.desk.sheets import all_cells, cap_as_written
from rules.citation import Title
from rules.edits import Change
from rules.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.desk.sheets import Cell
    from rules.regulation import Regulation
    from rules.text import Text


class Draft:
    """Numbers moved from ``law``. One step is one number moved, however often in a row, or several at once."""

    def __init__(self, law: Regulation) -> None:
        self.law = law
        self.cells: dict[str, Cell] = all_cells(law)
        self._steps: list[dict[str, int]] = [{}]
        self._place = 0
        self._last: frozenset[str] = frozenset()

    @property
    def moved(self) -> dict[str, int]:
        """The numbers that are not those of the law, by the key of their cell, in the order of the law."""
        now = self._steps[self._place]
        return {key: now[key] for key in self.cells if key in now}

    @property
    def taken(self) -> int:
        """How many steps can be undone."""
        return self._place

    @property
    def ahead(self) -> int:
        """How many undone steps can be taken again."""
        return len(self._steps) - 1 - self._place

    def points(self, key: str) -> int:
        """Give a number as the draft has it."""
        return self._steps[self._place].get(key, self.cells[key].points)

    def move(self, values: Mapping[str, int]) -> bool:
        """Set numbers; tell whether any is new. What was undone before cannot be taken again."""
        changed = frozenset(key for key, value in values.items() if value != self.points(key))
        if not changed:
            return False
        new = {**self._steps[self._place], **{key: values[key] for key in changed}}
        new = {key: value for key, value in new.items() if value != self.cells[key].points}
        again = changed == self._last and self._place > 0
        del self._steps[self._place if again else self._place + 1 :]
        self._steps.append(new)
        self._place = len(self._steps) - 1
        self._last = changed
        return True

    def undo(self) -> None:
        """Go one step back, if there is one."""
        self._place, self._last = max(self._place - 1, 0), frozenset()

    def redo(self) -> None:
        """Take an undone step again, if there is one."""
        self._place, self._last = min(self._place + 1, len(self._steps) - 1), frozenset()

    def clear(self) -> None:
        """Go back to the law, as one more step."""
        self.move({key: self.cells[key].points for key in self.moved})
        self._last = frozenset()

    def take(self, values: Mapping[str, int]) -> None:
        """Set the draft to exactly these numbers, as one step: a variant that was put aside, or a scenario."""
        self.move({**{key: self.cells[key].points for key in self.moved}, **values})
        self._last = frozenset()

    def scenario(self, title: Text) -> Scenario:
        """Write what was moved as a scenario."""
        return scenario(self.law, self.cells, self.moved, title)


def scenario(law: Regulation, cells: Mapping[str, Cell], moved: Mapping[str, int], title: Text) -> Scenario:
    """Write numbers moved as a scenario: a change for each cell, one for all the columns of a cap."""
    changes: dict[str, Change] = {}
    for key, to in moved.items():
        cell = cells[key]
        if cell.column is None:
            changes[cell.at] = Change(at=cell.at, was=cell.points, to=to)
            continue
        was = cap_as_written(law, cell.at)
        before = changes.get(cell.at)
        now = list(before.to["points"] if before else was["points"])
        now[cell.column] = to
        changes[cell.at] = Change(at=cell.at, was=was, to={**was, "points": now})
    named = Title(fr=title.fr, en=title.en)
    return Scenario(title=named, program=law.program, base=law.day, change=tuple(changes.values()))
