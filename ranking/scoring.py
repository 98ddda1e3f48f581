"""The scoring engine: a frame of declarations and a regulation give points, score and eligibility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.columns import ID, score_columns
from ranking.conform import absent_inputs, conform
from rules import blocks, lookup, plain

if TYPE_CHECKING:
    from datetime import date

    from rules.regulation import Regulation


def score(
    frame: pl.DataFrame, regulation: Regulation, *, facts_on: date | None = None, breakdown: bool = True
) -> pl.DataFrame:
    """Score every declaration of ``frame`` under ``regulation``.

    One row a declaration, in the order of ``frame``. With ``breakdown``: ``declaration_id``, ``<criterion>_points`` and
    ``<group>_points`` after their caps, ``score`` (Int32, never null), ``eligible_<stream>`` (Boolean, null is unknown:
    a column that the stream reads is null or absent). Without: ``declaration_id`` and ``score``. ``facts_on`` is the
    day on which ages are measured, by default the day of the regulation. A value that no table can read is a PoolError.
    """
    day = facts_on or regulation.day
    typed = conform(frame if breakdown else frame.select(readable(frame, regulation)), regulation, day)
    if not breakdown:
        scores = blocks.score(_completed(typed, regulation, day), regulation, day)
        if scores is not None:
            return pl.DataFrame([typed[ID], scores])
    program = lookup.compiled(regulation, breakdown=breakdown)
    if not breakdown:
        inputs = _derived(typed, regulation, day, lookup.needed(regulation))
        return inputs.select(ID, *program.points).collect()
    inputs, absent = with_inputs(typed, regulation, day)
    scored = inputs.with_columns(*program.points, *plain.streams(regulation, absent))
    for group in program.groups:
        scored = scored.with_columns(group)
    return scored.select(score_columns(regulation)).collect()


def _completed(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> pl.DataFrame:
    """Complete the levels that a test column gives."""
    levels = set(regulation.levels).intersection(regulation.derivable(typed.columns))
    return _derived(typed, regulation, facts_on, levels).collect() if levels else typed


def with_inputs(typed: pl.DataFrame, regulation: Regulation, facts_on: date) -> tuple[pl.LazyFrame, set[str]]:
    """Add every derived input to a conformed frame, and name the inputs that no column gives."""
    absent = absent_inputs(typed, regulation)
    return _derived(typed, regulation, facts_on, set(regulation.derived)), absent


def _derived(typed: pl.DataFrame, regulation: Regulation, facts_on: date, names: set[str]) -> pl.LazyFrame:
    frame = typed.lazy()
    for stage in lookup.derive(regulation, facts_on, names.intersection(regulation.derivable(typed.columns))):
        frame = frame.with_columns(stage)
    return frame


def readable(frame: pl.DataFrame, regulation: Regulation) -> list[str]:
    """Name the columns that a score without breakdown reads, those that are there."""
    return [name for name in (ID, *regulation.needed, *regulation.test_columns) if name in frame.columns]
