"""Lots by plain SHA-256: what anyone with the seed and a person's number can compute again."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

TAG = "tirage-lot-v1"
START = "tirage-systematic-v1"


def hashed(*fields: str) -> str:
    """Hash fields, each as its UTF-8 bytes after their count in 4 bytes, big-endian; 64 hex characters."""
    contents = [field.encode() for field in fields]
    return sha256(b"".join(len(content).to_bytes(4, "big") + content for content in contents)).hexdigest()


def lot(seed: str, round_id: str, selection: str, person: str) -> str:
    """Give the lot of a person; smaller comes first."""
    return hashed(TAG, seed, round_id, selection, person)


def best_ticket(seed: str, round_id: str, selection: str, person: str, weight: int) -> str:
    """Give the smallest lot of the tickets of a person, numbered from 1."""
    return min(hashed(TAG, seed, round_id, selection, person, str(ticket)) for ticket in range(1, weight + 1))


def systematic(seed: str, round_id: str, selection: str, people: Sequence[tuple[str, int]], size: int) -> set[str]:
    """Draw ``size`` of some (person, weight), chances proportional to weights.

    Whoever's chance would reach 1 is in, and the others share what is left. The others lie end to end in the order of
    their lots, each as long as their weight; marks stand at the same distance, sum / places, the first at a fraction of
    it that SHA-256 gives.
    """
    line = sorted((person for person, _ in people), key=lambda person: (lot(seed, round_id, selection, person), person))
    weight = dict(people)
    if size >= len(line):
        return set(line)
    drawn: set[str] = set()
    while size > len(drawn):
        rest = sum(weight[person] for person in line if person not in drawn)
        sure = [person for person in line if person not in drawn and (size - len(drawn)) * weight[person] >= rest]
        if not sure:
            break
        drawn.add(max(sure, key=lambda person: (weight[person], -line.index(person))))
    places = size - len(drawn)
    others = [person for person in line if person not in drawn]
    whole = sum(weight[person] for person in others)
    first = int(hashed(START, seed, round_id, selection), 16)
    end = 0
    mark = 0
    for person in others:
        end += weight[person]
        # The mark of number n stands at (n + first / 2^256) · whole / places.
        if mark < places and (mark * 2**256 + first) * whole < end * places * 2**256:
            drawn.add(person)
            mark += 1
    return drawn
