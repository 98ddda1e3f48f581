"""The counts of a round as its folder has them, before any is hidden."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ranking.columns import ID
from ranking.contribution import OUTCOMES
from ranking.report.distribution import by_band, width_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.kept import Kept


@dataclass(frozen=True)
class Figures:
    """Counts of people: by selection, by outcome, by reason of exclusion, by band; and of the invited by both.

    Everyone invited is counted once, under the selection that invited them; everyone excluded once, under the first
    reason in the order of the instruction. ``bands`` is None where the folder keeps no counts by score.
    """

    invited: Mapping[str, int]
    outcomes: Mapping[str, int]
    excluded: Mapping[str, int]
    bands: pl.DataFrame | None
    invited_by_band: Mapping[tuple[str, int], int]


def figures_of(kept: Kept) -> Figures:
    """Count what a folder has."""
    path = kept.folder / "distribution.parquet"
    table = pl.read_parquet(path) if path.is_file() else None
    distribution = table if table is not None and table.height else None
    taken = dict(kept.invitations.group_by("selection").len().iter_rows())
    invited = {one["id"]: taken.get(one["id"], 0) for one in kept.receipt["selections"]}
    if distribution is None:
        return Figures(invited, kept.receipt["outcomes"], _excluded(kept), None, {})
    width = width_of(distribution)
    both = kept.invitations.group_by("selection", pl.col("score").floordiv(width) * width).len()
    both = both.sort("selection", "score")  # what is hidden may depend on the order of the cells
    return Figures(
        invited,
        kept.receipt["outcomes"],
        _excluded(kept),
        by_band(distribution, width),
        {(name, low): count for name, low, count in both.iter_rows()},
    )


def _excluded(kept: Kept) -> dict[str, int]:
    """Count those whose outcome is ``excluded`` by the first reason that names them or their person."""
    rows = kept.contribution.exclusions.filter(~pl.col("exclusion").is_in(list(OUTCOMES)))
    found = dict.fromkeys(kept.outcomes.filter(outcome="excluded")[ID].to_list(), UNNAMED)
    order = {one.id: place for place, one in enumerate(kept.instruction.source.exclusion)}
    named = rows.filter(pl.col(ID).is_in(list(found))).select(ID, "exclusion").unique().rows()
    for declaration, reason in sorted(named, key=lambda row: (order.get(row[1], len(order)), row[1]), reverse=True):
        found[declaration] = reason
    counts = Counter(found.values())
    return {reason: counts[reason] for reason in sorted(counts, key=lambda one: (order.get(one, len(order)), one))}


UNNAMED = "person"
"""Excluded as a person, whatever the declaration: the folder does not say whose declaration that is."""
