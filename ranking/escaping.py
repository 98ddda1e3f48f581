"""Escaping: a table made safe for spreadsheets, where text that begins like a formula would run."""

from __future__ import annotations

import re

import polars as pl

FORMULA = r"^[=+\-@\t\r]"


def escaped(frame: pl.DataFrame) -> pl.DataFrame:
    """Make a table safe for CSV: an apostrophe before text that begins like a formula, an offset on instants.

    Columns that a CSV cannot hold (lists, structures, bytes) are written as text.
    """
    columns = [_as_csv(frame[name]) for name in frame.columns]
    safe = [f"'{name}" if re.match(FORMULA, name) else name for name in frame.columns]
    return pl.DataFrame([column.alias(name) for column, name in zip(columns, safe, strict=True)])


def _as_csv(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z" if column.dtype.time_zone else "%Y-%m-%dT%H:%M:%S%.f")
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object, pl.Duration):
        column = pl.Series([None if value is None else str(value) for value in column.to_list()], dtype=pl.String)
    if not isinstance(column.dtype, (pl.String, pl.Categorical, pl.Enum)):
        return column
    text = column.cast(pl.String)
    return pl.select(
        pl.when(pl.lit(text).str.contains(FORMULA)).then("'" + pl.lit(text)).otherwise(pl.lit(text))
    ).to_series()
