"""Outcomes: what a round made of each declaration, and why."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from rules.text import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.order import Positions


class Outcome(IntEnum):
    """Outcome codes. Those out of the pool first; then the first that applies in any selection."""

    expired = 0
    withdrawn = 1
    already_invited = 2
    duplicate_person = 3
    excluded = 4
    invited = 5
    tie_lost = 6
    ceiling_reached = 7
    reserve_other = 8
    below_cut_off = 9
    below_minimum = 10
    unknown = 11
    no_selection = 12
    not_eligible = 13


TITLES = {
    Outcome.expired: Text("déclaration expirée", "declaration expired"),
    Outcome.withdrawn: Text("déclaration retirée", "declaration withdrawn"),
    Outcome.already_invited: Text("personne déjà invitée", "person already invited"),
    Outcome.duplicate_person: Text("autre déclaration de la même personne", "another declaration of the same person"),
    Outcome.excluded: Text("exclusion nommée", "named exclusion"),
    Outcome.invited: Text("invitée", "invited"),
    Outcome.tie_lost: Text("au seuil, mais écartée au départage", "at the cut-off, but lost the tie-break"),
    Outcome.ceiling_reached: Text("contingent atteint", "ceiling reached"),
    Outcome.reserve_other: Text("places réservées à un autre groupe", "places reserved for another group"),
    Outcome.below_cut_off: Text("sous le seuil", "below the cut-off"),
    Outcome.below_minimum: Text("sous le minimum de l’instruction", "below the minimum of the instruction"),
    Outcome.unknown: Text("un renseignement manque pour le dire", "a fact is missing to tell"),
    Outcome.no_selection: Text("admissible, mais aucun exercice ne la visait", "eligible, but no selection covered it"),
    Outcome.not_eligible: Text("n’est admissible à aucun volet", "eligible for no stream"),
}

NOWHERE = -1


class OutcomeSheet:
    """One outcome for each declaration of a pool, filled in as the selections run."""

    def __init__(self, size: int) -> None:
        self.outcome: NDArray[np.int8] = np.full(size, Outcome.not_eligible, dtype=np.int8)
        self.selection: NDArray[np.int32] = np.full(size, NOWHERE, dtype=np.int32)

    def note(self, positions: Positions, outcomes: NDArray[np.int8] | Outcome, selection: int = NOWHERE) -> None:
        """Write outcomes where they come before what is written; the first selection that says the same stays."""
        better = self.outcome[positions] > outcomes
        chosen = positions[better]
        self.outcome[chosen] = outcomes if isinstance(outcomes, Outcome) else outcomes[better]
        self.selection[chosen] = selection

    def copy(self) -> OutcomeSheet:
        """Give a sheet of their own to somebody who goes on from this one."""
        made = OutcomeSheet(0)
        made.outcome, made.selection = self.outcome.copy(), self.selection.copy()
        return made

    @property
    def counts(self) -> dict[str, int]:
        """How many declarations have each outcome, those with none left out."""
        found = np.bincount(self.outcome, minlength=len(Outcome))
        return {outcome.name: int(found[outcome]) for outcome in Outcome if found[outcome]}
