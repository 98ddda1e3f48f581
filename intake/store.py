"""Where the bank is kept: the few things that SQLite and PostgreSQL do for it, under one interface."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from contextlib import AbstractContextManager

Value = int | str | bytes | None
Reason = Literal["disk_full", "sync_failed", "busy", "gone"]


class StoreFailed(Exception):  # noqa: N818 - it says what happened
    """The store could not do what was asked. What the failed transaction wrote may not be relied on."""

    def __init__(self, reason: Reason, said: str) -> None:
        super().__init__(f"{reason}: {said}")
        self.reason: Reason = reason


class Transaction(Protocol):
    """What may be said inside a transaction. Values stand where ``?`` does."""

    def run(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Run one statement."""
        ...

    def many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run one statement for each row of values."""
        ...

    def one(self, sql: str, values: Sequence[Value] = ()) -> tuple[Any, ...] | None:
        """Give the first row, None where there is none."""
        ...

    def all(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """Give every row."""
        ...

    def part(self) -> AbstractContextManager[None]:
        """Open a part that is undone alone when its body raises."""
        ...


class Store(Protocol):
    """A bank on disk, or on a server."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Write alone: no other writer of any process until it ends; what it wrote is durable when it returns.

        Raises:
            StoreFailed: nothing may be acknowledged; ``reopen`` before the next transaction.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """Read one snapshot, while others write."""
        ...

    def reopen(self) -> None:
        """Open anew after a failure, and find again what is durable."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...
