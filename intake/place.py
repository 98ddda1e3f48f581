"""Where somebody stands in the line, and when it is worth asking again."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

SOONEST, LATEST = 2, 20
ASKING = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody stands. ``position`` and ``ahead`` are None until a draw gives them.

    ``ahead``: at most so many people come in before; never more than it was. ``estimate_seconds``: None where not
    known. ``retry_after``: seconds after which it is worth asking again.
    """

    ticket: str
    position: int | None
    ahead: int | None
    admitted: bool
    estimate_seconds: int | None
    retry_after: int


def not_placed(ticket: str, holder: str) -> Place:
    """Give the place of somebody whose position is still to be drawn."""
    return Place(
        ticket,
        None,
        None,
        admitted=False,
        estimate_seconds=None,
        retry_after=retry_after(None, zlib.crc32(holder.encode()), 0),
    )


def admitted(ticket: str, position: int) -> Place:
    """Give the place of somebody who may come in."""
    return Place(ticket, position, 0, admitted=True, estimate_seconds=0, retry_after=SOONEST)


def retry_after(ahead: int | None, number: int, rate: float) -> int:
    """Tell after how many seconds to ask again: the further back, the later, from 2 to 20.

    About ``ASKING`` people a second would ask if each asked once per so many people before them; earlier where the
    line moves so fast (``rate``, 0 where it does not) that they come in before. ``number`` spreads those who stand at
    the same place, always in the same way, so that twenty thousand who came at once do not all ask again at once.
    """
    wait = LATEST if ahead is None else min(ahead / ASKING, LATEST)
    if ahead is not None and rate > 0:
        wait = min(wait, ahead / rate + 1)
    spread = 0.7 + 0.3 * (number * 2_654_435_761 % 2**32) / 2**32
    return max(SOONEST, math.ceil(wait * spread))
