"""Who filed, and when: the numbers of declarations and persons, and the instants of submission, of any program."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from ranking.columns import INSTANT
from ranking.sample.draws import amount_by

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from ranking.sample.draws import Draws, Whole
    from rules.regulation import Regulation

# Invented for calibration: no estimate of a real bank.
DAYS_SINCE_SUBMISSION = (0, 15, 55, 130, 225, 310, 426)  # at 0, 10, 25, 50, 75, 90, 100 %, where 12 months are valid
EQUAL_INSTANTS = 0.2  # per cent of the declarations, filed in the same millisecond as another one
SECOND_DECLARATIONS = 0.3  # per cent of the declarations, filed by someone who filed another one

DAY = 86_400_000
LONGEST_NUMBER = 7


def submissions(
    draws: Draws,
    on: date,
    regulation: Regulation,
    name: str = "submitted_at",
    days: Sequence[int] = DAYS_SINCE_SUBMISSION,
) -> pl.Series:
    """Draw instants before the local day ``on``, in milliseconds: by ``days``, as where twelve months are valid.

    Unless ``days`` says otherwise they lie over 14 twelfths of the validity: more are recent than old, and about one in
    twenty is so old that it is no longer valid. A few instants are equal.
    """
    since = amount_by(draws.of(f"{name} day"), np.zeros(draws.size, dtype=np.int64), [days])
    since = since * (regulation.lifecycle.validity_months or 12) // 12
    instants = _first_instant(on, regulation.source.time_zone) - since * DAY - 1 - draws.whole(f"{name} time", 0, DAY)
    same = draws.happens(f"{name} equal", EQUAL_INSTANTS)
    instants = np.where(same, instants[earlier_rows(draws, f"{name} equal to")], instants)
    return pl.Series(name, instants).cast(pl.Datetime("ms", "UTC")).cast(INSTANT)


def _first_instant(on: date, time_zone: str) -> int:
    """Give the instant at which a local day begins, in milliseconds since 1970."""
    midnight = datetime.combine(on, time(), tzinfo=ZoneInfo(time_zone)).astimezone(UTC)
    return int(midnight.timestamp()) * 1000


def earlier_rows(draws: Draws, name: str) -> Whole:
    """Choose for every row one of the rows before it; the first row gets itself."""
    return (draws.of(name) * np.arange(draws.size, dtype=np.int64)) >> 32


def filed_again(draws: Draws) -> Whole:
    """Give for every row the earlier row of the same person, or itself: a few persons filed two declarations."""
    rows = np.arange(draws.size, dtype=np.int64)
    again = draws.happens("second declaration", SECOND_DECLARATIONS)
    first = earlier_rows(draws, "first declaration")
    return np.where(again & ~again[first], first, rows)


def numbered(said: pl.DataFrame, regulation: Regulation, draws: Draws, on: date) -> pl.DataFrame:
    """Add what is of the file, numbers of declarations and persons, instants and other text, in the law's order."""
    rows = pl.Series(np.arange(draws.size, dtype=np.int64))
    persons = pl.Series(filed_again(draws))
    filed = {"declaration_id": numbers("S", rows, draws), "person_id": numbers("SYN-", persons, draws)}
    columns = []
    for name, attribute in regulation.attributes.items():
        if name in said.columns:
            columns.append(said[name])
        elif attribute.type == "instant":
            columns.append(submissions(draws, on, regulation, name))
        elif attribute.type == "text" and not attribute.descriptive:
            columns.append(filed.get(name, numbers("SYN-", rows, draws)).alias(name))
    return pl.DataFrame(columns)


def numbers(prefix: str, rows: pl.Series, draws: Draws) -> pl.Series:
    """Write numbers of declarations or persons: the prefix, then the row number from 1, all of one length."""
    digits = max(LONGEST_NUMBER, len(str(draws.whole_size)))
    return prefix + (rows + draws.first + 1).cast(pl.String).str.zfill(digits)
