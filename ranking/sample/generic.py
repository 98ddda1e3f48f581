"""Synthetic pools of any program: every attribute drawn by itself from its finite domain, no two hang together.

What the law says of one column by another is kept: ``only_when``, ``at_most`` and the contradictions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.columns import column_type
from ranking.faults import Fault, PoolError
from ranking.sample.draws import EPOCH, Draws
from rules import plain
from rules.conditions import Condition, Test
from rules.inputs import earliest_birth
from rules.text import Text, listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rules.attributes import Attribute
    from rules.regulation import Regulation

NO_ANSWER = 30  # % of the nulls where a null is an answer
NOT_KNOWN = 3  # % of the nulls where a null is not known
YOUNGEST, OLDEST = 18, 66  # years, for a birth date; another date lies in the same span before the day
TRIES = 50


def complete(said: pl.DataFrame, regulation: Regulation, draws: Draws, on: date) -> pl.DataFrame:
    """Add the attributes that ``said`` lacks, typed as the law says; numbers, instants and texts are for ``filing``.

    ``said`` has a row for every draw, or no column at all. Raises a PoolError where no draw escapes the contradictions.
    """
    names = [name for name, a in regulation.attributes.items() if not _left_out(a) and name not in said.columns]
    if not names:
        return said
    frame = _drawn(said, names, regulation, draws, on)
    for attempt in range(TRIES):
        bad = np.flatnonzero(_contradicts(frame, regulation).to_numpy())
        if not len(bad):
            return frame
        again = _drawn(said, names, regulation, Draws(draws.seed, draws.size, f"{draws.part} again {attempt}"), on)
        source = np.arange(draws.size, dtype=np.int64)
        source[bad] += draws.size
        frame = pl.concat([frame, again])[source]
    ids = listed([contradiction.id for contradiction in regulation.contradictions])
    never = Text("des attributs indépendants, sans contradiction", "independent attributes without a contradiction")
    write = Text("un module de ranking.sample pour ce programme", "a module of ranking.sample for this program")
    raise PoolError([Fault(Text("banque synthétique", "synthetic pool"), Text(ids, ids), never, write)])


def _left_out(attribute: Attribute) -> bool:
    return attribute.descriptive or attribute.optional or attribute.type in ("text", "instant")


def _contradicts(frame: pl.DataFrame, regulation: Regulation) -> pl.Series:
    """Tell which rows say two things that the law holds cannot be said at once."""
    wheres = [c.where for c in regulation.contradictions if all(name in frame.columns for name in c.where.inputs)]
    none = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean)
    answers = [plain.condition(where, ()).fill_null(value=False) for where in wheres]
    return frame.select(pl.any_horizontal(none, *answers)).to_series()


def _drawn(said: pl.DataFrame, names: list[str], regulation: Regulation, draws: Draws, on: date) -> pl.DataFrame:
    """Draw each attribute by itself, then lower what may not exceed another and empty what does not apply."""
    known = {name: a for name, a in regulation.attributes.items() if not _left_out(a)}
    lowest = _lowest(known)
    drawn = [_column(name, regulation, draws, on, lowest.get(name, 0)) for name in names]
    frame = pl.DataFrame([*said.get_columns(), *drawn])
    for name in _in_order({name: known[name].at_most for name in names}):
        for other in known[name].at_most:
            lower = pl.when(pl.col(other) < pl.col(name)).then(pl.col(other)).otherwise(pl.col(name))
            frame = frame.with_columns(lower.cast(frame[name].dtype).alias(name))
    for name in _in_order({name: tuple(known[name].only_when or ()) for name in names}):
        needed = known[name].only_when
        if needed:
            there = plain.condition(Condition((tuple(Test(other, (value,)) for other, value in needed.items()),)), ())
            frame = frame.with_columns(pl.when(there.fill_null(value=False)).then(pl.col(name)).alias(name))
    return frame


def _column(name: str, regulation: Regulation, draws: Draws, on: date, lowest: int) -> pl.Series:
    """Draw one attribute, all its values equally likely."""
    attribute = regulation.attributes[name]
    wanted = column_type(name, regulation)
    if attribute.type == "boolean":
        values = pl.Series(draws.whole(name, 0, 2) == 1)
    elif attribute.type == "whole":
        values = pl.Series(draws.whole(name, lowest, attribute.interval.high or 0))
    elif attribute.type == "date":
        values = pl.Series(draws.whole(name, *_days(attribute, on))).cast(pl.Int32)
    else:
        labels = regulation.inputs[name].labels
        values = pl.Series(labels, dtype=wanted).gather(draws.whole(name, 0, len(labels)))
    column = values.cast(wanted).alias(name)
    rare = _nulls(attribute)
    return column.zip_with(pl.Series(~draws.happens(f"{name} null", rare)), column.clear(1)) if rare else column


def _days(attribute: Attribute, on: date) -> tuple[int, int]:
    """Give the days, since 1970, between which a date lies."""
    years = (min(bound, attribute.years_before or bound) for bound in (OLDEST, YOUNGEST))
    first, last = (earliest_birth(on, bound) for bound in years)
    return (first - EPOCH).days, (last - EPOCH).days + 1


def _nulls(attribute: Attribute) -> int:
    """Give the percentage of nulls: none where a null would be wrong, or where a label says it."""
    if attribute.only_when is not None or attribute.missing == "error" or "none" in attribute.labels:
        return 0
    return NO_ANSWER if attribute.missing == "none" else NOT_KNOWN


def _lowest(attributes: Mapping[str, Attribute]) -> dict[str, int]:
    """Give the least value of each whole number that leaves room for those which may not exceed it."""
    lowest = {name: a.interval.low or 0 for name, a in attributes.items() if a.type == "whole"}
    for name in reversed(_in_order({name: a.at_most for name, a in attributes.items()})):
        for other in attributes[name].at_most:
            lowest[other] = max(lowest[other], lowest[name])
    return lowest


def _in_order(after: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Order names so that each comes after those of them that it needs."""
    ordered: list[str] = []
    while len(ordered) < len(after):
        waiting = [name for name in after if name not in ordered]
        ready = [name for name in waiting if not any(other in waiting for other in after[name])]
        ordered += ready or waiting
    return ordered
