"""The hash chain: every entry holds the hash of the one before it, so that nothing can be changed without a trace.

    hash = SHA-256(previous hash as 64 hexadecimal characters, then the content), both as UTF-8

The content is canonical JSON: keys sorted, no spaces, no floating-point numbers, other than ASCII as it is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GENESIS = "0" * 64


@dataclass(frozen=True)
class Entry:
    """One entry as it is stored. ``said`` is its content: ``number``, ``kind``, ``at`` and ``body``."""

    number: int
    previous: str
    content: str
    hash: str

    @cached_property
    def said(self) -> dict[str, Any]:
        """Read the content; a ValueError where it is not one of an entry."""
        read = json.loads(self.content)
        if not isinstance(read, dict) or set(read) != {"number", "kind", "at", "body"}:
            raise ValueError(self.content[:80])
        return read

    @property
    def kind(self) -> str:
        """What happened."""
        return str(self.said["kind"])

    @property
    def kind_or_none(self) -> str | None:
        """What happened; None where the content cannot be read."""
        try:
            return self.kind
        except ValueError:
            return None

    @property
    def at(self) -> datetime:
        """When it was recorded."""
        return datetime.fromisoformat(self.said["at"])

    @property
    def body(self) -> dict[str, Any]:
        """All that was recorded of it."""
        body: dict[str, Any] = self.said["body"]
        return body


def canonical(value: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """Write plain values as JSON in the one way that is hashed. A NaN or an infinity is a ValueError."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest(previous: str, content: str) -> str:
    """Hash the content of an entry after the hash of the one before it."""
    return hashlib.sha256((previous + content).encode()).hexdigest()


def of_receipt(receipt: dict[str, Any]) -> str:
    """Hash a receipt: this is what an approval is tied to."""
    return hashlib.sha256(canonical(receipt).encode()).hexdigest()


def written(at: datetime) -> str:
    """Write an instant in UTC; one without an offset is a ValueError."""
    if at.tzinfo is None:
        raise ValueError(str(at))
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def entry(previous: Entry | None, kind: str, at: datetime, body: dict[str, Any]) -> Entry:
    """Make the entry that comes after ``previous`` (None: the first of a ledger)."""
    number = previous.number + 1 if previous else 1
    before = previous.hash if previous else GENESIS
    content = canonical({"number": number, "kind": kind, "at": written(at), "body": body})
    return Entry(number, before, content, digest(before, content))


def breaks(entries: Sequence[Entry]) -> Iterator[int]:
    """Find the entries, by number, that do not follow from the one before them."""
    previous = GENESIS
    for position, found in enumerate(entries, 1):
        follows = (found.number, found.previous, found.hash) == (position, previous, digest(previous, found.content))
        if not follows or not _whole(found):
            yield found.number
        previous = found.hash


def _whole(found: Entry) -> bool:
    """Tell whether the content of an entry can be read, is canonical, and has the number of the entry."""
    try:
        return canonical(found.said) == found.content and found.said["number"] == found.number
    except (ValueError, TypeError):
        return False
