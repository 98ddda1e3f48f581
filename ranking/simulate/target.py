"""The smallest change of points that meets a policy target, and what each further change would buy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.simulate.search import Lattice, search
from ranking.simulate.shares import Shares
from rules.edits import Change
from rules.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ranking.contribution import Contribution
    from ranking.pool import Pool
    from ranking.simulate.search import Found
    from ranking.simulate.shares import Counted
    from ranking.simulate.wanted import Target

    Steps = NDArray[np.int32]
    Told = Callable[[int], None]

MOST = 20_000
CURVE = 1_000


@dataclass(frozen=True, eq=False)
class Aim:
    """A target that was aimed at: what was found, and every combination that was counted."""

    target: Target
    pool: Pool
    lattice: Lattice
    shares: Shares
    found: Found

    @property
    def nothing(self) -> Steps:
        """The combination that changes nothing."""
        return np.zeros(len(self.lattice.costs), dtype=np.int32)

    @property
    def best(self) -> Steps:
        """The combination found, or else the one that changes nothing."""
        return self.nothing if self.found.steps is None else self.found.steps

    @property
    def before(self) -> Counted:
        """The round under the law itself."""
        return self.shares.counted(self.nothing)

    @property
    def after(self) -> Counted:
        """The round under what was found."""
        return self.shares.counted(self.best)

    def moves(self) -> tuple[int, int]:
        """Count who enters and who leaves the invitations."""
        before, after = (set(self.shares.invitees(steps)) for steps in (self.nothing, self.best))
        return len(after - before), len(before - after)

    def scenario(self) -> Scenario | None:
        """Write what was found as a scenario; None where the law need not change, or where nothing was found."""
        source, law = self.target.source, self.target.instruction.regulation
        places = [place for move in self.target.moves for place in move.places]
        points = [int(value) for value in self.shares.values(self.best)]
        changes = [
            Change(at=place.at, was=place.base, to=to)
            for place, to in zip(places, points, strict=True)
            if to != place.base
        ]
        if not changes:
            return None
        return Scenario(title=source.title, program=law.program, base=law.day, change=tuple(changes))

    def counted(self) -> pl.DataFrame:
        """Give every combination that was counted, the cheapest first: ``cost``, then ``<want>`` and ``<want>_of``."""
        wants = [want.id for want in self.target.source.want]
        rows = [
            {"cost": self.lattice.cost(np.array(steps)), "steps": steps}
            | dict(zip(wants, found.members, strict=True))
            | dict(zip([f"{want}_of" for want in wants], found.invited, strict=True))
            for steps, found in self.shares.seen.items()
        ]
        return pl.DataFrame(rows).sort("cost", "steps").drop("steps")


def aim(
    target: Target,
    pool: Pool,
    *,
    most: int = MOST,
    curve: int = CURVE,
    contribution: Contribution | None = None,
    told: Told = lambda _: None,
) -> Aim:
    """Search for the smallest change that meets a target, and count ``curve`` combinations more over the whole lattice.

    ``told`` is told how many were counted. See ``search`` for what is proven when ``most`` trials are not enough.
    """
    shares = Shares.of(target, pool, contribution)
    lattice = Lattice(tuple(move.costs for move in target.moves))
    found = search(lattice, shares, most, told)
    steps = lattice.by_cost[0]
    spread = np.unique(np.linspace(0, len(steps) - 1, min(curve, len(steps))).round().astype(np.int64))
    for number, place in enumerate(spread, start=1):
        shares.counted(steps[place])
        if number % 100 == 0:
            told(found.tried + number)
    return Aim(target, pool, lattice, shares, found)


def frontier(counted: pl.DataFrame, want: str) -> pl.DataFrame:
    """Keep what buys the largest share of a want: each cost at which that share rises, the cheapest first."""
    share = (pl.col(want) / pl.col(f"{want}_of")).fill_nan(0.0)
    best = counted.with_columns(share=share).sort("cost", "share", descending=[False, True])
    rises = pl.col("share") > pl.col("share").cum_max().shift(1).fill_null(-1.0)
    return best.filter(rises).select(
        "cost", pl.col(want).alias("members"), pl.col(f"{want}_of").alias("invited"), "share"
    )


def between(counted: pl.DataFrame, one: str, other: str) -> pl.DataFrame:
    """Keep the combinations that no other betters in both of two shares: the trade-off between two wants."""
    shares = [
        (pl.col(want) / pl.col(f"{want}_of")).fill_nan(0.0).alias(name) for want, name in ((one, "x"), (other, "y"))
    ]
    found = counted.select("cost", *shares).sort("x", "y", "cost", descending=[True, True, False])
    rises = pl.col("y") > pl.col("y").cum_max().shift(1).fill_null(-1.0)
    return found.filter(rises).reverse()
