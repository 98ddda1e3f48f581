"""A sweep: variants of the points of three criteria on one pool, against scoring the pool anew for each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bench.peers import polars_when
from bench.timing import say
from ranking import score
from ranking.simulate import Variants, sweep
from ranking.simulate.variants import place
from rules.citation import Title
from rules.scenario import Change, Scenario, apply

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.laws import Law
    from ranking.simulate import Sweep
    from rules import Regulation

CRITERIA = ("age", "education", "canadian_work")
"""The criteria that vary, every cell of them: the age, what was studied, and the years of work in Canada."""
SEED = 7
MOST_POINTS = 20
FEW = 5
PLACES = 5_000
COUNTS = (1, 10, 100, 1_000, 5_000)


def cells(law: Regulation) -> list[str]:
    """Name every cell of the criteria that vary, as a scenario writes them."""
    found = []
    for name in CRITERIA:
        for table in law.parts[name].tables:
            for row in range(len(table.rows.keys)):
                at = f"criteria.{name}.{table.id}['{table.rows.name(row)}']"
                columns = (
                    [table.columns.name(column) for column in range(len(table.points[0]))] if table.columns else []
                )
                found += [f"{at}['{column}']" for column in columns] or [at]
    return found


def variants(law: Regulation, count: int) -> Variants:
    """Make variants: to every cell of the three criteria, from 0 to 20 points more."""
    places = cells(law)
    more = np.random.default_rng(SEED).integers(0, MOST_POINTS + 1, (count, len(places)))
    return Variants.of(law, places, np.array([place(at, law).base for at in places]) + more)


def run(law: Law, pool: pl.DataFrame, counts: tuple[int, ...] = COUNTS) -> dict[str, Any]:
    """Time sweeps of several lengths, made ready from nothing each, then a few variants scored anew."""
    frame = pool.select([name for name in pool.columns if name in law.regulation.attributes])
    say(f"a sweep, {frame.height:,} declarations, {len(cells(law.regulation))} cells of {len(CRITERIA)} criteria")
    rows = []
    for count in counts:
        made = variants(law.regulation, count)
        start = time.perf_counter()
        swept = sweep(frame, law.regulation, made, facts_on=law.day)
        swept.cut_off(0, PLACES)
        ready = time.perf_counter() - start
        found = cut_offs(swept)
        whole = time.perf_counter() - start
        rows.append({"variants": count, "ready_ms": ready * 1000, "ms": whole * 1000})
        say(f"    {count:,} variants: {whole:.2f} s, of which {ready:.2f} s to make ready")
    others = anew(law, frame, made, found)
    last = rows[-1]
    rate = last["variants"] / (last["ms"] - last["ready_ms"]) * 1000
    return {
        "law": law.program, "size": frame.height, "criteria": list(CRITERIA), "cells": len(made.places),
        "growth": rows, "per_s": rate, "others": others,
    }  # fmt: skip


def cut_offs(swept: Sweep) -> list[int | None]:
    """Find the cut-off of every variant, by all threads."""
    found: list[int | None] = swept.cut_offs([PLACES], threads=pl.thread_pool_size())["cut_off"].to_list()
    return found


def anew(law: Law, frame: pl.DataFrame, made: Variants, found: list[int | None]) -> dict[str, float]:
    """Score a few variants as laws of their own: variants a second. The laws are made beforehand, not compiled."""
    laws = [law_of(law.regulation, made, number) for number in range(min(FEW, len(made)))]

    def fused(one: Regulation) -> pl.Series:
        return score(frame, one, facts_on=law.day, breakdown=False)["score"]

    def when_then(one: Regulation) -> pl.Series:
        built = polars_when.build(one, law.day)
        return built.score(built.take(frame))["score"]

    ways: dict[str, Callable[[Regulation], pl.Series]] = {"tirage, each anew": fused, "polars when/then": when_then}
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number, one in enumerate(laws):
        for name, way in ways.items():
            start = time.perf_counter()
            end = cut_off(way(one))
            times[name].append(time.perf_counter() - start)
            assert end == found[number], (name, number)
    return {name: 1 / float(np.median(values)) for name, values in times.items()}


def cut_off(scores: pl.Series) -> int | None:
    """Find the score of the last who has a place; None where there are places for all."""
    if len(scores) <= PLACES:
        return None
    counts = np.bincount(scores.to_numpy())
    return int(len(counts) - 1 - np.searchsorted(np.cumsum(counts[::-1]), PLACES))


def law_of(base: Regulation, made: Variants, number: int) -> Regulation:
    """Make a variant a law, through a scenario."""
    pairs = zip(made.places, made.values[number].tolist(), strict=True)
    changes = tuple(Change(at=one.at, was=one.base, to=to) for one, to in pairs if to != one.base)
    title = Title(fr="essai", en="trial")
    return apply(Scenario(title=title, program=base.program, base=base.day, change=changes), base)
