"""The positions that a host may give: blocks that it reserved, and that are its own even after a crash.

A block is reserved by a durable write before a position of it is given; what a crash leaves of it is never given. With
several hosts, a block that another host reserved after is old after a second, and its rest is dropped: people who
arrive on two hosts stand in the order of arrival to within that second. Blocks are as large as arrivals ask for.
"""

from __future__ import annotations

from collections import deque

SECOND = 1_000_000


class NoneLeft(Exception):  # noqa: N818 - never seen outside the line
    """A block has to be reserved first."""


class Positions:
    """The positions reserved and not given. The event loop adds blocks, the writer's thread takes positions."""

    def __init__(self, most: int) -> None:
        self._free: deque[int] = deque()
        self._most = most
        self._end, self._since, self._given = 0, 0, 0

    @property
    def left(self) -> int:
        """How many may be given."""
        return len(self._free)

    def size(self, asked: int) -> int:
        """Give the size of the next block: enough for those who ask, and twice what the last one was used for."""
        return max(asked - self.left, min(self._most, 2 * self._given), 1)

    def add(self, end: int, size: int, at: int) -> None:
        """Add a block that is durable: ``size`` positions up to ``end``."""
        self._end, self._since, self._given = end, at, 0
        self._free.extend(range(end - size + 1, end + 1))

    def take(self, reserved: int, at: int, *, firm: bool) -> int:
        """Give the next position. ``reserved``: how far all hosts have reserved. ``firm``: an old block will do.

        Raises:
            NoneLeft: there is none, or the block is old.
        """
        if not firm and reserved != self._end and at - self._since > SECOND:
            self._free.clear()
        if not self._free:
            raise NoneLeft
        self._given += 1
        return self._free.popleft()
