"""Logs: one line of JSON each, on the error stream, and nothing personal in any of them.

A request is logged by the template of its route, never by its address or query; an exception by its type and the lines
of code it went through, never by its message, which may quote what somebody typed.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from intake.clock import Clock

HELD = 500  # lines, at most, before they are written
PARCELS = 100  # of lines that wait to be written


class Lines:
    """Writes lines of requests, a few hundred at a time, in a thread of its own: whoever reads them may be slow.

    Where nobody reads them at all, lines are dropped, and counted in ``dropped``.
    """

    def __init__(self, clock: Clock, stream: TextIO | None = None) -> None:
        self._clock, self._stream, self._held = clock, stream, list[str]()
        self._parcels: Queue[str | None] = Queue(PARCELS)
        self._thread: Thread | None = None
        self.dropped = 0

    def request(self, request: str, method: str, route: str, status: int, milliseconds: float, code: str) -> None:
        """Log a request. ``code`` is that of its problem, empty without one."""
        refused = f', "problem": "{code}"' if code else ""
        self._held.append(
            f'{{"at": {self._clock()}, "log": "request", "request": "{request}", "method": "{method}", '
            f'"route": {json.dumps(route)}, "status": {status}, "milliseconds": {milliseconds:.2f}{refused}}}\n'
        )
        if len(self._held) >= HELD:
            self.flush()

    def start(self) -> None:
        """Start the thread."""
        self._thread = Thread(target=self._write_on, name="log", daemon=True)
        self._thread.start()

    def flush(self) -> None:
        """Have what is held written."""
        if not self._held:
            return
        try:
            self._parcels.put_nowait("".join(self._held))
        except Full:
            self.dropped += len(self._held)
        self._held.clear()

    def stop(self) -> None:
        """Write what is held, then end; after two seconds at the latest."""
        self.flush()
        with suppress(Full):
            self._parcels.put_nowait(None)
        if self._thread is not None:
            self._thread.join(2)

    def _write_on(self) -> None:
        while (parcel := self._parcels.get()) is not None:
            stream = self._stream or sys.stderr
            with suppress(OSError):
                stream.write(parcel)
                stream.flush()


class AsJson(logging.Formatter):
    """Writes records of the standard logs as lines of JSON."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        said: dict[str, Any] = {
            "at": self._clock(),
            "log": record.name,
            "level": record.levelname.lower(),
            "said": record.getMessage().partition("\n")[0],  # asyncio goes on with what a task was about
        }
        if record.exc_info and record.exc_info[0] is not None:
            said["exception"] = record.exc_info[0].__name__
            lines = traceback.extract_tb(record.exc_info[2])
            said["through"] = [f"{line.filename}:{line.lineno} {line.name}" for line in lines]
        return json.dumps(said, ensure_ascii=False)


def set_up(clock: Clock) -> None:
    """Send every log to the error stream as JSON; of the server’s own, errors: whoever sends nonsense fills no disk."""
    handler = logging.StreamHandler()
    handler.setFormatter(AsJson(clock))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)
        logging.getLogger(name).handlers[:] = []
