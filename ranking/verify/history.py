"""When each current score was reached, by plain scan of a history of scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

    from ranking.verify.facts import Facts
    from ranking.verify.given import Given


def reached(facts: Facts, given: Given, history: pl.DataFrame) -> list[datetime] | None:
    """Give since when each declaration has the score that it has; None where the order does not ask, or one lacks.

    A drop and a return begin it anew, unless the law says that the first time counts.
    """
    asked = [item for item in given.regulation.order if str(item.key) == "score_reached_at"]
    if not asked:
        return None
    keeps = getattr(asked[0], "on_return", None) == "keeps"
    runs: dict[str, list[tuple[datetime, int]]] = {}
    for number, at, score in sorted(history.select("declaration_id", "at", "score").rows()):
        if at < given.extracted_at:
            runs.setdefault(number, []).append((at, score))
    found: list[datetime] = []
    for number, now in zip(facts.ids, facts.scores, strict=True):
        run = runs.get(number, [])
        if not run or run[-1][1] != now:
            return None
        since = run[-1][0]
        for at, score in run if keeps else reversed(run):
            if keeps and score == now:
                since = at
                break
            if not keeps and score != now:
                break
            since = at if not keeps else since
        found.append(since)
    return found
