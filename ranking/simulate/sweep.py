"""Sweeps: thousands of variants of points on one pool, sharing all that does not change. Exact.

The pool is reduced once to kinds (see ``kinds``). A variant is then a few gathers over the blocks, one over the kinds,
and a count of scores (see ``counting``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.conform import conform
from ranking.faults import Fault, RoundError
from ranking.order import LAST_RESORT, REACHED, Standing, cut
from ranking.scoring import score, with_inputs
from ranking.simulate.counting import Counting, RowsOf, Way, end_of, first_of
from ranking.simulate.kinds import kinds
from ranking.simulate.moving import Crowd, Moving, histogram
from ranking.simulate.rounds import Rounds, check_same
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction
    from ranking.pool import Pool
    from ranking.simulate.kinds import Kinds
    from ranking.simulate.variants import Variants
    from rules.regulation import Regulation

    Whole = NDArray[np.int64]
    Progress = Callable[[int, int], None]

HISTOGRAM = {"variant": pl.Int64, "score": pl.Int64, "declarations": pl.Int64}
CUT_OFF = {"variant": pl.Int64, "size": pl.Int64, "cut_off": pl.Int64, "above": pl.Int64, "at": pl.Int64}
MOVES = {"variant": pl.Int64, "cut_off": pl.Int64, "enter": pl.Int64, "leave": pl.Int64}


@dataclass(frozen=True, eq=False)
class Sweep:
    """A sweep, run lazily: one variant by its number, or all of them in order. ``among`` are the rows that take part.

    Methods of all variants take ``threads`` (the result is the same) and ``progress``, which is told how many variants
    are done and of how many. Where ``size`` places are for more declarations, equals at the cut-off are taken in the
    order of the law.
    """

    pool: pl.DataFrame
    law: Regulation
    facts_on: date
    variants: Variants
    kinds: Kinds
    among: NDArray[np.bool_]
    way: Way = "auto"

    def __len__(self) -> int:
        return len(self.variants)

    @cached_property
    def counting(self) -> Counting:
        """The counts of those who take part."""
        return Counting(Moving(self.kinds, self.variants), Crowd.of(self.kinds, self.among), self.way)

    def _blocks(self, number: int) -> Whole:
        blocks: Whole = self.counting.moving.blocks(self.variants.values[number][None])[0]
        return blocks

    @cached_property
    def standing(self) -> Standing:
        """The order of the law among all of the pool. An order that asks for a history of scores is a RoundError."""
        if any(key.key == REACHED for key in self.law.order):
            found = Text("un ordre qui lit l’historique des pointages", "an order that reads the history of scores")
            expected = Text("un ordre selon le pointage et le dépôt", "an order by score and submission")
            write = Text("lisez seulement des décomptes et des seuils", "read counts and cut-offs only")
            raise RoundError([Fault(Text("balayage", "sweep"), found, expected, write)])
        return Standing.of(self.pool, self.base_scores, self.law)

    # One variant.

    def histogram(self, number: int) -> tuple[Whole, int]:
        """Count the declarations at each score of a variant: counts from the lowest score on, and that score."""
        return self.counting.histogram(self._blocks(number), self.variants.values[number])

    def cut_off(self, number: int, size: int) -> int | None:
        """Find the score at which ``size`` places end; None where there are places for all, or none is asked."""
        end = end_of(*self.histogram(number), size)
        return None if end is None else end.score

    def scores(self, number: int) -> pl.Series:
        """Give the score of each declaration of the pool in a variant, in its order."""
        return self._scores(self._blocks(number), self.variants.values[number])

    @cached_property
    def base_scores(self) -> pl.Series:
        """The score of each declaration under the law itself."""
        return self._scores(self.counting.base.blocks, self.variants.law)

    def _scores(self, blocks: Whole, values: Whole) -> pl.Series:
        scores = self.counting.moving.scores(blocks, values, self.kinds.block, self.kinds.rest)
        return pl.Series("score", scores[self.kinds.of_row].astype(np.int32))

    def taken(self, number: int, size: int) -> Whole:
        """Give the rows that ``size`` places take in a variant, best first."""
        return self._taken(self.scores(number), size)

    def _taken(self, scores: pl.Series, size: int) -> Whole:
        among = np.flatnonzero(self.among)
        standing = Standing(self.standing.keys.with_columns(scores.alias("score")), self.standing.descending)
        end = cut(standing.scores[among], size) if len(among) else None
        if end is None:
            return standing.ordered(among)
        above = among[standing.scores[among] > end.score]
        tied = standing.ordered(among[standing.scores[among] == end.score])[: end.places]
        return standing.ordered(np.concatenate([above, tied]))

    def moves(self, number: int, size: int) -> tuple[Whole, Whole]:
        """Give the rows that a variant brings in, and those that it leaves out, with ``size`` places."""
        base, new = self._taken(self.base_scores, size), self.taken(number, size)
        return np.setdiff1d(new, base), np.setdiff1d(base, new)

    def ids(self, rows: Whole) -> pl.Series:
        """Give the numbers of the declarations of some rows."""
        return self.pool[LAST_RESORT].gather(rows)

    def shares(self, number: int, size: int, attribute: str) -> pl.DataFrame:
        """Count those taken by the values of a column: the value, ``law``, ``variant``."""
        base = self._taken(self.base_scores, size)
        counted = [
            self.pool[attribute].gather(rows).value_counts(name=name).rename({attribute: "value"})
            for name, rows in (("law", base), ("variant", self.taken(number, size)))
        ]
        both = counted[0].join(counted[1], on="value", how="full", coalesce=True, nulls_equal=True)
        return both.with_columns(pl.col("law", "variant").fill_null(0)).sort("value")

    # Rounds.

    def rounds(self, instruction: Instruction, pool: Pool, contribution: Contribution | None = None) -> Rounds:
        """Prepare the selections of an instruction for every variant; ``pool`` holds the frame of this sweep.

        ``contribution`` is what a ledger knows of earlier rounds. ``among`` plays no part: an instruction says itself
        who takes part. An instruction under another law or day, or another pool, is a RoundError.
        """
        check_same(self.law, self.facts_on, self.pool, instruction, pool)
        return Rounds.of(self.counting, self.standing, self.turn, instruction, pool, contribution)

    # All variants.

    def histograms(self, *, threads: int = 1, progress: Progress | None = None) -> Iterator[tuple[Whole, int]]:
        """Give what ``histogram`` gives, for each variant in order."""
        yield from self.counting.each(lambda _, *of: self.counting.histogram(*of), threads, progress)

    def histogram_frame(self, *, threads: int = 1, progress: Progress | None = None) -> pl.DataFrame:
        """Count the declarations of each variant at each score that somebody has.

        A row is ``variant``, ``score``, ``declarations``.
        """
        found = enumerate(self.histograms(threads=threads, progress=progress))
        frames = [_frame(number, *one) for number, one in found]
        return pl.concat([pl.DataFrame(schema=HISTOGRAM), *frames])

    def cut_offs(self, sizes: Sequence[int], *, threads: int = 1, progress: Progress | None = None) -> pl.DataFrame:
        """Find where each of several sizes ends in each variant.

        A row is ``variant``, ``size``, ``cut_off`` (null where there are places for all, or none is asked), and how
        many declarations are ``above`` it and ``at`` it (null with it).
        """
        rows = []
        for number, (counts, low) in enumerate(self.histograms(threads=threads, progress=progress)):
            rows += [(number, size, *(end_of(counts, low, size) or (None,) * 3)) for size in sizes]
        return pl.DataFrame(rows, schema=CUT_OFF, orient="row")

    def all_moves(self, size: int, *, threads: int = 1, progress: Progress | None = None) -> pl.DataFrame:
        """Count who enters and who leaves in each variant: ``variant``, ``cut_off`` (or null), ``enter``, ``leave``."""
        base = np.zeros(self.pool.height, dtype=np.int64)
        base[self._taken(self.base_scores, size)] = 1
        before = int(base.sum())
        counted = self._counted(size, base, 2, threads, progress)
        rows = [(n, end, int(new[0]), before - int(new[1])) for n, (end, new) in enumerate(counted)]
        return pl.DataFrame(rows, schema=MOVES, orient="row")

    def all_shares(
        self, size: int, attribute: str, *, threads: int = 1, progress: Progress | None = None
    ) -> pl.DataFrame:
        """Count those taken in each variant by the values of a column: ``variant``, ``value``, ``taken``.

        Every value that anybody who takes part has is there, in order, null first, also where nobody is taken.
        """
        column = self.pool[attribute]
        values = column.filter(pl.Series(self.among)).unique().sort()
        numbers = pl.DataFrame({"value": values}).with_row_index("number")
        named = (
            column.alias("value")
            .to_frame()
            .join(numbers, on="value", how="left", nulls_equal=True, maintain_order="left")
        )
        codes = named["number"].fill_null(0).cast(pl.Int64).to_numpy()
        counted = self._counted(size, codes, len(values), threads, progress)
        taken = np.array([of for _, of in counted], dtype=np.int64).reshape(-1)
        repeated = pl.concat([values.clear(), *[values] * len(self)])
        columns = {"variant": np.repeat(np.arange(len(self)), len(values)), "value": repeated, "taken": taken}
        return pl.DataFrame(columns)

    def _counted(
        self, size: int, codes: Whole, width: int, threads: int, progress: Progress | None
    ) -> Iterator[tuple[int | None, Whole]]:
        """Count those taken in each variant by ``codes`` of rows, from 0 to ``width`` - 1; give the cut-off too."""
        crowd = self.counting.crowd
        of_kind = np.full(len(self.kinds.block), -1, dtype=np.int64)
        of_kind[crowd.kind] = np.arange(len(crowd.kind))
        inside = np.flatnonzero(self.among)
        kind = of_kind[self.kinds.of_row[inside]]
        table = np.bincount(kind * width + codes[inside], minlength=len(crowd.kind) * width)
        table = table.reshape(len(crowd.kind), width)
        rows = RowsOf.by(kind, inside, len(crowd.kind))

        def work(_: int, blocks: Whole, values: Whole) -> tuple[int | None, Whole]:
            scores = self.counting.scores(blocks, values)
            end = end_of(*histogram(scores, crowd.counts), size)
            if end is None:
                return None, table[: None if size > 0 else 0].sum(axis=0)
            taken = table[np.flatnonzero(scores > end.score)].sum(axis=0)
            first = first_of(rows.of(np.flatnonzero(scores == end.score)), self.turn, size - end.above)
            return end.score, taken + np.bincount(codes[first], minlength=width)

        yield from self.counting.each(work, threads, progress)

    @cached_property
    def turn(self) -> Whole:
        """The place of each row among equals: by the keys of the law after the score."""
        equal = Standing(self.standing.keys.with_columns(score=pl.lit(0, pl.Int32)), self.standing.descending)
        turn = np.empty(self.pool.height, dtype=np.int64)
        turn[equal.ordered(np.arange(self.pool.height))] = np.arange(self.pool.height)
        return turn


def _frame(number: int, counts: Whole, low: int) -> pl.DataFrame:
    there = np.flatnonzero(counts)
    columns = {"variant": np.full(len(there), number), "score": there + low, "declarations": counts[there]}
    return pl.DataFrame(columns, schema=HISTOGRAM)


def sweep(
    pool: pl.DataFrame,
    law: Regulation,
    variants: Variants,
    *,
    facts_on: date | None = None,
    among: Sequence[bool] | pl.Series | None = None,
    way: Way = "auto",
) -> Sweep:
    """Prepare a sweep of ``variants`` of ``law`` over ``pool``, as ``read_pool`` gives it.

    ``among`` says which rows take part (eligible, valid, of a selection); by default all; null is no. Scores of the
    others are computed too, and count nowhere. ``way`` is how histograms are counted: the same by all. A value that no
    table can read is a PoolError.
    """
    day = facts_on or law.day
    scored = score(pool, law, facts_on=day)
    inputs, _ = with_inputs(conform(pool, law, day), law, day)
    found = kinds(inputs.collect(), scored, law, variants)
    mask = np.ones(pool.height, dtype=bool) if among is None else pl.Series(among).fill_null(value=False).to_numpy()
    return Sweep(pool, law, day, variants, found, mask.astype(bool), way)
