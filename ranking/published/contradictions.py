"""Published figures that contradict one another: listed with both readings, never smoothed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.published.table import Rule, complete, read_table
from ranking.reference import data_folder
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = {
    "program": pl.String,
    "round": pl.String,
    "figure": pl.String,
    "value": pl.String,
    "other_value": pl.String,
    "other_source": pl.String,
    "kept": pl.String,
    "fr": pl.String,
    "en": pl.String,
}
ADMIT = (
    "day_differs_from_instant",
    "last_instant_not_before_round",
    "invitations_doubtful",
    "withdrawn",
    "counted_on_another_day",
    "parts_of_451_500_off",
    "parts_of_401_450_off",
    "total_off",
    "disputed",
    "day_disputed",
    "day_inferred",
    "min_score_disputed",
)
"""Flags that admit a contradiction: each row that bears one is listed."""


def contradictions(path: Path | None = None) -> pl.DataFrame:
    """Read the list: what was published, what contradicts it and where, which of the two the tables keep, and why.

    ``round`` is a number of Express Entry, or a day of Québec, with its stream after a colon. ``kept`` is a value,
    ``both`` or ``neither``.
    """
    file = path or data_folder() / "contradictions.csv"
    return read_table(file, COLUMNS, ["program", "round", "figure"], _rules())


def _rules() -> Sequence[Rule]:
    kept = pl.col("kept").is_in(["both", "neither"]) | (pl.col("kept") == pl.col("value"))
    return [
        complete(*(name for name in COLUMNS if name != "other_value")),
        Rule(
            "kept",
            kept,
            ("value", "kept"),
            Text("la valeur gardée, both ou neither", "the value that is kept, both or neither"),
            Text("corrigez la cellule", "mend the cell"),
        ),
    ]


def admitted(rounds: pl.DataFrame, counts: pl.DataFrame, quebec: pl.DataFrame) -> set[tuple[str, str]]:
    """Give the program and round of every row that admits a contradiction by a flag."""
    found = {("canada/express_entry", one) for table in (rounds, counts) for one in _bearing(table)["round"]}
    of_quebec = _bearing(quebec).select(
        "quebec/" + pl.col("program"), pl.concat_str("round_date", "stream", separator=":", ignore_nulls=True)
    )
    return found | {(program, one) for program, one in of_quebec.iter_rows()}


def _bearing(table: pl.DataFrame) -> pl.DataFrame:
    return table.filter(pl.col("flags").fill_null("").str.contains(rf"(^|;)({'|'.join(ADMIT)})(:|;|$)"))
