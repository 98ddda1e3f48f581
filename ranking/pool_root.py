"""The root published before a lot: it fixes who takes part without naming anyone.

A Merkle tree as in RFC 6962 over sorted pseudonyms, so that a candidate can be shown to be in it with a few hashes.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from ranking.faults import Fault, RoundError
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Inclusion(NamedTuple):
    """What a candidate needs to find the published root: their pseudonym, its place, the hashes beside their way up."""

    pseudonym: str
    place: int
    path: tuple[str, ...]


@dataclass(frozen=True)
class PoolRoot:
    """The pseudonyms of a frozen set of persons, sorted. Published: ``root`` and ``size``; the rest stays sealed."""

    pseudonyms: tuple[str, ...]

    @classmethod
    def of(cls, persons: Iterable[str], key: bytes) -> PoolRoot:
        """Make the root of a set of persons; order and repetition change nothing.

        Raises:
            RoundError: a sealed key of fewer than 32 bytes, with which ids could be tried one by one.
        """
        return cls(tuple(sorted({pseudonym(person, key) for person in persons})))

    @property
    def size(self) -> int:
        """Count the persons."""
        return len(self.pseudonyms)

    @property
    def root(self) -> str:
        """Give the root, 64 hex characters; of nobody, the SHA-256 of nothing."""
        return _root([_leaf(name) for name in self.pseudonyms]).hex()

    def inclusion(self, person: str, key: bytes) -> Inclusion | None:
        """Show that a person is in the set; None when they are not."""
        name = pseudonym(person, key)
        if name not in self.pseudonyms:
            return None
        index = self.pseudonyms.index(name)
        path = _path([_leaf(other) for other in self.pseudonyms], index)
        return Inclusion(name, index, tuple(beside.hex() for beside in path))


def pseudonym(person: str, key: bytes) -> str:
    """Give the pseudonym of a person: HMAC-SHA-256 of the UTF-8 bytes of the id with the sealed key, in hex."""
    if len(key) < 32:
        raise RoundError([_weak(key)])
    return hmac.new(key, person.encode(), hashlib.sha256).hexdigest()


def includes(root: str, size: int, shown: Inclusion) -> bool:
    """Check with the published root and size alone that a pseudonym is in the set."""
    at, last = shown.place, size - 1
    if not 0 <= at <= last:
        return False
    found = _leaf(shown.pseudonym)
    for beside in map(bytes.fromhex, shown.path):
        if not last:
            return False
        if at % 2 or at == last:
            found = _node(beside, found)
            while at and not at % 2:
                at, last = at // 2, last // 2
        else:
            found = _node(found, beside)
        at, last = at // 2, last // 2
    return not last and found.hex() == root


def _leaf(name: str) -> bytes:
    return hashlib.sha256(b"\x00" + bytes.fromhex(name)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _half(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256().digest()
    half = _half(len(leaves))
    return _node(_root(leaves[:half]), _root(leaves[half:]))


def _path(leaves: Sequence[bytes], index: int) -> list[bytes]:
    if len(leaves) < 2:
        return []
    half = _half(len(leaves))
    if index < half:
        return [*_path(leaves[:half], index), _root(leaves[half:])]
    return [*_path(leaves[half:], index - half), _root(leaves[:half])]


def _weak(key: bytes) -> Fault:
    return Fault(
        Text("clé scellée de la racine", "sealed key of the root"),
        Text(f"{len(key)} octets", f"{len(key)} bytes"),
        Text("32 octets ou plus, tirés au hasard", "32 bytes or more, at random"),
        Text("openssl rand 32 > cle.bin", "openssl rand 32 > key.bin"),
    )
