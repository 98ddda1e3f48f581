"""The Merkle tree of a log, as in RFC 6962 (and 9162): roots, and the few hashes that prove what is under one.

A leaf is SHA-256(0x00 ‖ event as spelled), a node SHA-256(0x01 ‖ left ‖ right); the left half of a tree is the largest
power of two smaller than it. The root of nothing is the SHA-256 of nothing.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

EMPTY = hashlib.sha256().digest()


def leaf(spelled: bytes) -> bytes:
    """Hash a leaf."""
    return hashlib.sha256(b"\x00" + spelled).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash two halves."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows: the hashes of all its full subtrees, by height. Any smaller tree is found in it again."""

    def __init__(self) -> None:
        self._levels: list[list[bytes]] = [[]]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self._levels[0])

    def add(self, hashed: bytes) -> None:
        """Add a leaf, hashed by ``leaf``."""
        level = 0
        self._levels[0].append(hashed)
        while len(self._levels[level]) % 2 == 0:
            if level + 1 == len(self._levels):
                self._levels.append([])
            self._levels[level + 1].append(node(*self._levels[level][-2:]))
            level += 1

    def root(self, size: int | None = None) -> bytes:
        """Give the root over the first ``size`` leaves, all of them by default."""
        size = self.size if size is None else size
        self._check(size)
        return self._over(0, size) if size else EMPTY

    def inclusion(self, place: int, size: int) -> list[bytes]:
        """Give the hashes beside the way up from a leaf (its place counts from 0) to the root over ``size`` leaves."""
        self._check(size)
        if not 0 <= place < size:
            raise IndexError(place)
        path: list[bytes] = []
        low, high = 0, size
        while high - low > 1:
            middle = low + half(high - low)
            if place < middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low = middle
        return path[::-1]

    def consistency(self, older: int, size: int) -> list[bytes]:
        """Give the hashes that prove that the tree of ``size`` leaves begins with that of ``older`` leaves."""
        self._check(size)
        if not 0 <= older <= size:
            raise IndexError(older)
        path: list[bytes] = []
        low, high, whole = 0, size, True
        while older > 0 and high - low > 0 and older != high:
            middle = low + half(high - low)
            if older <= middle:
                path.append(self._over(middle, high))
                high = middle
            else:
                path.append(self._over(low, middle))
                low, whole = middle, False
        if older and not whole:
            path.append(self._over(low, high))
        return path[::-1]

    def _over(self, low: int, high: int) -> bytes:
        """Give the hash over leaves ``low`` to ``high``: a subtree of its own, or split as the tree is."""
        count = high - low
        level = (count - 1).bit_length()
        if count == 1 << level:
            return self._levels[level][low >> level]
        middle = low + half(count)
        return node(self._over(low, middle), self._over(middle, high))

    def _check(self, size: int) -> None:
        if not 0 <= size <= self.size:
            raise IndexError(size)


def half(count: int) -> int:
    """Give the largest power of two smaller than a count of two or more."""
    return 1 << ((count - 1).bit_length() - 1)


def included(hashed: bytes, place: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Check, by RFC 9162 section 2.1.3.2, that a leaf stands at a place, from 0, under the root over ``size``."""
    if not 0 <= place < size:
        return False
    at, last, found = place, size - 1, hashed
    for beside in path:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node(beside, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node(found, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def consistent(older: int, older_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Check, by RFC 9162 section 2.1.4.2, that the tree of ``size`` leaves begins with the one of ``older`` leaves."""
    if not 0 <= older <= size:
        return False
    if older in (0, size):
        return not path and older_root == (root if older == size else EMPTY)
    hashes = [older_root, *path] if older & (older - 1) == 0 else list(path)
    if not hashes:
        return False
    at, last = older - 1, size - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    before = after = hashes[0]
    for beside in hashes[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            before, after = node(beside, before), node(beside, after)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node(after, beside)
        at, last = at >> 1, last >> 1
    return last == 0 and before == older_root and after == root
