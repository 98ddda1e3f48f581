"""One connection of one person: HTTP/1.1 by hand, one request at a time, so that a core carries ten thousand."""

from __future__ import annotations

import asyncio
import socket
import time
from typing import NamedTuple

NO_PORT_YET = getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24)  # the port is chosen at connect: one address, 28,000 peers
END = b"\r\n\r\n"


class CutError(Exception):
    """The connection was refused, cut or silent: whether the request was heard is not known."""


class Reply(NamedTuple):
    """An answer. ``at``: the monotonic time when its last byte came. ``retry_after``: None where it does not say."""

    status: int
    head: bytes
    body: bytes
    at: float

    @property
    def retry_after(self) -> float | None:
        """Read the header that says when to come again."""
        found = header(self.head, b"retry-after")
        return float(found) if found and found.isdigit() else None


def header(head: bytes, name: bytes) -> bytes | None:
    """Find a header in a head in lower case."""
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return None
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


class Connection(asyncio.Protocol):
    """A connection that is open. It asks one thing at a time."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[Reply] | None = None
        self.held = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        """Read an answer, once it is whole."""
        self.held += data
        reply = whole(self.held, time.monotonic())
        if reply is None:
            return
        self.held = b""
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_result(reply)
        if b"\r\nconnection: close" in reply.head:
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self.transport = None
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(CutError(str(exc)))

    @property
    def open(self) -> bool:
        """Tell whether something can be asked."""
        return self.transport is not None and not self.transport.is_closing()

    async def ask(self, request: bytes, patience: float) -> Reply:
        """Send a request, wait for its answer.

        Raises:
            CutError: the connection was cut, or nothing came for ``patience`` seconds.
        """
        if self.transport is None:
            raise CutError("closed")
        self.held = b""
        self.waiting = self.loop.create_future()
        self.transport.write(request)
        try:
            async with asyncio.timeout(patience):
                return await self.waiting
        except TimeoutError:
            self.close()
            raise CutError("silent") from None

    def close(self) -> None:
        """Close."""
        if self.transport is not None:
            self.transport.close()


def whole(held: bytes, at: float) -> Reply | None:
    """Read an answer; None while it is not whole. Bodies have a length: the service sends nothing in chunks."""
    end = held.find(END)
    if end < 0:
        return None
    head = held[:end].lower()
    length = int(header(head, b"content-length") or 0)
    start = end + len(END)
    if len(held) < start + length:
        return None
    return Reply(int(head[9:12]), head, held[start : start + length], at)


async def connect(host: str, port: int, source: str, patience: float) -> Connection:
    """Open a connection from a source address.

    Raises:
        CutError: it was refused, or not accepted within ``patience`` seconds.
    """
    loop = asyncio.get_running_loop()
    own = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        own.settimeout(0)
        own.setsockopt(socket.IPPROTO_IP, NO_PORT_YET, 1)
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        own.bind((source, 0))
        async with asyncio.timeout(patience):
            await loop.sock_connect(own, (host, port))
            _, protocol = await loop.create_connection(Connection, sock=own)
    except (OSError, TimeoutError) as reason:
        own.close()
        raise CutError(repr(reason)) from None
    return protocol


def request(method: str, path: str, host: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Write a request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", *[f"{name}: {value}" for name, value in headers.items()]]
    if method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
