"""Published rounds of Québec, since 2019: totals, selections, and the occupations that they targeted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.published.rounds import rounds_folder
from ranking.published.table import Rule, complete, flag_value, flagged, in_order, known_flags, read_table
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

COLUMNS = {
    "round_date": pl.Date,
    "program": pl.String,
    "stream": pl.String,
    "selection": pl.Int32,
    "criteria": pl.String,
    "occupations": pl.Int32,
    "min_score": pl.Int32,
    "invitations": pl.Int32,
    "at_least": pl.Int32,
    "at_most": pl.Int32,
    "extracted_at": pl.String,
    "source": pl.String,
    "flags": pl.String,
}
OCCUPATIONS = {
    "round_date": pl.Date,
    "program": pl.String,
    "stream": pl.String,
    "selection": pl.Int32,
    "occupation": pl.String,
}
MOST = {"pstq": 1400, "prtq": 1320}
FLAGS = (
    "criteria_ambiguous",
    "criteria_unknown",
    "day_disputed",
    "day_inferred",
    "day_not_stated",
    "disputed",
    "invitations_derived",
    "invitations_doubtful",
    "list_truncated",
    "lists_merged",
    "min_score_derived",
    "min_score_disputed",
    "min_score_not_found",
    "outside_cmm_from_press",
    "own_extraction",
)
CRITERIA = (
    "article_26",
    "discretion",
    "file_closed_in_2019",
    "job_offer",
    "job_offer_outside_cmm",
    "occupations",
    "oral_french_7",
    "outside_cmm",
    "quebec_diploma",
    "staying_in_quebec",
)


def quebec_rounds(path: Path | None = None) -> pl.DataFrame:
    """Read the rounds of Québec: totals (``selection`` null) and, beside them, selections. Never sum both.

    A total is of a stream (PSTQ) or of a round (PRTQ, ``stream`` null). ``at_least`` and ``at_most`` stand for a count
    that was published as a range. Raises PublishedError, all faults at once.
    """
    file = path or rounds_folder() / "quebec.csv"
    return read_table(file, COLUMNS, ["round_date", "program", "stream", "selection"], _rules())


def _rules() -> Sequence[Rule]:
    write = Text("corrigez la cellule", "mend the cell")
    whole = ["round_date", "program", "stream"]
    part = pl.col("selection").is_not_null()
    least = pl.coalesce("invitations", "at_least")
    most = pl.coalesce("invitations", "at_most")
    every = pl.col("criteria").fill_null("").str.split(";").list.set_difference([*CRITERIA, ""]).list.len() == 0
    top = pl.col("program").replace_strict(MOST, default=None)
    total = pl.col("invitations").filter(~part).first().over(whole)
    low = least.filter(part).sum().over(whole)
    known = (~part | most.is_not_null()).all().over(whole)
    high = most.filter(part).sum().over(whole)
    doubtful = flagged("invitations_doubtful").any().over(whole)
    adds_up = total.is_null() | ((low <= total) & (~known | (high >= total)))
    lowest = pl.col("min_score").filter(part).min().over(whole)
    return [
        known_flags(FLAGS),
        complete("round_date", "program", "source"),
        Rule(
            "criteria",
            every,
            ("criteria",),
            Text(f"l’un de : {', '.join(CRITERIA)}", f"one of: {', '.join(CRITERIA)}"),
            write,
        ),
        Rule(
            "min_score",
            pl.col("min_score").is_null() | pl.col("min_score").is_between(1, top),
            ("min_score",),
            Text("un score que la grille peut donner", "a score that the grid can give"),
            write,
        ),
        Rule(
            "invitations",
            (least.is_null() | (least > 0)) & (pl.col("invitations").is_null() | pl.col("at_least").is_null()),
            ("invitations", "at_least", "at_most"),
            Text("un nombre, ou les bornes d’un nombre", "a count, or the ends of one"),
            write,
        ),
        Rule(
            "range",
            (pl.col("at_least").is_null() & pl.col("at_most").is_null()) | (pl.col("at_least") <= pl.col("at_most")),
            ("at_least", "at_most"),
            Text("deux bornes en ordre", "two ends in order"),
            write,
        ),
        Rule(
            "stream",
            pl.when(pl.col("program") == "pstq")
            .then(pl.col("stream").is_in(list("1234")))
            .otherwise(pl.col("stream").is_null()),
            ("program", "stream"),
            Text("un volet de 1 à 4 au PSTQ, aucun au PRTQ", "a stream from 1 to 4 in the PSTQ, none in the PRTQ"),
            write,
        ),
        Rule(
            "total",
            part | adds_up | doubtful,
            ("invitations",),
            Text("le total des exercices du volet", "the total of the selections of the stream"),
            Text(
                "corrigez un nombre, ou le drapeau « invitations_doubtful »",
                "mend a count, or the flag “invitations_doubtful”",
            ),
        ),
        Rule(
            "lowest",
            part | lowest.is_null() | (pl.col("min_score") == lowest),
            ("min_score",),
            Text("le plus bas des minimums des exercices", "the lowest of the minima of the selections"),
            write,
        ),
        in_order("round_date"),
        Rule(
            "derived",
            flag_value("invitations_derived").is_null() | pl.col("invitations").is_null(),
            ("invitations", "flags"),
            Text(
                "un nombre publié, ou un nombre déduit dans le drapeau",
                "a published count, or an inferred one in the flag",
            ),
            write,
        ),
    ]


def quebec_occupations(path: Path | None = None) -> pl.DataFrame:
    """Read the occupations that rounds of Québec targeted: NOC 2021 (five characters) in the PSTQ, NOC 2016 before."""
    file = path or rounds_folder() / "quebec-occupations.csv"
    return read_table(file, OCCUPATIONS, list(OCCUPATIONS), _occupation_rules())


def _occupation_rules() -> Sequence[Rule]:
    wanted = pl.when(pl.col("program") == "pstq").then(pl.lit("^[0-9]{5}$")).otherwise(pl.lit("^[0-9]{4,5}$"))
    return [
        complete("round_date", "program", "selection", "occupation"),
        Rule(
            "occupation",
            pl.col("occupation").str.contains(wanted),
            ("occupation",),
            Text("un code de la CNP, zéros compris", "a NOC code, zeros included"),
            Text("00012, et non 12", "00012, not 12"),
        ),
    ]
