"""The one writer: many pieces of work, one commit, and nobody is answered before it is on the disk."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from intake.store import Reason, StoreFailed

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.clock import Clock
    from intake.store import Store, Transaction

T = TypeVar("T")
MOST_WAITING = 20_000
MOST_TOGETHER = 500
PAUSE = 0.25  # before a store that failed is opened again


class Unavailable(Exception):  # noqa: N818 - it says what the service is
    """Nothing was acknowledged: the store failed, or too many wait. Ask again, with the same key."""

    def __init__(self, reason: Reason | Literal["stopping"]) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Asked:
    work: Callable[[Transaction, int], Any]
    settle: Callable[[Any, BaseException | None], None]
    loop: asyncio.AbstractEventLoop | None
    result: Any = None
    error: BaseException | None = None


class Writer:
    """A thread that takes all the work that waits, does it in one transaction, commits, and then answers.

    ``watch`` is told of each commit: how many pieces of work, and how many seconds from begin to durable.
    ``failing`` is the reason of the last commit that failed, None since one went well.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        watch: Callable[[int, float], None] = lambda _count, _seconds: None,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._store, self._clock, self._watch = store, clock, watch
        self._queue: deque[_Asked] = deque()
        self._changed = threading.Condition()
        self._most = most_waiting
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.failing: Reason | None = None

    @property
    def waiting(self) -> int:
        """How many pieces of work wait."""
        return len(self._queue)

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._write_on, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    async def run(self, work: Callable[[Transaction, int], T]) -> T:
        """Do a piece of work, and return once it is durable.

        Raises:
            Unavailable: nothing was written, or nobody can tell whether it was: ask again.
            Exception: whatever the work raised; what it wrote was undone.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def settle(result: Any, error: BaseException | None) -> None:  # noqa: ANN401 - what the work gives
            if future.done():
                return
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

        self._ask(_Asked(work, settle, loop))
        return await future

    def run_now(self, work: Callable[[Transaction, int], T]) -> T:
        """Do a piece of work from a thread that may wait, by the writer if it is started, else here."""
        if self._thread is None:
            return self._alone(work)
        done = threading.Event()
        asked = _Asked(work, lambda _result, _error: done.set(), None)
        self._ask(asked)
        done.wait()
        if asked.error is not None:
            raise asked.error
        result: T = asked.result
        return result

    def _alone(self, work: Callable[[Transaction, int], T]) -> T:
        try:
            with self._store.write() as tx:
                return work(tx, self._clock())
        except StoreFailed as failed:
            self._reopen(failed)
            raise Unavailable(failed.reason) from failed

    def _ask(self, asked: _Asked) -> None:
        with self._changed:
            if self._stopping:
                raise Unavailable("stopping")
            if len(self._queue) >= self._most:
                raise Unavailable("busy")
            self._queue.append(asked)
            self._changed.notify()

    def _write_on(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._stopping:
                    self._changed.wait()
                if not self._queue:
                    return
                together = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_TOGETHER))]
            self._write(together)
            _settle(together)

    def _write(self, together: list[_Asked]) -> None:
        began = time.perf_counter()
        try:
            with self._store.write() as tx:
                for asked in together:
                    self._do(tx, asked)
        except Exception as error:  # noqa: BLE001 - whatever it is, the thread lives on, and nobody is told a lie
            failed = error if isinstance(error, StoreFailed) else StoreFailed("gone", repr(error))
            for asked in together:
                asked.result, asked.error = None, Unavailable(failed.reason)
            self._reopen(failed)
            return
        self.failing = None
        self._watch(len(together), time.perf_counter() - began)

    def _do(self, tx: Transaction, asked: _Asked) -> None:
        try:
            with tx.part():
                asked.result = asked.work(tx, self._clock())
        except StoreFailed:
            raise
        except Exception as error:  # noqa: BLE001 - it is the asker's
            asked.error = error

    def _reopen(self, failed: StoreFailed) -> None:
        """After a failed sync nobody knows what is on the disk: open anew, and find out."""
        self.failing = failed.reason
        try:
            self._store.reopen()
        except StoreFailed as still:
            self.failing = still.reason
            time.sleep(PAUSE)


def _settle(together: list[_Asked]) -> None:
    """Answer everyone: once a loop, not once a person."""
    loops: dict[asyncio.AbstractEventLoop | None, list[_Asked]] = {}
    for asked in together:
        loops.setdefault(asked.loop, []).append(asked)
    for loop, those in loops.items():
        if loop is None:
            _each(those)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(_each, those)


def _each(those: list[_Asked]) -> None:
    for asked in those:
        asked.settle(asked.result, asked.error)
