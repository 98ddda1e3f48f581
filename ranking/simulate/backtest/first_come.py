"""First come against ranked: the same candidates through Mon projet Québec's intake of 2016, and through a round.

The intake of June 2016 took 5,000 forms; about 41,000 people had an account, about 500 could be in at once, and a form
took an hour. Everyone tries at the opening; who cannot get in waits in line; who gets in fills in the form; the first
5,000 forms are taken. The candidates are synthetic, and scored by the grid of the PSTQ, which nobody had in 2016: the
question is whom the order of arrival leaves out, not who was invited then. The engine makes both rounds.

Who arrives when is an assumption, made in two ways: arrival has nothing to do with the person; or who stays in Québec
reaches the page twice as fast. Neither was published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from heapq import heapify, heapreplace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.instruction import read_instruction
from ranking.pool import Pool
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.sample import generate
from ranking.scoring import score
from ranking.simulate.backtest.made_up import read_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from ranking.pool import Pool as PoolType

    Minutes = NDArray[np.float64]

PROGRAM = "quebec/pstq"
ROUND = "2026-04-30"
BAND = 50
ARRIVALS = ("blind", "near_first")
EXTRA = 4
"""Declarations drawn for each candidate who is kept: those whom no stream takes are left out."""


@dataclass(frozen=True)
class Intake:
    """An intake by arrival, in minutes.

    People come ``burst`` minutes after the opening on average; a form takes a median of ``form``, whose logarithm has a
    standard deviation of ``spread``; ``sessions`` people can be in at once.
    """

    people: int = 41_000
    places: int = 5_000
    sessions: int = 500
    burst: float = 10.0
    form: float = 60.0
    spread: float = 0.3


def finished(intake: Intake, arrivals: Minutes, draws: np.random.Generator) -> Minutes:
    """Give the minute at which each person hands in the form: first come, first in, ``sessions`` at once."""
    forms = intake.form * np.exp(intake.spread * draws.standard_normal(len(arrivals)))
    done = np.empty(len(arrivals))
    free = [0.0] * intake.sessions
    heapify(free)
    for person in np.argsort(arrivals, kind="stable").tolist():
        begins = max(arrivals[person], free[0])
        done[person] = begins + forms[person]
        heapreplace(free, done[person])
    return done


def candidates(intake: Intake, seed: int) -> tuple[PoolType, Instruction]:
    """Make the candidates: synthetic, each eligible for some stream, one declaration a person."""
    instruction = read_instruction(data_folder() / "instructions" / PROGRAM / f"{ROUND}.toml")
    law = instruction.regulation
    frame = generate(law, intake.people * EXTRA, seed=seed, on=instruction.facts_on).unique(
        "person_id", maintain_order=True
    )
    scored = score(frame, law, facts_on=instruction.facts_on)
    eligible = scored.select(pl.any_horizontal(f"eligible_{stream.id}" for stream in law.streams).alias("eligible"))
    kept = frame.filter(eligible["eligible"].fill_null(value=False)).head(intake.people)
    if kept.height < intake.people:
        message = f"only {kept.height} candidates of {intake.people}"
        raise ValueError(message)
    return Pool(kept, kept.clear()), instruction


TEMPLATE = """program = "{program}"
id = "{name}"
title = {{ fr = "{name}", en = "{name}" }}
law_on = {day}
extracted_at = {at}
[cite]
act = "Instruction inventée pour comparer"
provision = "Mon projet Québec, juin 2016"
provision_checked = false
url = "https://tirage.invalid/backtest"
read_on = 2026-11-24
certainty = {{ fr = "inventée", en = "invented" }}
[[selection]]
id = "1"
title = {{ fr = "{name}", en = "{name}" }}
stream = ["1", "2", "3", "4"]
mechanism = {how}
size = {places}
certainty = "published"
"""
HOW = {"ranked": '"count"\nties = "key"', "first_come": '"first_come"\ncomparison_only = true'}
OPENING = timedelta(days=70)
"""Before the extraction: so that every form is still valid at it."""


def compare(
    intake: Intake, replications: int, seed: int, done: Callable[[int, int], None] = lambda *_: None
) -> pl.DataFrame:
    """Run both rounds ``replications`` times: one row a way of arriving, replication and band of the score.

    ``candidates``, ``ranked`` (invited by rank), ``taken`` (taken by arrival), ``lost`` (invited by rank, not taken by
    arrival), ``gained`` (taken by arrival, not invited by rank). ``last`` is the minute of the last form taken.
    Arrivals of a replication are the same draws in each way.
    """
    pool, real = candidates(intake, seed)
    asked = {name: _instruction(name, intake, real) for name in HOW}
    rows = []
    for replication in range(replications):
        for way in ARRIVALS:
            draws = np.random.Generator(np.random.PCG64((seed, replication)))
            hurry = draws.exponential(intake.burst, intake.people)
            near = pool.frame["staying_in_quebec"].to_numpy() & (way == "near_first")
            minutes = finished(intake, np.where(near, hurry / 2, hurry), draws)
            rows.append(_rounds(pool, asked, real, minutes).with_columns(way=pl.lit(way), replication=replication))
        done(replication + 1, replications)
    return pl.concat(rows)


def _instruction(name: str, intake: Intake, real: Instruction) -> Instruction:
    at = real.source.extracted_at
    text = TEMPLATE.format(
        program=PROGRAM, name=name, day=real.source.law_on, at=at.isoformat(), how=HOW[name], places=intake.places
    )
    return read_text(text, name)


def _rounds(pool: PoolType, asked: dict[str, Instruction], real: Instruction, minutes: Minutes) -> pl.DataFrame:
    """Run both rounds on forms handed in at these minutes, and count by band."""
    opening = real.source.extracted_at - OPENING
    handed = pl.Series("submitted_at", (minutes * 60_000_000).astype(np.int64)).cast(pl.Duration("us"))
    filed = pool.frame.with_columns((pl.lit(opening).cast(pl.Datetime("us", "UTC")) + handed).alias("submitted_at"))
    frame = Pool(filed, filed.clear())
    runs = {name: run_round(one, frame) for name, one in asked.items()}
    inside = {name: np.zeros(filed.height, dtype=bool) for name in runs}
    for name, run in runs.items():
        inside[name][run.results[0].taken.positions] = True
    band = runs["ranked"].scored["score"] // BAND * BAND
    taken = inside["first_come"]
    return (
        pl.DataFrame({"band": band, **inside, "minute": np.where(taken, minutes, np.nan)})
        .group_by("band")
        .agg(
            candidates=pl.len(),
            ranked=pl.col("ranked").sum(),
            taken=pl.col("first_come").sum(),
            lost=(pl.col("ranked") & ~pl.col("first_come")).sum(),
            gained=(~pl.col("ranked") & pl.col("first_come")).sum(),
        )
        .sort("band", descending=True)
        .with_columns(last=pl.lit(float(np.max(minutes[taken]))))
    )


def summary(runs: pl.DataFrame) -> pl.DataFrame:
    """Sum replications up: by way of arriving and band, the mean of each count and the ends of 90 % of replications."""
    counts = ("taken", "lost", "gained")
    return (
        runs.group_by("way", "band", maintain_order=True)
        .agg(
            pl.col("candidates", "ranked").first(),
            *(pl.col(name).mean() for name in counts),
            *(
                pl.col(name).quantile(q, "nearest").alias(f"{name}_{end}")
                for name in counts
                for q, end in ((0.05, "low"), (0.95, "high"))
            ),
        )
        .sort("way", "band", descending=[False, True])
    )
