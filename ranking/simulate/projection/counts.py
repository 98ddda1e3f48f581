"""What is kept of a replication: its accounts, its cut-offs, and how long who waited. Whole numbers only.

``accounts``: law, number of the instant, entered, waiting, open, a column for each reason to leave.
``selections``: law, round, selection, candidates, invited, cut_off (null: nobody was taken).
``waits``: law, by, value, step (rounds since first seen), at_risk, left, invited.
``invited``: law, by, value, seen, invited, accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from ranking.simulate.projection.horizon import micros
from ranking.simulate.projection.start import Labels
from ranking.simulate.projection.world import Why

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ranking.simulate.projection.course import Course

    Whole = NDArray[np.int64]

SCORE = "score"
ACCOUNTS = {"law": pl.Int32, "instant": pl.Int32, "entered": pl.Int64, "waiting": pl.Int64, "open": pl.Int64} | {
    one.name: pl.Int64 for one in Why
}
SELECTIONS = {
    "law": pl.Int32,
    "round": pl.Int32,
    "selection": pl.String,
    "candidates": pl.Int64,
    "invited": pl.Int64,
    "cut_off": pl.Int32,
}
WAITS = {
    "law": pl.Int32,
    "by": pl.String,
    "value": pl.String,
    "step": pl.Int32,
    "at_risk": pl.Int64,
    "left": pl.Int64,
    "invited": pl.Int64,
}
INVITED = {
    "law": pl.Int32,
    "by": pl.String,
    "value": pl.String,
    "seen": pl.Int64,
    "invited": pl.Int64,
    "accepted": pl.Int64,
}
SCHEMAS = {"accounts": ACCOUNTS, "selections": SELECTIONS, "waits": WAITS, "invited": INVITED}


def counted(courses: Sequence[Course], band: int) -> dict[str, pl.DataFrame]:
    """Count the courses of a replication, one law after the other: by score band and by the groups of the world."""
    pieces: dict[str, list[pl.DataFrame]] = {name: [] for name in SCHEMAS}
    for law, course in enumerate(courses):
        pieces["accounts"].append(_accounts(course, law))
        pieces["selections"].append(_selections(course, law))
        bands, codes = np.unique(course.score // band * band, return_inverse=True)
        of_score = Labels(codes, [str(one) for one in bands.tolist()])
        steps = _steps(course)
        for by, labels in ({SCORE: of_score} | dict(course.world.groups)).items():
            pieces["waits"].append(_waits(course, steps, law, by, labels))
            pieces["invited"].append(_invited(course, law, by, labels))
    return {name: pl.concat(found) for name, found in pieces.items()}


def _accounts(course: Course, law: int) -> pl.DataFrame:
    rows = [(law, number, one.entered, one.waiting, one.open, *one.left) for number, one in enumerate(course.balances)]
    return pl.DataFrame(rows, schema=ACCOUNTS, orient="row")


def _selections(course: Course, law: int) -> pl.DataFrame:
    rows = [(law, number, *one) for number, picked in enumerate(course.picked) for one in picked]
    return pl.DataFrame(rows, schema=SELECTIONS, orient="row")


class Steps(NamedTuple):
    """The step at which each declaration that a round saw ends its wait, and how: 0 cut off, 1 left, 2 invited."""

    seen: NDArray[np.bool_]
    step: Whole
    how: Whole


def _steps(course: Course) -> Steps:
    """Count steps in rounds since a declaration was first seen. The end of the horizon cuts the others off."""
    rounds = len(course.when.rounds)
    seen = course.first_seen >= 0
    first, invited = course.first_seen[seen], course.first_invited[seen]
    instants = np.array([micros(one) for one in course.when.rounds])
    missed = np.searchsorted(instants, course.leaves[seen], side="left")
    how = np.where(invited >= 0, 2, np.where(missed < rounds, 1, 0))
    return Steps(seen, np.choose(how, [rounds, missed, invited]) - first, how)


def _waits(course: Course, steps: Steps, law: int, by: str, labels: Labels) -> pl.DataFrame:
    """Count, at each step, who is at risk, who of them left before its round, and whom it invited for the first time.

    Who is cut off at a step is not at risk in it.
    """
    width = len(course.when.rounds) + 1
    code = (labels.codes[steps.seen] * 3 + steps.how) * width + steps.step
    shape = (len(labels.names), 3, width)
    ended = np.bincount(code, minlength=int(np.prod(shape))).reshape(shape)
    still = np.cumsum(ended[:, :, ::-1], axis=2)[:, :, ::-1]
    at_risk = still.sum(axis=1) - ended[:, 0, :]
    names = np.repeat(np.array(labels.names, dtype=object), width)
    made = pl.DataFrame(
        {
            "value": pl.Series(names.tolist(), dtype=pl.String),
            "step": np.tile(np.arange(width), len(labels.names)),
            "at_risk": at_risk.ravel(),
            "left": ended[:, 1, :].ravel(),
            "invited": ended[:, 2, :].ravel(),
        }
    )
    return _typed(made.filter(pl.col("at_risk") > 0), law, by, WAITS)


def _invited(course: Course, law: int, by: str, labels: Labels) -> pl.DataFrame:
    """Count those seen by a round, those invited at least once, and those whose acceptance came before the end."""
    accepted = (course.why == Why.accepted) & (course.leaves <= micros(course.when.end))
    counts = [
        np.bincount(labels.codes[chosen], minlength=len(labels.names))
        for chosen in (course.first_seen >= 0, course.first_invited >= 0, accepted)
    ]
    made = pl.DataFrame(
        {"value": pl.Series(labels.names, dtype=pl.String)}
        | dict(zip(("seen", "invited", "accepted"), counts, strict=True))
    )
    return _typed(made.filter(pl.col("seen") > 0), law, by, INVITED)


def _typed(made: pl.DataFrame, law: int, by: str, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    named = made.with_columns(pl.lit(law).alias("law"), pl.lit(by).alias("by"))
    return named.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
