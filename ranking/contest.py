"""The seam between a round and its mechanisms: what a mechanism is given, what it gives back, and the registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from ranking.groups import Groups
    from ranking.order import Positions, Standing
    from ranking.places import Places
    from ranking.selection import Selection


@dataclass(frozen=True)
class Contest:
    """One selection to run: its candidates, the total order among them, and what limits them.

    ``standing`` ranks by the program's order, or by lots where the selection says so. ``members`` answers, for each
    part (tier, reserve, floor, share) with a filter, which positions of the pool are known to be of it. ``groups`` are
    those of the apportionment. ``places`` is what the ceilings leave; None where none binds.
    """

    selection: Selection
    standing: Standing
    candidates: Positions
    places: Places | None = None
    members: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    groups: Groups | None = None

    @property
    def scores(self) -> NDArray[np.int32]:
        """The scores of the candidates."""
        return self.standing.scores[self.candidates]

    def of(self, part: str) -> NDArray[np.bool_] | None:
        """Tell which candidates are of a part; None: all of them."""
        return self.members[part][self.candidates] if part in self.members else None


@dataclass(frozen=True)
class StageRecord:
    """What a stage did: places offered (None: as many as came), how many it took, and the equals at its cut-off."""

    id: str
    places: int | None
    taken: int
    cut_off: int | None
    tied: int = 0
    tied_taken: int = 0


@dataclass(frozen=True)
class Taken:
    """What a mechanism did: those taken, in the order of their list, and the outcome of each candidate.

    ``stages`` says what each stage did; ``only_by_floor`` are those taken who had no place without a floor, by floor.
    """

    positions: Positions
    outcomes: NDArray[np.int8]
    tied: int = 0
    tied_taken: int = 0
    stages: tuple[StageRecord, ...] = ()
    only_by_floor: Mapping[str, Positions] = field(default_factory=dict)


class Mechanism(Protocol):
    """The signature of every mechanism."""

    def __call__(self, contest: Contest, /) -> Taken:
        """Pick among the candidates of ``contest``, and use up the places of its ceilings."""


@dataclass(frozen=True)
class Registered:
    """A mechanism with the keys of a selection that it needs and those that it may have, and how its ties may end."""

    pick: Mechanism
    needs: tuple[str, ...]
    may_have: tuple[str, ...]
    ties: tuple[str, ...]


MECHANISMS: dict[str, Registered] = {}
ALWAYS = ("ceilings", "criteria", "labels")
"""Keys that go with every mechanism."""
LOTS = ("order", "weights", "meaning")


def mechanism(
    *, needs: tuple[str, ...] = (), may_have: tuple[str, ...] = (), ties: tuple[str, ...] = ("key", "lot")
) -> Callable[[Mechanism], Mechanism]:
    """Register a mechanism under the name of its function, less a final underscore."""

    def register(pick: Mechanism) -> Mechanism:
        MECHANISMS[getattr(pick, "__name__", "").rstrip("_")] = Registered(pick, needs, (*may_have, *ALWAYS), ties)
        return pick

    return register
