"""Instants and durations as a person writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from intake.clock import instant
from rules.text import Lang, number, written

if TYPE_CHECKING:
    from datetime import date

MINUTE, HOUR = 60, 3600
FEW_SECONDS = 90


def local(at: int, zone: str) -> datetime:
    """Give an instant of the bank on the clocks of a place."""
    return instant(at).astimezone(ZoneInfo(zone))


def local_day(at: int, zone: str) -> date:
    """Give the day that an instant of the bank has in a place."""
    return local(at, zone).date()


def day_and_hour(at: int, zone: str, lang: Lang) -> str:
    """Write an instant to the second: « 1er mai 2026, 8 h 05 min 12 s (UTC−4) », “1 May 2026, 08:05:12 (UTC−4)”."""
    then = local(at, zone)
    if lang == "fr":
        hour = f"{then.hour}\u00a0h\u00a0{then.minute:02}\u00a0min\u00a0{then.second:02}\u00a0s"
    else:
        hour = f"{then:%H:%M:%S}"
    return f"{written(then.date(), lang)}, {hour} ({_offset(then.utcoffset() or timedelta())})"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // MINUTE
    hours, rest = divmod(abs(minutes), MINUTE)
    sign = "−" if minutes < 0 else "+"
    return "UTC" if not minutes else f"UTC{sign}{hours}{f':{rest:02}' if rest else ''}"


def duration(seconds: int, lang: Lang) -> str:
    """Write a duration as one would say it, rounded up: seconds, then minutes, then hours and minutes."""
    if seconds < FEW_SECONDS:
        return _counted(seconds, ("seconde", "secondes"), ("second", "seconds"), lang)
    minutes = -(-seconds // MINUTE)
    if minutes < FEW_SECONDS:
        return _counted(minutes, ("minute", "minutes"), ("minute", "minutes"), lang)
    hours, rest = divmod(minutes, MINUTE)
    said = _counted(hours, ("heure", "heures"), ("hour", "hours"), lang)
    if not rest:
        return said
    return (
        f"{said} {'et' if lang == 'fr' else 'and'} {_counted(rest, ('minute', 'minutes'), ('minute', 'minutes'), lang)}"
    )


def _counted(count: int, fr: tuple[str, str], en: tuple[str, str], lang: Lang) -> str:
    one = count < 2 if lang == "fr" else count == 1
    return f"{number(count, lang)}\u00a0{(fr if lang == 'fr' else en)[0 if one else 1]}"
