"""Kinds: a pool reduced to what a sweep can tell apart.

Only a few criteria vary. Of each, a declaration has a *state*; all else that it has is a *rest*. Where the cap of a
group can bind for a declaration in no variant, the rest of the group is counted above it; so few groups keep a rest of
their own. Declarations with the same states and rests have the same score in every variant: they are one *kind*. Kinds
that differ by the rest of the root alone are one *block*: a variant moves a block as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from ranking.simulate.states import Reading, Span, cap_of, numbered
from rules.criteria import Criterion
from rules.groups import ROOT, Group

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl
    from numpy.typing import NDArray

    from ranking.simulate.states import CriterionStates
    from ranking.simulate.variants import Variants
    from rules.regulation import Regulation
    from rules.tables import Cap

    Whole = NDArray[np.int64]
    Part = Criterion | Group


@dataclass(frozen=True)
class Node:
    """A group: its varying criteria and inner nodes, and the rest of each block.

    ``cap`` is the column of the cap of each block, ``caps`` the points of the law; ``binds`` tells whether it may bind
    for anybody. The root has no rest: that is what tells the kinds of a block apart.
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
    rest: Whole
    blocks: int
    states: dict[str, Whole]
    criteria: dict[str, CriterionStates]
    root: Node


def kinds(inputs: pl.DataFrame, scored: pl.DataFrame, law: Regulation, variants: Variants) -> Kinds:
    """Reduce a pool to kinds. ``inputs`` has every input, ``scored`` the breakdown under ``law``, in the same rows."""
    tree = _Tree(inputs, scored, law, variants)
    tree.gather(law.parts[ROOT], gives=False)
    rest = tree.columns.pop(f"rest {ROOT}")
    of_row, first = numbered(tree.columns, inputs.height)
    kept = {name: values[first] for name, values in tree.columns.items()}
    root = tree.node(law.parts[ROOT], kept, len(first))
    states = {name: kept[f"state {name}"] for name in tree.criteria}
    kind, firsts = numbered({"block": of_row, "rest": rest}, inputs.height)
    return Kinds(kind, of_row[firsts], rest[firsts], len(first), states, tree.criteria, root)


@dataclass
class _Tree:
    """The groups of a law, as far as what varies reaches; ``columns`` collects what tells blocks apart."""

    inputs: pl.DataFrame
    scored: pl.DataFrame
    law: Regulation
    variants: Variants
    columns: dict[str, Whole] = field(default_factory=dict)
    criteria: dict[str, CriterionStates] = field(default_factory=dict)
    binding: set[str] = field(default_factory=set)

    def gather(self, part: Part, *, gives: bool) -> tuple[Span, Whole]:
        """Give the span of a varying part, and what it gives up to the rest of its group, which must be a sum."""
        return self._criterion(part, gives=gives) if isinstance(part, Criterion) else self._group(part, gives=gives)

    def _criterion(self, part: Criterion, *, gives: bool) -> tuple[Span, Whole]:
        reading = Reading(self.inputs, part, self.variants)
        fixed, span, given, binds = self._settled(part, reading.points, reading.span, gives=gives)
        column = cap_of(self.inputs, part.cap)
        states, of_row = reading.states(fixed, column, cap_points(part.cap), binds=binds)
        self.criteria[part.id] = states
        self.columns[f"state {part.id}"] = of_row
        return span, given

    def _group(self, part: Group, *, gives: bool) -> tuple[Span, Whole]:
        sums = part.how == "sum"
        join = np.add if sums else np.maximum
        members = [self.law.parts[name] for name in part.members]
        inner = [self.gather(one, gives=sums) for one in members if self.varies(one)]
        fixed = [self.points(one) for one in members if not self.varies(one)]
        nothing = np.full(self.inputs.height, 0 if sums else LEAST, dtype=np.int64)
        rest = reduce(join, [*fixed, *(given for _, given in inner if sums)], nothing)
        low, high = (reduce(join, ends, nothing if sums else rest) for ends in _ends(inner))
        if sums:
            rest, span, given, binds = self._settled(part, rest, Span(low, high), gives=gives)
        else:
            limits, given = self.limits(part), self._zeros
            binds, span = bool((high > limits.low).any()), Span(low, high).under(limits)
        if part.id == ROOT or (rest != nothing).any():
            self.columns[f"rest {part.id}"] = rest
        if binds:
            self.binding.add(part.id)
            self.columns[f"cap {part.id}"] = cap_of(self.inputs, part.cap)
        return span, given

    def _settled(self, part: Part, rest: Whole, span: Span, *, gives: bool) -> tuple[Whole, Span, Whole, bool]:
        """Settle where the cap of a sum is free: the rest that stays, the span, what is given up, whether it binds.

        Where the cap binds in every variant, the rest is held at what is enough for that.
        """
        limits = self.limits(part)
        free = (span.high <= limits.low) & (rest + span.high <= limits.low)
        enough = np.minimum(rest, limits.high - span.low)
        given = np.where(free, rest, 0) if gives else self._zeros
        rest = np.where(free, 0 if gives else rest, enough)
        return rest, Span(rest + span.low, rest + span.high).under(limits), given, not free.all()

    @property
    def _zeros(self) -> Whole:
        return np.zeros(self.inputs.height, dtype=np.int64)

    def limits(self, part: Part) -> Span:
        """Give the lowest and the highest cap of each row over all variants."""
        caps = cap_points(part.cap)
        low, high = caps.copy(), caps.copy()
        for number, place in enumerate(self.variants.places):
            if place.part == part.id and place.table is None:
                values = self.variants.values[:, number]
                low[place.cell] = min(values.min(initial=place.base), place.base)
                high[place.cell] = max(values.max(initial=place.base), place.base)
        column = cap_of(self.inputs, part.cap)
        return Span(low[column], high[column])

    def node(self, part: Part, kept: dict[str, Whole], blocks: int) -> Node:
        """Build the tree of the groups that vary."""
        inner = [one for one in (self.law.parts[name] for name in getattr(part, "members", ())) if self.varies(one)]
        return Node(
            part.id,
            isinstance(part, Group) and part.how == "max",
            tuple(one.id for one in inner if isinstance(one, Criterion)),
            tuple(self.node(one, kept, blocks) for one in inner if isinstance(one, Group)),
            kept.get(f"rest {part.id}"),
            kept.get(f"cap {part.id}", np.zeros(blocks, dtype=np.int64)),
            cap_points(part.cap),
            part.id in self.binding,
        )

    def varies(self, part: Part) -> bool:
        """Tell whether points of a part, or of something below it, may vary."""
        own = any(place.part == part.id for place in self.variants.places)
        return own or (isinstance(part, Group) and any(self.varies(self.law.parts[name]) for name in part.members))

    def points(self, part: Part) -> Whole:
        """Give the points of a part that does not vary, row by row."""
        return self.scored[part.id if part.id == ROOT else f"{part.id}_points"].to_numpy().astype(np.int64)


LEAST = -(2**40)
"""Below any points: the largest of nothing."""
NO_CAP = 2**40
"""Above any points."""


def cap_points(cap: Cap | None) -> Whole:
    """Give the points of a cap, one a column; without a cap, more than anybody has."""
    return np.array([NO_CAP] if cap is None else cap.points, dtype=np.int64)


def _ends(inner: list[tuple[Span, Whole]]) -> tuple[list[Whole], list[Whole]]:
    return [span.low for span, _ in inner], [span.high for span, _ in inner]
