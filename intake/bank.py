"""What may happen to a declaration: deposited, amended, withdrawn, expired, erased. Pure over a transaction.

One live declaration a person and program. The instant of a declaration is that of its deposit, whatever is amended
later; after a withdrawal, a new declaration has an instant of its own. The first answer to a key is given again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from intake.canonical import canonical
from intake.event import COLUMNS, Event, Head, Kind, append, head

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.store import Transaction

NOTHING = bytes(32)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fresh_declaration() -> str:
    """Make a number for a declaration: 60 random bits, spelled without letters that look like digits."""
    bits = secrets.randbits(60)
    drawn = "".join(ALPHABET[bits >> place & 31] for place in range(0, 60, 5))
    return f"D-{drawn[:4]}-{drawn[4:8]}-{drawn[8:]}"


def fresh_person() -> str:
    """Make a number for a person: 128 random bits, which say nothing of the person."""
    return f"P-{secrets.token_hex(16)}"


def _salt() -> bytes:
    return secrets.token_bytes(16)


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asks for. ``body``: what is declared, None for a withdrawal. ``key``: the idempotency key."""

    program: str
    person: str
    key: str
    body: Mapping[str, Any] | None = None
    declaration: str = field(default_factory=fresh_declaration)
    salt: bytes = field(default_factory=_salt)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an order. ``status`` is that of HTTP; ``event`` is None where nothing was written."""

    status: int
    code: str
    event: Event | None = None
    replayed: bool = False
    version: int | None = None


UNKNOWN = Answer(403, "no_person")


@dataclass(frozen=True, slots=True)
class Live:
    """A declaration that stands in the bank now."""

    program: str
    person: str
    declaration: str
    version: int
    first_at: int
    sequence: int


def live(tx: Transaction, program: str, person: str) -> Live | None:
    """Find the live declaration of a person in a program."""
    row = tx.one(
        "SELECT program, person, declaration, version, first_at, sequence FROM live WHERE program = ? AND person = ?",
        (program, person),
    )
    return None if row is None else Live(*row)


def body_of(tx: Transaction, sequence: int) -> bytes | None:
    """Give what was declared at an event; None where nothing was, or where it has been erased."""
    row = tx.one("SELECT body FROM body WHERE sequence = ?", (sequence,))
    return None if row is None else bytes(row[0])


def commitment(salt: bytes, body: bytes) -> bytes:
    """Commit to a body without telling it: SHA-256(salt ‖ body)."""
    return hashlib.sha256(salt + body).digest()


def key_digest(person: str, key: str) -> str:
    """Turn a person's key into what the chain may show."""
    return hashlib.sha256(f"{person}\0{key}".encode()).hexdigest()[:32]


def deposit(tx: Transaction, at: int, order: Order) -> Answer:
    """Put a declaration into the bank. 201; 409 where one is live already."""
    asked = _request("deposit", order, None)
    found = _found(tx, order)
    if found is None:
        return UNKNOWN
    if (first := _first_answer(tx, found, asked)) is not None:
        return first
    if (standing := found.live) is not None:
        return _refused(tx, order, asked, 409, "live_already", standing.version)
    event = _written(tx, found.last, at, Kind.DEPOSIT, order, order.declaration, 1)
    tx.run(
        "INSERT INTO live (program, person, declaration, version, first_at, sequence) VALUES (?, ?, ?, ?, ?, ?)",
        (order.program, order.person, event.declaration, 1, event.at, event.sequence),
    )
    return _done(tx, order, asked, Answer(201, "deposited", event, version=1))


def amend(tx: Transaction, at: int, order: Order, if_match: int) -> Answer:
    """Change what is declared, not when it was deposited. 200; 404 without one; 412 if another changed it."""
    asked = _request("amend", order, if_match)
    found = _matching(tx, order, asked, if_match)
    if isinstance(found, Answer):
        return found
    standing, last = found
    event = _written(tx, last, at, Kind.AMEND, order, standing.declaration, standing.version + 1)
    tx.run(
        "UPDATE live SET version = ?, sequence = ? WHERE program = ? AND person = ?",
        (event.version, event.sequence, order.program, order.person),
    )
    return _done(tx, order, asked, Answer(200, "amended", event, version=event.version))


def withdraw(tx: Transaction, at: int, order: Order, if_match: int) -> Answer:
    """Take a declaration out of the bank, at its person's wish. 200; 404 without one; 412 if another changed it."""
    asked = _request("withdraw", order, if_match)
    found = _matching(tx, order, asked, if_match)
    if isinstance(found, Answer):
        return found
    standing, last = found
    event = _ended(tx, last, at, Kind.WITHDRAW, standing, key_digest(order.person, order.key))
    return _done(tx, order, asked, Answer(200, "withdrawn", event, version=event.version))


def expire(tx: Transaction, at: int, standing: Live) -> Event:
    """Take a live declaration out of the bank, because the law says that it is no longer valid."""
    return _ended(tx, head(tx), at, Kind.EXPIRE, standing, "")


def erase(tx: Transaction, at: int, person: str) -> list[Event]:
    """Forget a person: every body, draft, answer, account and name. The chain keeps its links, and still verifies.

    An event tells each live declaration that ended so; one without a declaration where there was none.
    """
    rows = tx.all(
        "SELECT program, person, declaration, version, first_at, sequence FROM live WHERE person = ? ORDER BY program",
        (person,),
    )
    done = [_ended(tx, head(tx), at, Kind.ERASE, Live(*row), "") for row in rows]
    if not done:
        done = [append(tx, head(tx), at, Kind.ERASE, "", person, "", 0, "", NOTHING)]
    tx.run("DELETE FROM body WHERE sequence IN (SELECT sequence FROM event WHERE person = ?)", (person,))
    tx.run("DELETE FROM sign_in WHERE email IN (SELECT email FROM account WHERE person = ?)", (person,))
    for table in ("answer", "draft", "account", "person"):
        tx.run(f"DELETE FROM {table} WHERE person = ?", (person,))
    return done


def _request(kind: str, order: Order, if_match: int | None) -> bytes:
    return hashlib.sha256(canonical([kind, order.program, order.body, if_match])).digest()


@dataclass(frozen=True, slots=True)
class _Found:
    """What one reading tells of an order: the first answer to its key, the live declaration, where the log stands."""

    answer: tuple[Any, ...] | None
    live: Live | None
    last: Head


def _found(tx: Transaction, order: Order) -> _Found | None:
    """Read all that an order depends on at once: one way to the store and back. None for a person who is not known."""
    row = tx.one(
        "SELECT answer.request, answer.status, answer.code, answer.sequence, answer.version,"
        " live.declaration, live.version, live.first_at, live.sequence, head.sequence, head.at, head.floor, head.link"
        " FROM head CROSS JOIN person"
        " LEFT JOIN answer ON answer.person = person.person AND answer.key = ?"
        " LEFT JOIN live ON live.program = ? AND live.person = person.person"
        " WHERE head.one = 1 AND person.person = ?",
        (order.key, order.program, order.person),
    )
    if row is None:
        return None
    answer, standing, (sequence, at, floor, link) = row[:5], row[5:9], row[9:]
    return _Found(
        None if answer[0] is None else answer,
        None if standing[0] is None else Live(order.program, order.person, *standing),
        Head(sequence, at, floor, bytes(link)),
    )


def _first_answer(tx: Transaction, found: _Found, asked: bytes) -> Answer | None:
    """Give the first answer to a key again; refuse a key that was used for something else."""
    if found.answer is None:
        return None
    request, status, code, sequence, version = found.answer
    if bytes(request) != asked:
        return Answer(422, "key_reused")
    written = None if sequence is None else tx.one(f"SELECT {COLUMNS} FROM event WHERE sequence = ?", (sequence,))
    event = None if written is None else Event.of_row(written)
    return Answer(status, code, event, replayed=True, version=version)


def _matching(tx: Transaction, order: Order, asked: bytes, if_match: int) -> tuple[Live, Head] | Answer:
    """Give the declaration that an order means to change and where the log stands; or the answer, if it may not."""
    found = _found(tx, order)
    if found is None:
        return UNKNOWN
    if (first := _first_answer(tx, found, asked)) is not None:
        return first
    if found.live is None:
        return _refused(tx, order, asked, 404, "none_live", None)
    if found.live.version != if_match:
        return _refused(tx, order, asked, 412, "version_changed", found.live.version)
    return found.live, found.last


def _written(tx: Transaction, last: Head, at: int, kind: Kind, order: Order, declaration: str, version: int) -> Event:
    """Write an event that has a body."""
    body = canonical(order.body)
    key = key_digest(order.person, order.key)
    sealed = commitment(order.salt, body)
    event = append(tx, last, at, kind, order.program, order.person, declaration, version, key, sealed)
    tx.run("INSERT INTO body (sequence, salt, body) VALUES (?, ?, ?)", (event.sequence, order.salt, body))
    return event


def _ended(tx: Transaction, last: Head, at: int, kind: Kind, standing: Live, key: str) -> Event:
    """Write an event that takes a declaration out of the bank."""
    event = append(
        tx,
        last,
        at,
        kind,
        standing.program,
        standing.person,
        standing.declaration,
        standing.version + 1,
        key,
        NOTHING,
    )
    tx.run("DELETE FROM live WHERE program = ? AND person = ?", (standing.program, standing.person))
    return event


def _refused(tx: Transaction, order: Order, asked: bytes, status: int, code: str, version: int | None) -> Answer:
    return _done(tx, order, asked, Answer(status, code, version=version))


def _done(tx: Transaction, order: Order, asked: bytes, answer: Answer) -> Answer:
    """Keep the first answer to a key."""
    sequence = None if answer.event is None else answer.event.sequence
    tx.run(
        "INSERT INTO answer (person, key, request, status, code, sequence, version) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (order.person, order.key, asked, answer.status, answer.code, sequence, answer.version),
    )
    return answer
