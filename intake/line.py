"""The waiting line of an opening: one ticket a person, a place that never goes back, admission by measured load.

Several hosts may each have a ``Line`` over one store. Whatever is told is durable before it is told. The line decides
when somebody comes in, and nothing else: no rank, no points.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from intake import admission, openings
from intake.admission import SECOND, Advance, Meter, Pace
from intake.openings import NotDrawn, Opening, Policy, Standing
from intake.place import Place, admitted, not_placed, retry_after
from intake.positions import NoneLeft, Positions
from intake.tickets import Ticket, decode, encode
from intake.writer import Unavailable

if TYPE_CHECKING:
    from intake.clock import Clock
    from intake.store import Transaction
    from intake.writer import Writer

TICK = 0.25  # seconds
SEEN_LATELY = 30 * SECOND


@dataclass(frozen=True, slots=True)
class _Issued:
    """A ticket as the store has it, and how far the line had come."""

    position: int | None
    issued_at: int
    through: int


def open_line(
    writer: Writer,
    clock: Clock,
    secret: bytes,
    wanted: Opening,
    *,
    meter: Meter | None = None,
    pace: Pace | None = None,
    block: int = 1_000,
) -> Line:
    """Open the line of an opening, made as ``wanted`` where there is none of its name; found as it stands else.

    Raises:
        Unavailable: the store cannot be written.
    """
    writer.run_now(lambda tx, _at: openings.make_opening(tx, wanted))
    stood, drawn = writer.run_now(partial(_placing, wanted.opening, 0, False))  # noqa: FBT003
    return Line(writer, clock, secret, stood, drawn, meter or Meter(), pace or Pace(), block)


class Line:
    """The line of one opening, as one host holds it. To be used from one event loop; see ``open_line``.

    ``meter`` must be told of the commits of the writer. ``rate``: people admitted a second, None where not known.
    """

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        secret: bytes,
        stood: Standing,
        drawn: dict[str, int],
        meter: Meter,
        pace: Pace,
        block: int,
    ) -> None:
        self._writer, self._clock, self._secret, self._pace = writer, clock, secret, pace
        self.meter, self.name = meter, stood.opening.opening
        self._stood, self._issued, self._through = stood, stood.issued, stood.opening.admitted_through
        self._drawn = drawn
        self._tickets: dict[str, Ticket] = {}
        self._positions, self._asking = Positions(block), 0
        self._reserving: asyncio.Future[None] | None = None
        self._state = admission.begin(pace, clock())
        self._advance, self._lately, self._took = Advance(), 0.0, 0.0
        self.rate: float | None = None
        self._inside: OrderedDict[str, int] = OrderedDict()

    @property
    def opening(self) -> Opening:
        """The opening, as this host last read it."""
        return self._stood.opening

    @property
    def seed(self) -> bytes | None:
        """The seed of the draw, once it is done; None before."""
        return self.opening.seed if self.opening.drawn else None

    @property
    def waiting_for_draw(self) -> bool:
        """Whether positions are still to be drawn."""
        return self.opening.policy is Policy.RANDOM and not self.opening.drawn

    @property
    def admitted_through(self) -> int:
        """The last position that may come in."""
        return self._through

    @property
    def length(self) -> int:
        """How many wait, at most: positions issued and not admitted; before a draw, the tickets."""
        return self._stood.early if self.waiting_for_draw else max(0, self._issued - self._through)

    @property
    def inside(self) -> int:
        """How many were admitted, were seen in the last half minute and are not done."""
        return len(self._inside)

    @property
    def admitting(self) -> float:
        """How many people a second may come in, as the load allows now."""
        return self._state.rate

    @property
    def estimate(self) -> int | None:
        """How many seconds somebody would wait who came now; None where not known."""
        return self._estimate(self.length)

    async def take(self, person: str) -> Place:
        """Give a person their place: a ticket the first time, the same one ever after.

        Raises:
            Unavailable: nothing was issued that anyone can rely on: ask again.
        """
        ticket = self._tickets.get(person) or await self._issue(person)
        return self._placed(ticket, encode(ticket, self._secret))

    def place(self, text: str) -> Place:
        """Tell the holder of a ticket where they stand. Reads memory only.

        Raises:
            TicketRefused: it is no ticket of this opening.
        """
        return self._placed(decode(text, self._secret, self.name), text)

    def read(self, text: str) -> Ticket:
        """Read a ticket of this opening.

        Raises:
            TicketRefused: it is none.
        """
        return decode(text, self._secret, self.name)

    def came(self, person: str) -> None:
        """Note that somebody who was admitted is there."""
        self._inside[person] = self._clock()
        self._inside.move_to_end(person)

    def done(self, person: str) -> None:
        """Note that somebody has done what they came for."""
        self._inside.pop(person, None)

    async def run(self) -> None:
        """Tick for ever. A store that fails only makes the line wait."""
        loop = asyncio.get_running_loop()
        late = 0.0
        while True:
            try:
                await self.tick(late)
            except Unavailable:
                self._took = self._pace.target * 2
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            late = loop.time() - due

    async def tick(self, late: float = 0.0) -> None:
        """Admit as many as the load allows, and learn what other hosts did. ``late``: how late it comes, in seconds.

        Raises:
            Unavailable: the store failed; nobody was told anything.
        """
        now = self._clock()
        while self._inside and next(iter(self._inside.values())) < now - SEEN_LATELY:
            self._inside.popitem(last=False)
        if self.waiting_for_draw and now >= self.opening.opens_at:
            await self._draw()
        load = self.meter.read(self._writer.waiting, self.inside, max(self._took, late), self._asking)
        standing = self.length if self._open(now) else 0
        self._state, people = admission.step(self._state, now, load, standing, self._pace)
        began = asyncio.get_running_loop().time()
        self._learn(*await self._writer.run(partial(_placing, self.name, people, self.opening.drawn)))
        self._took = asyncio.get_running_loop().time() - began
        self._advance.note(now, self._through, standing=self.length > 0 and self._open(now))
        self.rate, self._lately = self._advance.rate, self._advance.lately

    def _open(self, now: int) -> bool:
        return now >= self.opening.opens_at and not self.waiting_for_draw

    def _learn(self, stood: Standing, drawn: dict[str, int]) -> None:
        self._stood = stood
        self._drawn.update(drawn)
        self._issued = max(self._issued, stood.issued)
        self._through = max(self._through, stood.opening.admitted_through)

    async def _draw(self) -> None:
        def draw(tx: Transaction, at: int) -> tuple[Standing, dict[str, int]]:
            openings.draw(tx, self.name)
            return _placing(self.name, 0, False, tx, at)  # noqa: FBT003

        self._learn(*await self._writer.run(draw))

    async def _issue(self, person: str) -> Ticket:
        self._asking += 1
        firm = False
        try:
            while True:
                try:
                    if not self.waiting_for_draw and self._positions.left < self._asking:
                        await self._reserve()
                    issued = await self._writer.run(partial(self._write, person, self._at_once(), firm))
                except NotDrawn:
                    await self._draw()
                except NoneLeft:
                    await self._reserve()
                    firm = True
                else:
                    return self._kept(person, issued)
        finally:
            self._asking -= 1

    def _at_once(self) -> bool:
        """Where nobody waits and there is room, whoever comes is let in as they get their ticket."""
        if self.length or not self._open(self._clock()):
            return False
        spent = admission.spend(self._state)
        self._state = spent or self._state
        return spent is not None

    async def _reserve(self) -> None:
        """Reserve the next block. Whoever asks meanwhile waits for the same one: one commit, not one each."""
        if self._reserving is None or self._reserving.done():
            self._reserving = asyncio.ensure_future(self._reserve_block())
        await asyncio.shield(self._reserving)

    async def _reserve_block(self) -> None:
        size = self._positions.size(self._asking)
        end = await self._writer.run(lambda tx, _at: openings.reserve(tx, self.name, size))
        self._positions.add(end, size, self._clock())

    def _write(self, person: str, at_once: bool, firm: bool, tx: Transaction, at: int) -> _Issued:  # noqa: FBT001
        """In the writer's thread: find the ticket of a person, or write it."""
        opening = openings.read_opening(tx, self.name)
        found = openings.ticket_of(tx, self.name, person)
        if found is not None:
            return _Issued(*found, opening.admitted_through)
        if opening.policy is Policy.RANDOM and not opening.drawn:
            if at >= opening.opens_at:
                raise NotDrawn
            openings.write_ticket(tx, self.name, person, None, at)
            return _Issued(None, at, 0)
        position = self._positions.take(opening.reserved, at, firm=firm)
        # Whoever comes after a draw came late, whatever a clock that jumped back says.
        issued_at = max(at, opening.opens_at) if opening.policy is Policy.RANDOM else at
        openings.write_ticket(tx, self.name, person, position, issued_at)
        if at_once:
            openings.admit(tx, self.name, 1)
        through = openings.read_opening(tx, self.name).admitted_through
        return _Issued(position, issued_at, through)

    def _kept(self, person: str, issued: _Issued) -> Ticket:
        """Remember a ticket. That of somebody who came before a draw says nothing of the position, then as now."""
        early = self.opening.policy is Policy.RANDOM and issued.issued_at < self.opening.opens_at
        ticket = Ticket(self.name, person, None if early else issued.position, issued.issued_at)
        self._tickets[person] = ticket
        self._issued = max(self._issued, issued.position or 0)
        self._through = max(self._through, issued.through)
        if early and issued.position is not None:
            self._drawn[person] = issued.position
        return ticket

    def _placed(self, ticket: Ticket, text: str) -> Place:
        position = ticket.position or self._drawn.get(ticket.holder)
        if position is None:
            return not_placed(text, ticket.holder)
        ahead = position - self._through - 1
        if ahead < 0:
            return admitted(text, position)
        # Half of what may come in: whoever comes back too late leaves a place that is theirs unused, and then all come.
        speed = max(self._lately, self._state.rate / 2)
        return Place(
            text,
            position,
            ahead,
            admitted=False,
            estimate_seconds=self._estimate(ahead),
            retry_after=retry_after(ahead, position, speed),
        )

    def _estimate(self, ahead: int) -> int | None:
        return None if self.rate is None else admission.estimated(ahead, self.rate)


def _placing(name: str, people: int, known: bool, tx: Transaction, _at: int) -> tuple[Standing, dict[str, int]]:  # noqa: FBT001
    """In the writer's thread: admit people, read how the line stands, and what a draw gave unless that is known."""
    openings.admit(tx, name, people)
    standing = openings.standing(tx, name)
    return standing, openings.drawn_positions(tx, name) if standing.opening.drawn and not known else {}
