"""Run an instruction on a pool: selections in order on one frozen pool, one outcome for every declaration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.ceilings import Ceilings
from ranking.columns import ID
from ranking.contribution import Contribution
from ranking.faults import Fault, RoundError
from ranking.ground import LOTS, Ground, answers_of, label_of
from ranking.history import reached_of
from ranking.mechanisms import MECHANISMS, Taken
from ranking.order import Standing
from ranking.outcomes import NOWHERE, Outcome, OutcomeSheet
from ranking.scoring import score
from ranking.taking_part import one_a_person, present, valid, with_own_exclusions
from rules.faults import meant
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from ranking.instruction import Instruction, Selection
    from ranking.pool import Pool
    from rules.regulation import Regulation

__all__ = ["Round", "SelectionResult", "Taken", "run_round", "valid"]


@dataclass(frozen=True)
class SelectionResult:
    """What a selection did. ``last_in``, whose score is the cut-off, and ``first_out`` are positions in the pool.

    ``standing`` is the order of this selection; ``lots`` has those that decided in it: who, and which number.
    """

    selection: Selection
    candidates: int
    unknown: int
    taken: Taken
    last_in: int | None
    first_out: int | None
    standing: Standing
    lots: pl.DataFrame | None = None

    @property
    def cut_off(self) -> int | None:
        """The score of the last taken; None where nobody was, or where no score decided."""
        decided = self.last_in is not None and self.selection.by_score
        return int(self.standing.scores[self.last_in]) if decided else None


@dataclass(frozen=True)
class Round:
    """A round that was run: its scored pool, its order, what each selection did, and one outcome a declaration.

    ``contribution`` has the exclusions of the instruction too. ``ceilings`` counts the places used after the round, by
    ceiling and group. ``history`` is that of the scores, where the order asks for it. ``labels`` gives the class under
    which each declaration would be invited, where the law puts classes in order.
    """

    instruction: Instruction
    pool: Pool
    scored: pl.DataFrame
    standing: Standing
    results: tuple[SelectionResult, ...]
    sheet: OutcomeSheet
    contribution: Contribution
    ceilings: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    history: pl.DataFrame | None = None
    labels: pl.Series | None = None

    @property
    def invitations(self) -> pl.DataFrame:
        """Those invited: ``selection``, ``rank`` from 1 inside it, ids, score, submission instant.

        As if alone, who is taken by several selections is invited by the first. ``label`` comes with labels alone.
        """
        made = pl.concat([self._invited(number, result) for number, result in enumerate(self.results)])
        labelled = self.labels is not None or any(result.selection.labels for result in self.results)
        return made if labelled else made.drop("label")

    def _label(self, selection: Selection) -> pl.Series:
        """Give the labels of an instruction where it has any, else those of the law."""
        return self.labels if self.labels is not None and not selection.labels else label_of(self.scored, selection)

    def _invited(self, number: int, result: SelectionResult) -> pl.DataFrame:
        positions = result.taken.positions
        frame = self.pool.frame
        person = frame["person_id"] if "person_id" in frame.columns else pl.Series([None] * len(frame), dtype=pl.String)
        made = pl.DataFrame(
            {
                "selection": pl.Series([result.selection.id] * len(positions), dtype=pl.String),
                "rank": pl.Series(range(1, len(positions) + 1), dtype=pl.Int32),
                "declaration_id": frame[ID].gather(positions),
                "person_id": person.gather(positions),
                "score": self.scored["score"].gather(positions),
                "submitted_at": frame["submitted_at"].gather(positions),
                "label": self._label(result.selection).gather(positions),
            }
        )
        return made.filter(pl.Series(self.sheet.selection[positions] == number))

    @property
    def lots(self) -> pl.DataFrame:
        """The lots that decided: ``selection``, ``declaration_id``, ``person_id``, ``lot``; nobody's without lots."""
        drawn = [result.lots for result in self.results if result.lots is not None]
        return pl.concat([pl.DataFrame(schema=LOTS), *drawn])

    @property
    def distribution(self) -> pl.DataFrame:
        """Declarations by score, lowest first: all of the pool, those not out of it, those eligible, those invited.

        Eligible: not out of the pool, and eligible for some stream (anyone, where the law has none).
        """
        there = pl.Series(self.sheet.outcome > Outcome.excluded)
        streams = [self.scored[f"eligible_{one.id}"] for one in self.instruction.regulation.streams]
        eligible = there & reduce(or_, streams).fill_null(value=False) if streams else there
        invited = pl.Series(self.sheet.outcome == Outcome.invited)
        frame = pl.DataFrame({"score": self.scored["score"], "taking_part": there})
        frame = frame.with_columns(eligible.alias("eligible"), invited.alias("invited"))
        counts = [pl.col(name).sum().cast(pl.Int32) for name in ("taking_part", "eligible", "invited")]
        return frame.group_by("score").agg(pl.len().cast(pl.Int32).alias("declarations"), *counts).sort("score")

    @property
    def outcomes(self) -> pl.DataFrame:
        """Every declaration of the pool once, by its number: ``outcome``, and the selection where it applied."""
        names = pl.Series([outcome.name for outcome in Outcome])
        ids = pl.Series([result.selection.id for result in self.results], dtype=pl.String)
        where = pl.Series(self.sheet.selection)
        columns = [
            self.pool.frame[ID],
            names.gather(self.sheet.outcome.astype(np.uint32)).alias("outcome"),
            ids.gather(pl.select(pl.when(where != NOWHERE).then(where)).to_series()).alias("selection"),
        ]
        return pl.DataFrame(columns).sort(ID)


def run_round(
    instruction: Instruction,
    pool: Pool,
    contribution: Contribution | None = None,
    history: pl.DataFrame | None = None,
) -> Round:
    """Run the selections of ``instruction`` on ``pool``: in order, who is taken leaves the later ones; or as if alone.

    The result does not depend on the order of rows. Facts, validity and ages are those of the extraction.
    ``contribution`` is what a ledger knows of earlier rounds; without one, nobody is excluded. ``history`` is that of
    the scores, where the program's order asks when a score was reached (else a RoundError).
    """
    regulation = instruction.regulation
    check(pool.frame, instruction)
    scored = score(pool.frame, regulation, facts_on=instruction.facts_on)
    reached = reached_of(history, pool.frame, scored["score"], instruction)
    standing = Standing.of(pool.frame, scored["score"], regulation, reached)
    answers = answers_of(instruction, pool.frame)
    owed = with_own_exclusions(contribution or Contribution(), instruction, pool.frame, answers)
    sheet = OutcomeSheet(len(scored))
    live = present(pool.frame, instruction, owed, answers, sheet)
    kept = history if reached is not None else None
    return run_scored(instruction, pool, scored, standing, answers, owed, live, sheet, kept)


def run_scored(
    instruction: Instruction,
    pool: Pool,
    scored: pl.DataFrame,
    standing: Standing,
    answers: pl.DataFrame,
    owed: Contribution,
    live: NDArray[np.bool_],
    sheet: OutcomeSheet,
    history: pl.DataFrame | None = None,
) -> Round:
    """Run the selections on a pool that is scored and ordered, its filters answered, its exclusions all in ``owed``.

    ``live`` are those who are present, and ``sheet`` says why the others are not; both are written on. Of ``scored``,
    the scores and who is eligible for which stream are read.
    """
    regulation = instruction.regulation
    one_a_person(pool.frame, standing, live, sheet)
    ceilings = Ceilings(instruction, answers, owed.used)
    ground = Ground(instruction, pool.frame, scored, standing, answers, ceilings)
    there = live.copy()
    results = []
    for number in range(len(instruction.selections)):
        result = _select(ground, number, live, sheet)
        results.append(result)
        if instruction.source.combine == "in_order":
            live[result.taken.positions] = False
    _note_streams(scored, regulation, there, sheet)
    used = ceilings.used
    labelled = labels_by_law(scored, answers, regulation)
    return Round(instruction, pool, scored, standing, tuple(results), sheet, owed, used, history, labelled)


def check(frame: pl.DataFrame, instruction: Instruction) -> None:
    """Fail because a pool is not one that an instruction can run on."""
    _check_extraction(frame, instruction)
    _check_named(frame, instruction)


def _check_named(frame: pl.DataFrame, instruction: Instruction) -> None:
    """Fail because someone whom a selection names is not in the pool."""
    faults = []
    for selection in instruction.selections:
        absent = (
            sorted(set(selection.declarations or ()).difference(frame[ID].to_list())) if selection.declarations else []
        )
        for one in absent:
            where = Text(f"exercice {selection.id}", f"selection {selection.id}")
            found = Text(f"la déclaration « {one} », absente de la banque", f"the declaration “{one}”, not in the pool")
            expected = Text("des déclarations de la banque", "declarations of the pool")
            faults.append(Fault(where, found, expected, meant(one, frame[ID].head(1000).to_list())))
    if faults:
        raise RoundError(faults)


def labels_by_law(scored: pl.DataFrame, answers: pl.DataFrame, regulation: Regulation) -> pl.Series | None:
    """Give the first label, in the order of the law, that each declaration meets; null for none, or one not known."""
    if not regulation.labels:
        return None
    result: pl.Expr = pl.lit(None, pl.String)
    for number, label in reversed(list(enumerate(regulation.labels))):
        met = answers[f"label {number}"]
        met = met & scored[f"eligible_{label.stream}"] if label.stream else met
        unknown = pl.lit(None, pl.String)
        result = pl.when(met.is_null()).then(unknown).when(met).then(pl.lit(label.id)).otherwise(result)
    return scored.select(label=result)["label"]


def _check_extraction(frame: pl.DataFrame, instruction: Instruction) -> None:
    """Fail because the pool holds declarations submitted at or after the extraction: it was read for another day."""
    at = instruction.source.extracted_at
    late = frame.filter(frame["submitted_at"] >= at.astimezone(UTC))
    if late.height:
        found = Text(
            f"{late.height} déclarations déposées à l’extraction ou après elle, dont {late[ID][0]}",
            f"{late.height} declarations submitted at the extraction or after it, {late[ID][0]} among them",
        )
        expected = Text(f"des dépôts avant {at.isoformat()}", f"submissions before {at.isoformat()}")
        write = Text("lisez la banque avec extracted_at", "read the pool with extracted_at")
        raise RoundError([Fault(Text("banque", "pool"), found, expected, write)])


def _select(ground: Ground, number: int, live: NDArray[np.bool_], sheet: OutcomeSheet) -> SelectionResult:
    """Run one selection on those still there and note what it made of each."""
    selection = ground.instruction.selections[number]
    contest, unsure, lots = ground.contest(number, live)
    taken = MECHANISMS[selection.mechanism].pick(contest)
    sheet.note(unsure, Outcome.unknown, number)
    sheet.note(contest.candidates, taken.outcomes, number)
    left = contest.candidates[taken.outcomes != Outcome.invited]
    chosen = taken.positions if selection.shares is None else contest.standing.ordered(taken.positions)
    last_in = int(chosen[-1]) if len(chosen) else None
    first_out = contest.standing.first(left)
    return SelectionResult(
        selection, len(contest.candidates), len(unsure), taken, last_in, first_out, contest.standing, lots
    )


def _note_streams(scored: pl.DataFrame, regulation: Regulation, live: NDArray[np.bool_], sheet: OutcomeSheet) -> None:
    """Note who is eligible for some stream, and who may be; a selection that is for them says more."""
    if not regulation.streams:
        sheet.note(np.flatnonzero(live), Outcome.no_selection)
        return
    any_stream = reduce(or_, [scored[f"eligible_{stream.id}"] for stream in regulation.streams])
    sheet.note(np.flatnonzero(live & any_stream.fill_null(value=False).to_numpy()), Outcome.no_selection)
    sheet.note(np.flatnonzero(live & any_stream.is_null().to_numpy()), Outcome.unknown)
