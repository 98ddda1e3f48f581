"""The one writer: many pieces of work in a commit, and nobody answered before it."""

import asyncio
import threading

import pytest

from intake.store import StoreFailed
from intake.writer import Unavailable, Writer


@pytest.fixture
def running(store, clock):
    batches = []
    writer = Writer(store, clock, watch=lambda count, seconds: batches.append((count, seconds)))
    writer.batches = batches
    writer.start()
    yield writer
    writer.stop()


def put(size, value=b"x"):
    return lambda tx, _at: tx.run("INSERT INTO root (size, root, at) VALUES (?, ?, 0)", (size, value))


def sizes(store):
    with store.read() as tx:
        return sorted(row[0] for row in tx.all("SELECT size FROM root"))


def test_work_that_waits_together_is_committed_together(running, store):
    async def many():
        await asyncio.gather(*(running.run(put(size)) for size in range(1, 301)))

    asyncio.run(many())
    assert sizes(store) == list(range(1, 301))
    assert sum(count for count, _ in running.batches) == 300
    assert len(running.batches) < 60


def test_work_that_raises_is_undone_alone(running, store):
    def wrong(tx, at):
        put(7)(tx, at)
        raise ValueError("no")

    async def three():
        return await asyncio.gather(
            running.run(put(1)), running.run(wrong), running.run(put(2)), return_exceptions=True
        )

    _, refused, _ = asyncio.run(three())
    assert isinstance(refused, ValueError)
    assert sizes(store) == [1, 2]


def test_nobody_is_answered_when_the_commit_fails_and_the_store_is_opened_anew(running, store, monkeypatch):
    class Failing:
        def __enter__(self):
            raise StoreFailed("sync_failed", "the disk said no")

        def __exit__(self, *_):
            return False

    reopened = threading.Event()
    with monkeypatch.context() as patched:
        patched.setattr(store, "write", Failing)
        patched.setattr(store, "reopen", reopened.set)
        with pytest.raises(Unavailable, match="sync_failed"):
            running.run_now(put(1))
        assert running.failing == "sync_failed"
    assert reopened.is_set()
    running.run_now(put(2))
    assert running.failing is None
    assert sizes(store) == [2]


def test_too_many_are_told_at_once(store, clock):
    writer = Writer(store, clock, most_waiting=2)
    writer._thread = threading.Thread()  # not started: nothing is taken from the queue

    async def three():
        waiting = [asyncio.ensure_future(writer.run(put(size))) for size in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="busy"):
            await writer.run(put(3))
        for one in waiting:
            one.cancel()

    asyncio.run(three())


def test_stopping_finishes_what_waits(store, clock):
    writer = Writer(store, clock)
    writer.start()
    done = []
    threads = [threading.Thread(target=lambda size=size: done.append(writer.run_now(put(size)))) for size in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.stop()
    assert sizes(store) == [1, 2, 3]
    with pytest.raises(Unavailable, match="stopping"):
        writer.run_now(put(4))


def test_the_work_is_given_the_clock(running, clock):
    assert running.run_now(lambda _tx, at: at) == clock.at


def test_a_mistake_in_a_statement_is_its_askers_and_undone_alone(running, store):
    def twice(tx, at):
        put(7)(tx, at)
        put(7)(tx, at)

    async def three():
        return await asyncio.gather(
            running.run(put(1)), running.run(twice), running.run(put(2)), return_exceptions=True
        )

    first, wrong, last = asyncio.run(three())
    assert (first, last) == (None, None)
    assert "unique" in str(wrong).lower()
    assert sizes(store) == [1, 2]
