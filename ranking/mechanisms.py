"""Mechanisms: how a selection picks among its candidates. One function each, one signature.

``mechanism(standing, candidates, selection)`` gives the candidates taken, best first, and an outcome for each one.
To add one: write the function, register it with the keys that it needs and may have, and add its cases to the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ranking.order import Standing, cut
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ranking.instruction import Selection
    from ranking.order import Positions


@dataclass(frozen=True)
class Taken:
    """What a mechanism did: those taken in the total order, and the outcome of each candidate, in their order."""

    positions: Positions
    outcomes: NDArray[np.int8]
    tied: int = 0
    tied_taken: int = 0


class Mechanism(Protocol):
    """The signature of every mechanism."""

    def __call__(self, standing: Standing, candidates: Positions, selection: Selection, /) -> Taken:
        """Pick among ``candidates``."""


@dataclass(frozen=True)
class Registered:
    """A mechanism with the keys of a selection that it needs and those that it may have."""

    pick: Mechanism
    needs: tuple[str, ...]
    may_have: tuple[str, ...]


MECHANISMS: dict[str, Registered] = {}


def mechanism(*, needs: tuple[str, ...] = (), may_have: tuple[str, ...] = ()) -> Callable[[Mechanism], Mechanism]:
    """Register a mechanism under the name of its function, less a final underscore."""

    def register(pick: Mechanism) -> Mechanism:
        MECHANISMS[getattr(pick, "__name__", "").rstrip("_")] = Registered(pick, needs, may_have)
        return pick

    return register


@mechanism(needs=("size", "ties"), may_have=("min_score",))
def count(standing: Standing, candidates: Positions, selection: Selection) -> Taken:
    """Take the best ``size``, those under ``min_score`` apart. Used by Québec and by Express Entry.

    Equals at the cut-off: ``key``, the order decides; ``all_in``, all of them (the count may exceed ``size``);
    ``all_out``, none of them unless they all fit. Fewer candidates than places: all are taken.
    """
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


@mechanism(needs=("min_score",))
def threshold(standing: Standing, candidates: Positions, selection: Selection) -> Taken:
    """Take everyone at or above ``min_score``; how many is a result. Used by New Zealand and early Express Entry."""
    chosen = standing.scores[candidates] >= (selection.min_score or 0)
    outcomes = np.where(chosen, Outcome.invited, Outcome.below_minimum).astype(np.int8)
    return Taken(standing.ordered(candidates[chosen]), outcomes)


@mechanism()
def all_(standing: Standing, candidates: Positions, selection: Selection) -> Taken:  # noqa: ARG001 - one signature
    """Take every candidate. Used by Québec where no minimum is set, as for physicians in 2026."""
    outcomes = np.full(len(candidates), Outcome.invited, dtype=np.int8)
    return Taken(standing.ordered(candidates), outcomes)
