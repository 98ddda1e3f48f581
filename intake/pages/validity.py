"""Until when a declaration counts: so many months after its deposit, on the local calendar of the program."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from rules.regulation import Regulation


def valid_until(first: datetime, regulation: Regulation) -> datetime | None:
    """Give the instant (UTC) at which a declaration deposited at ``first`` ends; None where the law has no such time.

    A day that the later month lacks is its last day. A local time that comes twice counts as the later, one that a
    clock change skips as an hour later: both in the favour of the person, as a round reads it.
    """
    months = regulation.lifecycle.validity_months
    if months is None:
        return None
    zone = ZoneInfo(regulation.source.time_zone)
    local = first.astimezone(zone)
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, monthrange(year, month)[1])
    return _instant(local.replace(year=year, month=month, day=day, tzinfo=None, fold=0), zone)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    both = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [instant for instant in both if instant.astimezone(zone).replace(tzinfo=None, fold=0) == wall]
    return max(shown) if shown else _instant(wall + timedelta(hours=1), zone)
