"""Validity by plain calendar arithmetic: until when a declaration counts, on the local calendar of the program."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SHORTEST_MONTH = timedelta(days=28)
MARGIN = timedelta(days=2)


def expired(submitted: datetime, at: datetime, months: int | None, zone: ZoneInfo) -> bool:
    """Tell whether a declaration is no longer valid ``at`` an instant; without ``months`` none ever expires."""
    if months is None or at - submitted < months * SHORTEST_MONTH - MARGIN:
        return False
    return at >= end_of_validity(submitted, months, zone)


def end_of_validity(submitted: datetime, months: int, zone: ZoneInfo) -> datetime:
    """Add calendar months on the local calendar; a day that the later month lacks is its last day."""
    local = submitted.astimezone(zone)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, monthrange(year, month)[1])
    return _instant(local.replace(year=year, month=month, day=day, tzinfo=None, fold=0), zone)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Find when the clocks show ``wall``: the later of two such instants; where there is none, an hour later."""
    both = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [instant for instant in both if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall]
    return max(shown) if shown else _instant(wall + timedelta(hours=1), zone)
