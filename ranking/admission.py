"""Lets the good rows of files stream through the contract of a pool, in memory that does not grow with them.

Only a few things are kept of each part of the stream: where it lies, whether all its rows are good, and whether its
numbers rise. What is wrong is read a second time, to be counted and shown; bad rows are held in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ranking import checked, contract, pieces, repeated
from ranking.columns import ID, MARK, ROW, column_type, read_column, with_none
from ranking.conform import check_columns
from ranking.faults import Fault, PoolError
from ranking.files import file_fault
from ranking.pool import examined, typed, unique
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from ranking.contract import RowRule
    from ranking.pieces import Pieces
    from rules.regulation import Regulation

HASHED_AT_ONCE = 2**25  # hashes held in memory at a time, eight bytes each


@dataclass(frozen=True)
class _Part:
    """Where a part of the stream lies, and what one must know of a column to tell whether its values differ."""

    row: int
    first: Any
    last: Any
    rises: bool


@dataclass
class Gate:
    """Lets the good rows of each part of a stream pass, typed; several threads use it at once, in any order."""

    regulation: Regulation
    facts_on: date
    before: datetime
    shown: str
    columns: list[str]
    twice: Mapping[str, pl.Series]
    failing: list[tuple[int, int]] = field(default_factory=list)
    runs: dict[str, list[_Part]] = field(default_factory=dict)
    rules: dict[tuple[str, ...], list[RowRule]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.runs = {name: [] for name in unique(self.regulation, self.columns)}

    def __call__(self, part: pl.DataFrame) -> pl.DataFrame:
        """Check one part, note what failed, and pass on the rows that did not."""
        frame = typed(part, self.regulation, self.shown)
        if frame.height:
            for name, runs in self.runs.items():
                column = frame[name]
                runs.append(_Part(part[ROW][0], column[0], column[-1], repeated.rises(column)))
        frame = frame.with_columns(
            [pl.col(ROW).is_in(rows.implode()).alias(contract.repeated(name)) for name, rows in self.twice.items()]
        )
        rules = self._rules(frame)
        if not checked.all_hold(frame, rules):
            self.failing.append((part[ROW][0], part.height))
            frame = frame.filter(pl.all_horizontal([rule.holds.fill_null(value=False) for rule in rules]))
        attributes = self.regulation.attributes
        return frame.select([with_none(frame[name], attributes[name]) for name in self.columns])

    def _rules(self, frame: pl.DataFrame) -> list[RowRule]:
        marks = tuple(name for name in frame.columns if name.startswith(MARK))
        if marks not in self.rules:
            self.rules[marks] = contract.row_rules(frame, self.regulation, self.facts_on, self.before)
        return self.rules[marks]

    def in_rising_order(self, name: str) -> bool:
        """Tell whether the values of a column rise through all parts, and so differ."""
        parts = sorted(self.runs[name], key=lambda part: part.row)
        return all(part.rises for part in parts) and all(a.last < b.first for a, b in pairwise(parts))


@dataclass(frozen=True)
class Admission:
    """One passing of files through the contract of a law."""

    pieces: Pieces
    regulation: Regulation
    facts_on: date
    before: datetime

    @classmethod
    def of(
        cls, source: str | Path, regulation: Regulation, facts_on: date | None, extracted_at: datetime | None
    ) -> Admission:
        """Find the files, and refuse columns that are missing or of the wrong kind."""
        found = pieces.find(source)
        day = facts_on or regulation.day
        nobody = found.schema.to_frame()
        check_columns([ID, "submitted_at"], nobody, regulation, found.shown)
        typed(nobody, regulation, found.shown)
        return cls(found, regulation, day, extracted_at or contract.last_instant(regulation, day))

    def through(
        self, write: Callable[[pl.LazyFrame, list[str]], None], *, quarantine: bool
    ) -> tuple[tuple[Fault, ...], pl.DataFrame]:
        """Have ``write`` read the good rows; give the faults and the bad rows, or raise a PoolError of them."""
        gate = self._stream(write, {})
        twice = {name: rows for name in gate.runs if len(rows := _repeated_rows(name, gate, self))}
        if twice and quarantine:
            gate = self._stream(write, twice)
        faults, bad = self.details(gate, twice)
        if faults and not quarantine:
            raise PoolError(faults)
        return faults, bad

    def _stream(self, write: Callable[[pl.LazyFrame, list[str]], None], twice: Mapping[str, pl.Series]) -> Gate:
        columns = [name for name in self.pieces.schema if name in self.regulation.attributes]
        gate = Gate(self.regulation, self.facts_on, self.before, self.pieces.shown, columns, twice)
        schema = {name: column_type(name, self.regulation) for name in columns}
        good = self.pieces.scan().select(ROW, *columns).map_batches(gate, schema=schema, streamable=True)
        try:
            write(good, columns)
        except pl.exceptions.ComputeError as error:
            found = Text("du Parquet abîmé", "damaged Parquet")
            expected = Text("un fichier Parquet entier", "a whole Parquet file")
            raise PoolError([file_fault(Path(self.pieces.shown), found, expected)]) from error
        return gate

    def details(self, gate: Gate, twice: Mapping[str, pl.Series]) -> tuple[tuple[Fault, ...], pl.DataFrame]:
        """Read again the parts where something is wrong: every fault counted and shown, and the bad rows."""
        wrong = sorted({*gate.failing, *self._parts_of(gate, twice)})
        breaches: list[checked.Breach] = []
        bad = [self._of_part(1, 0, twice).bad]
        for first, count in wrong:
            found = self._of_part(first, count, twice)
            breaches += found.breaches
            bad.append(found.bad)
        faults = tuple(checked.fault(breach, self.pieces.shown) for breach in checked.merged(breaches, self._order()))
        return faults, pl.concat(bad)

    def _parts_of(self, gate: Gate, twice: Mapping[str, pl.Series]) -> list[tuple[int, int]]:
        """Find the parts that hold the rows whose values stand twice."""
        starts = sorted({part.row for runs in gate.runs.values() for part in runs})
        rows = np.unique(np.concatenate([np.array([], dtype=np.int64), *[rows.to_numpy() for rows in twice.values()]]))
        held = np.unique(np.searchsorted(starts, rows, side="right") - 1)
        ends = [*starts[1:], None]
        return [(starts[at], (ends[at] or self.height() + 1) - starts[at]) for at in held]

    def height(self) -> int:
        """Count the rows of all files."""
        return int(self.pieces.scan().select(pl.len()).collect().item())

    def _of_part(self, first: int, count: int, twice: Mapping[str, pl.Series]) -> checked.Checked:
        raw = self.pieces.rows(first, count)
        frame = typed(raw, self.regulation, self.pieces.shown)
        here = {name: rows.filter(rows.is_between(first, first + count - 1)) - first for name, rows in twice.items()}
        return examined(frame, raw, self.regulation, self.facts_on, self.before, first, here)[1]

    def _order(self) -> list[str]:
        """Give the ids of all rules that there can be, in the order in which faults are told."""
        nobody = self.pieces.schema.to_frame()
        marks = [mark(name) for name in self.regulation.attributes for mark in (contract.unreadable, contract.repeated)]
        nobody = typed(nobody, self.regulation, self.pieces.shown).with_columns(
            pl.lit(None, pl.Boolean).alias(mark) for mark in marks
        )
        return [rule.id for rule in contract.row_rules(nobody, self.regulation, self.facts_on, self.before)]


def _repeated_rows(name: str, gate: Gate, admission: Admission) -> pl.Series:
    """Give the numbers of the rows whose value of a column stands more than once.

    Values are hashed in as many passes as keep the hashes of one pass few; only values that share a hash are compared.
    """
    if gate.in_rising_order(name):
        return pl.Series(dtype=pl.Int64)

    def read(part: pl.DataFrame) -> pl.DataFrame:
        return part.with_columns(
            read_column(part[name], name, admission.regulation, admission.pieces.shown)
        ).drop_nulls()

    wanted = {ROW: pl.UInt32(), name: column_type(name, admission.regulation)}
    column = admission.pieces.scan().select(ROW, name).map_batches(read, schema=wanted, streamable=True)
    passes = -(-admission.height() // HASHED_AT_ONCE)
    suspects = [repeated.shared(_hashes(column, name, number, passes)) for number in range(passes)]
    among = pl.Series(np.concatenate([np.array([], dtype=np.uint64), *suspects]))

    def suspected(part: pl.DataFrame) -> pl.DataFrame:
        return part.filter(part[name].hash().is_in(among.implode()))

    rows = column.map_batches(suspected, schema=wanted, streamable=True).collect()
    return rows.filter(pl.col(name).is_duplicated())[ROW].cast(pl.Int64).sort()


def _hashes(column: pl.LazyFrame, name: str, number: int, passes: int) -> repeated.Hashes:
    def hashed(part: pl.DataFrame) -> pl.DataFrame:
        hashes = part[name].hash().alias("hash")
        return hashes.filter(hashes % passes == number).to_frame()

    return column.map_batches(hashed, schema={"hash": pl.UInt64}, streamable=True).collect()["hash"].to_numpy()
