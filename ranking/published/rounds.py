"""Published rounds of Express Entry, since 2015."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.published.table import INSTANT, Columns, Rule, agrees, complete, in_order, known_flags, read_table
from ranking.reference import data_folder
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS: Columns = {
    "round": pl.String,
    "number": pl.Int32,
    "round_date": pl.Date,
    "held_at": INSTANT,
    "kind": pl.String,
    "category": pl.String,
    "version": pl.String,
    "programs": pl.String,
    "invitations": pl.Int32,
    "min_score": pl.Int32,
    "last_instant": INSTANT,
    "source": pl.String,
    "flags": pl.String,
}
PROGRAMS = ("cec", "fsw", "fst", "pnp")
MOST = 1200
OTTAWA = "America/Toronto"
FLAGS = (
    "day_differs_from_instant",
    "instant_repaired",
    "last_instant_repaired",
    "last_instant_not_before_round",
    "invitations_doubtful",
)


def rounds_folder() -> Path:
    """Find the folder of published rounds."""
    return data_folder() / "rounds"


def express_entry_rounds(path: Path | None = None) -> pl.DataFrame:
    """Read the rounds of Express Entry, one row each, in their order. Raises PublishedError, all faults at once.

    ``last_instant`` is the tie key published with the minimum score (null before November 2017). ``kind`` is
    ``general``, ``program`` or ``category``; ``category`` names which.
    """
    file = path or rounds_folder() / "canada-express_entry.csv"
    return read_table(file, COLUMNS, ["round"], _rules())


def _rules() -> Sequence[Rule]:
    days = (pl.col("held_at").dt.date(), pl.col("held_at").dt.convert_time_zone(OTTAWA).dt.date())
    write = Text("corrigez la cellule", "mend the cell")
    program = pl.col("kind") == "program"
    named = pl.when(program).then(pl.col("category").is_in(PROGRAMS)).otherwise(pl.col("category").is_not_null())
    return [
        known_flags(FLAGS),
        complete(
            "number", "round_date", "held_at", "kind", "category", "programs", "invitations", "min_score", "source"
        ),
        Rule(
            "kind",
            pl.col("kind").is_in(["general", "program", "category"]) & named,
            ("kind", "category"),
            Text("general, program ou category, et laquelle", "general, program or category, and which"),
            write,
        ),
        Rule(
            "min_score",
            pl.col("min_score").is_between(1, MOST),
            ("min_score",),
            Text("un score de 1 à 1 200", "a score from 1 to 1,200"),
            write,
        ),
        Rule(
            "invitations",
            pl.col("invitations") > 0,
            ("invitations",),
            Text("une invitation ou plus", "one invitation or more"),
            write,
        ),
        in_order("number", "round_date"),
        agrees(
            "day",
            (pl.col("round_date") == days[0]) | (pl.col("round_date") == days[1]),
            "day_differs_from_instant",
            ("round_date", "held_at"),
            Text("le jour de l’instant, à Ottawa ou en UTC", "the day of the instant, in Ottawa or in UTC"),
        ),
        agrees(
            "last instant",
            pl.col("last_instant").is_null() | (pl.col("last_instant") < pl.col("held_at")),
            "last_instant_not_before_round",
            ("last_instant", "held_at"),
            Text("un dépôt avant la ronde", "a submission before the round"),
        ),
    ]
