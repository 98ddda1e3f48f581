"""Which instants of submission are valid at the extraction, as a few intervals: a predicate that any engine can read.

The calendar rule itself is ``taking_part.valid``; here it is only asked, so that no other engine has to know clock
changes or the end of February.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlglot import exp

from ranking.columns import INSTANT
from ranking.counted.engine import GROUND
from ranking.counted.picks import column
from ranking.faults import Fault, RoundError
from ranking.taking_part import valid
from rules.text import Text

if TYPE_CHECKING:
    from datetime import datetime

    from numpy.typing import NDArray

    from ranking.counted.engine import Driver
    from ranking.instruction import Instruction
    from rules.regulation import Regulation

PIECE = 15 * 60 * 1_000_000
"""Microseconds: no clock change begins inside a quarter of an hour, so validity changes at most once in one."""
AROUND = timedelta(days=5)
"""The end of a short month moves an end by three days at most, a clock change by an hour."""


def micros(at: datetime) -> int:
    """Give an instant as whole microseconds since 1970, UTC."""
    return (at.astimezone(UTC) - at.fromtimestamp(0, UTC)) // timedelta(microseconds=1)


def valid_instants(at: datetime, regulation: Regulation) -> list[tuple[int, int | None]]:
    """Give the instants of submission still valid ``at`` an extraction: half-open intervals of microseconds.

    The last one has no end: submissions after the extraction are looked for apart.
    """
    months = regulation.lifecycle.validity_months
    if months is None:
        return [(-(2**62), None)]
    local = at.astimezone(ZoneInfo(regulation.source.time_zone)).replace(tzinfo=None)
    about = pl.select(pl.lit(local).dt.offset_by(f"-{months}mo")).item().replace(tzinfo=UTC)
    first, last = (micros(about - AROUND) // PIECE, micros(about + AROUND) // PIECE)
    starts = np.arange(first, last, dtype=np.int64) * PIECE
    turns = _turns(starts, at, regulation)
    return [(int(a), None if b is None else int(b)) for a, b in zip(turns[::2], [*turns[1::2], None], strict=False)]


def _turns(starts: NDArray[np.int64], at: datetime, regulation: Regulation) -> list[int]:
    """Find where validity turns: the first instant is valid, the second no longer, and so on."""
    ends = starts + PIECE
    before, after = _ask(starts, at, regulation), _ask(ends - 1, at, regulation)
    low, high = starts.copy(), ends - 1
    while (high - low).max() > 1:
        middle = (low + high) // 2
        like_before = _ask(middle, at, regulation) == before
        low, high = np.where(like_before, middle, low), np.where(like_before, high, middle)
    turns, now = [], False
    for start, one, other, turn in zip(starts.tolist(), before.tolist(), after.tolist(), high.tolist(), strict=True):
        if one != now:
            turns.append(start)
        if other != one:
            turns.append(turn)
        now = other
    return turns


def _ask(instants: NDArray[np.int64], at: datetime, regulation: Regulation) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = valid(pl.Series(instants).cast(INSTANT), at, regulation).to_numpy()
    return found


def is_valid(arrived: exp.Expr, at: datetime, regulation: Regulation) -> exp.Expr:
    """Write whether an instant, in microseconds, is valid."""
    tests = []
    for first, end in valid_instants(at, regulation):
        after: exp.Expr = exp.GTE(this=arrived.copy(), expression=exp.convert(first))
        before = () if end is None else (exp.LT(this=arrived.copy(), expression=exp.convert(end)),)
        tests.append(exp.and_(after, *before))
    return exp.or_(*tests)


def check_extraction(driver: Driver, instruction: Instruction) -> None:
    """Fail because the pool holds declarations submitted at or after the extraction: it was read for another day."""
    at = instruction.source.extracted_at
    late = exp.GTE(this=column("arrived"), expression=exp.convert(micros(at)))
    which = exp.Min(this=column("declaration_id"))
    asked = exp.select(exp.Count(this=exp.Star()).as_("rows"), which.as_("one")).from_(GROUND).where(late)
    [(rows, one)] = driver.fetch(asked)
    if rows:
        found = Text(
            f"{rows} déclarations déposées à l’extraction ou après elle, dont {one}",
            f"{rows} declarations submitted at the extraction or after it, {one} among them",
        )
        expected = Text(f"des dépôts avant {at.isoformat()}", f"submissions before {at.isoformat()}")
        write = Text("extrayez la banque à cet instant", "extract the pool at that instant")
        raise RoundError([Fault(Text("banque", "pool"), found, expected, write)])
