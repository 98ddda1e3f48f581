"""Who is no longer valid by the law of a program, and their way out of the bank.

A declaration is valid so many local calendar months, to the instant: the rule of a round, which never takes one that
has expired. Here it only leaves the bank, so that its person may deposit another.
"""

from __future__ import annotations

import asyncio
import logging
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake import bank
from intake.bank import Live
from intake.clock import instant, microseconds
from intake.store import StoreFailed
from intake.writer import Unavailable
from rules.faults import TirageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from intake.clock import Clock
    from intake.event import Event
    from intake.store import Store, Transaction
    from intake.writer import Writer
    from rules.program import Program

LOG = logging.getLogger("intake.expiry")
FIRST_SECONDS, EVERY_SECONDS = 60, 3_600
# Québec keeps a draft 90 days from its creation (text of its site of January 2024, one transcription). Here they are
# counted from the last time it was saved, which is never sooner.
DRAFT_DAYS = 90
DAY = 86_400_000_000
TOGETHER = 200
# No declaration deposited so long after the same day of the earlier month has expired: months differ by three days.
MARGIN = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long declarations of a program are valid. ``months`` None: for ever."""

    months: int | None
    zone: ZoneInfo

    @classmethod
    def on(cls, program: Program, at: int) -> Validity:
        """Give what the law in force on the local day of an instant says.

        Raises:
            LawError: the program has no law on that day.
        """
        zone = ZoneInfo(program.source.time_zone)
        law = program.on(instant(at).astimezone(zone).date())
        return cls(law.lifecycle.validity_months, zone)

    def ends(self, first_at: int) -> int | None:
        """Give the instant from which a declaration is no longer valid, microseconds UTC; None: never.

        Months are added on the local calendar; a day that the later month lacks is its last. A local time that comes
        twice counts as the later, one that a clock change skips as an hour later: both in the favour of the person.
        """
        if self.months is None:
            return None
        return microseconds(_instant(_months_on(instant(first_at).astimezone(self.zone), self.months), self.zone))

    def surely_valid_from(self, at: int) -> int | None:
        """Give an instant from which whatever was deposited is still valid at ``at``; None: whatever it is."""
        if self.months is None:
            return None
        local = _months_on(instant(at).astimezone(self.zone), -self.months)
        return microseconds(local.replace(tzinfo=self.zone).astimezone(UTC) + MARGIN)


def due(tx: Transaction, program: str, validity: Validity, at: int) -> list[Live]:
    """Find the declarations that are live in the bank and no longer valid at an instant, in order of deposit."""
    bound = validity.surely_valid_from(at)
    if bound is None:
        return []
    rows = tx.all(
        "SELECT program, person, declaration, version, first_at, sequence FROM live"
        " WHERE program = ? AND first_at < ? ORDER BY first_at, declaration",
        (program, bound),
    )
    return [live for live in (Live(*row) for row in rows) if _over(validity, live, at)]


def expire(store: Store, writer: Writer, program: Program, at: int) -> int:
    """Take out of the bank every declaration that is no longer valid at an instant, and count them.

    A few at a time, so that nobody who deposits meanwhile waits. Waits for the writer: call it from a thread.

    Raises:
        LawError: the program has no law on that day.
        Unavailable: the store failed; what was done before it stays done.
    """
    validity = Validity.on(program, at)
    with store.read() as tx:
        found = due(tx, program.id, validity, at)
    count = 0
    for start in range(0, len(found), TOGETHER):
        work = partial(_expired, those=found[start : start + TOGETHER])
        count += len(writer.run_now(work))
    return count


def draft_until(saved_at: int) -> int:
    """Give the instant at which a draft is deleted that was last saved at ``saved_at``."""
    return saved_at + DRAFT_DAYS * DAY


def forget_drafts(tx: Transaction, at: int) -> int:
    """Delete the drafts of which no page was saved for 90 days, whole, and count them."""
    old = "SELECT person, program FROM draft GROUP BY person, program HAVING MAX(at) <= ?"
    rows = tx.all(old, (at - DRAFT_DAYS * DAY,))
    tx.many("DELETE FROM draft WHERE person = ? AND program = ?", rows)
    return len(rows)


async def expire_on(store: Store, writer: Writer, programs: Sequence[Program], clock: Clock) -> None:
    """Expire what is due, delete old drafts: a minute after the start, then every hour. What fails is tried again."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        for program in programs:
            try:
                count = await asyncio.to_thread(expire, store, writer, program, clock())
                LOG.info("expired: %d of %s", count, program.id)
            except (StoreFailed, TirageError, Unavailable) as failed:
                LOG.warning("not expired: %s, %s", program.id, type(failed).__name__)
        try:
            LOG.info("drafts deleted: %d", await asyncio.to_thread(writer.run_now, forget_drafts))
        except Unavailable:
            LOG.warning("drafts not deleted: the bank does not write")
        await asyncio.sleep(EVERY_SECONDS)


def _expired(tx: Transaction, at: int, those: list[Live]) -> list[Event]:
    """Expire those that still stand: the same declaration, amended or not since it was found."""
    now = [(live, bank.live(tx, live.program, live.person)) for live in those]
    return [
        bank.expire(tx, at, standing)
        for live, standing in now
        if standing is not None and standing.declaration == live.declaration
    ]


def _over(validity: Validity, live: Live, at: int) -> bool:
    end = validity.ends(live.first_at)
    return end is not None and end <= at


def _months_on(local: datetime, months: int) -> datetime:
    """Add calendar months to a local time, as the clocks show it."""
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day, tzinfo=None, fold=0)


def _instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Find when the clocks show a local time: the later of two such instants; where there is none, an hour later."""
    both = [shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    right = [one for one in both if one.astimezone(zone).replace(tzinfo=None, fold=0) == shown]
    return max(right) if right else _instant(shown + timedelta(hours=1), zone)
