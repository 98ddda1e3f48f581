"""Run an instruction on a pool: selections in order on one frozen pool, one outcome for every declaration."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.conform import conform
from ranking.contribution import Contribution
from ranking.faults import Fault, RoundError
from ranking.mechanisms import MECHANISMS, Taken
from ranking.order import Standing
from ranking.outcomes import NOWHERE, Outcome, OutcomeSheet
from ranking.scoring import score, with_inputs
from rules import plain
from rules.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from ranking.instruction import Instruction, Selection
    from ranking.order import Positions
    from ranking.pool import Pool
    from rules.regulation import Regulation


@dataclass(frozen=True)
class SelectionResult:
    """What a selection did. ``last_in``, whose score is the cut-off, and ``first_out`` are positions in the pool."""

    selection: Selection
    candidates: int
    unknown: int
    taken: Taken
    last_in: int | None
    first_out: int | None


@dataclass(frozen=True)
class Round:
    """A round that was run: its scored pool, its order, what each selection did, and one outcome a declaration.

    ``labels`` gives the class under which each declaration would be invited, where the law puts classes in order.
    """

    instruction: Instruction
    pool: Pool
    scored: pl.DataFrame
    standing: Standing
    results: tuple[SelectionResult, ...]
    sheet: OutcomeSheet
    contribution: Contribution
    labels: pl.Series | None = None

    @property
    def invitations(self) -> pl.DataFrame:
        """Those invited: ``selection``, ``rank`` from 1 inside it, ids, score, submission instant."""
        return pl.concat([self._invited(result) for result in self.results])

    def _invited(self, result: SelectionResult) -> pl.DataFrame:
        positions = result.taken.positions
        frame = self.pool.frame
        label = {} if self.labels is None else {"label": self.labels.gather(positions)}
        person = frame["person_id"] if "person_id" in frame.columns else pl.Series([None] * len(frame), dtype=pl.String)
        return pl.DataFrame(
            {
                "selection": pl.Series([result.selection.id] * len(positions), dtype=pl.String),
                "rank": pl.Series(range(1, len(positions) + 1), dtype=pl.Int32),
                "declaration_id": frame[ID].gather(positions),
                "person_id": person.gather(positions),
                "score": self.scored["score"].gather(positions),
                "submitted_at": frame["submitted_at"].gather(positions),
                **label,
            }
        )

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


def run_round(instruction: Instruction, pool: Pool, contribution: Contribution | None = None) -> Round:
    """Run the selections of ``instruction`` in order on ``pool``. Who is taken leaves the later ones.

    The result does not depend on the order of rows. Facts, validity and ages are those of the extraction.
    ``contribution`` is what a ledger knows of earlier rounds; without one, nobody is excluded.
    """
    regulation = instruction.regulation
    facts_on = instruction.facts_on
    _check_extraction(pool.frame, instruction)
    scored = score(pool.frame, regulation, facts_on=facts_on)
    standing = Standing.of(pool.frame, scored["score"], regulation)
    sheet = OutcomeSheet(len(scored))
    owed = contribution or Contribution()
    live = _live(pool.frame, standing, instruction, owed, sheet)
    inputs, absent = with_inputs(conform(pool.frame, regulation, facts_on), regulation, facts_on)
    wheres = {f"where {number}": plain.condition(c, absent) for number, c in enumerate(instruction.conditions)}
    labels = {f"label {number}": plain.condition(one.where, absent) for number, one in enumerate(regulation.labels)}
    answers = inputs.with_columns(**wheres, **labels).select(*wheres, *labels).collect()
    taking_part = live.copy()
    results = []
    for number, selection in enumerate(instruction.selections):
        applies = _eligible(scored, selection, regulation) & answers[f"where {number}"]
        result = _select(standing, applies, live, selection, number, sheet)
        live[result.taken.positions] = False
        results.append(result)
    _note_streams(scored, regulation, taking_part, sheet)
    labelled = _labels(scored, answers, regulation)
    return Round(instruction, pool, scored, standing, tuple(results), sheet, owed, labelled)


def _labels(scored: pl.DataFrame, answers: pl.DataFrame, regulation: Regulation) -> pl.Series | None:
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


def _select(
    standing: Standing,
    applies: pl.Series,
    live: NDArray[np.bool_],
    selection: Selection,
    number: int,
    sheet: OutcomeSheet,
) -> SelectionResult:
    """Run one selection on those still there and note what it made of each."""
    unsure = np.flatnonzero(live & applies.is_null().to_numpy())
    candidates = np.flatnonzero(live & applies.fill_null(value=False).to_numpy())
    taken = MECHANISMS[selection.mechanism].pick(standing, candidates, selection)
    sheet.note(unsure, Outcome.unknown, number)
    sheet.note(candidates, taken.outcomes, number)
    left = candidates[taken.outcomes != Outcome.invited]
    last_in = int(taken.positions[-1]) if len(taken.positions) else None
    return SelectionResult(selection, len(candidates), len(unsure), taken, last_in, _best(standing, left))


def _best(standing: Standing, positions: Positions) -> int | None:
    """Find the first of some positions in the total order."""
    if not len(positions):
        return None
    scores = standing.scores[positions]
    return int(standing.ordered(positions[scores == scores.max()])[0])


def _eligible(scored: pl.DataFrame, selection: Selection, regulation: Regulation) -> pl.Series:
    """Tell who is eligible for any of the streams of a selection; for any stream at all where it names none."""
    streams = selection.stream or tuple(stream.id for stream in regulation.streams)
    columns = [scored[f"eligible_{stream}"] for stream in streams]
    return reduce(or_, columns) if columns else pl.Series([True] * len(scored), dtype=pl.Boolean)


def _note_streams(scored: pl.DataFrame, regulation: Regulation, live: NDArray[np.bool_], sheet: OutcomeSheet) -> None:
    """Note who is eligible for some stream, and who may be; a selection that is for them says more."""
    if not regulation.streams:
        sheet.note(np.flatnonzero(live), Outcome.no_selection)
        return
    any_stream = reduce(or_, [scored[f"eligible_{stream.id}"] for stream in regulation.streams])
    sheet.note(np.flatnonzero(live & any_stream.fill_null(value=False).to_numpy()), Outcome.no_selection)
    sheet.note(np.flatnonzero(live & any_stream.is_null().to_numpy()), Outcome.unknown)


def _live(
    frame: pl.DataFrame, standing: Standing, instruction: Instruction, owed: Contribution, sheet: OutcomeSheet
) -> NDArray[np.bool_]:
    """Find the declarations that take part, and note why the others do not."""
    regulation = instruction.regulation
    live = valid(frame["submitted_at"], instruction.source.extracted_at, regulation).to_numpy().copy()
    sheet.note(np.flatnonzero(~live), Outcome.expired)
    for outcome, positions in owed.excluded(frame):
        live[positions] = False
        sheet.note(positions, outcome)
    if "person_id" in frame.columns:
        others = _other_declarations(frame["person_id"], np.flatnonzero(live), standing)
        live[others] = False
        sheet.note(others, Outcome.duplicate_person)
    return live


def valid(submitted_at: pl.Series, at: datetime, regulation: Regulation) -> pl.Series:
    """Tell which declarations are valid: ``at`` is before submission plus the program's months, by local calendar.

    29 February counts as the 28th where the later year has none. A local time that comes twice counts as the later, one
    that a clock change skips as an hour later: both in the favour of the person.
    """
    months = regulation.lifecycle.validity_months
    if months is None:
        return pl.Series([True] * len(submitted_at), dtype=pl.Boolean)
    zone = regulation.source.time_zone
    local = pl.lit(submitted_at).dt.convert_time_zone(zone).dt.replace_time_zone(None)
    end = local.dt.offset_by(f"{months}mo")
    known = end.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    skipped = (end + pl.duration(hours=1)).dt.replace_time_zone(zone, ambiguous="latest", non_existent="null")
    return pl.select(pl.lit(at.astimezone(UTC)) < pl.coalesce(known, skipped).dt.convert_time_zone("UTC")).to_series()


def _other_declarations(person: pl.Series, live: Positions, standing: Standing) -> Positions:
    """Find, of persons with several live declarations, all but the best ranked; no number, nobody's double."""
    mine = person.gather(live)
    known = mine.is_not_null() & (mine != "").fill_null(value=False)
    repeated = live[(mine.is_duplicated() & known).to_numpy()]
    ordered = standing.ordered(repeated)
    first = person.gather(ordered).is_first_distinct().to_numpy().astype(bool)
    others: Positions = ordered[~first]
    return others
