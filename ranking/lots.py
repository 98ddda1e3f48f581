"""Lots: a number that orders equals, which anyone can compute again with SHA-256."""

from __future__ import annotations

from hashlib import sha256

import polars as pl

TAG = "tirage-lot-v1"


def numbers(seed: str, round_id: str, selection_id: str, persons: pl.Series) -> pl.Series:
    """Give each person's lot: 64 hex characters; smaller comes first."""
    start = b"".join(_field(text) for text in (TAG, seed, round_id, selection_id))
    return pl.Series("lot", [sha256(start + _field(p)).hexdigest() for p in persons.to_list()], dtype=pl.String)


def ticket_keys(seed: str, round_id: str, selection_id: str, persons: pl.Series, weights: pl.Series) -> pl.Series:
    """Give each person the smallest of their tickets, one for each unit of weight."""
    start = b"".join(_field(text) for text in (TAG, seed, round_id, selection_id))
    pairs = zip(persons.to_list(), weights.to_list(), strict=True)
    keys = [min(sha256(start + _field(p) + _field(str(t))).hexdigest() for t in range(1, w + 1)) for p, w in pairs]
    return pl.Series("lot", keys, dtype=pl.String)


def proportional(
    seed: str, round_id: str, selection_id: str, persons: pl.Series, weights: pl.Series, size: int
) -> pl.Series:
    """Tell who is in a systematic sample of ``size`` in the order of the lots: chances c·w, at most 1, no floats."""
    drawn, shares = numbers(seed, round_id, selection_id, persons).to_list(), weights.to_list()
    line = sorted(range(len(drawn)), key=drawn.__getitem__)
    certain, places, total = _certain(line, shares, size)
    start = sha256(b"".join(_field(text) for text in ("tirage-systematic-v1", seed, round_id, selection_id))).digest()
    inside = [n in certain for n in range(len(drawn))]
    end, tooth = 0, int.from_bytes(start) * total >> 256
    for n in (n for n in line if n not in certain):
        end += places * shares[n]
        if tooth < end:
            inside[n] = True
            tooth += total
    return pl.Series("taken", inside, dtype=pl.Boolean)


def _certain(line: list[int], shares: list[int], size: int) -> tuple[set[int], int, int]:
    """Find whose chance would be 1 or more; the places left for the others, and the sum of their weights."""
    total, places, certain = sum(shares), min(size, len(line)), set[int]()
    for n in sorted(line, key=lambda n: -shares[n]):
        if places * shares[n] < total or not places:
            break
        certain.add(n)
        places, total = places - 1, total - shares[n]
    return certain, places, total


def _field(text: str) -> bytes:
    content = text.encode()
    return len(content).to_bytes(4, "big") + content
