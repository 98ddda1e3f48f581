"""What ministries published of their rounds and pools: figures with their source, checked, contradictions listed."""

from ranking.published.contradictions import contradictions
from ranking.published.distributions import BANDS, Band, distributions
from ranking.published.quebec import quebec_occupations, quebec_rounds
from ranking.published.rounds import express_entry_rounds

__all__ = [
    "BANDS",
    "Band",
    "contradictions",
    "distributions",
    "express_entry_rounds",
    "quebec_occupations",
    "quebec_rounds",
]
