"""A draw: the best so many of a pool, by score and then by the time of submission, against sorting."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from bench.timing import interleaved, say
from ranking import score
from ranking.columns import ID
from ranking.mechanisms import MECHANISMS, Contest
from ranking.order import Standing, cut
from ranking.second import ArrowStream
from ranking.selection import Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from bench.laws import Law

SHARE = 50
"""One declaration in so many is invited."""
KEYS = ["score", "submitted_at", ID]
DESCENDING = [True, False, False]
CUT, WHOLE = "tirage: the cut-off, by counting", "tirage: a selection, list and outcomes"


def draw(law: Law, pool: pl.DataFrame, sizes: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Time a selection by count at several sizes, the lists first checked to be the same."""
    return [row for size in sizes for row in _at(law, pool.head(size), rounds)]


def _at(law: Law, frame: pl.DataFrame, rounds: int) -> list[dict[str, Any]]:
    size, places = frame.height, frame.height // SHARE
    say(f"a draw of {places:,} among {size:,}")
    scores = score(frame, law.regulation, facts_on=law.day, breakdown=False)["score"]
    standing = Standing.of(frame, scores, law.regulation)
    keys = frame.select("submitted_at", ID).with_columns(scores).select(KEYS)
    everyone = np.arange(size, dtype=np.int64)
    title = {"fr": "essai", "en": "trial"}
    said = {"id": "1", "title": title, "mechanism": "count", "size": places, "ties": "key", "certainty": "published"}
    contest = Contest(Selection(**said), standing, everyone)
    pick = partial(MECHANISMS["count"].pick, contest)
    with duckdb.connect() as connection:
        connection.register("arrow", ArrowStream(keys))
        connection.execute("CREATE TABLE keys AS SELECT * FROM arrow")
        order = f'SELECT "{ID}" FROM keys ORDER BY score DESC, submitted_at, "{ID}" LIMIT {places}'
        lists = {
            "polars top_k": lambda: keys.top_k(places, by=KEYS, reverse=[not one for one in DESCENDING]),
            "polars sort and head": lambda: keys.sort(KEYS, descending=DESCENDING).head(places),
            "DuckDB ORDER BY LIMIT": lambda: connection.execute(order).fetchnumpy(),
        }
        taken = frame[ID].gather(pick().positions).to_list()
        for name, run in lists.items():
            found = list(run()[ID])
            same = sorted(found) == sorted(taken) if name == "polars top_k" else found == taken
            assert same, name
        end = cut(standing.scores, places)
        assert end is not None
        assert end.score == scores.gather(pick().positions).min()
        medians = interleaved({CUT: partial(cut, standing.scores, places), WHOLE: pick, **lists}, rounds)
    return [{"size": size, "places": places, "contender": name, "ms": ms} for name, ms in medians.items()]
