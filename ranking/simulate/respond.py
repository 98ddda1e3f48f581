"""What responses undo of a reform: who is invited before it, after it, and after it when some adapt to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ranking.columns import ID
from ranking.pool import Pool
from ranking.round import run_round
from ranking.simulate.behaviour import condition, true_of

if TYPE_CHECKING:
    import polars as pl
    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from ranking.simulate.behaviour import Behaviour, Responded
    from rules.regulation import Regulation

    Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Effect:
    """What a reform changes and what responses undo of it. Counts are of people, who are rows of the pool before.

    ``changed``: invited before and not after, or the reverse. ``undone``: those of them who end as they were before the
    reform. ``displaced``: invited after the reform without responses, and not with them, though they did not respond.
    The shares of the target are among those invited: what is true of them, and what they declare.
    """

    changed: int
    undone: int
    displaced: int
    responded: int
    target: tuple[float, float, float, float] | None

    @property
    def share_undone(self) -> float | None:
        """The part of the changed people that responses put back, in percent; None where the reform changed nobody."""
        return 100 * self.undone / self.changed if self.changed else None

    @property
    def target_undone(self) -> float | None:
        """The part of the gain of the target that responses undo, in percent; None where the reform gains nothing."""
        if self.target is None or self.target[1] <= self.target[0]:
            return None
        before, after, true, _ = self.target
        return 100 * (after - true) / (after - before) + 0.0


@dataclass(frozen=True)
class Trial:
    """A pool, an instruction under the law before and after a reform, and the behaviour that answers it."""

    frame: pl.DataFrame
    before: Instruction
    after: Instruction
    behaviour: Behaviour

    def invited(self, instruction: Instruction, frame: pl.DataFrame) -> pl.Series:
        """Run the round and give the numbers of the declarations invited."""
        done = run_round(instruction, Pool(frame, frame.clear()))
        return done.invitations[ID]

    def inside(self, instruction: Instruction, responded: Responded | None = None) -> tuple[Flags, Flags]:
        """Tell which people, rows of the pool before, are invited; and which rows of the pool as it was run."""
        frame = self.frame if responded is None else responded.frame
        origin = np.arange(self.frame.height) if responded is None else responded.origin
        rows = frame[ID].is_in(self.invited(instruction, frame).implode()).to_numpy()
        people = np.zeros(self.frame.height, dtype=bool)
        people[origin[rows]] = True
        return people, rows


def trial(frame: pl.DataFrame, before: Instruction, after: Instruction, behaviour: Behaviour) -> Trial:
    """Prepare a trial: the pool in the order of its ids, so that nothing depends on the order of the file."""
    return Trial(frame.sort(ID), before, after, behaviour)


def effect(made: Trial, before: Flags, after: Flags, responded: Responded) -> Effect:
    """Measure what responses undo."""
    with_them, rows = made.inside(made.after, responded)
    changed = before != after
    others = np.ones(len(before), dtype=bool)
    others[responded.rows] = False
    return Effect(
        int(changed.sum()),
        int((changed & (with_them == before)).sum()),
        int((after & ~with_them & others).sum()),
        len(responded.rows),
        _target(made, before, after, with_them, responded, rows),
    )


def _target(
    made: Trial, before: Flags, after: Flags, with_them: Flags, responded: Responded, rows: Flags
) -> tuple[float, float, float, float] | None:
    """Give the share of the target among those invited, in percent: before, after, with responses, and as declared."""
    said = made.behaviour.source.target
    if said is None:
        return None
    law, day = made.behaviour.after, made.behaviour.day
    asked = condition(said.where, law, "target")
    true = true_of(made.frame, asked, law, day)
    declared = true_of(responded.frame, asked, law, day)
    return _share(true[before]), _share(true[after]), _share(true[with_them]), _share(declared[rows])


def _share(flags: Flags) -> float:
    return float(100 * flags.mean()) if len(flags) else 0.0


def under(instruction: Instruction, law: Regulation) -> Instruction:
    """Give an instruction under another law of its program."""
    return replace(instruction, regulation=law)
