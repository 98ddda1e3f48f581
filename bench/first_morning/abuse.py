"""Those who keep others out, in a process of their own: ``python -m bench.first_morning.abuse JOB FOUND``.

JOB is a JSON file (see ``Job``), FOUND the one that it writes. They are signed in. Kinds: ``idle`` opens sockets and
says nothing, again as soon as one is closed; ``slow`` sends a request one byte a second;
``huge`` sends bodies of 100 MB, announced or in chunks, whatever is answered; ``deep`` sends JSON of depth 10,000.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TypedDict

import uvloop

from bench.first_morning.wire import Connection, CutError, connect, request

HUGE = 100_000_000
PIECE = bytes(65_536)
DEEP = 10_000
PATH = "/v1/declarations/quebec/pstq"
SOURCES = 16


class Job(TypedDict):
    """Who does what, how many at once, for how long."""

    kind: str
    port: int
    count: int
    seconds: float
    sessions: list[str]


class Abuse:
    """What was tried, and what came of it: ``met`` counts, ``most_open`` is the most sockets held at once."""

    def __init__(self, job: Job) -> None:
        self.port, self.sessions = job["port"], job["sessions"]
        self.until = time.monotonic() + job["seconds"]
        self.met: Counter[str] = Counter()
        self.open = self.most_open = 0

    async def again(self, kind: str, number: int) -> None:
        """Do it again until the time is over."""
        while time.monotonic() < self.until:
            try:
                wire = await connect("127.0.0.1", self.port, f"127.0.1.{1 + number % SOURCES}", 30)
            except CutError:
                self.met["not let in"] += 1
                await asyncio.sleep(1)
                continue
            self.open += 1
            self.most_open = max(self.open, self.most_open)
            try:
                await getattr(self, f"_{kind}")(wire, number)
            except CutError:
                self.met["cut"] += 1
            finally:
                self.open -= 1
                wire.close()
            await asyncio.sleep(0.1 if kind == "idle" else 1)

    def _post(self, number: int, body: bytes = b"") -> bytes:
        session = self.sessions[number % len(self.sessions)]
        headers = {"Authorization": f"Bearer {session}", "Content-Type": "application/json"}
        return request("POST", PATH, "127.0.0.1", headers | {"Idempotency-Key": f"abuse-{number:012}"}, body)

    async def _idle(self, wire: Connection, _number: int) -> None:
        wire.waiting = wire.loop.create_future()
        try:
            async with asyncio.timeout(max(0.0, self.until - time.monotonic())):
                await wire.waiting
        except TimeoutError:
            return

    async def _slow(self, wire: Connection, number: int) -> None:
        said = self._post(number, b'{"a": "' + b"x" * 500 + b'"}')
        headers = said.index(b"\r\n\r\n") + 4 if number % 2 else 0  # every other one is slow with its body only
        await self._send(wire, [said[:headers]] if headers else [], 0)
        await self._send(wire, [said[i : i + 1] for i in range(headers, len(said))], 1)

    async def _huge(self, wire: Connection, number: int) -> None:
        head = self._post(number)
        if number % 2:
            head = head.replace(b"Content-Length: 0", b"Content-Length: %d" % HUGE)
            pieces = [PIECE] * (HUGE // len(PIECE) + 1)
        else:
            head = head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
            pieces = [b"%x\r\n%s\r\n" % (len(PIECE), PIECE)] * (HUGE // len(PIECE) + 1)
        await self._send(wire, [head, *pieces], 0)

    async def _deep(self, wire: Connection, number: int) -> None:
        body = (b'{"a":' if number % 2 else b"[") * DEEP + b"1" + (b"}" if number % 2 else b"]") * DEEP
        reply = await wire.ask(self._post(number, body), 30)
        self.met[str(reply.status)] += 1

    async def _send(self, wire: Connection, pieces: list[bytes], pause: float) -> None:
        """Send piece by piece, until it is cut; what is answered meanwhile is counted and not heeded."""
        wire.waiting = wire.loop.create_future()
        wire.waiting.add_done_callback(lambda done: done.cancelled() or done.exception())  # it is read below
        for piece in pieces:
            if wire.transport is None or not wire.open or time.monotonic() > self.until:
                break
            wire.transport.write(piece)
            while wire.transport is not None and wire.transport.get_write_buffer_size() > len(PIECE) and wire.open:
                await asyncio.sleep(0.005)
            await asyncio.sleep(pause)
        if wire.waiting.done() and not wire.waiting.cancelled() and wire.waiting.exception() is None:
            self.met[str(wire.waiting.result().status)] += 1
        else:
            self.met["sent, or cut without an answer"] += 1


async def run(job: Job) -> Abuse:
    """Let all of them do it at once."""
    abuse = Abuse(job)
    await asyncio.gather(*(abuse.again(job["kind"], number) for number in range(job["count"])))
    return abuse


def main(job: str, found: str) -> None:
    """Do it, and write what came of it."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        abuse = runner.run(run(json.loads(Path(job).read_text(encoding="utf-8"))))
    said = {"most open at once": abuse.most_open} | dict(abuse.met)
    Path(found).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
