"""States: what a declaration has of a criterion that varies, as far as a sweep can tell.

A variant adds to the points of some cells. Cells to which every variant adds the same are of one *change*; a state is
how often a declaration reads a cell of each change, the points that it has there under the law, and its cap.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rules import plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.simulate.variants import Variants
    from rules.criteria import Criterion
    from rules.tables import Cap, Table

    Whole = NDArray[np.int64]

SMALL = 2**22  # a range of values that fits the cache: numbered by marking, without a sort


@dataclass(frozen=True)
class CriterionStates:
    """The states of a criterion: ``reads[s, c]`` counts how often state ``s`` reads a cell of change ``c``.

    ``changes`` gives, for each change, one place of the variants that has it. ``fixed`` are the points of each state
    under the law, before the cap, less what is counted in the rest of a group. Floats are exact: whole numbers far
    below 2^53, in a product of matrices. ``cap`` is the column of the cap of each state; ``binds`` tells whether any
    state may reach it.
    """

    id: str
    reads: NDArray[np.float64]
    changes: tuple[int, ...]
    fixed: Whole
    cap: Whole
    caps: Whole
    binds: bool


@dataclass(frozen=True)
class Span:
    """The least and the most points that each row has in any variant."""

    low: Whole
    high: Whole

    def under(self, limits: Span) -> Span:
        """Hold both under a cap that lies between two limits."""
        return Span(np.minimum(self.low, limits.low), np.minimum(self.high, limits.high))


@dataclass(frozen=True)
class Reading:
    """What each row reads of a criterion: changes, one array for each table and row input; 0 stands for no change."""

    inputs: pl.DataFrame
    source: Criterion
    variants: Variants

    @cached_property
    def applies(self) -> NDArray[np.bool_]:
        """Tell to which rows the criterion applies."""
        return evaluated(self.inputs, plain.applied(pl.lit(1), self.source.applies_when)) > 0

    @cached_property
    def _cells(self) -> list[tuple[int, Whole]]:
        """Give, for each table and row input, the number of the table and the cell of it that each row reads."""
        pairs = [(n, table, name) for n, table in enumerate(self.source.tables) for name in table.row_inputs]
        return [(number, _cell_of(self.inputs, table, name)) for number, table, name in pairs]

    @cached_property
    def changes(self) -> tuple[int, ...]:
        """One place for each way in which cells of this criterion change; cells that never change have none."""
        found: dict[bytes, int] = {}
        for number, place in enumerate(self.variants.places):
            if place.part == self.source.id and place.table is not None and self.variants.added[:, number].any():
                found.setdefault(self.variants.added[:, number].tobytes(), number)
        return tuple(found.values())

    @cached_property
    def _numbers(self) -> list[Whole]:
        """Number the change of each cell of each table: from 1 on, and 0 for cells that never change."""
        numbers = [np.zeros(len(t.points) * len(t.points[0]) + 1, dtype=np.int64) for t in self.source.tables]
        known = {self.variants.added[:, place].tobytes(): n for n, place in enumerate(self.changes, start=1)}
        for number, place in enumerate(self.variants.places):
            if place.part == self.source.id and place.table is not None:
                numbers[place.table][place.cell] = known.get(self.variants.added[:, number].tobytes(), 0)
        return numbers

    @cached_property
    def read(self) -> list[Whole]:
        """Give the changes that each row reads."""
        return [np.where(self.applies, self._numbers[number][cells], 0) for number, cells in self._cells]

    @cached_property
    def points(self) -> Whole:
        """Give the points of each row under the law, before the cap."""
        points = [np.array([*(p for row in t.points for p in row), t.outside]) for t in self.source.tables]
        return np.where(self.applies, reduce(np.add, [points[number][cells] for number, cells in self._cells]), 0)

    @cached_property
    def span(self) -> Span:
        """Bound what variants add to each row."""
        added = self.variants.added[:, list(self.changes)]
        ends = (np.array([0, *added.min(axis=0, initial=0)]), np.array([0, *added.max(axis=0, initial=0)]))
        nothing = np.zeros(self.inputs.height, dtype=np.int64)
        low, high = (reduce(np.add, [end[read] for read in self.read], nothing) for end in ends)
        return Span(low, high)

    def states(self, fixed: Whole, cap: Whole, caps: Whole, *, binds: bool) -> tuple[CriterionStates, Whole]:
        """Give the states, and that of each row; ``fixed`` are the points that the criterion keeps for itself."""
        merged = _multisets(self.read, len(self.changes) + 1)
        columns = {f"read {number}": values for number, values in enumerate(merged)} | {"fixed": fixed}
        of_row, first = numbered(columns | ({"cap": cap} if binds else {}), self.inputs.height)
        reads = np.zeros((len(first), len(self.changes) + 1))
        for values in self.read:
            np.add.at(reads, (np.arange(len(first)), values[first]), 1)
        kept = CriterionStates(self.source.id, reads[:, 1:], self.changes, fixed[first], cap[first], caps, binds)
        return kept, of_row


def numbered(columns: dict[str, Whole], height: int) -> tuple[Whole, Whole]:
    """Number the distinct rows of several columns, in order of their values; give the numbers, and one row of each."""
    numbers, span = np.zeros(height, dtype=np.int64), 1
    for found in columns.values() if height else ():
        values = found - found.min()
        width = int(values.max()) + 1
        if width >= SMALL:
            values, width = _dense(values), height
        if span * width >= SMALL:
            numbers, span = _dense(numbers), height
        numbers = numbers * width + values
        span *= width
    numbers = _dense(numbers)
    first = np.zeros(int(numbers.max(initial=-1)) + 1, dtype=np.int64)
    first[numbers] = np.arange(height)
    return numbers, first


def _dense(values: Whole) -> Whole:
    """Number the distinct values from 0 on, in order."""
    if not len(values):
        return values
    low, high = int(values.min()), int(values.max())
    if high - low >= SMALL:
        found: Whole = np.unique(values, return_inverse=True)[1]
        return found
    there = np.zeros(high - low + 1, dtype=np.bool_)
    there[values - low] = True
    kept = np.flatnonzero(there)
    numbers = np.empty(len(there), dtype=np.int64)
    numbers[kept] = np.arange(len(kept))
    of_values: Whole = numbers[values - low]
    return of_values


def _multisets(readings: list[Whole], changes: int) -> list[Whole]:
    """Number how often each row reads each change, whatever the order of the readings, where it fits 63 bits."""
    base = len(readings) + 1
    if base**changes >= 2**63:
        return readings
    powers = base ** np.arange(changes, dtype=np.int64)
    return [reduce(np.add, [powers[values] for values in readings])]


def _cell_of(inputs: pl.DataFrame, table: Table, name: str) -> Whole:
    """Give the number of the cell that each row reads: row by row of the table, ``outside`` last."""
    width = len(table.points[0])
    numbers = tuple(tuple(row * width + column for column in range(width)) for row in range(len(table.points)))
    return evaluated(inputs, plain.cell(replace(table, points=numbers, outside=len(numbers) * width), name))


def cap_of(inputs: pl.DataFrame, cap: Cap | None) -> Whole:
    """Give the column of the cap of each row."""
    if cap is None or cap.input is None:
        return np.zeros(inputs.height, dtype=np.int64)
    return evaluated(inputs, plain.cap(replace(cap, points=tuple(range(len(cap.points))))))


def evaluated(inputs: pl.DataFrame, expression: pl.Expr) -> Whole:
    """Give a whole number for each row, also where the expression reads no column."""
    return inputs.with_columns(expression.alias("value"))["value"].to_numpy().astype(np.int64)
