"""Before release: who has the score and the labels of those invited, and is not invited; each with the reason, or none.

The outcomes are those of the folder; scores, streams and filters are computed anew from the pool.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.candidates import eligible, met
from ranking.columns import ID
from ranking.conform import conform
from ranking.instruction_check import other_keys
from ranking.outcomes import Outcome
from ranking.scoring import with_inputs
from rules import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.instruction import Selection
    from ranking.kept import Kept
    from ranking.order import Standing
    from ranking.pool import Pool

NO_REASON = "no_reason"
OUT = [outcome.name for outcome in Outcome if outcome <= Outcome.excluded]
LIMITS = [Outcome.ceiling_reached.name, Outcome.reserve_other.name]
SCHEMA = {"selection": pl.String, ID: pl.String, "score": pl.Int32, "reason": pl.String, "requirement": pl.String}


def overlooked(kept: Kept, pool: Pool, scored: pl.DataFrame, standing: Standing) -> pl.DataFrame:
    """Find who comes before the last taken of a selection, meets its filter or may, and was invited nowhere.

    A row a selection and declaration: ``selection``, ``declaration_id``, ``score``, ``reason`` and ``requirement``.
    ``reason`` is the outcome where it is one that explains; ``unknown`` where a fact is missing; ``not_eligible`` where
    no stream takes them, with the ``requirement`` if a single one is not met; else ``no_reason``, which must not be.
    Equals at a cut-off are counted only where the order of the program decides them; a selection in the order of a lot
    is left out.
    """
    said = pool.frame.select(ID).join(kept.outcomes, on=ID, how="left", maintain_order="left")
    wheres = met(kept.instruction, pool)
    found = [pl.DataFrame(schema=SCHEMA)]
    for number, selection in enumerate(kept.instruction.selections):
        last = kept.invitations.filter(pl.col("selection") == selection.id).sort("rank").tail(1)
        if last.is_empty() or getattr(selection, "order", None) == "lot":
            continue
        answers = {
            "where": wheres[number],
            "eligible": eligible(kept.instruction, scored, number),
            "before": pl.Series(_before(standing, last, pool, by_key=selection.ties in (None, "key"))),
            "requirement": _alone(kept, pool, number),
        }
        columns = [pl.lit(selection.id).alias("selection"), scored["score"], _reason(selection)]
        rows = said.with_columns(series.alias(name) for name, series in answers.items()).with_columns(columns)
        there = pl.col("before") & (pl.col("outcome") != "invited") & pl.col("where").fill_null(value=True)
        found.append(rows.filter(there).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items()))
    rows = pl.concat(found)
    refused = pl.col("reason") == "not_eligible"
    return rows.with_columns(pl.when(refused).then(pl.col("requirement")).alias("requirement"))


def _reason(selection: Selection) -> pl.Expr:
    """Tell why: out of the round, of no stream, a fact missing, or what this selection says; else nothing does.

    A declaration has one outcome: where ceilings or reserves are at work, one that was lost elsewhere may hide them.
    """
    elsewhere = pl.lit(value=bool(other_keys(selection)))
    lost = (pl.col("outcome") == "tie_lost") & ((pl.col("selection") == selection.id) | elsewhere)
    return (
        pl.when(pl.col("outcome").is_in(OUT))
        .then(pl.col("outcome"))
        .when(~pl.col("eligible"))
        .then(pl.lit("not_eligible"))
        .when(pl.col("where").is_null() | pl.col("eligible").is_null())
        .then(pl.lit("unknown"))
        .when(lost | pl.col("outcome").is_in(LIMITS))
        .then(pl.col("outcome"))
        .otherwise(pl.lit(NO_REASON))
        .alias("reason")
    )


def _before(standing: Standing, last: pl.DataFrame, pool: Pool, *, by_key: bool) -> np.ndarray:
    """Tell who comes before the last taken: more points, or as many and an earlier key where keys decide."""
    position = pool.frame[ID].index_of(last[ID][0])
    more = standing.scores > last["score"][0]
    if not by_key or position is None:
        return np.asarray(more)
    equal = np.flatnonzero(standing.scores == last["score"][0])
    ordered = standing.ordered(equal)
    earlier = more.copy()
    earlier[ordered[: int((ordered == position).argmax())]] = True
    return np.asarray(earlier)


def _alone(kept: Kept, pool: Pool, number: int) -> pl.Series:
    """Name the one requirement that is not met, where the nearest stream of a selection lacks a single one."""
    regulation, day = kept.instruction.regulation, kept.instruction.facts_on
    selection = kept.instruction.selections[number]
    inputs, absent = with_inputs(conform(pool.frame, regulation, day), regulation, day)
    near: list[pl.Expr] = []
    for stream in regulation.streams:
        if not selection.stream or stream.id in selection.stream:
            failed = [~plain.condition(r.where, absent).fill_null(value=True) for r in stream.requirements]
            names = [f"{stream.id}.{requirement.id}" for requirement in stream.requirements]
            near.append(pl.when(pl.sum_horizontal(failed) == 1).then(pl.coalesce(list(_named(failed, names)))))
    if not near:
        return pl.Series([None] * pool.frame.height, dtype=pl.String)
    return inputs.select(pl.coalesce(near).alias("requirement")).collect().to_series()


def _named(failed: list[pl.Expr], names: list[str]) -> Iterator[pl.Expr]:
    for expression, name in zip(failed, names, strict=True):
        yield pl.when(expression).then(pl.lit(name))
