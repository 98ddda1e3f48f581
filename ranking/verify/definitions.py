"""Mechanisms as they are defined, over plain lists: slow, to be read beside the definitions, and shared with no engine.

A definition takes the candidates of one selection, best first, and gives those taken, best first, with what it makes of
each of the others. What it does not know, it says: such a selection is not verified.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ranking.verify.facts import Facts

Said = dict[str, Any]


class NotVerifiedError(Exception):
    """An instruction asks for something that no definition here covers."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass
class Pick:
    """Those taken, in the order of their ranks; the outcome of each candidate who is not; the equals at the cut-off."""

    taken: list[int]
    outcomes: dict[int, str] = field(default_factory=dict)
    tied: int = 0
    tied_taken: int = 0


def count(said: Said, candidates: Sequence[int], facts: Facts) -> Pick:
    """Take the best ``size`` at or above ``min_score``; ``ties`` says what becomes of the equals at the cut-off."""
    size, scores = said["size"], facts.scores
    rivals, low = _above(said, candidates, facts)
    outcomes = low | dict.fromkeys(rivals, "below_cut_off")
    if size >= len(rivals):
        return Pick(rivals, low)
    if size == 0:
        return Pick([], outcomes)
    cut = scores[rivals[size - 1]]
    equals = [one for one in rivals if scores[one] == cut]
    better = [one for one in rivals if scores[one] > cut]
    taken = better + TIES[said["ties"]](equals, size - len(better))
    outcomes |= dict.fromkeys(equals, "tie_lost")
    for one in taken:
        del outcomes[one]
    return Pick(taken, outcomes, len(equals), len(taken) - len(better))


def _above(said: Said, candidates: Sequence[int], facts: Facts) -> tuple[list[int], dict[int, str]]:
    """Part those at or above the minimum from those under it."""
    least = said.get("min_score")
    if least is None:
        return list(candidates), {}
    low = {one: "below_minimum" for one in candidates if facts.scores[one] < least}
    return [one for one in candidates if one not in low], low


TIES: dict[str, Callable[[list[int], int], list[int]]] = {
    "key": lambda equals, places: equals[:places],
    "all_in": lambda equals, _: equals,
    "all_out": lambda equals, places: equals if len(equals) <= places else [],
}


def threshold(said: Said, candidates: Sequence[int], facts: Facts) -> Pick:
    """Take everyone at or above ``min_score``."""
    return Pick(*_above(said, candidates, facts))


def everyone(said: Said, candidates: Sequence[int], facts: Facts) -> Pick:  # noqa: ARG001 - one signature
    """Take every candidate."""
    return Pick(list(candidates))


DEFINITIONS: dict[str, Callable[[Said, Sequence[int], Facts], Pick]] = {
    "count": count,
    "threshold": threshold,
    "all": everyone,
}
KEYS = {"id", "title", "stream", "where", "mechanism", "size", "min_score", "ties"}
SILENT = {"certainty", "note", "published"}


def pick(said: Said, candidates: Sequence[int], facts: Facts) -> Pick:
    """Run the definition of a selection, or raise NotVerifiedError where something of it is not known here."""
    strange = sorted(set(said) - KEYS - SILENT)
    if strange:
        raise NotVerifiedError(", ".join(strange))
    if said["mechanism"] not in DEFINITIONS:
        raise NotVerifiedError(f'mechanism = "{said["mechanism"]}"')
    if said.get("ties", "key") not in TIES:
        raise NotVerifiedError(f'ties = "{said["ties"]}"')
    return DEFINITIONS[said["mechanism"]](said, candidates, facts)
