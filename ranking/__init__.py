"""Pools and draws: reads a pool, scores it under a regulation, runs rounds. Knows no law."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ranking.faults import PoolError
    from ranking.pool import Pool, read_pool
    from ranking.scoring import score
    from ranking.streamed import ScoredFile, score_file

__all__ = ["Pool", "PoolError", "ScoredFile", "read_pool", "score", "score_file"]

HOMES = {
    "Pool": "ranking.pool",
    "PoolError": "ranking.faults",
    "read_pool": "ranking.pool",
    "score": "ranking.scoring",
    "ScoredFile": "ranking.streamed",
    "score_file": "ranking.streamed",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a public name when it is first used, so that the command line starts quickly."""
    if name not in HOMES:
        raise AttributeError(name)
    return getattr(import_module(HOMES[name]), name)
