"""Pools and draws: reads a pool, scores it under a regulation, runs rounds. Knows no law."""

from ranking.scoring import score

__all__ = ["score"]
