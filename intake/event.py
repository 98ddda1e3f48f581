"""Events of the log, each linked to the one before it by a digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from intake.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.store import Transaction

FORMAT = 1
GENESIS = hashlib.sha256(b"tirage bank of declarations").digest()
COLUMNS = "sequence, at, kind, program, person, declaration, version, key, commitment, link"


class Kind(StrEnum):
    """What happened to a declaration."""

    DEPOSIT = "deposit"
    AMEND = "amend"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log.

    ``at``: microseconds UTC, never before the line above. ``key``: a digest of the person's idempotency key.
    ``commitment``: a digest of salt and body, all zeros where there is no body.
    """

    sequence: int
    at: int
    kind: Kind
    program: str
    person: str
    declaration: str
    version: int
    key: str
    commitment: bytes
    link: bytes

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> Event:
        """Read a row of the table ``event``."""
        sequence, at, kind, program, person, declaration, version, key, commitment, link = row
        return cls(sequence, at, Kind(kind), program, person, declaration, version, key, bytes(commitment), bytes(link))

    def spelled(self) -> bytes:
        """Spell all of the event but its link: what the link vouches for, and the leaf of the Merkle tree."""
        return spelled(
            self.sequence,
            self.at,
            self.kind,
            self.program,
            self.person,
            self.declaration,
            self.version,
            self.key,
            self.commitment,
        )


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: its last sequence, instant and link. Nothing may be written at or before ``floor``."""

    sequence: int
    at: int
    floor: int
    link: bytes


def spelled(
    sequence: int,
    at: int,
    kind: str,
    program: str,
    person: str,
    declaration: str,
    version: int,
    key: str,
    commitment: bytes,
) -> bytes:
    """Spell the values of an event in the one canonical way."""
    return canonical([FORMAT, sequence, at, kind, program, person, declaration, version, key, commitment.hex()])


def linked(before: bytes, event: bytes) -> bytes:
    """Link a spelled event to the link before it: SHA-256(link ‖ event)."""
    return hashlib.sha256(before + event).digest()


def head(tx: Transaction) -> Head:
    """Tell where the log stands."""
    row = tx.one("SELECT sequence, at, floor, link FROM head WHERE one = 1")
    if row is None:
        raise LookupError("the bank has no head")
    return Head(row[0], row[1], row[2], bytes(row[3]))


def append(
    tx: Transaction,
    last: Head,
    at: int,
    kind: Kind,
    program: str,
    person: str,
    declaration: str,
    version: int,
    key: str,
    commitment: bytes,
) -> Event:
    """Write the event after ``last``. Its instant is ``at``, or that of the line above where the clock jumped back."""
    at = max(at, last.at, last.floor + 1)
    sequence = last.sequence + 1
    link = linked(last.link, spelled(sequence, at, kind, program, person, declaration, version, key, commitment))
    row = (sequence, at, kind.value, program, person, declaration, version, key, commitment, link)
    tx.run(f"INSERT INTO event ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    tx.run("UPDATE head SET sequence = ?, at = ?, link = ? WHERE one = 1", (sequence, at, link))
    return Event(sequence, at, kind, program, person, declaration, version, key, commitment, link)


def events(tx: Transaction, after: int, most: int) -> Iterator[Event]:
    """Give at most ``most`` events after a sequence, in order."""
    rows = tx.all(f"SELECT {COLUMNS} FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?", (after, most))
    return (Event.of_row(row) for row in rows)
