"""The second road: the round proven from the pool, the law as SQL and plain definitions, with no code of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.verify.bounds import prove_bounds
from ranking.verify.case import open_case
from ranking.verify.draws import prove_draws
from ranking.verify.lists import prove_lists
from ranking.verify.picks import prove_picks
from ranking.verify.reasons import prove_outcomes

if TYPE_CHECKING:
    import polars as pl

    from ranking.verify.archive import Archive
    from ranking.verify.findings import Finding
    from ranking.verify.given import Given


def prove(archive: Archive, given: Given, pool: pl.DataFrame) -> list[Finding]:
    """Prove every property of a round; what cannot be proven is a finding that does not agree."""
    case = open_case(archive, given, pool)
    return [*prove_lists(case), *prove_picks(case), *prove_bounds(case), *prove_draws(case), *prove_outcomes(case)]
