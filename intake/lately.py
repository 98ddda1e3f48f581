"""What happened in the last minute: commits with their times, and how many declarations were accepted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOW = 60.0
MOST_COMMITS = 20_000


@dataclass(frozen=True, slots=True)
class Commits:
    """The commits of the last minute: how many, and the median, 99th percentile and longest of their seconds."""

    count: int
    median: float
    late: float
    longest: float


class Lately:
    """Counts over the last minute. The writer's thread adds commits, the loop reads."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._commits: deque[tuple[float, float]] = deque(maxlen=MOST_COMMITS)
        self._seconds: deque[list[int]] = deque()

    def committed(self, seconds: float) -> None:
        """Note a commit."""
        with self._lock:
            self._commits.append((self._clock(), seconds))

    def accepted(self) -> None:
        """Note a declaration that was accepted."""
        second = int(self._clock())
        with self._lock:
            if not self._seconds or self._seconds[-1][0] != second:
                self._seconds.append([second, 0])
                while self._seconds[0][0] < second - WINDOW:
                    self._seconds.popleft()
            self._seconds[-1][1] += 1

    @property
    def taken(self) -> int:
        """How many declarations were accepted in the last minute."""
        since = self._clock() - WINDOW
        with self._lock:
            return sum(count for second, count in self._seconds if second >= since)

    @property
    def commits(self) -> Commits | None:
        """The commits of the last minute; None where there was none."""
        since = self._clock() - WINDOW
        with self._lock:
            took = sorted(seconds for at, seconds in self._commits if at >= since)
        if not took:
            return None
        return Commits(len(took), took[len(took) // 2], took[min(len(took) - 1, len(took) * 99 // 100)], took[-1])
