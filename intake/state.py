"""What the routes of a service share: the bank, the line, the programs, and what is remembered of accounts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date  # noqa: TC003 - a dataclass reads it
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from intake.clock import instant
from intake.config import DATABASES
from intake.limits import Buckets
from intake.merkle import Tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.clock import Clock
    from intake.config import Config, Limits, Often
    from intake.doors import Doors
    from intake.line import Line
    from intake.mail import Post
    from intake.metrics import Metrics
    from intake.store import Store, Transaction
    from intake.writer import Writer
    from rules.program import Program
    from rules.regulation import Regulation

T = TypeVar("T")
MOST_KNOWN = 100_000
ALONE, AMONG_HOSTS = 60, 5  # seconds for which an account is believed


class Served:
    """A program, and the law of the day by which its declarations are checked."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self.program, self._clock = program, clock
        self._zone = ZoneInfo(program.source.time_zone)
        self._on: Regulation | None = None

    @property
    def id(self) -> str:
        """The id of the program, like ``quebec/pstq``."""
        return self.program.id

    @property
    def today(self) -> date:
        """The day where the program is."""
        return instant(self._clock()).astimezone(self._zone).date()

    @property
    def regulation(self) -> Regulation:
        """The law in force today."""
        today = self.today
        if self._on is None or self._on.day != today:
            self._on = self.program.on(today)
        return self._on


@dataclass(frozen=True, slots=True)
class Account:
    """What the routes need to know of an account. ``person`` is None until somebody said who they are."""

    account: str
    person: str | None
    epoch: int
    lang: str


class Accounts:
    """Accounts as the bank has them, believed for so many seconds: not for long where another host may change them."""

    def __init__(self, seconds: int) -> None:
        self._fresh = seconds * 1_000_000
        self._known: dict[str, tuple[Account, int]] = {}

    def known(self, account: str, now: int) -> Account | None:
        """Give an account if it was read lately."""
        found = self._known.get(account)
        return found[0] if found is not None and found[1] > now else None

    def keep(self, found: Account, now: int) -> None:
        """Believe an account for some seconds."""
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[found.account] = (found, now + self._fresh)

    def forget(self, account: str) -> None:
        """Read an account anew next time."""
        self._known.pop(account, None)


def account_of(tx: Transaction, account: str) -> Account | None:
    """Read an account."""
    row = tx.one("SELECT account, person, epoch, lang FROM account WHERE account = ?", (account,))
    return None if row is None else Account(*row)


def _buckets(often: Often) -> Buckets:
    return Buckets(often.times, often.seconds)


class Limiters:
    """Who has done what how often."""

    def __init__(self, limits: Limits) -> None:
        self.sign_in_email = _buckets(limits.sign_in_email)
        self.sign_in_address = _buckets(limits.sign_in_address)
        self.session_address = _buckets(limits.session_address)
        self.account = _buckets(limits.account)


@dataclass(slots=True)
class Intake:
    """A service at work."""

    config: Config
    store: Store
    writer: Writer
    line: Line
    clock: Clock
    secret: bytes
    session_key: bytes
    metrics: Metrics
    post: Post
    programs: dict[str, Served]
    limiters: Limiters
    accounts: Accounts
    doors: Doors
    probed: tuple[int, bool] = (-1_000_000, True)
    tree: Tree = field(default_factory=Tree)
    proving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def read(self, work: Callable[[Transaction], T]) -> T:
        """Read one snapshot: here, from a file; in a thread, from a database server, which is further away."""
        if self.config.bank.startswith(DATABASES):
            return await asyncio.to_thread(self._read, work)
        return self._read(work)

    def _read(self, work: Callable[[Transaction], T]) -> T:
        with self.store.read() as tx:
            return work(tx)
