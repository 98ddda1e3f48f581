"""The fused tables of a regulation, read in blocks by numpy: the same points as the expressions of ``lookup``, faster.

A block is so many declarations that all its arrays stay in the cache. Each column is read once, from the buffers that
polars holds: values, and validity bits. The *place* of a value counts from the low end of its domain, one further
where null is a value too: null has place 0, so that the lowest of several is none where one is none, and a choice
between two inputs is three operations on bits. Places are bytes where a domain is small enough. Points are added as 16
bits where no sum can be larger. Blocks are shared among as many threads as polars has: numpy lets go of the
interpreter while it works.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from rules.buffers import buffers
from rules.functions import derive
from rules.groups import ROOT
from rules.inputs import EPOCH, days_by_year
from rules.lookup import LARGEST_ALONE, Compiler

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from rules.buffers import Buffers
    from rules.criteria import Criterion
    from rules.domains import Domain, Value
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.lookup import Capped, Sum, Term
    from rules.regulation import Regulation
    from rules.tables import Cap

    Array = NDArray[Any]

BLOCK = 2**16
"""Declarations in a block, a multiple of 8: measured from 2^13 to 2^17."""
NARROW = 2**15


def origin(domain: Domain) -> int:
    """Give what is taken from a value to have its place."""
    return (domain.low if domain.kind == "whole" else 0) - domain.none


def narrow(size: int) -> np.dtype[Any]:
    """Give the type of places below ``size``."""
    return np.dtype(np.uint8 if size <= 2**8 else np.uint16 if size <= 2**16 else np.uint32)


class Tables:
    """What blocks look up: made once for a regulation and the inputs that do not vary, whatever the pool.

    ``sums`` gives the score alone, or the points of each criterion, from which ``groups`` are then combined.
    """

    def __init__(self, regulation: Regulation, fixed: Mapping[str, Value], *, breakdown: bool) -> None:
        self.regulation = regulation
        self.compiler = compiler = Compiler(regulation, fixed=fixed)
        wanted: tuple[Criterion | Group, ...] = regulation.criteria if breakdown else (regulation.parts[ROOT],)
        self.sums = {part.id: compiler.merge(compiler.split(part)) for part in wanted}
        self.groups = tuple((group, compiler.binds(group)) for group in regulation.groups) if breakdown else ()
        terms = [term for source in self.sums.values() for term in _terms(source)]
        self.fits = all(compiler.size(term.inputs) <= LARGEST_ALONE for term in terms)
        self.points = {id(term): _narrowed(compiler.array(term).to_numpy()) for term in terms} if self.fits else {}
        self.inputs = {name for term in terms for name in term.inputs if compiler.codes[name].size > 1}
        self.inputs |= {cap.input for cap in _caps(self) if cap.input and compiler.codes[cap.input].size > 1}
        self.types = {name: np.dtype(np.int16 if self._most(s) < NARROW else np.int32) for name, s in self.sums.items()}

    def _most(self, source: Sum) -> int:
        """Bound what any partial sum of points may be, above or below 0, and the caps beside it."""
        points = sum(int(np.abs(self.points[id(term)].astype(np.int64)).max(initial=0)) for term in _terms(source))
        return max([points, *(abs(limit) for cap in _caps_of(source) for limit in cap.points)]) if self.fits else 0


def _terms(source: Sum) -> list[Term]:
    return [*source.terms, *(term for capped in source.capped for inner in capped.sums for term in _terms(inner))]


def _caps_of(source: Sum) -> list[Cap]:
    inner = [cap for capped in source.capped for one in capped.sums for cap in _caps_of(one)]
    return [*inner, *(capped.cap for capped in source.capped if capped.cap is not None)]


def _caps(made: Tables) -> list[Cap]:
    caps = [cap for source in made.sums.values() for cap in _caps_of(source)]
    return [*caps, *(group.cap for group, binds in made.groups if binds and group.cap is not None)]


def _narrowed(points: Array) -> Array:
    return points.astype(np.int16 if np.abs(points.astype(np.int64)).max(initial=0) < NARROW else np.int32)


@lru_cache(maxsize=64)
def tables(regulation: Regulation, fixed: tuple[tuple[str, Value], ...], *, breakdown: bool) -> Tables:
    """Make the tables of a regulation for pools where some inputs have one value, once for each."""
    return Tables(regulation, dict(fixed), breakdown=breakdown)


@dataclass(frozen=True)
class Pool:
    """The columns of a pool, as blocks read them, and the ages by the day of birth."""

    regulation: Regulation
    columns: Mapping[str, Buffers]
    ages: Mapping[str, Array]
    day: int
    height: int

    @classmethod
    def of(cls, typed: pl.DataFrame, inputs: Iterable[str], regulation: Regulation, facts_on: date) -> Pool:
        """Find the columns that ``inputs`` come from."""
        names = dict.fromkeys(column for name in inputs for column in _columns(name, regulation))
        dates = [name for name in names if regulation.attributes[name].type == "date"]
        ages = {name: _ages(regulation.attributes[name].years_before or 0, facts_on) for name in dates}
        columns = {name: buffers(typed[name]) for name in names}
        return cls(regulation, columns, ages, (facts_on - EPOCH).days, typed.height)


def _columns(name: str, regulation: Regulation) -> list[str]:
    """Name the columns that an input comes from; a level is one, complete already."""
    source = regulation.derived.get(name)
    if source is None or source.completes:
        return [name]
    return [column for of in source.of for column in _columns(of, regulation)]


@lru_cache(maxsize=16)
def _ages(years: int, facts_on: date) -> Array:
    return np.repeat(np.arange(years + 1, dtype=np.uint8), days_by_year(facts_on, years))


@dataclass
class Block:
    """One block of declarations: each array of places is made once, when it is first asked for."""

    pool: Pool
    tables: Tables
    start: int
    stop: int
    places: dict[str, Array] = field(default_factory=dict)

    def place(self, name: str) -> Array:
        """Give the places of the values of an input."""
        if name not in self.places:
            source = self.pool.regulation.derived.get(name)
            self.places[name] = self._read(name) if source is None or source.completes else self._derived(source)
        return self.places[name]

    def _domain(self, name: str) -> Domain:
        return self.pool.regulation.inputs[name]

    def _bits(self, bits: Array, offset: int) -> Array:
        first = offset + self.start
        found = np.unpackbits(bits[first // 8 : (offset + self.stop + 7) // 8], bitorder="little")
        return found[first % 8 : first % 8 + self.stop - self.start]

    def _values(self, column: Buffers) -> Array:
        if column.bits:
            return self._bits(column.values, column.offset)
        return column.values[column.offset + self.start : column.offset + self.stop]

    def _known(self, column: Buffers, places: Array) -> Array:
        """Give null the place 0, whatever stands in the column there."""
        if column.valid is None:
            return places
        mask = np.negative(self._bits(column.valid, column.offset).astype(places.dtype, copy=False))
        return np.bitwise_and(places, mask, out=places)

    def _read(self, name: str) -> Array:
        """Read a column. A number that wraps in its narrow type is back in range once the origin is taken off."""
        column, domain = self.pool.columns[name], self._domain(name)
        dtype = narrow(domain.size)
        places = self._values(column).astype(dtype)
        if by := origin(domain):
            places -= _wrapped(by, dtype)
        return self._known(column, places)

    def _derived(self, source: Derived) -> Array:
        if source.function == "age":
            return self._age(source)
        if source.function == "chosen":
            return self._chosen(source)
        if source.function == "lowest":
            return reduce(np.minimum, [self._moved(name, source.domain) for name in source.of])
        return _coded(source, self._domain(source.of[0])).take(self.place(source.of[0]), mode="clip")

    def _age(self, source: Derived) -> Array:
        column, ages = self.pool.columns[source.of[0]], self.pool.ages[source.of[0]]
        lived = np.subtract(self.pool.day, self._values(column), dtype=np.intp)
        places = ages.take(lived, mode="clip")
        return self._known(column, places + np.uint8(1) if source.domain.none else places)

    def _chosen(self, source: Derived) -> Array:
        selector, optional = self.place(source.of[0]), self._domain(source.of[0]).none
        result = self._moved(source.of[-1], source.domain)
        for label, name in reversed(list(enumerate(source.of[1:-1], start=optional))):
            mask = np.negative(np.equal(selector, selector.dtype.type(label)).astype(result.dtype))
            mask &= result ^ self._moved(name, source.domain)
            result = np.bitwise_xor(mask, result, out=mask)
        return result * (selector != 0) if optional else result

    def _moved(self, name: str, target: Domain) -> Array:
        """Give the places of an input counted from the origin of another domain; null stays 0."""
        domain, dtype = self._domain(name), narrow(target.size)
        places = self.place(name)
        by = origin(domain) - origin(target)
        if not by:
            return places.astype(dtype, copy=False)
        moved = places.astype(dtype) + _wrapped(by, dtype)
        return moved * (places != 0) if domain.none else moved

    def code(self, name: str) -> Array:
        """Give the codes by which tables know an input: its places, and no more than the last that matters."""
        code, places = self.tables.compiler.codes[name], self.place(name)
        if code.domain.kind != "whole" or code.high >= code.domain.high - 1:
            return places
        return np.minimum(places, _constant(code.high - origin(code.domain), places.dtype, len(places)))

    def sum(self, source: Sum, dtype: np.dtype[Any]) -> Array:
        """Add terms and capped sums up."""
        pieces = [self._looked_up(term) for term in source.terms] + [self._capped(one, dtype) for one in source.capped]
        if not pieces:
            return np.zeros(self.stop - self.start, dtype)
        return reduce(np.add, pieces[1:], pieces[0].astype(dtype, copy=False))

    def _looked_up(self, term: Term) -> Array:
        codes, points = self.tables.compiler.codes, self.tables.points[id(term)]
        names = [name for name in term.inputs if codes[name].size > 1]
        if not names:
            return np.full(self.stop - self.start, points[0])
        dtype = narrow(prod(codes[name].size for name in names))
        place = self.code(names[0]).astype(dtype)
        for name in names[1:]:
            place *= dtype.type(codes[name].size)
            place += self.code(name)
        return points.take(place.astype(np.intp), mode="clip")

    def _capped(self, source: Capped, dtype: np.dtype[Any]) -> Array:
        return self.under([self.sum(inner, dtype) for inner in source.sums], source.cap, largest=source.largest)

    def under(self, sums: Sequence[Array], cap: Cap | None, *, largest: bool) -> Array:
        """Add up, or take the largest, under a cap."""
        result = reduce(np.maximum if largest else np.add, sums)
        return result if cap is None else np.minimum(result, self._limit(cap, result.dtype))

    def _limit(self, cap: Cap, dtype: np.dtype[Any]) -> Array:
        size = self.stop - self.start
        if cap.input is None:
            return _constant(cap.points[0], dtype, size)
        code = self.tables.compiler.codes[cap.input]
        limits = [cap.at({cap.input: value}) for value in code.values]
        if code.size == 1:
            return _constant(limits[0], dtype, size)
        return np.array(limits, dtype).take(self.code(cap.input), mode="clip")

    def run(self, out: Mapping[str, Array]) -> None:
        """Write the points of this block where they belong."""
        made = {}
        for name, source in self.tables.sums.items():
            made[name] = out[name][self.start : self.stop]
            made[name][:] = self.sum(source, self.tables.types[name])
        for group, binds in self.tables.groups:
            made[group.id] = out[group.id][self.start : self.stop]
            members = [made[member] for member in group.members]
            made[group.id][:] = self.under(members, group.cap if binds else None, largest=group.how == "max")


def _wrapped(number: int, dtype: np.dtype[Any]) -> Any:  # noqa: ANN401 - a numpy scalar
    """Give a whole number, negative or not, as an unsigned type wraps it."""
    return dtype.type(number % 2 ** (8 * dtype.itemsize))


@lru_cache(maxsize=256)
def _constant(value: int, dtype: np.dtype[Any], size: int) -> Array:
    """Give an array of one value: against a scalar numpy is ten times slower to find a minimum."""
    return np.full(size, value, dtype)


def _coded(source: Derived, of: Domain) -> Array:
    """Give the places of what each code stands for, by the place of the code."""
    answers = {value: place for place, value in enumerate(source.domain.answers, start=source.domain.none)}
    stands = [0 if value is None else answers[value] for _, value in source.of_values]
    return np.array([*([0] if of.none else []), *stands], narrow(source.domain.size))


def fixed_in(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> dict[str, Value]:
    """Find the inputs that have one value in the whole pool: columns of one value, and what is derived from them."""
    found: dict[str, Any] = {}
    for name in regulation.needed:
        column = typed[name]
        if column.null_count() in (0, len(column)) and _constant_column(column):
            found[name] = column[0]
    for name, source in regulation.derived.items():
        if not source.completes and all(of in found for of in source.of):
            found[name] = derive(source, [found[of] for of in source.of], facts_on)
    return {name: value for name, value in found.items() if name in regulation.inputs}


def _constant_column(column: pl.Series) -> bool:
    """Tell whether a column, all null or without nulls, has one value: a few values first, which mostly say no."""
    if column.null_count():
        return True
    few = column.gather_every(max(1, len(column) // 64))
    physical = column.to_physical()
    return few.n_unique() == 1 and bool(physical.min() == physical.max())


def points(typed: pl.DataFrame, regulation: Regulation, facts_on: date, *, breakdown: bool) -> pl.DataFrame | None:
    """Give the score, or the points of every criterion and group, of a conformed frame whose levels are complete.

    One row a declaration, Int32. None where a law has a table too large to be made: ``lookup`` then says how.
    """
    if not typed.height:
        return None
    fixed = tuple(fixed_in(typed, regulation, facts_on).items())
    made = tables(regulation, fixed, breakdown=breakdown)
    if not made.fits:
        return None
    pool = Pool.of(typed, made.inputs, regulation, facts_on)
    names = [*made.sums, *(group.id for group, _ in made.groups)]
    out = {name: np.empty(typed.height, np.int32) for name in names}
    blocks = [Block(pool, made, at, min(at + BLOCK, typed.height)) for at in range(0, typed.height, BLOCK)]
    if len(blocks) == 1:
        blocks[0].run(out)
    else:
        with ThreadPoolExecutor(pl.thread_pool_size()) as threads:
            list(threads.map(lambda block: block.run(out), blocks))
    return pl.DataFrame({name if name == ROOT else f"{name}_points": column for name, column in out.items()})
