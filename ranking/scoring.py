"""The scoring engine: a frame of declarations and a regulation give points, score and eligibility."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import polars as pl

from ranking.columns import ID, score_columns
from ranking.conform import Conforming, absent_inputs, conform
from rules import blocks, lookup, plain

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from rules.regulation import Regulation


@overload
def score(
    frame: pl.DataFrame, regulation: Regulation, *, facts_on: date | None = None, breakdown: bool = True
) -> pl.DataFrame: ...
@overload
def score(
    frame: pl.LazyFrame, regulation: Regulation, *, facts_on: date | None = None, breakdown: bool = True
) -> pl.LazyFrame: ...
def score(
    frame: pl.DataFrame | pl.LazyFrame, regulation: Regulation, *, facts_on: date | None = None, breakdown: bool = True
) -> pl.DataFrame | pl.LazyFrame:
    """Score every declaration of ``frame`` under ``regulation``.

    One row a declaration, in the order of ``frame``. With ``breakdown``: ``declaration_id``, ``<criterion>_points`` and
    ``<group>_points`` after their caps, ``score`` (Int32, never null), ``eligible_<stream>`` (Boolean, null is unknown:
    a column that the stream reads is null or absent). Without: ``declaration_id`` and ``score``. ``facts_on`` is the
    day on which ages are measured, by default the day of the regulation. A value that no table can read is a PoolError.

    A LazyFrame gives a LazyFrame, which streams. A column that is missing or of the wrong kind is a PoolError at once;
    values are checked as they are read, so a wrong one is the same PoolError when the result is collected or sunk, and
    what a query does not read (below ``head``) is not checked.
    """
    day = facts_on or regulation.day
    if isinstance(frame, pl.LazyFrame):
        return _lazily(frame, regulation, day, breakdown=breakdown)
    typed = conform(frame if breakdown else frame.select(readable(frame.columns, regulation)), regulation, day)
    if not breakdown:
        scores = blocks.score(_completed(typed, regulation, day), regulation, day)
        if scores is not None:
            return pl.DataFrame([typed[ID], scores])
    return scored(typed.lazy(), typed.columns, regulation, day, breakdown=breakdown).collect()


def scored(
    typed: pl.LazyFrame, columns: Collection[str], regulation: Regulation, facts_on: date, *, breakdown: bool
) -> pl.LazyFrame:
    """Score declarations whose values are known to lie in their domains; ``columns`` are those of ``typed``."""
    program = lookup.compiled(regulation, breakdown=breakdown)
    if not breakdown:
        inputs = _derived(typed, columns, regulation, facts_on, lookup.needed(regulation))
        return inputs.select(ID, *program.points)
    absent = absent_inputs(columns, regulation)
    inputs = _derived(typed, columns, regulation, facts_on, set(regulation.derived))
    parts = inputs.with_columns(*program.points, *plain.streams(regulation, absent))
    for group in program.groups:
        parts = parts.with_columns(group)
    return parts.select(score_columns(regulation))


def _completed(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> pl.DataFrame:
    """Complete the levels that a test column gives."""
    levels = set(regulation.levels).intersection(regulation.derivable(typed.columns))
    return _derived(typed.lazy(), typed.columns, regulation, facts_on, levels).collect() if levels else typed


def with_inputs(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> tuple[pl.LazyFrame, set[str]]:
    """Add every derived input to a conformed frame, and name the inputs that no column gives."""
    absent = absent_inputs(typed.columns, regulation)
    return _derived(typed.lazy(), typed.columns, regulation, facts_on, set(regulation.derived)), absent


def _derived(
    typed: pl.LazyFrame, columns: Collection[str], regulation: Regulation, facts_on: date, names: set[str]
) -> pl.LazyFrame:
    for stage in lookup.derive(regulation, facts_on, names.intersection(regulation.derivable(columns))):
        typed = typed.with_columns(stage)
    return typed


def readable(columns: Collection[str], regulation: Regulation) -> list[str]:
    """Name the columns that a score without breakdown reads, those that are there."""
    return [name for name in (ID, *regulation.needed, *regulation.test_columns) if name in columns]


def _lazily(frame: pl.LazyFrame, regulation: Regulation, facts_on: date, *, breakdown: bool) -> pl.LazyFrame:
    nobody = conform(frame.collect_schema().to_frame(), regulation, facts_on)
    known = [name for name in nobody.columns if name == ID or name in regulation.attributes]
    columns = known if breakdown else readable(known, regulation)
    source = frame.select(columns)
    conforming = Conforming(source, regulation, facts_on)
    typed = source.map_batches(conforming, schema=nobody.select(columns).schema, streamable=True)
    return scored(typed, columns, regulation, facts_on, breakdown=breakdown)
