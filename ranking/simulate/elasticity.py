"""How near people stand to a cut-off: one more place, and one more point on each criterion."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from ranking.conform import conform
from ranking.order import Standing
from ranking.scoring import with_inputs
from ranking.simulate.rerun import NOBODY
from rules import plain
from rules.groups import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from ranking.round import Round
    from ranking.simulate.rerun import Rerun
    from rules.regulation import Regulation

NEAR = 10
COUNTS_PLACES = "count"


class Stake(NamedTuple):
    """Who is at stake at the cut-off of a selection.

    ``next_score`` is that of the first who is not taken: one more place goes there. With ``to_lower`` more places the
    cut-off falls. ``one`` and ``near`` count those not taken who lack at most one point, and at most ``NEAR``.
    """

    selection: str
    cut_off: int
    next_score: int
    to_lower: int
    one: int
    near: int


class OnePoint(NamedTuple):
    """What one more point does, for all who have points of a criterion: how many have, who enters, the cut-offs.

    ``higher`` counts the cut-offs that rise.
    """

    criterion: str
    holders: int
    gained: int
    lost: int
    higher: int


def stakes(rerun: Rerun) -> list[Stake]:
    """Say who is at stake at each cut-off; where everyone was taken, or no count of places, nobody is."""
    found = []
    for ran in rerun.run():
        result = rerun.done.results[ran.number]
        left = np.setdiff1d(ran.contest.candidates, ran.taken)
        if result.cut_off is None or not len(left) or result.selection.mechanism != COUNTS_PLACES:
            continue
        scores = ran.contest.standing.scores[left]
        tied = int((scores == result.cut_off).sum())
        one, near = (int((scores >= result.cut_off - reach).sum()) for reach in (1, NEAR))
        found.append(Stake(result.selection.id, result.cut_off, int(scores.max()), tied + 1, one, near))
    return found


def one_point(rerun: Rerun) -> Iterator[OnePoint]:
    """Give one more point to all who have points of a criterion, for each criterion in turn; caps of groups hold."""
    done = rerun.done
    law = done.instruction.regulation
    own = range(len(done.instruction.selections))
    base, frame = rerun.by(own), _with_caps(done, law)
    cut_offs = _cut_offs(done.standing.scores, base, len(own))
    for criterion in law.criteria:
        scores, holders = _raised(frame, law, criterion.id)
        standing = Standing(done.standing.keys.with_columns(scores), done.standing.descending)
        found = rerun.by(own, standing)
        inside, was = found != NOBODY, base != NOBODY
        higher = int((_cut_offs(standing.scores, found, len(own)) > cut_offs).sum())
        yield OnePoint(criterion.id, holders, int((inside & ~was).sum()), int((was & ~inside).sum()), higher)


def _with_caps(done: Round, law: Regulation) -> pl.DataFrame:
    """Give the points of every criterion, and the inputs that caps of groups go by."""
    day = done.instruction.facts_on
    inputs, _ = with_inputs(conform(done.pool.frame, law, day), law, day)
    caps = {group.cap.input for group in law.groups if group.cap is not None and group.cap.input is not None}
    points = [f"{criterion.id}_points" for criterion in law.criteria]
    return done.scored.select(points).with_columns(inputs.collect().select(sorted(caps)))


def _raised(frame: pl.DataFrame, law: Regulation, criterion: str) -> tuple[pl.Series, int]:
    """Compute scores with one more point of a criterion, and count those who have points of it."""
    column = f"{criterion}_points"
    holders = int((frame[column] > 0).sum())
    frame = frame.with_columns(pl.col(column) + (pl.col(column) > 0).cast(pl.Int32))
    for group in law.groups:
        members = [pl.col(f"{member}_points") for member in group.members]
        name = "score" if group.id == ROOT else f"{group.id}_points"
        frame = frame.with_columns(plain.group(group, members).cast(pl.Int32).alias(name))
    return frame["score"], holders


def _cut_offs(scores: NDArray[np.int32], taken_by: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """Give the lowest score that each selection takes."""
    lowest = np.full(count, np.iinfo(np.int64).max)
    inside = np.flatnonzero(taken_by != NOBODY)
    np.minimum.at(lowest, taken_by[inside], scores[inside])
    return lowest
