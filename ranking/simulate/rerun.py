"""A round run again from what it found: its selections in another order, and who was there when each ran."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ranking.ceilings import Ceilings
from ranking.ground import Ground, answers_of
from ranking.mechanisms import MECHANISMS
from ranking.outcomes import OutcomeSheet
from ranking.taking_part import one_a_person, present

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from ranking.contest import Contest
    from ranking.order import Positions, Standing
    from ranking.round import Round

NOBODY = -1


class Ran(NamedTuple):
    """A selection that ran: its number in the instruction, its contest, the positions taken, best first."""

    number: int
    contest: Contest
    taken: Positions


class Rerun:
    """What does not depend on the order of selections, found once."""

    def __init__(self, done: Round) -> None:
        self.done = done
        instruction, frame = done.instruction, done.pool.frame
        self.answers = answers_of(instruction, frame)
        sheet = OutcomeSheet(frame.height)
        self.present = present(frame, instruction, done.contribution, self.answers, sheet)
        self.live = self._one_a_person(done.standing)

    def _one_a_person(self, standing: Standing) -> NDArray[np.bool_]:
        """Tell who takes part as people stand: of a person with several declarations, the best ranked."""
        live = self.present.copy()
        one_a_person(self.done.pool.frame, standing, live, OutcomeSheet(len(live)))
        return live

    def run(self, order: Sequence[int] | None = None, standing: Standing | None = None) -> Iterator[Ran]:
        """Run the selections in an order, by number; by default as written, and as people stood in the round."""
        done = self.done
        live = self.live.copy() if standing is None else self._one_a_person(standing)
        instruction = done.instruction
        ceilings = Ceilings(instruction, self.answers, done.contribution.used)
        ground = Ground(instruction, done.pool.frame, done.scored, standing or done.standing, self.answers, ceilings)
        for number in range(len(instruction.selections)) if order is None else order:
            contest, _, _ = ground.contest(number, live)
            taken = MECHANISMS[instruction.selections[number].mechanism].pick(contest).positions
            yield Ran(number, contest, taken)
            if instruction.source.combine == "in_order":
                live[taken] = False

    def by(self, order: Sequence[int], standing: Standing | None = None) -> NDArray[np.int32]:
        """Give, for each declaration, the number of the selection that takes it in an order; −1: none."""
        found = np.full(self.done.pool.frame.height, NOBODY, dtype=np.int32)
        for ran in self.run(order, standing):
            fresh = ran.taken[found[ran.taken] == NOBODY]
            found[fresh] = ran.number
        return found
