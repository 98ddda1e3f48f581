"""From replications to tables: for each number its median, and an interval that holds 90 % of the replications.

A Monte Carlo interval: what chance does under the assumptions, not how wrong the assumptions may be. Every number is
one that some replication has, so counts stay whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.simulate.projection.counts import SCORE
from ranking.simulate.projection.world import Why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOW, HIGH = 0.05, 0.95
STEPS = (1, 3, 6, 12)
KEYS = ("law", "by", "value")
FLOWS = ("arrived", *(one.name for one in Why))


def spread(frame: pl.DataFrame, by: Sequence[str], names: Iterable[str]) -> pl.DataFrame:
    """Give, for each group, the median of some columns under their names, and ``_low`` and ``_high`` beside them."""
    asked = [
        pl.col(name).quantile(part, interpolation="nearest").cast(pl.dtype_of(name)).alias(f"{name}{ending}")
        for name in names
        for part, ending in ((LOW, "_low"), (0.5, ""), (HIGH, "_high"))
    ]
    return frame.group_by(list(by), maintain_order=True).agg(asked).sort(list(by))


def flows(accounts: pl.DataFrame) -> pl.DataFrame:
    """Turn accounts, which add up from the start, into what happened since the instant before.

    ``waiting`` and ``open`` stay as they are at each instant; the first instant has what had ended before it.
    """
    since = [
        (pl.col(name) - pl.col(name).shift(1).over("replication", "law", order_by="instant").fill_null(0)).alias(new)
        for name, new in (("entered", "arrived"), *((one.name, one.name) for one in Why))
    ]
    made = accounts.with_columns(since)
    first = pl.col("instant") == 0
    return made.with_columns(pl.when(first).then(0).otherwise(pl.col("arrived")).alias("arrived"))


def unbalanced(accounts: pl.DataFrame) -> int:
    """Count the instants at which those who entered are not those waiting, invited and gone together."""
    parts = pl.sum_horizontal("waiting", "open", *(one.name for one in Why))
    return accounts.filter(pl.col("entered") != parts).height


def whole(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """Add a row of zeros for each group that a replication has nobody of."""
    every = frame.select(KEYS).unique().join(frame.select("replication").unique(), how="cross")
    joined = every.join(frame, on=[*KEYS, "replication"], how="left")
    return joined.with_columns(pl.col(name).fill_null(0) for name in names).sort(*KEYS, "replication")


def curves(waits: pl.DataFrame, rounds: int) -> pl.DataFrame:
    """Estimate the chance of having been invited by each step, in percent: ``chance``, for each replication and group.

    Aalen and Johansen's estimator: at each step those at risk leave, or are invited; leaving first is not waiting
    longer. Whom the horizon cuts off counts up to there. A group that nobody waits in any more keeps its chance.
    """
    keys = ("replication", *KEYS)
    ordered = waits.sort(*keys, "step").with_columns(
        stay=1 - pl.col("left") / pl.col("at_risk"),
        taken=pl.when(pl.col("at_risk") > pl.col("left"))
        .then(pl.col("invited") / (pl.col("at_risk") - pl.col("left")))
        .otherwise(0.0),
    )
    there = (pl.col("stay") * (1 - pl.col("taken"))).cum_prod().over(keys)
    before = there.shift(1, fill_value=1.0).over(keys)
    found = ordered.with_columns(chance=(100 * before * pl.col("stay") * pl.col("taken")).cum_sum().over(keys))
    steps = pl.DataFrame({"step": pl.Series(np.arange(rounds), dtype=pl.Int32)})
    grid = found.select(keys).unique().join(steps, how="cross")
    filled = grid.join(found, on=[*keys, "step"], how="left").sort(*keys, "step")
    return filled.select(*keys, "step", pl.col("chance").forward_fill().over(keys), pl.col("at_risk").fill_null(0))


def half_way(curve: pl.DataFrame) -> pl.DataFrame:
    """Count the rounds in which half of those ever invited were: ``rounds``; null where nobody was."""
    keys = ("replication", *KEYS)
    reached = curve.filter(pl.col("chance") * 2 >= pl.col("chance").max().over(keys)).filter(pl.col("chance") > 0)
    return reached.group_by(keys).agg(rounds=pl.col("step").min() + 1).sort(keys)


def chances(waits: pl.DataFrame, invited: pl.DataFrame, rounds: int) -> pl.DataFrame:
    """Give, for each law and group, how many were seen and invited, the chances at some steps, and the time it took."""
    curve = curves(waits, rounds)
    made = spread(whole(invited, ("seen", "invited", "accepted")), KEYS, ("seen", "invited", "accepted"))
    for step in steps_of(rounds):
        at = curve.filter(pl.col("step") == step - 1).rename({"chance": f"chance_{step}"})
        made = made.join(spread(at, KEYS, [f"chance_{step}"]), on=list(KEYS), how="left")
    made = made.join(spread(half_way(curve), KEYS, ["rounds"]), on=list(KEYS), how="left")
    return in_order(made)


def steps_of(rounds: int) -> tuple[int, ...]:
    """Name the numbers of rounds at which chances are told: 1, 3, 6, 12 as far as they go, and the last."""
    return tuple(sorted({step for step in STEPS if step <= rounds} | {rounds}))


def differences(invited: pl.DataFrame) -> pl.DataFrame:
    """Compare each variant with the law replication by replication, on the same people: who more, who less."""
    counts = whole(invited, ("seen", "invited", "accepted"))
    base = counts.filter(pl.col("law") == 0).select("replication", "by", "value", law_invited="invited")
    other = counts.filter((pl.col("law") > 0) & (pl.col("by") != SCORE))
    both = other.join(base, on=["replication", "by", "value"], how="full", coalesce=True)
    both = both.filter(pl.col("by") != SCORE, pl.col("law").is_not_null())
    both = both.with_columns(pl.col("law_invited").fill_null(0))
    both = both.with_columns(change=pl.col("invited") - pl.col("law_invited"))
    return in_order(spread(both, KEYS, ("law_invited", "invited", "change")))


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Sort groups: by law, the score first and its bands as numbers, then columns and their values."""
    band = pl.when(pl.col("by") == SCORE).then(pl.col("value")).cast(pl.Int32, strict=False)
    order = [pl.col("law"), pl.col("by") != SCORE, pl.col("by"), band.fill_null(0), pl.col("value")]
    return frame.sort(order)


def ends(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, int]:
    """Give median, low and high of some columns over the replications of one law, as plain values."""
    found: dict[str, int] = (
        spread(frame.with_columns(pl.lit(0).alias("all")), ["all"], names).drop("all").row(0, named=True)
    )
    return found
