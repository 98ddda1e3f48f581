"""Lines to test with: a writer without a thread, whose commits can be made to fail before or after they are durable."""

from __future__ import annotations

import asyncio
import atexit

from intake.line import open_line
from intake.openings import Opening, Policy
from intake.writer import Unavailable

SECRET = b"the secret of every test's line."
SEED = bytes(range(32))
NAME = "quebec-pstq-2030"


class WriterAtOnce:
    """Does each piece of work in a commit of its own. ``failing``: what becomes of the next commits, one after another.

    ``before``: not durable, ``after``: durable, though nobody is told.
    """

    def __init__(self, store, clock):
        self.store, self.clock, self.failing, self.waiting, self.commits = store, clock, [], 0, 0

    async def run(self, work):
        await asyncio.sleep(0)
        return self.run_now(work)

    def run_now(self, work):
        failing = self.failing.pop(0) if self.failing else None
        try:
            with self.store.write() as tx:
                with tx.part():
                    found = work(tx, self.clock())
                if failing == "before":
                    raise Unavailable("sync_failed")
        finally:
            self.commits += 1
        if failing == "after":
            raise Unavailable("sync_failed")
        return found


def opening(policy=Policy.ARRIVAL, opens_at=0, name=NAME):
    return Opening(name, "quebec/pstq", opens_at, policy, SEED)


def line_over(store, clock, wanted=None, writer=None, **said):
    return open_line(writer or WriterAtOnce(store, clock), clock, SECRET, wanted or opening(), **said)


RUNNER = asyncio.Runner()
atexit.register(RUNNER.close)


def in_loop(work):
    """Run a coroutine to its end, in the one event loop that lines of tests live in."""
    return RUNNER.run(work)


async def all_of(*works):
    return await asyncio.gather(*works)


def rows(store, name=NAME):
    """Positions by person, as the store has them."""
    with store.read() as tx:
        return dict(tx.all("SELECT person, position FROM ticket WHERE opening = ?", (name,)))


def stood(store, name=NAME):
    with store.read() as tx:
        return tx.one("SELECT reserved, admitted_through FROM opening WHERE opening = ?", (name,))
