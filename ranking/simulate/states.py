"""States: a pool reduced to what a sweep can tell apart.

Only a few criteria vary. Of each, a declaration has a *state*: how often it reads each cell, which cap it has. All else
that it has adds up to a rest in each group whose cap may bind. Declarations with the same states and rests have the
same score in every variant: they are one *kind*. Kinds that differ by the rest of the root alone are one *block*: a
variant moves a block as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rules import plain
from rules.criteria import Criterion
from rules.groups import ROOT, Group

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from rules.regulation import Regulation
    from rules.tables import Cap, Table

    Whole = NDArray[np.int64]

NO_CAP = np.iinfo(np.int64).max


@dataclass(frozen=True)
class CriterionStates:
    """The states of a criterion: ``reads[s, c]`` counts how often state ``s`` reads cell ``c``; 0 where none applies.

    ``offsets`` says where the cells of each table begin; the last cell of a table is ``outside``. ``cells`` are the
    points of the law, as floats because a product of matrices is one; they are exact. ``cap`` is the column of the cap
    of each state.
    """

    id: str
    reads: NDArray[np.float64]
    offsets: tuple[int, ...]
    cells: NDArray[np.float64]
    applies: NDArray[np.bool_]
    cap: Whole
    caps: Whole


@dataclass(frozen=True)
class Node:
    """A group, or several whose caps cannot bind: its varying criteria and inner nodes, and the rest of each block.

    ``cap`` is the column of the cap of each block; ``caps`` its points, none where there is no cap. The root has no
    rest: that is what tells the kinds of a block apart.
    """

    id: str
    largest: bool
    criteria: tuple[str, ...]
    nodes: tuple[Node, ...]
    rest: Whole | None
    cap: Whole
    caps: Whole
    binds: bool

    def all(self) -> Iterator[Node]:
        """Give the node and all below it."""
        yield self
        for node in self.nodes:
            yield from node.all()


@dataclass(frozen=True)
class Kinds:
    """The kinds of a pool, block by block: kinds of one block differ by the rest of the root alone.

    ``of_row`` numbers the kind of each row; ``block`` and ``rest`` are of each kind, blocks in order; ``states`` gives,
    for each varying criterion, the state of each block.
    """

    of_row: Whole
    block: Whole
    rest: Whole | None
    states: dict[str, Whole]
    criteria: dict[str, CriterionStates]
    root: Node


def kinds(inputs: pl.DataFrame, scored: pl.DataFrame, law: Regulation, most: Mapping[str, int]) -> Kinds:
    """Reduce a pool to kinds. ``inputs`` has every input, ``scored`` the breakdown under ``law``, in the same rows.

    ``most`` names what varies: criteria with the most points that any variant gives, groups whose cap varies.
    """
    names = [part.id for part in law.criteria if part.id in most and part.source is not None]
    found = {name: _states(inputs, law.parts[name]) for name in names}
    columns: dict[str, Whole] = {f"state {name}": rows for name, (_, rows) in found.items()}
    tree = _Tree(inputs, scored, law, most)
    tree.gather(law.parts[ROOT], columns)
    rest = columns.pop(f"rest {ROOT}", None)
    of_row, first = _distinct(columns, inputs.height)
    kept = {name: values[first] for name, values in columns.items()}
    states = {name: kept[f"state {name}"] for name in names}
    criteria = {name: one for name, (one, _) in found.items()}
    kind, firsts = _distinct({"block": of_row} | ({} if rest is None else {"rest": rest}), inputs.height)
    root = tree.node(law.parts[ROOT], kept)
    return Kinds(kind, of_row[firsts], None if rest is None else rest[firsts], states, criteria, root)


def _distinct(columns: dict[str, Whole], height: int) -> tuple[Whole, Whole]:
    """Number the distinct rows of several columns, in order of their values; give the numbers, and one row of each."""
    numbers = np.zeros(height, dtype=np.int64)
    for values in columns.values():
        _, dense = np.unique(values, return_inverse=True)
        _, numbers = np.unique(numbers * (int(dense.max(initial=0)) + 1) + dense, return_inverse=True)
    _, first = np.unique(numbers, return_index=True)
    return numbers, first


def _states(inputs: pl.DataFrame, source: Criterion | Group) -> tuple[CriterionStates, Whole]:
    """Find the states of a criterion, and that of each row."""
    assert isinstance(source, Criterion)  # noqa: S101 - narrows the type
    columns: dict[str, Whole] = {}
    readings: list[tuple[int, Whole]] = []
    offsets: list[int] = []
    cells: list[int] = []
    for table in source.tables:
        offsets.append(len(cells))
        readings += [(len(cells), _cell_of(inputs, table, name)) for name in table.row_inputs]
        cells += [points for row in table.points for points in row] + [table.outside]
    merged = _multisets(readings, len(cells))
    columns |= {f"reading {number}": values for number, values in enumerate(merged)}
    columns["cap"] = _cap_of(inputs, source.cap)
    columns["applies"] = _evaluated(inputs, plain.applied(pl.lit(1), source.applies_when))
    of_row, first = _distinct(columns, inputs.height)
    reads = np.zeros((len(first), len(cells)))
    for offset, values in readings:
        np.add.at(reads, (np.arange(len(first)), offset + values[first]), columns["applies"][first])
    caps = _cap_points(source.cap)
    points = np.array(cells, dtype=np.float64)
    states = CriterionStates(
        source.id, reads, tuple(offsets), points, columns["applies"][first] > 0, columns["cap"][first], caps
    )
    return states, of_row


def _multisets(readings: list[tuple[int, Whole]], cells: int) -> list[Whole]:
    """Number how often each row reads each cell, whatever the order of the readings, where the number fits 63 bits."""
    base = len(readings) + 1
    if base**cells >= 2**63:
        return [values for _, values in readings]
    powers = base ** np.arange(cells, dtype=np.int64)
    return [reduce(np.add, [powers[offset + values] for offset, values in readings])]


def _cell_of(inputs: pl.DataFrame, table: Table, name: str) -> Whole:
    """Give the number of the cell that each row reads: row by row of the table, ``outside`` last."""
    width = len(table.points[0])
    numbers = tuple(tuple(row * width + column for column in range(width)) for row in range(len(table.points)))
    numbered = replace(table, points=numbers, outside=len(numbers) * width)
    return _evaluated(inputs, plain.cell(numbered, name))


def _cap_of(inputs: pl.DataFrame, cap: Cap | None) -> Whole:
    """Give the column of the cap of each row."""
    if cap is None or cap.input is None:
        return np.zeros(inputs.height, dtype=np.int64)
    numbered = replace(cap, points=tuple(range(len(cap.points))))
    return _evaluated(inputs, plain.cap(numbered))


def _evaluated(inputs: pl.DataFrame, expression: pl.Expr) -> Whole:
    """Give a whole number for each row, also where the expression reads no column."""
    return inputs.with_columns(expression.alias("value"))["value"].to_numpy().astype(np.int64)


def _cap_points(cap: Cap | None) -> Whole:
    return np.array([NO_CAP] if cap is None else cap.points, dtype=np.int64)


@dataclass(frozen=True)
class _Tree:
    """The groups of a law, as far as what varies reaches."""

    inputs: pl.DataFrame
    scored: pl.DataFrame
    law: Regulation
    most: Mapping[str, int]

    def gather(self, part: Criterion | Group, to: dict[str, Whole]) -> None:
        """Add up what does not vary in each group that does, and note the column of its cap."""
        if not isinstance(part, Group):
            return
        members = self.members(part)
        fixed = [self.points(one) for one in members if not self.varies(one)]
        if fixed:
            to[f"rest {part.id}"] = reduce(np.add if part.how == "sum" else np.maximum, fixed)
        to[f"cap {part.id}"] = _cap_of(self.inputs, part.cap)
        for one in members:
            if self.varies(one):
                self.gather(one, to)

    def node(self, part: Criterion | Group, kept: Mapping[str, Whole]) -> Node:
        """Build the tree of the groups that vary."""
        assert isinstance(part, Group)  # noqa: S101 - narrows the type
        inner = [one for one in self.members(part) if self.varies(one)]
        return Node(
            part.id,
            part.how == "max",
            tuple(one.id for one in inner if isinstance(one, Criterion) and one.source is not None),
            tuple(self.node(one, kept) for one in inner if isinstance(one, Group)),
            kept.get(f"rest {part.id}"),
            kept[f"cap {part.id}"],
            _cap_points(part.cap),
            self.binds(part),
        )

    def members(self, part: Group) -> list[Criterion | Group]:
        """Give the members of a group; a sum inside a sum whose cap cannot bind is opened."""
        found: list[Criterion | Group] = []
        for one in (self.law.parts[member] for member in part.members):
            opens = isinstance(one, Group) and part.how == "sum" and one.how == "sum" and self.varies(one)
            found += self.members(one) if opens and isinstance(one, Group) and not self.binds(one) else [one]
        return found

    def varies(self, part: Criterion | Group) -> bool:
        """Tell whether points of a part, or of something below it, may vary."""
        if part.id in self.most:
            return True
        return isinstance(part, Group) and any(self.varies(self.law.parts[member]) for member in part.members)

    def binds(self, part: Group) -> bool:
        """Tell whether the cap of a group may bind in some variant."""
        return part.cap is not None and (part.id in self.most or self.upper(part) > min(part.cap.points))

    def upper(self, part: Criterion | Group) -> int:
        """Bound the points of a part before its cap, over every variant and row."""
        if isinstance(part, Criterion) or not self.varies(part):
            return self.most.get(part.id, int(self.points(part).max(initial=0)))
        return sum(max(self.upper(self.law.parts[member]), 0) for member in part.members)

    def points(self, part: Criterion | Group) -> Whole:
        """Give the points of a part under the law, row by row."""
        return self.scored[part.id if part.id == ROOT else f"{part.id}_points"].to_numpy().astype(np.int64)
