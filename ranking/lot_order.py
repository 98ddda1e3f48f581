"""The lots of a selection: who has which number, weighed or not, one number a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking import lots

if TYPE_CHECKING:
    from ranking.order import Positions
    from ranking.selection import Selection


def lots_of(
    selection: Selection, seed: str, round_id: str, persons: pl.Series, weights: pl.Series | None, size: int
) -> pl.Series:
    """Give the key by which the lots of a selection order its candidates; smaller first, hex text.

    ``weights`` go with ``persons``. Tickets: the smallest of so many numbers. Proportional: a systematic sample
    of ``size`` comes first, so that each one's chance is exactly proportional to their weight.
    """
    if weights is None:
        return lots.numbers(seed, round_id, selection.id, persons)
    if selection.meaning == "tickets":
        return lots.ticket_keys(seed, round_id, selection.id, persons, weights)
    drawn = lots.numbers(seed, round_id, selection.id, persons)
    inside = lots.proportional(seed, round_id, selection.id, persons, weights, size)
    return pl.select(pl.when(inside).then(pl.lit("0")).otherwise(pl.lit("1")) + drawn).to_series().alias("lot")


def persons_of(frame: pl.DataFrame, positions: Positions) -> pl.Series:
    """Name the persons of some declarations for their lots; whoever has no number is their declaration."""
    numbers = frame["declaration_id"].gather(positions)
    if "person_id" not in frame.columns:
        return numbers
    known = frame["person_id"].gather(positions)
    return pl.select(pl.when(known.is_not_null() & (known != "")).then(known).otherwise(numbers)).to_series()
