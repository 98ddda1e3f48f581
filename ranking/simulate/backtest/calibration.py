"""Calibration: does the published minimum score lie where the published bands say that it must?

From each distribution two pools are built, with its exact counts: everyone at the lowest score of the band, everyone at
the highest. The engine runs the real instruction on both; the cut-offs that it finds are the ends of an interval. Any
pool with these counts has its cut-off between them, because raising scores never lowers a cut-off.

General rounds need nothing more. A round of one category needs the share of the category: assumed to be the same in
every band under the nominees', and to lie within the shares of the last three rounds of that category, stretched by a
quarter both ways. The share of a past round is its invitations out of those counted at or above its minimum, evenly
spread within a band. So a round is tested with what the rounds before it taught. Nominees are those above 600.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.round import run_round
from ranking.simulate.backtest.bands import NOMINEES, BandPools, counted, members
from ranking.simulate.backtest.kinds import instruction_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from ranking.instruction import Instruction
    from ranking.published import Band
    from ranking.simulate.backtest.bands import End

WINDOW = 3
FEWEST = 2
STRETCH = 1.25
EVERYONE = ("general", "pnp")


@dataclass(frozen=True)
class Tested:
    """One round against the bands published before it. ``low`` and ``high`` are the ends of the interval.

    ``took_low`` and ``took_high`` are how many the engine could invite on each pool: fewer than ``size`` where the
    bands do not hold enough candidates. ``share_low`` and ``share_high`` bound the assumed share of the category; where
    no past round teaches one, all of these are null, and ``inside`` too. ``implied_share`` is what this round teaches.
    ``above`` counts candidates in bands wholly above the published minimum, ``at_or_above`` those in bands that reach
    it. ``days_since``, ``last_score`` and ``new_version`` (of the category) are counted from its last round.
    """

    round: str
    round_date: date
    category: str
    counted_on: date
    lag: int
    size: int
    min_score: int
    low: int | None
    high: int | None
    inside: bool | None
    took_low: int | None
    took_high: int | None
    share_low: float | None
    share_high: float | None
    implied_share: float | None
    days_since: int | None
    last_score: int | None
    new_version: bool | None
    above: int
    at_or_above: int
    flags: str | None


def joined(rounds: pl.DataFrame, counts: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the rounds that have a distribution, in the order in which they were held, with its counts."""
    one = counts.rename({"flags": "count_flags", "source": "count_source"})
    return rounds.join(one, on="round", how="inner", maintain_order="left").to_dicts()


def calibrate(
    rounds: pl.DataFrame, counts: pl.DataFrame, build: BandPools, done: Callable[[int, int], None] = lambda *_: None
) -> pl.DataFrame:
    """Test every round that has a distribution, one row each. ``done(n, of)`` is told after each."""
    rows = joined(rounds, counts)
    past: dict[str, list[float]] = {}
    held: dict[str, Mapping[str, Any]] = {}
    tested = []
    for number, row in enumerate(rows):
        category = row["category"]
        tested.append(calibrate_round(row, past.get(category, []), build, held.get(category)))
        held[category] = row
        if category not in EVERYONE:
            past.setdefault(category, []).append(implied_share(row))
        done(number + 1, len(rows))
    return pl.DataFrame([asdict(one) for one in tested], infer_schema_length=None)


def calibrate_round(
    row: Mapping[str, Any], past: list[float], build: BandPools, last: Mapping[str, Any] | None
) -> Tested:
    """Test one round. ``past`` are the shares that earlier rounds of its category imply; ``last``, the last of them."""
    counts, category = counted(row), row["category"]
    assumed = (None, None) if category in EVERYONE else assumed_shares(past)
    interval: dict[str, Any] = dict.fromkeys(("low", "high", "took_low", "took_high"))
    if category in EVERYONE or assumed[0] is not None:
        run = partial(_run, instruction_of(dict(row)), row, counts, build=build)
        interval["low"], interval["took_low"] = run(end="low", share=assumed[0])
        interval["high"], interval["took_high"] = run(end="high", share=assumed[1])
    low, high = interval["low"], interval["high"]
    inside = None if low is None or high is None else low <= row["min_score"] <= high
    return Tested(
        row["round"],
        row["round_date"],
        category,
        row["counted_on"],
        (row["round_date"] - row["counted_on"]).days,
        row["invitations"],
        row["min_score"],
        share_low=assumed[0],
        share_high=assumed[1],
        inside=inside,
        implied_share=None if category in EVERYONE else implied_share(row),
        days_since=None if last is None else (row["round_date"] - last["round_date"]).days,
        last_score=None if last is None else last["min_score"],
        new_version=None if last is None else row["version"] != last["version"],
        above=sum(count for band, count in counts.items() if band.low > row["min_score"]),
        at_or_above=sum(count for band, count in counts.items() if band.high >= row["min_score"]),
        flags=row["count_flags"],
        **interval,
    )


def _run(
    instruction: Instruction,
    row: Mapping[str, Any],
    counts: Mapping[Band, int],
    *,
    build: BandPools,
    end: End,
    share: float | None,
) -> tuple[int | None, int]:
    """Run the instruction of a round on the pool at one end: the cut-off, and how many were taken."""
    own = None if share is None else members(counts, share, end)
    pool = build.pool(counts, row["round_date"], end, row["category"], own)
    result = run_round(instruction, pool).results[0]
    taken = len(result.taken.positions)
    enough = taken == row["invitations"] or row["category"] in EVERYONE
    return (result.cut_off if enough or end == "high" else 0), taken


def assumed_shares(past: list[float]) -> tuple[float | None, float | None]:
    """Bound the share of a category by its last rounds; nothing where there are fewer than two."""
    if len(past) < FEWEST:
        return None, None
    last = past[-WINDOW:]
    return min(last) / STRETCH, min(1.0, max(last) * STRETCH)


def implied_share(row: Mapping[str, Any]) -> float:
    """Give the share of a category that a round implies: invitations, out of those counted at or above its minimum."""
    there = sum(_part(band, row["min_score"]) * count for band, count in counted(row).items() if band != NOMINEES)
    return min(1.0, float(row["invitations"] / there)) if there else 1.0


def _part(band: Band, score: int) -> float:
    """Give the part of a band that lies at or above a score, its candidates evenly spread."""
    return min(1.0, max(0.0, (band.high + 1 - score) / (band.high + 1 - band.low)))


def closed_form(row: Mapping[str, Any], share: float | None, end: End, build: BandPools) -> int | None:
    """Give an end of the interval without a pool: the end of the band in which the last invited falls."""
    category = row["category"]
    counts = counted(row) if share is None else members(counted(row), share, end)
    last = None
    left = row["invitations"]
    for band, count in counts.items():
        if category == "pnp" and band != NOMINEES:
            break
        left -= count
        if count:
            last = build.ends(band, category, inside=share is not None)[0 if end == "low" else 1]
        if left <= 0:
            return last
    return last if category in EVERYONE or end == "high" else 0
