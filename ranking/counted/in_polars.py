"""The draw by counts in polars: a pool in Parquet files is scored in pieces, then counted by streaming queries."""

from __future__ import annotations

from functools import reduce
from itertools import chain
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ranking import lots
from ranking.candidates import eligible
from ranking.columns import ID
from ranking.conform import conform
from ranking.counted.engine import GROUND
from ranking.counted.ground import DAY
from ranking.counted.picks import TAKES_PART, applies, lot
from ranking.ground import answers_of
from ranking.lot_order import persons_of
from ranking.outcomes import Outcome, OutcomeSheet
from ranking.round import labels_by_law
from ranking.scoring import score
from ranking.taking_part import present, with_own_exclusions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlglot import exp

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction

DIALECT = "duckdb"
"""The SQL that polars reads is near enough to it."""
PERSONS_AT_ONCE = 8_000_000
"""Persons are compared in so many passes over one column that about this many are in memory at a time."""


class Polars:
    """A pool that polars scans, in pieces of ``piece`` rows; ``work`` is a folder for the scored rows (Parquet).

    Memory grows with a piece, with the persons who have several declarations, and with the list of invitees.
    """

    def __init__(self, source: pl.LazyFrame, work: Path, *, piece: int = 1_000_000) -> None:
        self.source, self.folder, self.piece = source, work / GROUND, piece

    def prepare(self, instruction: Instruction, owed: Contribution) -> None:
        """Score piece by piece, with the functions of ``run_round``, and mark the other declarations of a person."""
        self.folder.mkdir(parents=True)
        written: list[Path] = []
        for piece in chain(self._pieces(), [self.source.clear().collect()]):
            written.append(self.folder / f"{len(written):06}.parquet")
            ground_of(piece, instruction, owed).write_parquet(written[-1])
        others = self._others()
        for file in written if len(others) else ():
            mark(pl.read_parquet(file), others).write_parquet(file)

    def fetch(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Count in a streaming query."""
        return self._ask(query).collect(engine="streaming").rows()

    def write(self, query: exp.Query, path: Path) -> None:
        """Write one file."""
        self._ask(query).sink_parquet(path)

    def _ask(self, query: exp.Query) -> pl.LazyFrame:
        return pl.SQLContext({GROUND: self._ground}).execute(query.sql(dialect=DIALECT))

    def _pieces(self) -> Iterator[pl.DataFrame]:
        return iter(self.source.collect_batches(chunk_size=self.piece, maintain_order=False))

    @property
    def _ground(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.folder / "*.parquet")

    def _others(self) -> pl.Series:
        """Find, of persons with several declarations that take part, the numbers of all but the best ranked."""
        person = pl.col("person_id")
        known = self._ground.filter(pl.col("state") == TAKES_PART, person.is_not_null(), person != "")
        passes = known.select(pl.len()).collect(engine="streaming").item() // PERSONS_AT_ONCE + 1
        found = []
        for one in range(passes):
            some = known.filter(person.hash() % passes == one)
            several = some.group_by("person_id").len().filter(pl.col("len") > 1).select("person_id")
            rows = some.join(several, on="person_id", how="semi").select("person_id", "score", "arrived", ID)
            ranked = rows.collect(engine="streaming").sort(
                "person_id", "score", "arrived", ID, descending=[False, True, False, False]
            )
            found.append(ranked.filter(~pl.col("person_id").is_first_distinct())[ID])
        return pl.concat(found)


def mark(ground: pl.DataFrame, others: pl.Series) -> pl.DataFrame:
    """Take the other declarations of a person out of the round."""
    other = pl.col(ID).is_in(others.implode()) & (pl.col("state") == TAKES_PART)
    duplicate = pl.lit(int(Outcome.duplicate_person), pl.Int32)
    return ground.with_columns(pl.when(other).then(duplicate).otherwise("state").alias("state"))


def ground_of(piece: pl.DataFrame, instruction: Instruction, owed: Contribution) -> pl.DataFrame:
    """Score a piece of a pool, and answer for each row all that the selections ask: see ``ranking.counted.ground``."""
    regulation = instruction.regulation
    typed = conform(piece, regulation, instruction.facts_on)
    scored = score(typed, regulation, facts_on=instruction.facts_on)
    answers = answers_of(instruction, typed)
    sheet = OutcomeSheet(len(typed))
    whole = with_own_exclusions(owed, instruction, typed, answers)
    live = present(typed, instruction, whole, answers, sheet)
    person = typed["person_id"] if "person_id" in typed.columns else pl.Series([None] * len(typed), dtype=pl.String)
    arrived = typed["submitted_at"].dt.epoch("us")
    columns = {
        ID: typed[ID],
        "person_id": person,
        "submitted_at": typed["submitted_at"],
        "arrived": arrived,
        "day": (arrived // DAY).cast(pl.Int32),
        "score": scored["score"],
        "state": pl.Series(np.where(live, TAKES_PART, sheet.outcome), dtype=pl.Int32),
        "any": any_stream(scored, [stream.id for stream in regulation.streams]),
    }
    for number, selection in enumerate(instruction.selections):
        where = answers[f"where {number}"]
        columns[applies(number)] = where & eligible(instruction, scored, number) if selection.criteria else where
        if selection.ties == "lot":
            columns[lot(number)] = _lots(instruction, number, columns[applies(number)], typed)
    labels = labels_by_law(scored, answers, regulation)
    if labels is not None:
        columns["label"] = labels
    return pl.DataFrame([column.alias(name) for name, column in columns.items()])


def any_stream(scored: pl.DataFrame, streams: list[str]) -> pl.Series:
    """Tell who is eligible for some stream; everyone where the law has none."""
    columns = [scored[f"eligible_{stream}"] for stream in streams]
    return reduce(or_, columns) if columns else pl.Series([True] * scored.height, dtype=pl.Boolean)


def _lots(instruction: Instruction, number: int, asked: pl.Series, typed: pl.DataFrame) -> pl.Series:
    """Draw the lots of those for whom a selection is; nobody else has one."""
    inside = np.flatnonzero(asked.fill_null(value=False).to_numpy())
    source = instruction.source
    seed = source.seed.value if source.seed is not None else ""
    drawn = lots.numbers(seed, source.id, source.selection[number].id, persons_of(typed, inside))
    return pl.Series([None], dtype=pl.String).new_from_index(0, len(typed)).scatter(inside, drawn)
