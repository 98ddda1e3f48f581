"""The two laws that are measured, each on one day, and their synthetic pools."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

import rules
from bench.timing import say
from ranking import sample
from ranking.columns import ID
from ranking.conform import conform

if TYPE_CHECKING:
    from rules import Regulation

SEED = 7
PIECE = 1_000_000


@dataclass(frozen=True)
class Law:
    """A program on a day, which is also the day of the facts."""

    program: str
    day: date

    @cached_property
    def regulation(self) -> Regulation:
        """The law."""
        return rules.load(self.program).on(self.day)

    def pool(self, size: int) -> pl.DataFrame:
        """Make a pool, in memory, typed; beyond a million in pieces, whose identifiers differ."""
        say(f"{self.program}: a pool of {size:,} declarations")
        pieces = []
        for number, start in enumerate(range(0, size, PIECE)):
            count = min(PIECE, size - start)
            piece = sample.generate(self.regulation, count, seed=SEED + number, on=self.day)
            if number:
                piece = piece.with_columns(pl.format("{}-{}", ID, pl.lit(number)).alias(ID))
            pieces.append(conform(piece, self.regulation, self.day))
        return pl.concat(pieces, rechunk=True)


EXPRESS_ENTRY = Law("canada/express_entry", date(2025, 3, 24))
PSTQ = Law("quebec/pstq", date(2026, 4, 27))
LAWS = (EXPRESS_ENTRY, PSTQ)
