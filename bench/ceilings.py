"""Ceilings that cross: 100,000 places under limits by occupation and by country, 500 × 200 groups."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bench.timing import say
from ranking import score
from ranking.contest import Contest
from ranking.groups import Groups
from ranking.mechanisms import MECHANISMS
from ranking.order import Standing
from ranking.parts import Ceiling
from ranking.places import Places, Room
from ranking.selection import Selection

if TYPE_CHECKING:
    from bench.laws import Law

TITLE = {"fr": "essai", "en": "trial"}
PLACES = 100_000


def ceilings(law: Law, frame: pl.DataFrame) -> dict[str, Any]:
    """Time the count, order and scan included: milliseconds of one run."""
    say(f"ceilings that cross, {frame.height:,} declarations")
    scores = score(frame, law.regulation, facts_on=law.day, breakdown=False)["score"]
    standing = Standing.of(frame, scores, law.regulation)
    place = pl.int_range(frame.height, eager=True)
    crossed = {"occupation": ((place * 7919) % 500, 400), "country": (((place * 104_729) % 3_571) % 200, 900)}
    said = {"id": "1", "title": TITLE, "mechanism": "count", "size": PLACES, "ties": "key", "certainty": "published"}
    start = time.perf_counter()
    rooms = []
    for name, (codes, limit) in crossed.items():
        groups = Groups.of(codes.cast(pl.String))
        ceiling = Ceiling(id=name, title=TITLE, by=name, otherwise=limit, carried=False)
        rooms.append(Room(ceiling, groups, [limit] * len(groups.labels)))
    everyone = np.arange(frame.height, dtype=np.int64)
    MECHANISMS["count"].pick(Contest(Selection(**said), standing, everyone, Places(rooms)))
    return {"law": law.program, "size": frame.height, "places": PLACES, "ms": (time.perf_counter() - start) * 1000}
