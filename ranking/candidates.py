"""Who each selection of a round that was run could take: those it is for, and who were still there when it ran."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.conform import conform
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
    """Give the candidates of each selection, best first, as they were when it ran: who was taken earlier has left."""
    live = taking_part(done)
    found = []
    wheres = met(done.instruction, done.pool)
    for number, (result, where) in enumerate(zip(done.results, wheres, strict=True)):
        applies = (eligible(done.instruction, done.scored, number) & where).fill_null(value=False)
        found.append(done.standing.ordered(np.flatnonzero(live & applies.to_numpy())))
        live[result.taken.positions] = False
    return found
