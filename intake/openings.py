"""What the line of an opening writes: positions in blocks, one ticket a person, the draw, the admission.

Pure functions over a transaction; a store lets one transaction write at a time, whatever the number of hosts.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from intake.tickets import NAME

if TYPE_CHECKING:
    from intake.store import Transaction

SHORTEST_SEED = 16


class Policy(StrEnum):
    """Who stands before whom: by arrival, or by a draw among those who came before the opening (others follow)."""

    ARRIVAL = "arrival"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Opening:
    """The opening of a program, and how far its line has come. ``opens_at``: microseconds since 1970, UTC.

    ``seed`` orders the draw; its digest is shown from the beginning, the seed once the draw is done. Positions up to
    ``reserved`` may have been handed out; those up to ``admitted_through`` may come in.

    Raises:
        ValueError: no ticket can carry the name, or the seed can be guessed.
    """

    opening: str
    program: str
    opens_at: int
    policy: Policy
    seed: bytes
    drawn: bool = False
    reserved: int = 0
    admitted_through: int = 0

    def __post_init__(self) -> None:
        if NAME.fullmatch(self.opening) is None:
            raise ValueError(
                f"opening {self.opening!r}: expected 1 to 64 letters and digits without accents, or . _ / : -"
            )
        if len(self.seed) < SHORTEST_SEED:
            raise ValueError(f"seed of {len(self.seed)} bytes: expected {SHORTEST_SEED} random bytes or more")

    @property
    def seed_digest(self) -> str:
        """The SHA-256 of the seed, to be published before anyone has a ticket."""
        return hashlib.sha256(self.seed).hexdigest()


@dataclass(frozen=True, slots=True)
class Standing:
    """How the line of an opening stands: the last position issued; and before a draw, how many have a ticket."""

    opening: Opening
    issued: int
    early: int


class NotDrawn(Exception):  # noqa: N818 - never seen outside the line
    """The opening is over its hour and its draw is not done."""


def lot_of(seed: bytes, person: str) -> bytes:
    """Give the lot of a person: SHA-256(seed ‖ person). The smallest comes first; anyone can compute it again."""
    return hashlib.sha256(seed + person.encode()).digest()


def make_opening(tx: Transaction, opening: Opening) -> Opening:
    """Write an opening, or find the one of this name as it stands: what was written is never changed."""
    columns = "opening, program, opens_at, policy, seed, drawn, reserved, admitted_through"
    values = (opening.opening, opening.program, opening.opens_at, opening.policy.value, opening.seed)
    tx.run(f"INSERT INTO opening ({columns}) VALUES (?, ?, ?, ?, ?, 0, 0, 0) ON CONFLICT DO NOTHING", values)
    return read_opening(tx, opening.opening)


def read_opening(tx: Transaction, name: str) -> Opening:
    """Read an opening.

    Raises:
        LookupError: there is none of this name.
    """
    columns = "opening, program, opens_at, policy, seed, drawn, reserved, admitted_through"
    row = tx.one(f"SELECT {columns} FROM opening WHERE opening = ?", (name,))
    if row is None:
        raise LookupError(name)
    opening, program, opens_at, policy, seed, drawn, reserved, admitted = row
    return Opening(opening, program, opens_at, Policy(policy), bytes(seed), bool(drawn), reserved, admitted)


def reserve(tx: Transaction, name: str, size: int) -> int:
    """Reserve the next ``size`` positions, and give the last of them. None of them is ever reserved again.

    Raises:
        NotDrawn: a draw comes first.
    """
    stood = read_opening(tx, name)
    if stood.policy is Policy.RANDOM and not stood.drawn:
        raise NotDrawn
    tx.run("UPDATE opening SET reserved = reserved + ? WHERE opening = ?", (size, name))
    return stood.reserved + size


def ticket_of(tx: Transaction, name: str, person: str) -> tuple[int | None, int] | None:
    """Find the position and the instant of issue of a person's ticket; None where there is none."""
    found = tx.one("SELECT position, issued_at FROM ticket WHERE opening = ? AND person = ?", (name, person))
    return None if found is None else (found[0], found[1])


def write_ticket(tx: Transaction, name: str, person: str, position: int | None, at: int) -> None:
    """Write the one ticket of a person who has none."""
    tx.run("INSERT INTO ticket VALUES (?, ?, ?, ?)", (name, person, position, at))


def draw(tx: Transaction, name: str) -> None:
    """Give those who came before the opening their positions, by lot, from 1. Done once; again does nothing."""
    stood = read_opening(tx, name)
    if stood.drawn or stood.policy is not Policy.RANDOM:
        return
    early = [row[0] for row in tx.all("SELECT person FROM ticket WHERE opening = ?", (name,))]
    early.sort(key=lambda person: (lot_of(stood.seed, person), person))
    placed = [(position, name, person) for position, person in enumerate(early, 1)]
    tx.many("UPDATE ticket SET position = ? WHERE opening = ? AND person = ?", placed)
    tx.run("UPDATE opening SET drawn = 1, reserved = ? WHERE opening = ?", (len(early), name))


def drawn_positions(tx: Transaction, name: str) -> dict[str, int]:
    """Read the positions that the draw gave: those of the tickets issued before the opening."""
    sql = """SELECT person, position FROM ticket JOIN opening ON opening.opening = ticket.opening
        WHERE ticket.opening = ? AND issued_at < opens_at AND position IS NOT NULL"""
    return dict(tx.all(sql, (name,)))


def standing(tx: Transaction, name: str) -> Standing:
    """Read how the line stands."""
    opening = read_opening(tx, name)
    if opening.policy is Policy.RANDOM and not opening.drawn:
        found = tx.one("SELECT COUNT(*) FROM ticket WHERE opening = ?", (name,))
        return Standing(opening, 0, int(found[0]) if found else 0)
    return Standing(opening, last_issued(tx, name), 0)


def last_issued(tx: Transaction, name: str) -> int:
    """Give the last position that somebody has, 0 where nobody has one."""
    found = tx.one("SELECT MAX(position) FROM ticket WHERE opening = ?", (name,))
    return 0 if found is None or found[0] is None else int(found[0])


def admit(tx: Transaction, name: str, people: int) -> None:
    """Admit the next ``people`` who have a position: gaps left by a crash hold nobody's place.

    ``admitted_through`` only grows, and never beyond the last position issued.
    """
    if people < 1:
        return
    after = "FROM ticket WHERE opening = ? AND position > (SELECT admitted_through FROM opening WHERE opening = ?)"
    found = tx.one(f"SELECT position {after} ORDER BY position LIMIT 1 OFFSET ?", (name, name, people - 1))
    through = last_issued(tx, name) if found is None else int(found[0])
    sql = "UPDATE opening SET admitted_through = ? WHERE opening = ? AND admitted_through < ?"
    tx.run(sql, (through, name, through))
