"""Pools: read from Parquet, CSV or xlsx, check the whole file against the attributes, keep the bad rows apart."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ranking import checked, contract, fingerprint, repeated
from ranking.column_map import current, read_column_map, reading
from ranking.columns import ID, MARK, ROW, read_column, with_none
from ranking.conform import check_columns
from ranking.csv_file import read_csv
from ranking.faults import Fault, PoolError
from ranking.files import ending, file_fault, no_file, not_parquet
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from rules.regulation import Regulation


@dataclass(frozen=True, eq=False)
class Pool:
    """Declarations that passed the check, in the order of the file, and those that did not.

    ``quarantine`` has the bad rows as the file has them, with ``row`` (from 1), ``reasons``, ``reasons_fr`` and
    ``reasons_en``; ``faults`` counts and explains them. ``unknown`` names columns that no attribute knows: they are
    carried along. ``absent`` names attributes without a column: what needs them is unknown.
    """

    frame: pl.DataFrame
    quarantine: pl.DataFrame
    faults: tuple[Fault, ...] = ()
    unknown: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical values of ``frame``, whatever the order of its rows and columns."""
        return fingerprint.of_frame(self.frame, [ID])


def read_pool(
    path: str | Path,
    regulation: Regulation,
    *,
    quarantine: bool = False,
    facts_on: date | None = None,
    extracted_at: datetime | None = None,
    columns: str | Path | None = None,
    sheet: str | None = None,
) -> Pool:
    """Read a pool and check every row against the attributes of ``regulation``.

    Files are read by ending: ``.parquet``, ``.csv`` (UTF-8 or Windows-1252, comma or semicolon, ISO dates, instants
    with an offset), or ``.xlsx`` (its first ``sheet`` unless named; see ``xlsx_file``). ``columns`` is a file that maps
    a ministry's own columns and codes to ours (see ``column_map``); the fingerprint is of the mapped pool.

    Raises PoolError with every bad row and reason; with ``quarantine``, bad rows go to ``Pool.quarantine`` instead. A
    submission at or after ``extracted_at`` (by default the end of ``facts_on``, which is the day of the regulation
    unless given) is a bad row. A file without rows is a pool of nobody, and not an error.
    """
    file = Path(path)
    with reading(columns=None if columns is None else read_column_map(columns), sheet=sheet):
        return check_pool(
            read_file(file),
            regulation,
            shown=file.name,
            quarantine=quarantine,
            facts_on=facts_on,
            extracted_at=extracted_at,
        )


def check_pool(
    raw: pl.DataFrame,
    regulation: Regulation,
    *,
    shown: str = "frame",
    quarantine: bool = False,
    facts_on: date | None = None,
    extracted_at: datetime | None = None,
    first_row: int = 1,
) -> Pool:
    """Check a frame as ``read_pool`` checks a file. ``first_row`` is the number of its first row in the file."""
    day = facts_on or regulation.day
    if (mapped := current().columns) is not None:
        mapped.check_attributes(regulation)
    check_columns([ID, "submitted_at"], raw, regulation, shown)
    before = extracted_at or contract.last_instant(regulation, day)
    frame = typed(raw, regulation, shown)
    twice = {name: repeated.positions(frame[name]) for name in unique(regulation, frame.columns)}
    frame, found = examined(frame, unmarked(raw), regulation, day, before, first_row, twice)
    faults = tuple(checked.fault(breach, shown, current().theirs) for breach in found.breaches)
    if faults and not quarantine:
        raise PoolError(faults)
    good = frame if found.good is None else frame[found.good - first_row]
    good = good.drop([name for name in good.columns if name.startswith(MARK)])
    good = good.with_columns(
        [with_none(good[name], a) for name, a in regulation.attributes.items() if name in good.columns]
    )
    unknown, absent = strangers(good.columns, regulation)
    return Pool(good, found.bad, faults, unknown=unknown, absent=absent)


def examined(
    frame: pl.DataFrame,
    raw: pl.DataFrame,
    regulation: Regulation,
    facts_on: date,
    before: datetime,
    first_row: int,
    twice: Mapping[str, pl.Series],
) -> tuple[pl.DataFrame, checked.Checked]:
    """Check typed rows against the contract; ``twice`` has the positions of what must be unique and is not."""
    numbered = marked(frame, twice).with_row_index(ROW, offset=first_row)
    rules = contract.row_rules(numbered, regulation, facts_on, before)
    return numbered, checked.check(known(numbered, regulation), raw, rules)


def known(frame: pl.DataFrame, regulation: Regulation) -> pl.DataFrame:
    """Keep the columns that rules look at: those of attributes, and the marks."""
    return frame.select([name for name in frame.columns if name in regulation.attributes or name.startswith(MARK)])


def strangers(columns: list[str], regulation: Regulation) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the columns that no attribute knows, and the attributes that have no column."""
    unknown = tuple(name for name in columns if name not in regulation.attributes)
    absent = tuple(
        name
        for name, attribute in regulation.attributes.items()
        if name not in columns and not attribute.descriptive and not attribute.optional
    )
    return unknown, absent


def unique(regulation: Regulation, columns: Collection[str]) -> list[str]:
    """Name the columns whose values must differ."""
    return [name for name, attribute in regulation.attributes.items() if attribute.unique and name in columns]


def marked(frame: pl.DataFrame, twice: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Mark the rows, given by their positions, whose value of a column stands more than once."""
    rows = pl.int_range(frame.height, eager=True)
    return frame.with_columns(
        [rows.is_in(at.implode()).alias(contract.repeated(name)) for name, at in twice.items() if len(at)]
    )


def typed(raw: pl.DataFrame, regulation: Regulation, shown: str) -> pl.DataFrame:
    """Give each known column its type, and mark the values that cannot be read; all wrong columns are named at once."""
    columns: list[pl.Series] = []
    marks: list[pl.Series] = []
    faults: list[Fault] = []
    for name in raw.columns:
        if name not in regulation.attributes:
            continue
        held = raw[name]
        try:
            read = _known(read_column(held, name, regulation, shown))
        except PoolError as error:
            faults += error.faults
            continue
        if read.null_count() > held.null_count():
            marks.append((read.is_null() & held.is_not_null()).alias(contract.unreadable(name)))
        columns += [] if read is held else [read]
    if faults:
        raise PoolError(faults)
    return raw.with_columns(columns + marks) if columns or marks else raw


def unmarked(raw: pl.DataFrame) -> pl.DataFrame:
    """Show the values that a file of columns does not know as they were found."""
    text = [name for name, kind in raw.schema.items() if kind == pl.String]
    if current().columns is None or not text:
        return raw
    return raw.with_columns(pl.col(text).str.strip_prefix(MARK))


def suggestions(unknown: Iterable[str], absent: Sequence[str]) -> list[tuple[str, Text | None]]:
    """Pair each unknown column with the absent attribute that it may be meant for, if one is close."""
    pairs = ((name, get_close_matches(name, absent, n=1, cutoff=0.6)) for name in unknown)
    return [(name, meant(name, close) if close else None) for name, close in pairs]


def _known(read: pl.Series) -> pl.Series:
    """Make null what a file of columns does not know, in a column of any text."""
    if read.dtype != pl.String or current().columns is None:
        return read
    return pl.select(pl.when(~pl.lit(read).str.starts_with(MARK)).then(pl.lit(read))).to_series().alias(read.name)


def read_file(path: Path) -> pl.DataFrame:
    """Read a file by its ending, every cell of a CSV or a workbook as text, in our columns if they are mapped.

    Raises PoolError when it cannot be read.
    """
    if not path.is_file():
        raise PoolError([no_file(path)])
    how, suffix = current(), path.suffix.lower()
    mapped = how.columns
    sheet = how.sheet or (mapped.source.sheet if mapped else None)
    if suffix in WORKBOOKS:
        from ranking.xlsx_file import read_xlsx  # noqa: PLC0415 - other pools do without it

        raw = read_xlsx(path, sheet)
    elif suffix not in READERS:
        raise PoolError([file_fault(path, ending(path), POOLS)])
    elif how.sheet is not None:
        expected = Text("un classeur .xlsx", "an .xlsx workbook")
        raise PoolError([Fault(same("--sheet"), ending(path), expected, Text("sans --sheet", "no --sheet"))])
    else:
        raw = READERS[suffix](path)
    return raw if mapped is None else mapped.applied(raw, path.name)


def _parquet(path: Path) -> pl.DataFrame:
    try:
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError:
        raise PoolError([not_parquet(path)]) from None


POOLS = Text(".parquet, .csv ou .xlsx", ".parquet, .csv or .xlsx")
WORKBOOKS = (".xlsx", ".xlsm")
READERS: dict[str, Callable[[Path], pl.DataFrame]] = {".parquet": _parquet, ".csv": read_csv}
