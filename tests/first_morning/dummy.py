"""A service that behaves badly on purpose, to try the crowd on: it cuts, is busy, and answers what the real one would.

``python tests/first_morning/dummy.py PORT [CUT_EVERY [BUSY_EVERY]]``
"""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop


class Dummy:
    """What it was asked. Every ``cut_every``-th request is cut unanswered; every ``busy_every``-th must come again."""

    def __init__(self, cut_every: int = 0, busy_every: int = 0) -> None:
        self.cut_every, self.busy_every = cut_every, busy_every
        self.asked = 0
        self.tickets: dict[str, int] = {}
        self.deposits: dict[tuple[str, str], int] = {}

    def answer(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, object]] | None:
        self.asked += 1
        if self.cut_every and self.asked % self.cut_every == 0:
            self._do(method, path, headers)  # heard and done, but the answer is lost
            return None
        if self.busy_every and self.asked % self.busy_every == 0:
            return 503, {"code": "busy"}
        return self._do(method, path, headers)

    def _do(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, dict[str, object]]:
        who = headers["authorization"]
        if path == "/v1/line":
            position = self.tickets.setdefault(who, len(self.tickets) + 1)
            ahead = max(0, position - self.asked // 4)
            place = {"ticket": f"t{position}", "position": position, "ahead": ahead, "admitted": ahead == 0}
            return 201 if method == "POST" else 200, place | {"retry_after": 1, "estimate_seconds": None}
        sequence = self.deposits.setdefault((who, headers["idempotency-key"]), len(self.deposits) + 1)
        return 201, {"sequence": sequence}


class Spoken(asyncio.Protocol):
    def __init__(self, dummy: Dummy) -> None:
        self.dummy, self.held = dummy, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.held += data
        head, found, rest = self.held.partition(b"\r\n\r\n")
        if not found:
            return
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        if len(rest) < int(headers.get("content-length", 0)):
            return
        self.held = b""
        method, path, _ = first.split(" ")
        said = self.dummy.answer(method, path, headers)
        if said is None:
            self.transport.abort()
            return
        status, body = said
        text = json.dumps(body).encode()
        busy = b"retry-after: 1\r\n" if status == 503 else b""
        self.transport.write(b"HTTP/1.1 %d .\r\n%scontent-length: %d\r\n\r\n%s" % (status, busy, len(text), text))


async def listen(port: int, dummy: Dummy) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    return await loop.create_server(lambda: Spoken(dummy), "127.0.0.1", port, backlog=4096)


async def main(port: int, *every: int) -> None:
    server = await listen(port, Dummy(*every))
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(*map(int, sys.argv[1:])))
