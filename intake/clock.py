"""The clock of the bank: whole microseconds since 1970, UTC. Whoever needs the time is given a clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], int]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def server_clock() -> int:
    """Read the server's clock. It may jump back: whoever writes to the log holds it to the log's last instant."""
    return time.time_ns() // 1000


def instant(at: int) -> datetime:
    """Turn microseconds since 1970 into an instant, UTC, exactly."""
    return EPOCH + at * MICROSECOND


def microseconds(moment: datetime) -> int:
    """Turn an instant into microseconds since 1970, exactly. ``moment`` must have a time zone."""
    return (moment - EPOCH) // MICROSECOND
