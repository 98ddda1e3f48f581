"""Mechanisms: how a selection picks among its candidates. One function each, one signature.

``mechanism(contest)`` gives the candidates taken, best first, and an outcome for each one. To add one: write the
function here or in ``sharing``, register it with the keys that it needs and may have, and add its cases to the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ranking import sharing
from ranking.contest import LOTS, MECHANISMS, Contest, Taken, mechanism
from ranking.filling import OPEN, Filling
from ranking.order import Standing, cut
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.order import Positions
    from ranking.selection import Selection

__all__ = ["MECHANISMS", "Contest", "Taken", "mechanism", "sharing"]


@mechanism(needs=("size", "ties"), may_have=("min_score", *LOTS), ties=("key", "all_in", "all_out", "lot"))
def count(contest: Contest) -> Taken:
    """Take the best ``size``, those under ``min_score`` apart. Used by Québec and by Express Entry.

    Equals at the cut-off: ``key``, the order decides; ``lot``, their lots; ``all_in``, all of them (the count may
    exceed ``size``); ``all_out``, none of them unless they all fit. Fewer candidates than places: all are taken. With
    ``order = "lot"`` the lots alone decide, as in the parents' program of Canada.
    """
    if contest.places is None and contest.standing.kind == "score":
        return _counted(contest.standing, contest.candidates, contest.selection)
    filling = Filling(contest)
    filling.stage(OPEN, contest.selection.size, ties=contest.selection.ties)
    return filling.done()


def _counted(standing: Standing, candidates: Positions, selection: Selection) -> Taken:
    """Find the cut-off by counting scores: where no ceiling binds, only the equals at the cut-off need an order."""
    scores = standing.scores[candidates]
    minimum, size = selection.min_score, selection.size or 0
    outcomes = np.full(len(candidates), Outcome.below_cut_off, dtype=np.int8)
    if minimum is not None:
        outcomes[scores < minimum] = Outcome.below_minimum
    enough = scores if minimum is None else scores[scores >= minimum]
    end = cut(enough, size) if len(enough) else None
    if end is None:
        chosen = np.flatnonzero(outcomes == Outcome.below_cut_off)
        tied = inside = chosen[:0]
    else:
        tied = np.flatnonzero(scores == end.score)
        outcomes[tied] = Outcome.tie_lost if size else Outcome.below_cut_off
        inside = _tied_in(standing, candidates, tied, end.places, selection)
        chosen = np.concatenate([np.flatnonzero(scores > end.score), inside])
    outcomes[chosen] = Outcome.invited
    equals = len(tied) if size else 0
    return Taken(standing.ordered(candidates[chosen]), outcomes, equals, len(inside) if size else 0)


def _tied_in(
    standing: Standing, candidates: Positions, tied: NDArray[np.int64], places: int, selection: Selection
) -> NDArray[np.int64]:
    """Give those of the equals at the cut-off who are taken, as places among the candidates."""
    if not places:
        return tied[:0]
    if selection.ties == "all_in" or len(tied) == places:
        return tied
    if selection.ties == "all_out":
        return tied[:0]
    return tied[standing.ranked(candidates[tied])[:places]]


@mechanism(needs=("min_score",), ties=())
def threshold(contest: Contest) -> Taken:
    """Take everyone at or above ``min_score``; how many is a result. Used by New Zealand and early Express Entry.

    No ties: equals are all taken, save where a ceiling has no place for all, and there the order decides.
    """
    return _all(contest)


@mechanism(ties=())
def all_(contest: Contest) -> Taken:
    """Take every candidate. Used by Québec where no minimum is set, as for physicians in 2026. No ties."""
    return _all(contest)


def _all(contest: Contest) -> Taken:
    if contest.places is not None:
        filling = Filling(contest)
        filling.stage(OPEN, None)
        return filling.done()
    minimum = contest.selection.min_score
    chosen = np.ones(len(contest.candidates), dtype=bool) if minimum is None else contest.scores >= minimum
    outcomes = np.where(chosen, Outcome.invited, Outcome.below_minimum).astype(np.int8)
    return Taken(contest.standing.ordered(contest.candidates[chosen]), outcomes)


@mechanism(needs=("declarations", "author"), ties=())
def named(contest: Contest) -> Taken:
    """Take the declarations that an author names: a discretionary invitation. A minister's power in Québec, for one.

    Whoever is named twice over or has left the pool is not a candidate. No ties; a ceiling binds as elsewhere.
    """
    return _all(contest)


@mechanism(needs=("size", "comparison_only"), may_have=("min_score",), ties=())
def first_come(contest: Contest) -> Taken:
    """Take the first ``size`` to submit, whatever their scores. Mon projet Québec's way from 2016; to compare only.

    Nobody's score counts, so someone with more points may envy those taken: the instruction says that it knows it.
    """
    filling = Filling(contest)
    filling.stage(OPEN, contest.selection.size)
    return filling.done()
