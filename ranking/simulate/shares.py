"""Shares of those invited under many variants: how far each is from a target. Exact: whole rounds, not samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ranking.simulate.sweep import sweep
from ranking.simulate.variants import Variants
from ranking.simulate.wanted import TENTHS

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ranking.contribution import Contribution
    from ranking.pool import Pool
    from ranking.simulate.rounds import Rounds
    from ranking.simulate.wanted import Target, Want

    Whole = NDArray[np.int64]
    Steps = NDArray[np.int32]


class Counted(NamedTuple):
    """Of each want: how many of those invited are of it, and how many of them there are."""

    members: tuple[int, ...]
    invited: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Shares:
    """What the levers of a target make of the round. Every combination that was asked for is kept in ``seen``."""

    target: Target
    rounds: Rounds
    members: NDArray[np.bool_]
    among: tuple[NDArray[np.bool_], ...]
    seen: dict[tuple[int, ...], Counted] = field(default_factory=dict)

    @classmethod
    def of(cls, target: Target, pool: Pool, contribution: Contribution | None = None) -> Shares:
        """Prepare the round of a target on a pool: what no lever changes is found once."""
        instruction, law = target.instruction, target.instruction.regulation
        places = [place.at for move in target.moves for place in move.places]
        ends = [np.concatenate([getattr(move.points, end)(axis=0) for move in target.moves]) for end in ("min", "max")]
        variants = Variants.of(law, places, np.array(ends, dtype=np.int64))
        swept = sweep(pool.frame, law, variants, facts_on=instruction.facts_on)
        rounds = swept.rounds(instruction, pool, contribution)
        members = target.members(pool.frame).to_numpy().T
        return cls(target, rounds, members, tuple(_among(one, target) for one in target.source.want))

    def values(self, steps: Steps) -> Whole:
        """Give the points at every place for a combination: a step of each lever."""
        chosen = [move.points[step] for move, step in zip(self.target.moves, steps, strict=True)]
        return np.concatenate(chosen)

    def counted(self, steps: Steps) -> Counted:
        """Count those invited, and those of each want among them, for a combination."""
        key = tuple(int(step) for step in steps)
        if key not in self.seen:
            taken = self.rounds.taken_under(self.values(steps))
            rows = np.flatnonzero(taken >= 0)
            inside = [among[taken[rows]] for among in self.among]
            members = tuple(int(self.members[n][rows][of].sum()) for n, of in enumerate(inside))
            self.seen[key] = Counted(members, tuple(int(of.sum()) for of in inside))
        return self.seen[key]

    def shortfalls(self, steps: Steps) -> Whole:
        """Add up, for each combination, by how many people its wants are missed, in thousandths of a person."""
        return np.array([self._missed(self.counted(one)) for one in steps], dtype=np.int64)

    def _missed(self, found: Counted) -> int:
        wants = zip(self.target.source.want, found.members, found.invited, strict=True)
        return sum(
            max(want.at_least * invited - TENTHS * members, 0) + max(TENTHS * members - want.at_most * invited, 0)
            for want, members, invited in wants
        )

    def invitees(self, steps: Steps) -> pl.Series:
        """Give the numbers of the declarations invited under a combination, in the order of the pool."""
        taken = self.rounds.taken_under(self.values(steps))
        return self.rounds.pool.frame["declaration_id"].gather(np.flatnonzero(taken >= 0))


def _among(want: Want, target: Target) -> NDArray[np.bool_]:
    """Tell of each selection of the instruction whether a want looks at it."""
    return np.array([want.among is None or one.id in want.among for one in target.instruction.selections])
