"""Who each selection of a round that was run could take: those it is for, and who were still there when it ran."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.ceilings import Ceilings
from ranking.conform import conform
from ranking.ground import Ground, answers_of
from ranking.outcomes import Outcome
from ranking.scoring import with_inputs
from rules import plain

if TYPE_CHECKING:
    from ranking.instruction import Instruction
    from ranking.order import Positions
    from ranking.pool import Pool
    from ranking.round import Round


def met(instruction: Instruction, pool: Pool) -> list[pl.Series]:
    """Answer the filter of each selection for every declaration; null is unknown."""
    regulation, day = instruction.regulation, instruction.facts_on
    inputs, absent = with_inputs(conform(pool.frame, regulation, day), regulation, day)
    wheres = {f"where {number}": plain.condition(c, absent) for number, c in enumerate(instruction.conditions)}
    answers = inputs.with_columns(**wheres).select(list(wheres)).collect()
    return answers.get_columns()


def eligible(instruction: Instruction, scored: pl.DataFrame, number: int) -> pl.Series:
    """Tell who is eligible for any of the streams of a selection; everyone where the law has none."""
    streams = instruction.selections[number].stream or [stream.id for stream in instruction.regulation.streams]
    columns = [scored[f"eligible_{stream}"] for stream in streams]
    return reduce(or_, columns) if columns else pl.Series([True] * scored.height, dtype=pl.Boolean)


def taking_part(done: Round) -> np.ndarray:
    """Tell which declarations took part: neither expired, nor excluded, nor another declaration of a person."""
    return np.asarray(done.sheet.outcome > Outcome.excluded)


def candidates(done: Round) -> list[Positions]:
    """Give the candidates of each selection, in its own order, as they were when it ran: as many as the round counted.

    In order, who was taken by an earlier selection has left; as if alone, nobody has, and each sees everyone.
    """
    instruction, live = done.instruction, taking_part(done)
    answers = answers_of(instruction, done.pool.frame)
    ceilings = Ceilings(instruction, answers, done.contribution.used)
    ground = Ground(instruction, done.pool.frame, done.scored, done.standing, answers, ceilings)
    found = []
    for number, result in enumerate(done.results):
        contest, _, _ = ground.contest(number, live)
        found.append(contest.standing.ordered(contest.candidates))
        if instruction.source.combine == "in_order":
            live[result.taken.positions] = False
    return found
