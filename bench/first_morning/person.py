"""One person's morning: a ticket, the wait that is asked for, a deposit with one key, tried until it is told."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.first_morning.wire import Connection, CutError, Reply, connect, request

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 30.0  # seconds without an answer after which a connection is given up
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0  # after a cut, doubled each time


class Step(IntEnum):
    """What was asked."""

    TICKET = 0
    POLL = 1
    DEPOSIT = 2


class Asked(NamedTuple):
    """A request that was answered: seconds since the opening when it was sent, seconds until its answer."""

    step: Step
    sent: float
    took: float
    status: int


class Target(NamedTuple):
    """Where the service is. ``opening``: the monotonic time at which the morning begins; ``until``: when it is over."""

    host: str
    port: int
    program: str
    opening: float
    until: float


@dataclass
class Person:
    """A person, and what they remember of their morning.

    ``chance`` gives numbers in [0, 1). ``later`` counts the times that a place was later than the one before, or a
    ticket another one. ``accepted_at`` is None until a 201 came.
    """

    source: str
    session: str
    key: str
    body: bytes
    arrives: float
    chance: Callable[[], float]
    asked: list[Asked] = field(default_factory=list)
    cuts: int = 0
    ticket: str | None = None
    ahead: int | None = None
    position: int | None = None
    later: int = 0
    accepted_at: float | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    trouble: str = ""
    _wire: Connection | None = None

    async def morning(self, target: Target) -> None:
        """Live the morning, to the deposit or to the end of the morning."""
        await asyncio.sleep(target.opening + self.arrives - time.monotonic())
        try:
            async with asyncio.timeout(target.until - time.monotonic()):
                await self._stand_in_line(target)
                await self._deposit(target)
        except TimeoutError:
            self.trouble = self.trouble or "the morning ended"
        finally:
            if self._wire is not None:
                self._wire.close()

    async def _stand_in_line(self, target: Target) -> None:
        cuts = -1
        while True:
            # Whoever was cut reloads the page: half of them ask for a ticket anew, and must get the same.
            anew = self.ticket is None or (self.cuts != cuts and self.chance() < 0.5)
            cuts = self.cuts
            reply = await self._ask(target, Step.TICKET if anew else Step.POLL)
            if reply.status not in {200, 201}:
                self.trouble = f"line: {reply.status} {reply.body[:300]!r}"
                await asyncio.sleep(1 + self.chance())
                continue
            place = json.loads(reply.body)
            self._note(place)
            if place["admitted"]:
                return
            await asyncio.sleep(float(place["retry_after"]))

    def _note(self, place: dict[str, Any]) -> None:
        changed = self.ticket is not None and place["ticket"] != self.ticket
        moved = self.position is not None and place["position"] != self.position
        back = self.ahead is not None and place["ahead"] > self.ahead
        self.later += changed or moved or back
        self.ticket, self.ahead, self.position = place["ticket"], place["ahead"], place["position"]

    async def _deposit(self, target: Target) -> None:
        while self.accepted_at is None:
            reply = await self._ask(target, Step.DEPOSIT)
            if reply.status == 201:
                self.accepted_at = reply.at - target.opening
                self.answer = json.loads(reply.body)
                self.trouble = ""
            else:
                self.trouble = f"deposit: {reply.status} {reply.body[:300]!r}"
                await asyncio.sleep(1 + self.chance())

    async def _ask(self, target: Target, step: Step) -> Reply:
        """Ask until something other than *come again later* is said."""
        pause = FIRST_PAUSE
        while True:
            try:
                reply = await self._once(target, step)
            except CutError:
                self.cuts += 1
                await asyncio.sleep(pause * (0.5 + self.chance()))
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            if reply.status not in {429, 503}:
                return reply
            await asyncio.sleep((reply.retry_after or 1) + self.chance())

    async def _once(self, target: Target, step: Step) -> Reply:
        if self._wire is None or not self._wire.open:
            self._wire = await connect(target.host, target.port, self.source, PATIENCE)
        sent = time.monotonic()
        reply = await self._wire.ask(self._written(target, step), PATIENCE)
        self.asked.append(Asked(step, sent - target.opening, reply.at - sent, reply.status))
        return reply

    def _written(self, target: Target, step: Step) -> bytes:
        headers = {"Authorization": f"Bearer {self.session}", "Accept-Language": "fr"}
        if self.ticket is not None:
            headers["Ticket"] = self.ticket
        if step is Step.TICKET:
            return request("POST", "/v1/line", target.host, headers)
        if step is Step.POLL:
            return request("GET", "/v1/line", target.host, headers)
        headers |= {"Idempotency-Key": self.key, "Content-Type": "application/json"}
        return request("POST", f"/v1/declarations/{target.program}", target.host, headers, self.body)
