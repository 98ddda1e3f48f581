"""When each current score was reached, from a table of the scores that every declaration has had."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ranking.columns import ID, INSTANT
from ranking.faults import Fault, RoundError
from ranking.order import REACHED
from ranking.pool import read_file
from rules.text import Text, same

if TYPE_CHECKING:
    from ranking.instruction import Instruction

HISTORY = {ID: pl.String, "at": INSTANT, "score": pl.Int32}


def read_history(path: str | Path) -> pl.DataFrame:
    """Read a history of scores (Parquet or CSV): ``declaration_id``, ``at`` (with its offset), ``score``.

    One row for every change of a score, those that the mere passing of time made included. Several rows of one
    declaration at one instant, a missing column or a value that cannot be read is a RoundError.
    """
    file = Path(path)
    raw = read_file(file)
    missing = [name for name in HISTORY if name not in raw.columns]
    if missing:
        found = Text(f"aucune colonne « {missing[0]} »", f"no column “{missing[0]}”")
        expected = same(", ".join(HISTORY))
        raise RoundError([Fault(same(file.name), found, expected, Text("nommez les colonnes ainsi", "name them so"))])
    at = raw["at"]
    instants = at.str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_unit="us", strict=False) if at.dtype == pl.String else at
    if not isinstance(instants.dtype, pl.Datetime) or instants.dtype.time_zone is None:
        instants = pl.Series("at", [None] * len(raw), dtype=INSTANT)
    read = pl.DataFrame(
        [
            raw[ID].cast(pl.String),
            instants.dt.convert_time_zone("UTC").cast(INSTANT).alias("at"),
            raw["score"].cast(pl.Int32, strict=False),
        ]
    )
    bad = read.with_row_index("row", offset=1).filter(
        pl.any_horizontal(pl.all().is_null()) | pl.struct(ID, "at").is_duplicated()
    )
    if bad.height:
        where = Text(f"{file.name}, ligne {bad['row'][0]}", f"{file.name}, row {bad['row'][0]}")
        found = Text(
            "une ligne illisible, ou un instant donné deux fois", "a row that cannot be read, or an instant twice"
        )
        expected = Text(
            "une déclaration, un instant avec décalage, un pointage entier",
            "a declaration, an instant with its offset, a whole score",
        )
        raise RoundError([Fault(where, found, expected, same("D1,2018-10-05T00:00:00+00:00,70"))])
    return read.sort(ID, "at")


def reached_of(
    history: pl.DataFrame | None, frame: pl.DataFrame, scores: pl.Series, instruction: Instruction
) -> pl.Series | None:
    """Give the instant at which each declaration reached the score it has; None where the order does not ask.

    The start of the current run: with ``on_return = "resets"`` a drop and a return begin it anew, with ``"keeps"`` the
    first time counts. What happened at the extraction or later is not read. A declaration without history, or whose
    last score there is not the one computed, is a RoundError: the order would rest on something else than the law.
    """
    asked = [item for item in instruction.regulation.order if item.key == REACHED]
    if not asked:
        return None
    if history is None:
        found = Text("aucun historique des pointages", "no history of scores")
        expected = Text(
            "l’historique que demande l’ordre du programme", "the history that the order of the program asks for"
        )
        raise RoundError([Fault(Text("historique", "history"), found, expected, same("--history history.parquet"))])
    known = history.filter(pl.col("at") < instruction.source.extracted_at.astimezone(UTC)).sort(ID, "at")
    runs = (
        known.select(reached(on_return=asked[0].on_return or "resets"))
        .group_by(ID)
        .agg(pl.col("score").last(), pl.col(REACHED).last())
    )
    now = frame.select(ID).with_columns(scores.alias("now")).join(runs, on=ID, how="left", maintain_order="left")
    wrong = now.filter(pl.col("score").ne_missing(pl.col("now")))
    if wrong.height:
        number, computed, said = wrong.select(ID, "now", "score").row(0)
        found = Text(
            f"{wrong.height} déclarations, dont {number} : {said} dans l’historique, {computed} à l’extraction",
            f"{wrong.height} declarations, {number} among them: {said} in the history, {computed} at the extraction",
        )
        expected = Text(
            "un historique dont le dernier pointage est celui de l’extraction, changements d’âge compris",
            "a history whose last score is that of the extraction, changes of age included",
        )
        write = Text("complétez l’historique", "complete the history")
        raise RoundError([Fault(Text("historique", "history"), found, expected, write)])
    return now[REACHED]


def reached(*, on_return: str) -> list[pl.Expr]:
    """Give, at each row of a sorted history, since when the declaration has had that score."""
    if on_return == "keeps":
        return [pl.col(ID), pl.col("score"), pl.col("at").first().over(ID, "score").alias(REACHED)]
    run = (pl.col("score") != pl.col("score").shift(1).over(ID)).fill_null(value=True).cast(pl.Int32).cum_sum()
    return [pl.col(ID), pl.col("score"), pl.col("at").first().over(ID, run).alias(REACHED)]
