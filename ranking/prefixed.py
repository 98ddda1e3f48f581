"""Bytes that are hashed: every field after its length, so that two different lists never give the same bytes."""

from __future__ import annotations

from ranking.faults import Fault, RoundError
from rules.text import Text, same


def prefixed(*fields: str) -> bytes:
    """Write each field as the count of its UTF-8 bytes, 4 bytes big-endian, then the bytes themselves.

    No field is normalised: é in one character and é in two are different fields.

    Raises:
        RoundError: a field has a character that UTF-8 cannot write, such as an unreadable byte of a command line.
    """
    return b"".join(one(field) for field in fields)


def one(field: str) -> bytes:
    """Write one field after its length; see :func:`prefixed`."""
    try:
        written = field.encode()
    except UnicodeEncodeError:
        raise RoundError([_unwritable(field)]) from None
    return len(written).to_bytes(4, "big") + written


def _unwritable(field: str) -> Fault:
    found = Text("un caractère que l’UTF-8 ne peut pas écrire", "a character that UTF-8 cannot write")
    expected = Text("un texte en UTF-8", "text in UTF-8")
    write = Text("la valeur exacte, copiée de la source", "the exact value, copied from its source")
    return Fault(same(repr(field)), found, expected, write)
