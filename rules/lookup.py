"""Regulation → fused lookup tables. Says what ``plain`` says, in fewer passes over the columns.

The score is a sum of terms. A term is a small array that stands for several criteria at once: the values of its inputs
make a mixed-radix code, and the code reads the array. Caps that no declaration can reach are dropped; a cap that can
bind stays above its own terms. Terms are merged, smallest first, while the combinations of their inputs stay under
``LARGEST``: an array of so many points of 16 bits lives in the second cache of a core beside the others, its codes fit
16 bits, and up to there a gather costs the same; larger ones save no gather worth their cost. One term alone may be
larger, up to ``LARGEST_ALONE``; beyond, it is computed as ``plain`` says it. An input that is fixed in the whole pool
has one code. ``blocks`` reads the same arrays with numpy, for the score of a frame in memory. Arrays are filled by
running ``plain`` over every combination.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache, reduce
from itertools import combinations
from math import prod
from operator import add
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from rules import bounds, plain
from rules.criteria import Criterion
from rules.functions import FUNCTIONS, column_type
from rules.groups import ROOT, Group
from rules.inputs import EPOCH, days_by_year

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from rules.domains import Domain, Value
    from rules.inputs import Derived
    from rules.regulation import Regulation
    from rules.tables import Cap

LARGEST = 2**16
LARGEST_ALONE = 2**20


@dataclass(frozen=True)
class Code:
    """How the values of an input become 0, 1, 2 …: whole numbers above ``high``, where nothing changes, count as it."""

    name: str
    domain: Domain
    high: int = 0
    fixed: tuple[Value, ...] = ()

    @property
    def size(self) -> int:
        """How many codes there are, one more for null, the first, where it is a value."""
        return len(self.values)

    @property
    def values(self) -> list[Value]:
        """One value for each code; an input that is ``fixed`` has one in the whole pool."""
        if self.fixed:
            return list(self.fixed)
        known = range(self.domain.low, self.high + 1) if self.domain.kind == "whole" else self.domain.answers
        return [*([None] if self.domain.none else []), *known]

    def expression(self, width: pl.DataType) -> pl.Expr:
        """Compute the code as a whole number of type ``width``.

        ``when`` and a wrapping cast stand for ``clip`` and a strict one, which cost twenty times as much; nothing
        wraps, because every value was checked against the domain before. Clipping low values costs more than it saves.
        """
        column = pl.col(self.name)
        if self.domain.kind == "boolean":
            code = pl.when(column).then(pl.lit(1, width)).otherwise(pl.lit(0, width))
        elif self.domain.kind == "label":
            code = column.to_physical().cast(width)
        else:
            code = self._from_zero(column).cast(width, wrap_numerical=True)
        if not self.domain.none:
            return code
        return pl.when(column.is_null()).then(pl.lit(0, width)).otherwise(code + pl.lit(1, width))

    def _from_zero(self, column: pl.Expr) -> pl.Expr:
        if self.high < self.domain.high - 1:
            column = pl.when(column > self.high).then(self.high).otherwise(column)
        return column.cast(pl.Int32) - self.domain.low if self.domain.low else column


@dataclass(frozen=True)
class Term:
    """Points of some criteria as a function of a few inputs: the sum of ``parts``, each an expression over columns."""

    inputs: tuple[str, ...]
    parts: tuple[pl.Expr, ...]
    criteria: tuple[str, ...]


@dataclass(frozen=True)
class Sum:
    """Terms and capped sums that add up."""

    terms: tuple[Term, ...] = ()
    capped: tuple[Capped, ...] = ()


@dataclass(frozen=True)
class Capped:
    """The sum, or the largest, of ``sums``, under a cap that some declaration reaches."""

    id: str
    sums: tuple[Sum, ...]
    largest: bool
    cap: Cap | None


@dataclass
class Compiler:
    """Compiles one regulation; the codes of its inputs are shared by every term.

    ``fixed`` are the inputs that have one value in the whole pool: they cost a table nothing.
    """

    regulation: Regulation
    largest: int = LARGEST
    fixed: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pivots = bounds.pivots(self.regulation.parts, self.regulation.inputs)
        self.codes = {
            name: replace(code, fixed=(self.fixed[name],)) if name in self.fixed else code
            for name, code in _codes(self.regulation).items()
        }

    def size(self, inputs: Iterable[str]) -> int:
        """Count the combinations of codes of some inputs."""
        return prod(self.codes[name].size for name in inputs)

    def split(self, part: Criterion | Group) -> Sum:
        """Take a criterion or group apart into terms that add up."""
        if isinstance(part, Criterion) and part.source is None:
            return Sum()
        binding = self.binds(part)
        adds_up = isinstance(part, Criterion) or part.how == "sum"
        if adds_up and not binding:
            return self._sum(part)
        inputs = self._inputs(part)
        if self.size(inputs) <= self.largest:
            return Sum((Term(inputs, (plain.points(part, self.regulation.parts),), self._criteria(part)),))
        sums: tuple[Sum, ...] = (self._sum(part),)
        if isinstance(part, Group) and not adds_up:
            sums = tuple(self.split(self.regulation.parts[member]) for member in part.members)
        return Sum(
            capped=(Capped(part.id, tuple(self.merge(s) for s in sums), not adds_up, part.cap if binding else None),)
        )

    def _sum(self, part: Criterion | Group) -> Sum:
        if isinstance(part, Group):
            each = [self.split(self.regulation.parts[member]) for member in part.members]
            return Sum(tuple(t for s in each for t in s.terms), tuple(c for s in each for c in s.capped))
        terms = []
        for table in part.tables:
            second = (table.column_input,) if table.column_input else ()
            for name in table.row_inputs:
                inputs = tuple(dict.fromkeys((name, *second, *part.applies_when.inputs)))
                points = plain.applied(plain.cell(table, name), part.applies_when)
                terms.append(Term(inputs, (points,), (part.id,)))
        return Sum(tuple(terms))

    def binds(self, part: Criterion | Group) -> bool:
        """Tell whether some declaration can reach beyond the cap of a part."""
        if part.cap is None:
            return False
        regulation = self.regulation
        for fixed in bounds.cases(self.pivots, regulation.inputs):
            most = bounds.of_uncapped(part, regulation.parts, fixed)[1]
            limit = part.cap.at(fixed) if part.cap.input is None or part.cap.input in fixed else min(part.cap.points)
            if most > limit:
                return True
        return False

    def _inputs(self, part: Criterion | Group) -> tuple[str, ...]:
        if isinstance(part, Criterion):
            return part.inputs
        inner = [name for member in part.members for name in self._inputs(self.regulation.parts[member])]
        own = [part.cap.input] if part.cap and part.cap.input else []
        return tuple(dict.fromkeys([*inner, *own]))

    def _criteria(self, part: Criterion | Group) -> tuple[str, ...]:
        if isinstance(part, Criterion):
            return (part.id,)
        return tuple(name for member in part.members for name in self._criteria(self.regulation.parts[member]))

    def merge(self, source: Sum) -> Sum:
        """Merge terms, the smallest product of codes first, while it stays under ``LARGEST``."""
        terms = list(source.terms)
        while True:
            pairs = [(self.size({*a.inputs, *b.inputs}), i, j) for (i, a), (j, b) in combinations(enumerate(terms), 2)]
            size, i, j = min(pairs, default=(self.largest + 1, 0, 0))
            if size > self.largest:
                return Sum(tuple(terms), source.capped)
            a, b = terms[i], terms.pop(j)
            criteria = tuple(dict.fromkeys((*a.criteria, *b.criteria)))
            terms[i] = Term(tuple(dict.fromkeys((*a.inputs, *b.inputs))), (*a.parts, *b.parts), criteria)

    def array(self, term: Term) -> pl.Series:
        """Fill the array of a term by running its expressions over every combination of its inputs."""
        sizes = [self.codes[name].size for name in term.inputs]
        grid = np.indices(sizes).reshape(len(sizes), prod(sizes))
        columns = [
            pl.Series(name, self.codes[name].values, dtype=column_type(self.codes[name].domain)).gather(codes)
            for name, codes in zip(term.inputs, grid, strict=True)
        ]
        filled = pl.DataFrame(columns).select(reduce(add, term.parts).alias("points")).to_series()
        return pl.concat([filled] * (grid.shape[1] // len(filled))) if len(filled) != grid.shape[1] else filled

    def expression(self, source: Sum) -> pl.Expr:
        """Compute a sum: one code and one gather a term."""
        pieces = [self._gather(term) for term in source.terms] + [self._capped(capped) for capped in source.capped]
        return reduce(add, pieces) if pieces else pl.lit(0, plain.POINTS)

    def _gather(self, term: Term) -> pl.Expr:
        sizes = [self.codes[name].size for name in term.inputs]
        if not sizes or prod(sizes) > LARGEST_ALONE:
            return reduce(add, term.parts)
        width = pl.UInt16() if prod(sizes) <= LARGEST else pl.UInt32()
        code = self.codes[term.inputs[0]].expression(width)
        for name, size in zip(term.inputs[1:], sizes[1:], strict=True):
            code = code * pl.lit(size, width) + self.codes[name].expression(width)
        return pl.lit(self.array(term)).gather(code)

    def _capped(self, source: Capped) -> pl.Expr:
        sums = [self.expression(inner) for inner in source.sums]
        points = pl.max_horizontal(sums) if source.largest else reduce(add, sums)
        return plain.under(points, source.cap)


@dataclass(frozen=True)
class Compiled:
    """A regulation compiled: columns of points to select, then groups, each in its turn."""

    points: tuple[pl.Expr, ...]
    groups: tuple[pl.Expr, ...]


@lru_cache(maxsize=32)
def compiled(regulation: Regulation, *, breakdown: bool) -> Compiled:
    """Compile a regulation, once for each that says something else."""
    compiler = Compiler(regulation)
    if not breakdown:
        total = compiler.merge(compiler.split(regulation.parts[ROOT]))
        score = compiler.expression(total).cast(plain.POINTS).alias(ROOT)
        return Compiled((score,), ())
    sums = [(part, compiler.merge(compiler.split(part))) for part in regulation.criteria]
    points = tuple(compiler.expression(total).cast(plain.POINTS).alias(f"{part.id}_points") for part, total in sums)
    return Compiled(points, tuple(_group(group, compiler) for group in regulation.groups))


def _group(group: Group, compiler: Compiler) -> pl.Expr:
    names = {
        part.id: part.id if part.id == ROOT else f"{part.id}_points" for part in compiler.regulation.parts.values()
    }
    members = [pl.col(names[member]) for member in group.members]
    combined = reduce(add, members) if group.how == "sum" else pl.max_horizontal(members)
    limited = plain.under(combined, group.cap if compiler.binds(group) else None)
    return limited.cast(plain.POINTS).alias(names[group.id])


def _codes(regulation: Regulation) -> dict[str, Code]:
    """Find, for each input that points depend on, the value above which no table changes."""
    highs: dict[str, int] = {}
    for criterion in regulation.criteria:
        for table in criterion.tables:
            for name in table.row_inputs:
                highs[name] = max(highs.get(name, 0), table.rows.last_change(regulation.inputs[name]))
            if table.column_input and table.columns:
                highs[table.column_input] = max(
                    highs.get(table.column_input, 0), table.columns.last_change(regulation.inputs[table.column_input])
                )
        for name in criterion.applies_when.inputs:
            highs[name] = regulation.inputs[name].high - 1
    for part in regulation.parts.values():
        if part.cap and part.cap.input:
            highs.setdefault(part.cap.input, 0)
    return {
        name: Code(name, regulation.inputs[name], max(high, regulation.inputs[name].low))
        for name, high in highs.items()
    }


def derive(regulation: Regulation, facts_on: date, names: Collection[str]) -> list[list[pl.Expr]]:
    """Compute derived inputs, in stages that read columns and the inputs of the stages before them."""
    return [
        [_derive(source, facts_on, regulation).alias(source.name) for source in stage]
        for stage in regulation.stages(names)
    ]


def needed(regulation: Regulation) -> set[str]:
    """Name the derived inputs that points depend on, those that others are derived from included."""
    names = {name for criterion in regulation.criteria for name in criterion.inputs}
    names |= {group.cap.input for group in regulation.groups if group.cap and group.cap.input}
    for name in reversed(list(regulation.derived)):
        if name in names:
            names |= set(regulation.derived[name].of)
    return names & set(regulation.derived)


def _derive(source: Derived, facts_on: date, regulation: Regulation) -> pl.Expr:
    """Compute an age by the day of birth, a code's value by its place in the list, the others as the law says them."""
    if source.function == "age":
        years = regulation.attributes[source.of[0]].years_before or 0
        ages = pl.Series(np.repeat(np.arange(years + 1, dtype=np.uint8), days_by_year(facts_on, years)))
        lived = (facts_on - EPOCH).days - pl.col(source.of[0]).cast(pl.Int32)
        return pl.lit(ages).gather(lived.cast(pl.UInt32, wrap_numerical=True))
    if source.function in ("digit", "listed"):
        values = [value for _, value in source.of_values]
        dtype = column_type(source.domain) if source.domain.kind == "label" else pl.UInt8()
        return pl.lit(pl.Series(values, dtype=dtype)).gather(pl.col(source.of[0]).to_physical())
    if source.function == "level":
        return _level(source)
    return FUNCTIONS[source.function].polars(source, facts_on)


def _level(source: Derived) -> pl.Expr:
    """Read a level off one array of every score of every test."""
    declared, test, score = map(pl.col, source.of)
    width = 2 + max(least for _, steps in source.scales for least, _ in steps)
    levels = np.full((len(source.scales) + 1, width), source.below, dtype=np.int16)
    for row, (_, steps) in enumerate(source.scales, start=1):
        for least, reached in reversed(steps):
            levels[row, least:] = reached
    marks = pl.when(score < width - 1).then(score).otherwise(pl.when(score.is_not_null()).then(width - 1))
    places = [pl.when(test == name).then(row).otherwise(0) for row, (name, _) in enumerate(source.scales, start=1)]
    place = reduce(add, places) * width + marks.cast(pl.Int32)
    reached_level = pl.lit(pl.Series(levels.ravel())).gather(place).fill_null(source.below)
    return pl.when(reduce(add, places) > 0).then(reached_level).otherwise(declared)
