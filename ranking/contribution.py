"""What a round owes to what came before it: who is excluded and why, and how much of each ceiling is used.

A ledger gives it; the folder of the round keeps it, so that a replay needs no ledger.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from ranking.columns import ID
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.order import Positions

EXCLUSIONS = {"declaration_id": pl.String, "person_id": pl.String, "exclusion": pl.String}
OUTCOMES = {"withdrawn": Outcome.withdrawn, "already_invited": Outcome.already_invited}


@dataclass(frozen=True)
class Contribution:
    """What a ledger contributes to a round.

    ``exclusions`` has ``declaration_id`` (null: whatever the declaration of that person), ``person_id`` (null: of that
    declaration alone) and ``exclusion``: ``withdrawn``, ``already_invited``, or the name of another exclusion.
    ``used`` counts, for each ceiling, the places that earlier rounds used, by group. ``head`` is the hash of the
    ledger's last entry; None without a ledger.
    """

    exclusions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=EXCLUSIONS))
    used: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    head: str | None = None

    def excluded(self, frame: pl.DataFrame) -> list[tuple[Outcome, Positions]]:
        """Find the declarations of a pool that are excluded: positions by outcome; the first of the codes decides."""
        if self.exclusions.is_empty():
            return []
        rows = pl.Series("row", range(frame.height), dtype=pl.Int64)
        columns = [name for name in (ID, "person_id") if name in frame.columns]
        known = frame.select(columns).with_columns(rows)
        found = []
        for on in columns:
            named = self.exclusions.filter(pl.col(on).is_not_null() & _only(on)).select(on, "exclusion")
            found.append(known.join(named, on=on, how="inner").select("row", "exclusion"))
        matched = pl.concat(found)
        outcome = pl.col("exclusion").replace_strict(OUTCOMES, default=Outcome.excluded, return_dtype=pl.Int8)
        first = matched.with_columns(outcome.alias("outcome")).group_by("row").agg(pl.col("outcome").min()).sort("row")
        return [
            (Outcome(code), first.filter(pl.col("outcome") == code)["row"].to_numpy())
            for code in sorted(first["outcome"].unique().to_list())
        ]


def _only(on: str) -> pl.Expr:
    """Match by the declaration where it is named, by the person only where it is not."""
    return pl.lit(value=True) if on == ID else pl.col(ID).is_null()
