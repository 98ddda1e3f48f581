"""A ticket of the waiting line: signed, in one spelling only, readable by its holder, forged by nobody.

``base64url(canonical JSON).base64url(HMAC-SHA256)``, both without padding. The signature is over the text before the
point, so that no other spelling of the same bytes passes.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal

Refusal = Literal["malformed", "forged", "not_canonical", "other_opening"]

# A key may sign other things too: nothing else that it signs begins like this.
TAG = b"tirage ticket 1\n"
LONGEST = 512
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]{0,63}")
SHAPE = re.compile(r"[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{43}")
# The only JSON that is ever signed: four keys in order, no space, whole numbers as they are counted, names as they are.
PAYLOAD = re.compile(
    rb'\{"holder":"(?P<holder>[A-Za-z0-9][A-Za-z0-9._/:-]{0,63})","issued_at":(?P<issued_at>0|[1-9][0-9]{0,17}),'
    rb'"opening":"(?P<opening>[A-Za-z0-9][A-Za-z0-9._/:-]{0,63})","position":(?P<position>null|[1-9][0-9]{0,17})\}'
)


class TicketRefused(Exception):  # noqa: N818 - it says what happened
    """A text that is no ticket of this line; ``reason`` says why, as a code."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason: Refusal = reason


@dataclass(frozen=True, slots=True)
class Ticket:
    """A place in the line of an opening. ``position`` counts from 1; None until a draw gives one.

    ``holder`` is the random number of a person, never a name. ``issued_at``: microseconds since 1970, UTC.
    """

    opening: str
    holder: str
    position: int | None
    issued_at: int


def encode(ticket: Ticket, secret: bytes) -> str:
    """Write and sign a ticket. The same ticket and secret give the same text.

    Raises:
        ValueError: a name has a character that tickets do not carry, or a number is out of its range.
    """
    payload = _written(ticket)
    if PAYLOAD.fullmatch(payload) is None:
        raise ValueError(f"no ticket can say {ticket!r}")
    text = _base64(payload)
    return f"{text}.{_signed(text, secret)}"


def decode(text: str, secret: bytes, opening: str) -> Ticket:
    """Read a ticket of ``opening``, once its signature is good.

    Raises:
        TicketRefused: ``malformed`` (cut, too long, letters that no ticket has), ``forged`` (the signature is not
            ours), ``not_canonical`` (signed, yet not as we write), ``other_opening``.
    """
    if len(text) > LONGEST or SHAPE.fullmatch(text) is None:
        raise TicketRefused("malformed")
    payload, _, signature = text.partition(".")
    if not hmac.compare_digest(signature, _signed(payload, secret)):
        raise TicketRefused("forged")
    ticket = _read(payload)
    if ticket.opening != opening:
        raise TicketRefused("other_opening")
    return ticket


def _written(ticket: Ticket) -> bytes:
    position = "null" if ticket.position is None else f"{ticket.position:d}"
    names = f'{{"holder":"{ticket.holder}","issued_at":{ticket.issued_at:d},"opening":"{ticket.opening}",'
    return f'{names}"position":{position}}}'.encode()


def _read(text: str) -> Ticket:
    try:
        payload = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as wrong:
        raise TicketRefused("not_canonical") from wrong
    found = PAYLOAD.fullmatch(payload)
    if found is None or _base64(payload) != text:
        raise TicketRefused("not_canonical")
    holder, issued_at, opening, position = found.groups()
    return Ticket(opening.decode(), holder.decode(), None if position == b"null" else int(position), int(issued_at))


def _base64(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def _signed(text: str, secret: bytes) -> str:
    return _base64(hmac.digest(secret, TAG + text.encode(), "sha256"))
