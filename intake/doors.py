"""The doors: how many connections may be open, who is asked to leave first, and how long anyone may dawdle.

Connections are accepted one by one and counted, so that the limit of open files is never reached: at the limit the
service stops accepting, lets go of connections that ask for nothing, and goes on answering those that it holds.
"""

from __future__ import annotations

import asyncio
import logging
import resource
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from intake.config import Limits

MOST_FILES = 65_536
SPARE_FILES = 128  # the bank, its log, mail, the loop itself
TOGETHER = 256  # connections accepted before those that are open have their turn
SWEEP = 0.5  # seconds
BREATH = 0.05  # seconds between two looks at a full house
PRESSED = 0.75  # of the limit: from there on, an answer ends its connection
SILENT = 2.0  # seconds after which a connection that never asked for anything may be closed to make room
SLOW = 4.0  # seconds after which, in a full house, whoever is still sending has sent too slowly
log = logging.getLogger("intake.doors")


class Guest(Protocol):
    """A connection: when it must have done the next thing, and whether it asks for anything now."""

    deadline: float
    since: float  # when it came, or began to send the request that it is sending
    idle: bool
    asked: bool
    receiving: bool

    def overdue(self, now: float, *, hurry: bool = False) -> None:
        """Close it, since its deadline has passed; ``hurry``: at once, since its place is needed."""
        ...

    def leave(self) -> None:
        """Close it, since its place is needed."""
        ...


def raise_files() -> None:
    """Have as many files as the system allows this process, ``MOST_FILES`` at most."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def files_allowed() -> int:
    """Tell how many files this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return soft if soft != resource.RLIM_INFINITY else 1_000_000


def most_connections(limits: Limits) -> int:
    """Tell how many connections may be open: what the limit of open files leaves, or fewer if the settings say so."""
    allowed = files_allowed()
    left = max(8, allowed - max(SPARE_FILES, allowed // 20))
    return min(left, limits.connections) if limits.connections else left


class Doors:
    """Everyone inside, and those being let in. Only the loop's thread uses it."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.most = limits, most_connections(limits)
        self.guests: dict[Guest, None] = {}
        self.accepted = self.full_times = self.made_to_leave = self.timed_out = 0
        self._entering = 0
        self._listener: socket.socket | None = None
        self._factory: Callable[[], asyncio.Protocol] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: asyncio.TimerHandle | None = None
        self._sweeping: asyncio.TimerHandle | None = None

    @property
    def open(self) -> int:
        """How many connections are open or about to be."""
        return len(self.guests) + self._entering

    @property
    def pressed(self) -> bool:
        """Tell whether places are getting scarce."""
        return len(self.guests) > self.most * PRESSED

    def enter(self, guest: Guest) -> None:
        """Note that a connection is open."""
        self.guests[guest] = None

    def left(self, guest: Guest) -> None:
        """Note that a connection is closed."""
        self.guests.pop(guest, None)

    def open_to(self, listener: socket.socket, factory: Callable[[], asyncio.Protocol]) -> None:
        """Begin to accept connections."""
        listener.setblocking(False)  # noqa: FBT003 - the socket's signature
        self._listener, self._factory = listener, factory
        loop = asyncio.get_running_loop()
        loop.add_reader(listener, self._knocked)
        self._sweeping = loop.call_later(SWEEP, self._sweep)

    def shut(self) -> None:
        """Accept nobody any more; those inside may finish."""
        loop = asyncio.get_running_loop()
        if self._listener is not None:
            loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        if self._waiting is not None:
            self._waiting.cancel()

    def ended(self) -> None:
        """Look after nobody any more."""
        if self._sweeping is not None:
            self._sweeping.cancel()

    def _knocked(self) -> None:
        listener = self._listener
        if listener is None:
            return
        if self.open >= self.most:
            self._wait()
        for _ in range(min(TOGETHER, self.most - self.open)):
            try:
                connection, _ = listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as failed:  # out of files after all: other parts of the process hold more than was spared
                log.warning("accepting failed: %s", type(failed).__name__)
                self._wait()
                return
            self.accepted += 1
            self._entering += 1
            task = asyncio.get_running_loop().create_task(self._let_in(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _let_in(self, connection: socket.socket) -> None:
        if self._factory is None:
            return
        try:
            connection.setblocking(False)  # noqa: FBT003 - the socket's signature
            await asyncio.get_running_loop().connect_accepted_socket(self._factory, connection)
        except OSError:
            connection.close()
        finally:
            self._entering -= 1

    def _wait(self) -> None:
        """Stop accepting for a moment, and make room."""
        if self._listener is None:
            return
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self.full_times += 1
        self.make_room(loop.time())
        self._waiting = loop.call_later(BREATH, self._again)

    def _again(self) -> None:
        self._waiting = None
        if self._listener is None:
            return
        loop = asyncio.get_running_loop()
        if self.open < self.most:
            loop.add_reader(self._listener, self._knocked)
        else:
            self.make_room(loop.time())
            self._waiting = loop.call_later(BREATH, self._again)

    def make_room(self, now: float) -> None:
        """Close connections: those that were answered first, then those that never asked, then those that dawdle."""
        wanted = max(1, self.most // 16)
        answered = [guest for guest in self.guests if guest.idle and guest.asked]
        silent = [g for g in self.guests if g.idle and not g.asked and now - g.since > SILENT]
        leaving = [*answered, *silent][:wanted]
        for guest in leaving:
            self.made_to_leave += 1
            guest.leave()
        slow = [guest for guest in self.guests if guest.receiving and now - guest.since > SLOW]
        for guest in slow[: wanted - len(leaving)]:
            self.timed_out += 1
            guest.overdue(now, hurry=True)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for guest in [guest for guest in self.guests if guest.deadline <= now]:
            self.timed_out += 1
            guest.overdue(now)
        self._sweeping = loop.call_later(SWEEP, self._sweep)
