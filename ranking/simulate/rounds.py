"""Rounds under variants: the selections of an instruction, each variant as if it were the law. Exact.

Who is eligible, valid or excluded does not depend on points, and is found once. ``run`` gives a whole round, whatever
its mechanisms. ``results`` gives what each selection took and where it ended, and does it by counting where it can: for
selections by count, by threshold or of all, without ceilings or lots. Declarations of one kind that the same selections
are for are one *unit*; a selection takes whole units, and some rows of those at its cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from ranking.ceilings import Ceilings
from ranking.columns import ID
from ranking.contribution import Contribution
from ranking.faults import Fault, RoundError
from ranking.ground import Ground, answers_of
from ranking.order import Standing
from ranking.outcomes import Outcome, OutcomeSheet
from ranking.round import check, run_scored
from ranking.scoring import score
from ranking.simulate.counting import RowsOf, end_of, first_of
from ranking.simulate.moving import histogram
from ranking.simulate.states import numbered
from ranking.taking_part import present, repeated, with_own_exclusions
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from ranking.pool import Pool
    from ranking.round import Round
    from ranking.selection import Selection
    from ranking.simulate.counting import Counting
    from rules.regulation import Regulation

    Whole = NDArray[np.int64]

RESULTS = {"variant": pl.Int64, "selection": pl.String, "taken": pl.Int64, "cut_off": pl.Int64}
COUNTED = ("count", "threshold", "all")
NOBODY = -1
MOST = 62  # selections that fit one whole number, a bit each


class Result(NamedTuple):
    """What a selection took, and its cut-off; None where nobody was taken, or where no score decided."""

    taken: int
    cut_off: int | None


@dataclass(frozen=True, eq=False)
class Rounds:
    """Rounds of one instruction under the variants of a sweep. ``scored`` has who is eligible under the law."""

    counting: Counting
    standing: Standing
    turn: Whole
    instruction: Instruction
    pool: Pool
    scored: pl.DataFrame
    answers: pl.DataFrame
    owed: Contribution

    @classmethod
    def of(
        cls,
        counting: Counting,
        standing: Standing,
        turn: Whole,
        instruction: Instruction,
        pool: Pool,
        contribution: Contribution | None,
    ) -> Rounds:
        """Find what does not depend on the variant."""
        check(pool.frame, instruction)
        answers = answers_of(instruction, pool.frame)
        owed = with_own_exclusions(contribution or Contribution(), instruction, pool.frame, answers)
        scored = score(pool.frame, instruction.regulation, facts_on=instruction.facts_on)
        scored = scored.select(ID, "score", pl.selectors.starts_with("eligible_"))
        return cls(counting, standing, turn, instruction, pool, scored, answers, owed)

    def _scores(self, values: Whole) -> pl.Series:
        """Give the score of each declaration in a variant."""
        moving = self.counting.moving
        scores = moving.scores(moving.blocks(values[None])[0], values, moving.kinds.block, moving.kinds.rest)
        return pl.Series("score", scores[moving.kinds.of_row].astype(np.int32))

    def run(self, number: int) -> Round:
        """Run the whole round as if a variant were the law: invitations, outcomes, whatever the mechanisms.

        Its ``scored`` has no breakdown.
        """
        return self._run(self._values(number))

    def _values(self, number: int) -> Whole:
        values: Whole = self.counting.moving.variants.values[number]
        return values

    def _run(self, values: Whole) -> Round:
        scored = self.scored.with_columns(self._scores(values))
        standing = Standing(self.standing.keys.with_columns(scored["score"]), self.standing.descending)
        live, sheet = self._present
        return run_scored(
            self.instruction, self.pool, scored, standing, self.answers, self.owed, live.copy(), sheet.copy()
        )

    @cached_property
    def _present(self) -> tuple[NDArray[np.bool_], OutcomeSheet]:
        """Who is valid and not excluded, whatever the points, and why the others are not."""
        sheet = OutcomeSheet(self.pool.frame.height)
        return present(self.pool.frame, self.instruction, self.owed, self.answers, sheet), sheet

    @property
    def counted(self) -> bool:
        """Tell whether every selection can be counted: none reads ceilings or lots, or goes by another mechanism."""
        chosen = self.instruction.selections
        plain = not self.instruction.source.ceiling and len(chosen) <= MOST
        return plain and all(one.mechanism in COUNTED and one.by_score and not one.by_lot for one in chosen)

    def results(self, number: int) -> list[Result]:
        """Tell what each selection takes in a variant, and where it ends."""
        moving = self.counting.moving
        values = moving.variants.values[number]
        return self._results(number, moving.blocks(values[None])[0], values)

    def frame(self, *, threads: int = 1, progress: Callable[[int, int], None] | None = None) -> pl.DataFrame:
        """Tell it for all variants: ``variant``, ``selection``, ``taken``, ``cut_off`` (null where there is none)."""
        _ = self._units if self.counted else self._present  # once, not once a thread
        found = enumerate(self.counting.each(self._results, threads, progress))
        ids = [selection.id for selection in self.instruction.selections]
        rows = [(n, name, *one) for n, results in found for name, one in zip(ids, results, strict=True)]
        return pl.DataFrame(rows, schema=RESULTS, orient="row")

    def taken(self, number: int) -> Whole:
        """Give, for each row of the pool, the place of the selection that takes it in a variant; -1 where none does."""
        return self.taken_under(self._values(number))

    def taken_under(self, values: Whole) -> Whole:
        """Give what ``taken`` gives for other points at the places of the sweep.

        Each must lie between the least and the most of its place over all variants and the law: else a ValueError.
        """
        moving, units = self.counting.moving, self._units
        if (values < moving.variants.least).any() or (values > moving.variants.most).any():
            raise ValueError(f"{values.tolist()}: beyond what the variants of the sweep reach")
        if not self.counted:
            sheet = self._run(values).sheet
            return np.where(sheet.outcome == Outcome.invited, sheet.selection, NOBODY)
        scores = self._unit_scores(moving.blocks(values[None])[0], values)
        others = units.doubles[self._others(scores)]
        by_unit = np.full(len(units.counts), NOBODY, dtype=np.int64)
        by_row = np.full(len(units.of_row), NOBODY, dtype=np.int64)
        for place, (_, whole, some) in enumerate(self._picks(scores, others)):
            by_unit[whole[by_unit[whole] == NOBODY]] = place
            by_row[some[by_row[some] == NOBODY]] = place
        rows = units.rows.rows
        own, whole = by_row[rows], by_unit[units.of_row[rows]]
        both = np.where((own == NOBODY) | (whole == NOBODY), np.maximum(own, whole), np.minimum(own, whole))
        by_row[rows] = both
        by_row[others] = NOBODY
        return by_row

    def _results(self, _: int, blocks: Whole, values: Whole) -> list[Result]:
        if not self.counted:
            return [Result(len(one.taken.positions), one.cut_off) for one in self._run(values).results]
        scores = self._unit_scores(blocks, values)
        return [result for result, _, _ in self._picks(scores, self._units.doubles[self._others(scores)])]

    def _unit_scores(self, blocks: Whole, values: Whole) -> Whole:
        units, kinds = self._units, self.counting.moving.kinds
        return self.counting.moving.scores(blocks, values, kinds.block[units.kind], kinds.rest[units.kind])

    def _picks(self, scores: Whole, others: Whole) -> Iterator[tuple[Result, Whole, Whole]]:
        """Run the selections one by one: what each did, the units taken whole, rows of units taken in part.

        ``others`` are rows that take no part: another declaration of their person is ranked better.
        """
        units = self._units
        left, gone = units.counts.copy(), np.zeros(len(units.of_row), dtype=bool)
        self._leave(others, left, gone)
        in_order = self.instruction.source.combine == "in_order"
        for selection, members in zip(self.instruction.selections, units.members, strict=True):
            result, whole, some = self._pick(selection, scores[members], left[members], members, gone)
            yield result, whole, some
            if in_order:
                self._leave(some, left, gone)
                left[whole] = 0

    def _pick(
        self, selection: Selection, scores: Whole, left: NDArray[np.float64], members: Whole, gone: NDArray[np.bool_]
    ) -> tuple[Result, Whole, Whole]:
        """Pick among the units of a selection: what it did, the units taken whole, and rows of units taken in part."""
        there = left > 0
        if selection.min_score is not None:
            there &= scores >= selection.min_score
        counts, low = histogram(scores[there], left[there])
        size = selection.size if selection.mechanism == "count" else None
        end = None if size is None else end_of(counts, low, size)
        nobody = np.zeros(0, dtype=np.int64)
        if size == 0 or not len(counts):
            return Result(0, None), nobody, nobody
        if size is None or end is None:
            return Result(int(counts.sum()), low), members[there], nobody
        above = there & (scores > end.score)
        tied = members[there & (scores == end.score)]
        if selection.ties == "all_in" or end.above + end.at == size:
            return Result(end.above + end.at, end.score), np.concatenate([members[above], tied]), nobody
        if selection.ties == "all_out":
            lowest = int(scores[above].min()) if end.above else None
            return Result(end.above, lowest), members[above], nobody
        rows = self._units.rows.of(tied)
        first = first_of(rows[~gone[rows]], self.turn, size - end.above)
        return Result(size, end.score), members[above], first

    def _leave(self, rows: Whole, left: NDArray[np.float64], gone: NDArray[np.bool_]) -> None:
        """Take some rows out of their units."""
        gone[rows] = True
        np.subtract.at(left, self._units.of_row[rows], 1)

    def _others(self, scores: Whole) -> Whole:
        """Find, among the declarations of persons with several, all but the best ranked of each."""
        units = self._units
        order = np.lexsort((self.turn[units.doubles], -scores[units.of_row[units.doubles]], units.person))
        person = units.person[order]
        others: Whole = order[1:][person[1:] == person[:-1]]
        return others

    @cached_property
    def _units(self) -> _Units:
        """Number the units of those who may take part in some selection, and of doubles, who may stand before them."""
        frame, selections = self.pool.frame, self.instruction.selections
        live, _ = self._present
        ceilings = Ceilings(self.instruction, self.answers, self.owed.used)
        ground = Ground(self.instruction, frame, self.scored, self.standing, self.answers, ceilings)
        bits = np.zeros(frame.height, dtype=np.int64)
        for number in range(len(selections)):
            bits |= (live & ground.applies(number).fill_null(value=False).to_numpy()).astype(np.int64) << number
        doubles, person = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        if "person_id" in frame.columns:
            doubles = repeated(frame["person_id"], np.flatnonzero(live))
            person = frame["person_id"].gather(doubles).rank("dense").to_numpy().astype(np.int64)
        inside = bits > 0
        inside[doubles] = True
        rows = np.flatnonzero(inside)
        numbers, first = numbered({"kind": self.counting.moving.kinds.of_row[rows], "bits": bits[rows]}, len(rows))
        of_row = np.full(frame.height, -1, dtype=np.int64)
        of_row[rows] = numbers
        counts = np.bincount(numbers, minlength=len(first)).astype(np.float64)
        unit_bits = bits[rows[first]]
        members = [np.flatnonzero(unit_bits >> number & 1) for number in range(len(selections))]
        kind = self.counting.moving.kinds.of_row[rows[first]]
        return _Units(kind, counts, members, of_row, RowsOf.by(numbers, rows, len(first)), doubles, person)


class _Units(NamedTuple):
    """Units: their kinds and counts, those of each selection, the unit of each row (-1: none), the rows of each.

    ``doubles`` are rows of persons with several live declarations, ``person`` the number of each one's person.
    """

    kind: Whole
    counts: NDArray[np.float64]
    members: list[Whole]
    of_row: Whole
    rows: RowsOf
    doubles: Whole
    person: Whole


def check_same(law: Regulation, facts_on: date, frame: pl.DataFrame, instruction: Instruction, pool: Pool) -> None:
    """Fail because an instruction is not under the law of a sweep, or the pool not the one swept."""
    where = Text("balayage, ronde", "sweep, round")
    faults = []
    if instruction.regulation.hash != law.hash:
        found = Text(f"la règle du {instruction.source.law_on}", f"the law of {instruction.source.law_on}")
        expected = Text(f"la règle balayée, du {law.day}", f"the law swept, of {law.day}")
        write = Text("balayez la règle de l’instruction", "sweep the law of the instruction")
        faults.append(Fault(where, found, expected, write))
    if instruction.facts_on != facts_on:
        found, expected = same(f"facts_on = {instruction.facts_on}"), same(f"facts_on = {facts_on}")
        write = Text("balayez au jour de l’extraction", "sweep on the day of the extraction")
        faults.append(Fault(where, found, expected, write))
    if pool.frame is not frame and not pool.frame[ID].equals(frame[ID]):
        found = Text("une autre banque", "another pool")
        faults.append(Fault(where, found, Text("la banque balayée", "the pool swept"), same("sweep(pool.frame, …)")))
    if faults:
        raise RoundError(faults)
