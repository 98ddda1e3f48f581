"""How many may come in now: by what the service carries, measured; and how long the others will wait, measured too.

Additive increase, multiplicative decrease. While the line is held up by the rate and writes take less than ``hold``
of the target, the rate grows by ``step`` each second, or by ``growth`` of itself at the beginning and once there was no
cut for ``quiet`` seconds. Once writes take longer than half the target, it is cut to ``back`` of itself, at most once a
second; beyond the target only ``least`` people a second come in, so that the line never stands still for ever. While
more than ``flood`` people wait for a ticket, it is not those let in who weigh: nothing is cut, and what is written
meanwhile tells what the service carries.

Who fills in a form makes load for as long as they are there, and the rate feels it late. So a cut also remembers how
many people were inside, and lets no more than ``back`` of them be inside; that limit grows by ``room`` of itself each
second in which it holds the line up. Inside are those who were admitted, have been seen in the last half minute and
have not done what they came for: somebody who was admitted and never came holds no place. Capacity is measured in load
and not in heads.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from threading import Lock

SECOND = 1_000_000
MARGIN = 1.2


@dataclass(frozen=True, slots=True)
class Pace:
    """The constants of admission. Rates are people a second; ``target``: seconds that a write may take.

    ``burst``: where nobody waited, as many come in at once as in so many seconds. ``many``: a shorter queue says
    nothing of the load. ``visit``: as many people as come in so many seconds are never too many inside. ``work``: a
    visit is taken for so many writes of a ticket, until it is measured.
    """

    start: float = 100.0
    step: float = 20.0
    growth: float = 0.1
    quiet: float = 6.0
    back: float = 0.87
    least: float = 1.0
    most: float = 5_000.0
    burst: float = 1.0
    target: float = 0.8
    many: int = 100
    room: float = 0.05
    visit: float = 5.0
    flood: int = 500
    work: float = 3.0
    hold: float = 0.36


@dataclass(frozen=True, slots=True)
class Load:
    """What the service carried since it was last asked.

    ``finished``: writes that became durable. ``latency``: seconds that the slowest took, None where none is known.
    ``waiting``: writes in the queue now. ``inside``: people admitted, seen lately, and not done. ``asking``: people who
    wait for their ticket now.
    """

    finished: int = 0
    latency: float | None = None
    waiting: int = 0
    inside: int = 0
    asking: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """Where admission stands. ``credit``: people who may come in at once. Instants are microseconds.

    ``most_inside``: no limit before the first cut. ``calm``: the delay of the last half second or so, since a
    disk now and then takes its time.
    """

    rate: float
    credit: float
    at: int
    cut_at: int
    finishing: float = 0.0
    most_inside: float = math.inf
    calm: float = 0.0


def begin(pace: Pace, now: int) -> State:
    """Begin with an idle service: a burst may come in."""
    return State(pace.start, pace.start * pace.burst, now, now - int(pace.quiet * SECOND))


def step(state: State, now: int, load: Load, standing: int, pace: Pace) -> tuple[State, int]:
    """Go on to ``now``: give the new state, and how many of the ``standing`` may come in. Pure.

    A clock that jumps back is held where it was; one that jumps ahead is worth one second at most.
    """
    now = max(now, state.at)
    passed = min((now - state.at) / SECOND, 1.0)
    finishing = _smoothed(state.finishing, load.finished, (now - state.at) / SECOND)
    delay = _delay(load, finishing, pace)
    calm = (state.calm + min(delay, 2 * pace.target)) / 2 if state.calm else min(delay, 2 * pace.target)
    gone_on = replace(state, at=now, finishing=finishing, calm=calm)
    paced = _paced(gone_on, delay, load, passed, pace, held_up=standing > state.credit)
    if delay > pace.target or _full(paced, load, pace):
        credit = min(1.0, state.credit + pace.least * passed)
    else:
        credit = min(max(1.0, paced.rate * pace.burst), state.credit + paced.rate * passed)
    admitted = min(int(credit), standing)
    return replace(paced, credit=credit - admitted), admitted


def spend(state: State) -> State | None:
    """Let one person in at once, out of the credit; None where there is none."""
    return replace(state, credit=state.credit - 1) if state.credit >= 1 else None


def _paced(state: State, delay: float, load: Load, passed: float, pace: Pace, *, held_up: bool) -> State:
    """Cut the rate, or let grow what holds the line up: for a second after a cut nothing tells what the cut did."""
    if state.at - state.cut_at < SECOND:
        return state
    if load.asking > pace.flood:
        return replace(state, rate=min(pace.most, max(state.rate, state.finishing / pace.work)))
    if min(delay, state.calm) > pace.target / 2:
        rate, inside = max(pace.least, state.rate * pace.back), min(load.inside, state.most_inside) * pace.back
        return replace(state, rate=rate, most_inside=max(1.0, inside), cut_at=state.at)
    if not held_up or min(delay, state.calm) > pace.target * pace.hold:
        return state
    if _full(state, load, pace):
        return replace(state, most_inside=state.most_inside * (1 + pace.room * passed))
    quiet = state.at - state.cut_at >= pace.quiet * SECOND
    more = max(pace.step, state.rate * pace.growth) if quiet else pace.step
    return replace(state, rate=min(pace.most, state.rate + more * passed))


def _full(state: State, load: Load, pace: Pace) -> bool:
    return load.inside >= max(state.most_inside, pace.visit * state.rate)


def _smoothed(finishing: float, finished: int, passed: float) -> float:
    """Writes a second, over about the last two seconds."""
    if passed <= 0:
        return finishing
    part = min(1.0, passed / 2)
    return finishing + part * (finished / passed - finishing)


def _delay(load: Load, finishing: float, pace: Pace) -> float:
    """How long a write takes: as seen, or as the queue says that the next one will."""
    seen = load.latency or 0.0
    if load.waiting <= pace.many:
        return seen
    return max(seen, load.waiting / finishing if finishing > 0 else math.inf)


class Meter:
    """Counts commits between two readings. The writer's thread adds, the line reads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._finished, self._slowest = 0, 0.0

    def watch(self, count: int, seconds: float) -> None:
        """Add a commit: how many writes, how many seconds."""
        with self._lock:
            self._finished += count
            self._slowest = max(self._slowest, seconds)

    def read(self, waiting: int, inside: int = 0, seen: float = 0.0, asking: int = 0) -> Load:
        """Give the load since the last reading. ``seen``: seconds that the line's own write took, queue and all."""
        with self._lock:
            finished, slowest = self._finished, self._slowest
            self._finished, self._slowest = 0, 0.0
        return Load(finished, max(slowest, seen), waiting, inside, asking)


class Advance:
    """How fast a line moves, measured over the last ``WINDOW`` seconds in which somebody stood in it.

    Not known: before so many seconds were measured, while the line does not move, and while it moves ever faster (its
    speed in the second half of the window is ``STEADY`` times that of the first, or more).
    """

    WINDOW, STEADY = 12, 1.25

    def __init__(self) -> None:
        self._seen: deque[tuple[int, int]] = deque()

    def note(self, now: int, through: int, *, standing: bool) -> None:
        """Note how far the line has come. A line in which nobody stands has no speed."""
        if not standing:
            self._seen.clear()
            return
        if self._seen and now <= self._seen[-1][0]:
            return
        self._seen.append((now, through))
        while len(self._seen) > 2 and now - self._seen[1][0] >= self.WINDOW * SECOND:
            self._seen.popleft()

    @property
    def rate(self) -> float | None:
        """People a second; None where it is not known."""
        if not self._seen or self._seen[-1][0] - self._seen[0][0] < self.WINDOW * SECOND:
            return None
        first, last = self._seen[0], self._seen[-1]
        middle = next(seen for seen in self._seen if seen[0] - first[0] >= self.WINDOW * SECOND / 2)
        if middle == last:  # a long silence, and nothing since
            return None
        before, lately = _speed(first, middle), _speed(middle, last)
        if lately <= 0 or lately > self.STEADY * before:
            return None
        return min(lately, _speed(first, last))

    @property
    def lately(self) -> float:
        """People a second over the last three seconds or so, 0 where nothing is known."""
        now, last = self._seen[-1] if self._seen else (0, 0)
        since = next((seen for seen in self._seen if now - seen[0] <= 3 * SECOND), (now, last))
        return _speed(since, (now, last)) if since[0] < now else 0.0


def estimated(ahead: int, rate: float) -> int:
    """Estimate the wait of somebody who has ``ahead`` people before them, in seconds, rounded up.

    A part is added to what the measured speed gives, so that most people wait less than they were told.
    """
    return rounded_up((ahead + 1) / rate * MARGIN)


def _speed(one: tuple[int, int], other: tuple[int, int]) -> float:
    return (other[1] - one[1]) * SECOND / (other[0] - one[0])


def rounded_up(seconds: float) -> int:
    """Round a wait up as people say it: to 5 seconds up to a minute, to 15 up to five, to whole minutes beyond."""
    unit = 5 if seconds <= 60 else 15 if seconds <= 300 else 60
    return math.ceil(seconds / unit) * unit
