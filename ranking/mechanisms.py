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
    minimum = selection.min_score
    enough = np.ones(len(candidates), dtype=bool) if minimum is None else scores >= minimum
    outcomes = np.full(len(candidates), Outcome.below_minimum, dtype=np.int8)
    outcomes[enough] = Outcome.below_cut_off
    size = selection.size or 0
    end = cut(scores[enough], size) if enough.any() else None
    if end is None:
        chosen, tied, places = enough, 0, 0
    else:
        at_the_cut = enough & (scores == end.score)
        chosen = (enough & (scores > end.score)) | _tied_in(standing, candidates, at_the_cut, end.places, selection)
        outcomes[at_the_cut] = Outcome.tie_lost if size else Outcome.below_cut_off
        tied, places = (int(at_the_cut.sum()), int((at_the_cut & chosen).sum())) if size else (0, 0)
    outcomes[chosen] = Outcome.invited
    return Taken(standing.ordered(candidates[chosen]), outcomes, tied, places)


def _tied_in(
    standing: Standing, candidates: Positions, tied: NDArray[np.bool_], places: int, selection: Selection
) -> NDArray[np.bool_]:
    """Tell which of the equals at the cut-off are taken."""
    if not places:
        return np.zeros(len(candidates), dtype=bool)
    if selection.ties == "all_in" or int(tied.sum()) == places:
        return tied
    if selection.ties == "all_out":
        return np.zeros(len(candidates), dtype=bool)
    first = standing.ordered(candidates[tied])[:places]
    return np.isin(candidates, first)


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
