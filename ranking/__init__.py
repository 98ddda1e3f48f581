"""Pools and draws: reads a pool, scores it under a regulation, runs rounds. Knows no law."""

from ranking.faults import PoolError
from ranking.pool import Pool, read_pool
from ranking.scoring import score

__all__ = ["Pool", "PoolError", "read_pool", "score"]
