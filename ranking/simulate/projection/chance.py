"""Numbers of chance by counter: one stream for each seed, replication and purpose, and a place in it for each person.

Philox is counted, not chained: a new purpose, a longer horizon or another law moves nobody else's number. That is what
lets two laws be compared on the same people, who arrive, withdraw and answer alike under both.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Chance:
    """The chance of one replication of a seed."""

    seed: int
    replication: int

    def generator(self, purpose: str) -> np.random.Generator:
        """Give the stream of a purpose, from its beginning."""
        digest = hashlib.sha256(f"{self.seed}/{self.replication}/{purpose}".encode()).digest()
        return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], dtype="<u8")))

    def of(self, purpose: str, size: int) -> NDArray[np.float64]:
        """Give the numbers in [0, 1) of persons 0 to ``size``; those of the first ones do not depend on ``size``."""
        return self.generator(purpose).random(size)
