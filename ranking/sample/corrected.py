"""Corrections: the same pool with a few declarations mended, as people mend what they declared. Nobody in it exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.faults import Fault, PoolError
from ranking.pool import check_pool
from ranking.sample.draws import Draws
from ranking.scoring import score
from rules.text import Text, same

if TYPE_CHECKING:
    from datetime import date

    from ranking.sample.draws import Whole
    from rules.attributes import Attribute
    from rules.regulation import Regulation

CHANGED = (1, 4)  # attributes that one correction changes: from, to (excluded)
STEP = 13  # a whole number is mended by at most so much, less one
DAYS = 366  # a date by at most so many days, less one; a label becomes that of another declaration
TENTH = 10
TRIES = 60
ROW = "\ue001row"  # a private character: no column of a pool begins with it


def correct(frame: pl.DataFrame, regulation: Regulation, *, count: int, seed: int, on: date) -> pl.DataFrame:
    """Mend ``count`` declarations of a pool in one to three attributes each; the others stay as they are.

    The same arguments give the same frame. Numbers, persons and instants of submission stay; what a correction says is
    valid under the law. Half of them are of the best-scoring tenth, where a correction can change a round, the rest of
    anyone. More corrections than declarations, or a row for which none is valid, is a PoolError.
    """
    _check_count(count, frame.height)
    rows = _who(frame, regulation, count, seed, on)
    waiting = frame.with_row_index(ROW)[rows]
    done = waiting.clear()
    for attempt in range(TRIES):
        if not waiting.height:
            break
        draws = Draws(seed, frame.height, f"corrected {attempt}")
        tried = _tried(waiting, frame, regulation, draws)
        accepted = _valid(tried, regulation, on) & _differs(tried, waiting)
        done = pl.concat([done, tried.filter(accepted)])
        waiting = waiting.filter(~accepted)
    if waiting.height:
        raise PoolError([_no_correction(waiting.height)])
    kept = frame.with_row_index(ROW)
    return kept.update(done, on=ROW, include_nulls=True).select(frame.columns)


def _who(frame: pl.DataFrame, regulation: Regulation, count: int, seed: int, on: date) -> Whole:
    """Choose the declarations to mend."""
    shuffled = Draws(seed, frame.height, "corrected").shuffled("who")
    scores = score(frame, regulation, facts_on=on, breakdown=False)["score"]
    best = scores.rank("ordinal", descending=True).to_numpy()[shuffled] <= frame.height // TENTH
    first = shuffled[best][: count // 2]
    others = shuffled[~np.isin(shuffled, first)]
    return np.sort(np.concatenate([first, others[: count - len(first)]]))


def mendable(regulation: Regulation, columns: list[str]) -> list[str]:
    """Name the attributes that a person may have declared wrong, those that points are read from first.

    What decides whether others are asked (an accompanying spouse) is left out: those would have to change too.
    """
    asks = {other for attribute in regulation.attributes.values() for other in attribute.only_when or {}}
    found = [name for name, a in regulation.attributes.items() if _may_be_mended(a) and name in columns]
    return [name for name in found if name not in asks and name not in regulation.test_columns]


def _may_be_mended(attribute: Attribute) -> bool:
    return attribute.type in ("whole", "label", "boolean", "code", "date") and not attribute.descriptive


def _tried(waiting: pl.DataFrame, pool: pl.DataFrame, regulation: Regulation, draws: Draws) -> pl.DataFrame:
    """Propose one correction for each row: as many attributes as drawn, near what was declared or as others did."""
    names = mendable(regulation, waiting.columns)
    rows = waiting[ROW].to_numpy()
    times = draws.whole("how many", *CHANGED)[rows]
    frame = waiting
    for turn in range(CHANGED[1] - 1):
        which = np.where(times > turn, draws.whole(f"which {turn}", 0, len(names))[rows], -1)
        mended = []
        for place, name in enumerate(names):
            draw = draws.of(f"{name} {turn}")[rows]
            other = _near(frame[name], regulation.attributes[name], draw)
            if other is None:
                other = pool[name].gather((draw * pool.height) >> 32)
            mended.append(frame[name].zip_with(~pl.Series(which == place) | frame[name].is_null(), other))
        frame = frame.with_columns(mended)
    return frame


def _near(column: pl.Series, attribute: Attribute, draw: Whole) -> pl.Series | None:
    """Move numbers and dates a little, inside their domain; None for what has no order: others say what is said."""
    if attribute.type not in ("whole", "date"):
        return None
    reach = DAYS if attribute.type == "date" else STEP
    step = ((draw * (2 * reach - 2)) >> 32) - reach + 1
    values = column.to_physical().fill_null(0).cast(pl.Int64).to_numpy()
    moved = values + np.where(step >= 0, step + 1, step)
    if attribute.type == "whole":
        moved = np.clip(moved, attribute.interval.low or 0, (attribute.interval.high or 1) - 1)
    return pl.Series(column.name, moved).cast(column.to_physical().dtype).cast(column.dtype)


def _valid(tried: pl.DataFrame, regulation: Regulation, on: date) -> pl.Series:
    """Tell which rows the check of a pool accepts."""
    checked = check_pool(tried, regulation, quarantine=True, facts_on=on)
    return tried[ROW].is_in(checked.frame[ROW].implode())


def _differs(tried: pl.DataFrame, waiting: pl.DataFrame) -> pl.Series:
    """Tell which rows say something else than before."""
    changed = [tried[name].ne_missing(waiting[name]) for name in tried.columns if name != ROW]
    return tried.select(pl.any_horizontal(changed)).to_series()


def _check_count(count: int, size: int) -> None:
    if 0 <= count <= size:
        return
    expected = Text(f"de 0 à {size}, les déclarations de la banque", f"from 0 to {size}, the declarations of the pool")
    write = Text("une banque plus grande, ou moins de corrections", "a larger pool, or fewer corrections")
    raise PoolError([Fault(Text("corrections", "corrections"), same(str(count)), expected, write)])


def _no_correction(rows: int) -> Fault:
    where = Text("corrections", "corrections")
    found = Text(f"{rows} déclarations sans correction valide", f"{rows} declarations without a valid correction")
    expected = Text("une correction que la règle accepte", "a correction that the law accepts")
    return Fault(where, found, expected, Text("une autre graine", "another seed"))
