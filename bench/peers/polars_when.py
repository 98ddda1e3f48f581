"""polars ``when/then`` over the law's tables, stage by stage, in one lazy query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.peers import absent, column
from ranking.columns import ID, score_columns
from rules import plain

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from rules import Regulation


@dataclass(frozen=True)
class WhenThen:
    """The law as ``rules.plain`` writes it."""

    regulation: Regulation
    facts_on: date

    def take(self, frame: pl.DataFrame) -> tuple[pl.LazyFrame, pl.LazyFrame]:
        """Write the two queries over the frame, which has the types of the law."""
        query = frame.lazy()
        for stage in plain.stages(self.regulation, self.facts_on, frame.columns):
            query = query.with_columns(stage)
        streams = plain.streams(self.regulation, absent(frame, self.regulation))
        parts = query.with_columns(streams).select(score_columns(self.regulation))
        return query.select(ID, column("score")), parts

    def score(self, pool: tuple[pl.LazyFrame, pl.LazyFrame]) -> pl.DataFrame:
        """Score; the optimizer leaves out what the total does not need."""
        return pool[0].collect()

    def breakdown(self, pool: tuple[pl.LazyFrame, pl.LazyFrame]) -> pl.DataFrame:
        """Score with every part, and answer the streams."""
        return pool[1].collect()

    def read(self, result: pl.DataFrame) -> pl.DataFrame:
        """Give the result."""
        return result


def build(regulation: Regulation, facts_on: date) -> WhenThen:
    """Build."""
    return WhenThen(regulation, facts_on)
