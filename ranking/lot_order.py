"""The lots of a selection: who has which number, weighed or not, one number a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking import lots

if TYPE_CHECKING:
    from ranking.order import Positions
    from ranking.selection import Selection

START = "systematic start"


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
    start = lots.numbers(seed, round_id, selection.id, pl.Series([START]))[0]
    inside = sampled(drawn.to_list(), persons.to_list(), weights.to_list(), size, int(start, 16))
    return pl.Series("lot", [("0" if found else "1") + lot for found, lot in zip(inside, drawn, strict=True)])


def sampled(drawn: list[str], persons: list[str], weights: list[int], size: int, start: int) -> list[bool]:
    """Draw a systematic sample of ``size`` in the order of the lots: chances c·w, nobody's over 1, in whole numbers.

    People lie end to end on a line, each as long as their chance; a comb of one tooth a place falls on it from a start
    that ``start``, a 256-bit number, gives. Whoever's chance would pass 1 is in, and the others share what is left.
    """
    line = sorted(range(len(drawn)), key=lambda n: (drawn[n], persons[n]))
    certain, places, total = _certain(line, weights, size)
    inside = [n in certain for n in range(len(drawn))]
    end, tooth = 0, start * total >> 256
    for n in (n for n in line if n not in certain):
        end += places * weights[n]
        if tooth < end:
            inside[n] = True
            tooth += total
    return inside


def _certain(line: list[int], weights: list[int], size: int) -> tuple[set[int], int, int]:
    """Find whose chance would be 1 or more; the places left for the others, and the sum of their weights."""
    heaviest = sorted(line, key=lambda n: -weights[n])
    total, places, certain = sum(weights), min(size, len(line)), set[int]()
    for n in heaviest:
        if places * weights[n] < total or not places:
            break
        certain.add(n)
        places, total = places - 1, total - weights[n]
    return certain, places, total


def persons_of(frame: pl.DataFrame, positions: Positions) -> pl.Series:
    """Name the persons of some declarations for their lots; whoever has no number is their declaration."""
    numbers = frame["declaration_id"].gather(positions)
    if "person_id" not in frame.columns:
        return numbers
    known = frame["person_id"].gather(positions)
    return pl.select(pl.when(known.is_not_null() & (known != "")).then(known).otherwise(numbers)).to_series()
