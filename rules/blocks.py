"""The fused tables of a regulation, read in blocks by numpy: the same points as the expressions of ``lookup``, faster.

A block is so many declarations that all its arrays stay in the cache. Each column is read once, from the buffers that
polars holds: values, and validity bits. The *place* of a value counts from the low end of its domain, one further
where null is a value too: null has place 0, so that the lowest of several is none where one is none, and a choice
between two inputs is three operations on bits. Places are bytes where a domain is small enough. Points are added as 16
bits where no sum can be larger. What is done to a block is laid down once, step by step, in arrays made once; it took
24 ms a million declarations where asking anew in each block what to do took 28. One thread does it all: two took 27,
because the one that waits for the interpreter wakes later than the other comes back from a step of ten microseconds.

What does not vary in a pool is folded: an input whose column holds one value, or nothing but nulls, costs no table a
dimension, and no column is read for it. Tables are kept by the hash of the law and the values folded, the last
``KEPT`` of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from rules.buffers import chunks
from rules.functions import derive
from rules.groups import ROOT
from rules.inputs import EPOCH, days_by_year
from rules.lookup import LARGEST_ALONE, Compiler, needed
from rules.steps import Steps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from numpy.typing import NDArray

    from rules.buffers import Buffers
    from rules.domains import Value
    from rules.lookup import Sum, Term
    from rules.regulation import Regulation
    from rules.tables import Cap

    Array = NDArray[Any]
    Part = Mapping[str, Buffers]

BLOCK = 2**16
"""Declarations in a block, a multiple of 8: measured from 2^13 to 2^17."""
SMALL = 2**14
"""Declarations of a chunk that is read where it is; pools in smaller ones are copied."""
NARROW = 2**15
CHOOSING = ("chosen", "lowest")
KEPT = 64


class Tables:
    """What blocks look up for the score: made once for a regulation and the inputs that do not vary.

    ``points`` are the tables of the terms, in 16 bits where their points allow; ``type`` is that of their sum.
    ``fits`` tells whether every term has a table.
    """

    def __init__(self, regulation: Regulation, fixed: Mapping[str, Value]) -> None:
        self.compiler = Compiler(regulation, fixed=fixed)
        self.codes = self.compiler.codes
        self.total = self.compiler.merge(self.compiler.split(regulation.parts[ROOT]))
        terms, caps = _terms(self.total), _caps(self.total)
        self.fits = all(self.compiler.size(term.inputs) <= LARGEST_ALONE for term in terms)
        arrays = [self.compiler.array(term).to_numpy() for term in terms] if self.fits else []
        self.points = {id(t): array.astype(smallest(most(array))) for t, array in zip(terms, arrays, strict=False)}
        reached = sum(most(array) for array in arrays)
        self.type = smallest(max([reached, *(abs(limit) for cap in caps for limit in cap.points)]))
        read = [*(name for term in terms for name in term.inputs), *(cap.input for cap in caps if cap.input)]
        self.inputs = [name for name in dict.fromkeys(read) if self.codes[name].size > 1]


def most(points: Array) -> int:
    """Give the largest of some points, above or below 0."""
    return int(np.abs(points.astype(np.int64)).max(initial=0))


def smallest(reached: int) -> np.dtype[Any]:
    """Give the type that holds points and their sums, where none is larger than ``reached``, above or below 0."""
    return np.dtype(np.int16 if reached < NARROW else np.int32)


def _terms(source: Sum) -> list[Term]:
    return [*source.terms, *(term for capped in source.capped for inner in capped.sums for term in _terms(inner))]


def _caps(source: Sum) -> list[Cap]:
    inner = [cap for capped in source.capped for one in capped.sums for cap in _caps(one)]
    return [*inner, *(capped.cap for capped in source.capped if capped.cap is not None)]


@lru_cache(maxsize=KEPT)
def tables(regulation: Regulation, fixed: tuple[tuple[str, Value], ...]) -> Tables:
    """Make the tables of a regulation for pools where some inputs have one value, once for each."""
    return Tables(regulation, dict(fixed))


@dataclass(frozen=True)
class Pool:
    """The columns of a pool, as blocks read them, and the ages by the day of birth.

    ``parts`` are the chunks in which polars holds the pool, of ``heights`` declarations.
    """

    regulation: Regulation
    parts: tuple[Part, ...]
    heights: tuple[int, ...]
    ages: Mapping[str, Array]
    day: int

    @classmethod
    def of(cls, typed: pl.DataFrame, inputs: Iterable[str], regulation: Regulation, facts_on: date) -> Pool:
        """Find the columns that ``inputs`` come from; those in chunks that differ, or are small, are made one chunk."""
        names = dict.fromkeys(column for name in inputs for column in _columns(name, regulation))
        dates = [name for name in names if regulation.attributes[name].type == "date"]
        ages = {name: _ages(regulation.attributes[name].years_before or 0, facts_on) for name in dates}
        physical = typed.select([pl.col(name).to_physical() for name in names])
        heights = {tuple(column.chunk_lengths()) for column in physical} or {(typed.height,)}
        if len(heights) > 1 or min(map(min, heights)) < SMALL:
            physical, heights = physical.rechunk(), {(typed.height,)}
        columns = [chunks(physical[name]) for name in names]
        parts = tuple(dict(zip(names, part, strict=True)) for part in zip(*columns, strict=True))
        return cls(regulation, parts or ({},), min(heights), ages, (facts_on - EPOCH).days)

    def blocks(self) -> tuple[int, list[tuple[Part, int, int]]]:
        """Cut every part in blocks of one size: the size, and the part, the first in it and in the pool of each.

        The last block of a part may begin inside the one before.
        """
        least = min(self.heights)
        size = -(-least // -(-least // BLOCK))
        found, before = [], 0
        for part, height in zip(self.parts, self.heights, strict=True):
            starts = [*range(0, height - size, size), height - size]
            found += [(part, start, before + start) for start in starts]
            before += height
        return size, found


def _columns(name: str, regulation: Regulation) -> list[str]:
    """Name the columns that an input comes from; a level is one, complete already."""
    source = regulation.derived.get(name)
    if source is None or source.completes:
        return [name]
    return [column for of in source.of for column in _columns(of, regulation)]


@lru_cache(maxsize=16)
def _ages(years: int, facts_on: date) -> Array:
    return np.repeat(np.arange(years + 1, dtype=np.uint8), days_by_year(facts_on, years))


def fixed_in(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> dict[str, Value]:
    """Find the inputs that have one value in the whole pool: columns of one value, and what is derived from them."""
    found: dict[str, Any] = {}
    for name in regulation.needed:
        column = typed[name]
        if len(column) and column.null_count() in (0, len(column)) and _constant_column(column):
            found[name] = column[0]
    for name, source in regulation.derived.items():
        if not source.completes and all(of in found for of in source.of):
            found[name] = derive(source, [found[of] for of in source.of], facts_on)
    return {name: value for name, value in found.items() if name in regulation.inputs}


def _constant_column(column: pl.Series) -> bool:
    """Tell whether a column, all null or without nulls, has one value: a few values first, which mostly say no."""
    if column.null_count():
        return True
    physical, last = column.to_physical(), len(column) - 1
    if physical[0] != physical[last // 2] or physical[0] != physical[last]:
        return False
    few = physical.gather_every(max(1, last // 64))
    return few.n_unique() == 1 and bool(physical.min() == physical.max())


def chooses(regulation: Regulation) -> bool:
    """Tell whether points depend on inputs that are chosen among columns, or the lowest of several.

    That is what blocks do better than expressions. Measured on a million declarations and two idle cores, before blocks
    were laid down as steps: Express Entry, 36 ms against 41; the PSTQ, which chooses nothing, 41 against 28.
    """
    return any(regulation.derived[name].function in CHOOSING for name in needed(regulation))


def score(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> pl.Series | None:
    """Give the score of a conformed frame whose levels are complete: one a row, Int32, never null.

    None where blocks are not worth it, or a law has a table too large to be made: ``lookup`` then says how.
    """
    fixed = fixed_in(typed, regulation, facts_on)
    if not fixed and not chooses(regulation):
        return None
    made = tables(regulation, tuple(fixed.items()))
    if not made.fits:
        return None
    pool = Pool.of(typed, made.inputs, regulation, facts_on)
    return pl.Series(ROOT, _scores(pool, made) if typed.height else np.empty(0, np.int32))


def _scores(pool: Pool, made: Tables) -> NDArray[np.int32]:
    """Score block by block."""
    size, blocks = pool.blocks()
    scores, steps = np.empty(sum(pool.heights), np.int32), Steps(pool, made, size)
    for part, start, first in blocks:
        scores[first : first + size] = steps.run(part, start)
    return scores
