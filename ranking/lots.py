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


def _field(text: str) -> bytes:
    content = text.encode()
    return len(content).to_bytes(4, "big") + content
