"""A server of a known capacity, and people who use it, to see what admission makes of them."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field

from intake.admission import SECOND, Advance, Load, Pace, begin, estimated, step

TICK = SECOND // 4
PARTS = 5


@dataclass
class People:
    """What those who are admitted do: ``requests`` each, ``think`` seconds apart; a ``share`` of them ever comes."""

    count: int
    requests: int = 1
    think: float = 0.0
    share: float = 1.0
    arriving: float | None = None  # a second; None: all are there at the beginning


@dataclass
class Told:
    """An estimate, and what became of it."""

    at: int
    position: int
    seconds: int | None


@dataclass
class Morning:
    """What was seen, tick by tick: seconds, requests done a second, delay."""

    seconds: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)
    delay: list[float] = field(default_factory=list)
    admitted_at: list[int] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)

    def speed(self, since, until):
        """Requests a second between two instants."""
        picked = [done for at, done in zip(self.seconds, self.done, strict=True) if since < at <= until]
        return sum(picked) / len(picked)

    def worst(self, since=0.0):
        return max(delay for at, delay in zip(self.seconds, self.delay, strict=True) if at > since)

    def estimates(self):
        """Estimate and truth, in seconds, wherever there was an estimate."""
        for told in self.told:
            if told.seconds is not None and told.position <= len(self.admitted_at):
                yield told.seconds, (self.admitted_at[told.position - 1] - told.at) / SECOND


def morning(capacity, people, seconds, *, pause=(0.0, 0.0), pace=None, seed=1):
    """Let admission run before a server that does ``capacity`` requests a second, first come first served.

    The server stands still during ``pause``. Delays are those of a request that would come in at that instant.
    """
    draw, pace, seen = random.Random(seed), pace or Pace(), Morning()  # noqa: S311 - people who do not exist
    state, advance = begin(pace, 0), Advance()
    due, begins, ends = [], [], []
    queue, inside, through, carried = 0.0, 0, 0, 0.0
    for now in range(TICK, seconds * SECOND + 1, TICK):
        worst = 0.0
        for part in range(PARTS):
            at = now - TICK + (part + 1) * TICK // PARTS
            still = pause[0] <= at / SECOND < pause[1]
            while due and due[0] <= at:
                heapq.heappop(due)
                queue += 1
            served = 0.0 if still else min(queue, capacity * TICK / PARTS / SECOND)
            queue, carried = queue - served, carried + served
            worst = max(worst, queue / capacity + 0.005 + (at / SECOND - pause[0] if still else 0.0))
        done, carried = int(carried), carried - int(carried)
        inside += _passed(begins, now) - _passed(ends, now)
        there = people.count if people.arriving is None else min(people.count, int(people.arriving * now / SECOND))
        state, more = step(state, now, Load(done, worst, int(queue), inside), there - through, pace)
        for _ in range(more):
            if draw.random() < people.share:
                _plan(people, now, draw, due, begins, ends)
        through += more
        seen.admitted_at += [now] * more
        advance.note(now, through, standing=there > through)
        seen.seconds.append(now / SECOND)
        seen.done.append(done * SECOND / TICK)
        seen.delay.append(worst)
        if there > through:
            for position in {through + 1, (through + there) // 2 + 1, there}:
                rate = advance.rate
                seen.told.append(Told(now, position, None if rate is None else estimated(position - through - 1, rate)))
    return seen


def _plan(people, now, draw, due, begins, ends):
    at = now
    for number in range(people.requests):
        wait = draw.expovariate(1 / people.think) if number else draw.uniform(0, 2 if people.think else 0.25)
        at += int(wait * SECOND)
        heapq.heappush(due, at)
        if not number:
            heapq.heappush(begins, at)
    heapq.heappush(ends, at + 1)


def _passed(instants, now):
    count = 0
    while instants and instants[0] <= now:
        heapq.heappop(instants)
        count += 1
    return count
