"""A bank on a disk that may fail, people who deposit at once and remember what they are told, and what is found."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from intake.bank import Answer, Order, body_of, commitment, deposit
from intake.canonical import canonical
from intake.event import GENESIS, events, linked
from intake.sqlite_store import SqliteStore
from intake.writer import Unavailable, Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from disk import Disk

PROGRAM = "quebec/pstq"


def ticking() -> Callable[[], int]:
    """Give a clock that goes on by a millisecond each time it is read."""
    now = [1_764_000_000_000_000]

    def read() -> int:
        now[0] += 1_000
        return now[0]

    return read


def admit(store: SqliteStore, people: range) -> None:
    """Make persons."""
    row = "INSERT INTO person (person, family_name, given_names, document_country, document_number, made_at)"
    with store.write() as tx:
        tx.many(f"{row} VALUES (?, 'A', 'B', 'MAR', ?, 0)", [(f"P-{one}", f"X{one}") for one in people])


def order(one: int) -> Order:
    """Give the one order of a person: whoever asks again uses the same key and says the same."""
    return Order(PROGRAM, f"P-{one}", f"key-of-person-{one:04}", {"age": 18 + one % 40, "said": "é" * (one % 300)})


@dataclass
class Crowd:
    """People who deposit, each in turn from one of several threads, until one is told that it cannot be."""

    writer: Writer
    people: range
    told: dict[int, Answer] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def deposit(self, *, threads: int = 8, tries: int = 1) -> None:
        """Deposit everything; ``tries`` times each, and nobody goes on after the last."""
        parts = [
            threading.Thread(target=self._part, args=(self.people[first::threads], tries)) for first in range(threads)
        ]
        for part in parts:
            part.start()
        for part in parts:
            part.join()

    def _part(self, people: range, tries: int) -> None:
        for one in people:
            if not any(self._told(one) for _ in range(tries)):
                return

    def _told(self, one: int) -> bool:
        try:
            self.told[one] = self.writer.run_now(lambda tx, at: deposit(tx, at, order(one)))
        except Unavailable as refused:
            self.refused.append(str(refused.reason))
            return False
        return True


def opened(path: Path, disk: Disk | None = None, synchronous: str = "FULL") -> SqliteStore:
    """Open a bank on a disk, or on the real one."""
    return SqliteStore(path, vfs=None if disk is None else disk.name, synchronous=synchronous)


def found(store: SqliteStore) -> dict[str, int]:
    """Find the sequence of each person's live deposit, after checking the chain, every body and every key."""
    with store.read() as tx:
        link, last = GENESIS, 0
        for event in events(tx, 0, 1_000_000):
            link = linked(link, event.spelled())
            assert (event.link, event.sequence) == (link, event.sequence)
            assert event.at >= last
            last = event.at
            salt = tx.one("SELECT salt FROM body WHERE sequence = ?", (event.sequence,))[0]
            assert commitment(salt, body_of(tx, event.sequence)) == event.commitment
        assert [row[0] for row in tx.all("SELECT sequence FROM event ORDER BY sequence")] == list(
            range(1, tx.one("SELECT count(*) FROM event")[0] + 1)
        )
        head = tx.one("SELECT sequence, link FROM head")
        assert head == (tx.one("SELECT coalesce(max(sequence), 0) FROM event")[0], link)
        return dict(tx.all("SELECT person, sequence FROM live"))


def missing(store: SqliteStore, told: dict[int, Answer]) -> list[int]:
    """Find who was told that the deposit is in the bank, where it is not, or not as it was told."""
    here = found(store)
    lost = []
    with store.read() as tx:
        for one, answer in sorted(told.items()):
            assert answer.status == 201
            if here.get(f"P-{one}") != answer.event.sequence:
                lost.append(one)
                continue
            assert body_of(tx, answer.event.sequence) == canonical(order(one).body)
            row = tx.one("SELECT link FROM event WHERE sequence = ?", (answer.event.sequence,))
            if row[0] != answer.event.link:
                lost.append(one)
    return lost


def digest(told: dict[int, Answer]) -> str:
    """Digest what people were told."""
    rows = [(one, answer.event.sequence, answer.event.link.hex()) for one, answer in sorted(told.items())]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()
