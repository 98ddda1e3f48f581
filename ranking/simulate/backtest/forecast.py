"""Forecast: the next cut-off of a kind of round, from what was published before the day of the round alone.

Model, *refill*: each round empties the pool above its cut-off, and candidates come back at a rate that falls off with
the score, ``rate(score) ∝ exp(-score / scale)``. Invitations a day are then what fixes the cut-off, and from one round
to the next of the same kind the cut-off moves by ``-scale × (change of the logarithm of invitations a day)``. The scale
is the weighted median of what past rounds of the kind say of it, shrunk towards 0 by one round that says nothing moved:
a round far from the others hardly moves it. How many the round invites is known: it is part of the instruction.

Naive forecasts beside it: the last cut-off of the kind, and the mean of its last three. Every method has its interval
from its own past errors: half-width, the smallest that 80 % of them (and one more) would not exceed.

The numbers of the model come from past rounds alone, but its form was chosen by people who had seen all these rounds.
Those since 2025 are shown apart; they are no unseen test. The next published rounds are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import ceil, log
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

METHODS = ("refill", "last", "mean_3")
COVERAGE = 0.8
SINCE = date(2022, 1, 1)
LATE = date(2025, 1, 1)
REMEMBERED = 30
LONGEST_GAP = 200
USUAL_GAP = 21
PRIOR = 1.0
FEWEST_ERRORS = 5
MEAN_OF = 3
GAPS = 5


class Held(NamedTuple):
    """A round that was held: its day as a number, how many it invited, its minimum score."""

    day: int
    size: int
    score: int


@dataclass(frozen=True)
class Forecast:
    """A cut-off foreseen for the day and size of a round by one method, the ends of its interval, what it knew.

    ``scale`` is that of the model; null for naive methods. ``known`` counts the earlier rounds of the kind.
    """

    method: str
    point: float
    low: float | None
    high: float | None
    scale: float | None
    known: int


def history(rounds: pl.DataFrame, category: str, day: date) -> list[Held]:
    """Give the rounds of a kind held before ``day``, oldest first: the only door to the data that a forecast has."""
    past = rounds.filter((pl.col("category") == category) & (pl.col("round_date") < day)).sort("round_date", "number")
    return [
        Held(one.toordinal(), size, score)
        for one, size, score in past.select("round_date", "invitations", "min_score").iter_rows()
    ]


def forecast(rounds: pl.DataFrame, category: str, day: date, size: int) -> list[Forecast]:
    """Foresee the cut-off of a round of ``category`` on ``day`` for ``size`` invitations; nothing without a past round.

    Intervals come from the errors that the same method would have made before ``day``; none with fewer than five.
    """
    past = history(rounds, category, day)
    if not past:
        return []
    found = []
    for method in METHODS:
        errors = [abs(one.score - _point(method, past[:n], one)) for n, one in enumerate(past) if n]
        point = _point(method, past, Held(day.toordinal(), size, 0))
        half = half_width(errors[-REMEMBERED:])
        low, high = (None, None) if half is None else (point - half, point + half)
        scale = scale_of(past) if method == "refill" else None
        found.append(Forecast(method, point, low, high, scale, len(past)))
    return found


def half_width(errors: Sequence[float]) -> float | None:
    """Give the error that a share ``COVERAGE`` of ``n`` past errors and one more would not exceed (split conformal)."""
    if len(errors) < FEWEST_ERRORS:
        return None
    place = ceil(COVERAGE * (len(errors) + 1))
    return sorted(errors)[min(place, len(errors)) - 1]


def _point(method: str, past: Sequence[Held], asked: Held) -> float:
    """Give the point forecast of a method for the day and size of ``asked``, whose score is not read."""
    last = float(past[-1].score)
    if method == "mean_3":
        return float(np.mean([one.score for one in past[-MEAN_OF:]]))
    if method == "refill":
        return last - scale_of(past) * _rate_change(past, asked)
    return last


def _rate_change(past: Sequence[Held], asked: Held) -> float:
    """Give the change of the logarithm of invitations a day, from the last of ``past`` to ``asked``."""
    last = past[-1]
    before = max(last.day - past[-2].day, 1) if len(past) > 1 else USUAL_GAP
    return log(asked.size / last.size) - log(max(asked.day - last.day, 1) / before)


def scale_of(past: Sequence[Held]) -> float:
    """Estimate the scale of the model, in points, from the moves between rounds of a kind: their weighted median.

    A move weighs as much as the rate changed. Rounds more than 200 days apart say nothing. Never negative.
    """
    said = [(0.0, PRIOR)]
    for n in range(1, len(past)):
        change = _rate_change(past[:n], past[n])
        if past[n].day - past[n - 1].day <= LONGEST_GAP and change:
            said.append((-(past[n].score - past[n - 1].score) / change, abs(change)))
    kept = sorted([said[0], *said[1:][-REMEMBERED:]])
    weights = np.cumsum([weight for _, weight in kept])
    return max(0.0, kept[int(np.searchsorted(weights, weights[-1] / 2))][0])


def backtest(rounds: pl.DataFrame, since: date = SINCE) -> pl.DataFrame:
    """Foresee every round held since a day, each from what was published before its own day: one row a method."""
    rows = []
    for row in rounds.filter(pl.col("round_date") >= since).iter_rows(named=True):
        for made in forecast(rounds, row["category"], row["round_date"], row["invitations"]):
            known = {name: row[name] for name in ("round", "round_date", "category", "min_score")}
            error = made.point - row["min_score"]
            inside = None if made.low is None or made.high is None else made.low <= row["min_score"] <= made.high
            rows.append(known | asdict(made) | {"error": error, "inside": inside})
    return pl.DataFrame(rows, infer_schema_length=None)


def next_rounds(rounds: pl.DataFrame) -> pl.DataFrame:
    """Foresee, with the model, the next round of each kind that was held in the last year: one row each.

    It is supposed to come after the median of the last gaps, and to invite as many as the last one. Days are counted
    from the last round that was published, not from today.
    """
    end = rounds["round_date"].max()
    assert isinstance(end, date)  # noqa: S101 - narrows the type
    rows = []
    for category in rounds.filter(pl.col("round_date") > end - timedelta(days=365))["category"].unique().sort():
        past = history(rounds, category, end + timedelta(days=1))
        gaps = [after.day - before.day for before, after in pairwise(past)][-GAPS:]
        if len(past) > FEWEST_ERRORS:
            day = date.fromordinal(past[-1].day + max(int(np.median(gaps)), 1))
            made = forecast(rounds, category, max(day, end + timedelta(days=1)), past[-1].size)[0]
            last = {"last_day": date.fromordinal(past[-1].day), "last_score": past[-1].score, "size": past[-1].size}
            rows.append({"category": category, **last, "day": day, **asdict(made)})
    return pl.DataFrame(rows, infer_schema_length=None).drop("method")


def summary(tested: pl.DataFrame) -> pl.DataFrame:
    """Sum a backtest up by kind and method, in two periods and in ``all``.

    ``error`` and ``median_error`` are of absolute errors, in points; ``coverage`` is of those with an interval.
    ``better`` says whether the mean error is below both naive ones.
    """
    period = pl.when(pl.col("round_date") < LATE).then(pl.lit("until_2024")).otherwise(pl.lit("since_2025"))
    whole = pl.concat([tested.with_columns(period=period), tested.with_columns(period=pl.lit("all"))])
    no_nominees = whole.filter(pl.col("category") != "pnp").with_columns(category=pl.lit("all_but_pnp"))
    found = (
        pl.concat([whole, no_nominees])
        .group_by("period", "category", "method", maintain_order=True)
        .agg(
            rounds=pl.len(),
            error=pl.col("error").abs().mean(),
            median_error=pl.col("error").abs().median(),
            with_interval=pl.col("inside").count(),
            inside=pl.col("inside").sum(),
            width=(pl.col("high") - pl.col("low")).mean(),
        )
    )
    naive = pl.col("error").filter(pl.col("method") != "refill").min().over("period", "category")
    return found.with_columns(better=pl.when(pl.col("method") == "refill").then(pl.col("error") < naive))
