"""The second engine: the same regulation as SQL in DuckDB. Shares the tables with the first, and no scoring code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl

from ranking.columns import ID, score_columns
from ranking.conform import absent_inputs, conform
from rules import sql

if TYPE_CHECKING:
    from datetime import date

    from rules.regulation import Regulation


class ArrowStream:
    """A frame that DuckDB reads without pyarrow: it knows a polars frame by name, and then asks for pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:  # noqa: ANN401 - an Arrow capsule
        return self._frame.__arrow_c_stream__(requested_schema)


def score(frame: pl.DataFrame, regulation: Regulation, *, facts_on: date | None = None) -> pl.DataFrame:
    """Score a frame as ``ranking.score`` does, in DuckDB. One row a declaration, in the order of ``frame``."""
    day = facts_on or regulation.day
    typed = conform(frame, regulation, day)
    rows = pl.int_range(len(typed), dtype=pl.UInt32, eager=True).alias(ID)
    read = [name for name in regulation.attributes if name in typed.columns and name != ID]
    query = sql.scoring(regulation, day, absent=absent_inputs(typed.columns, regulation)).sql(dialect="duckdb")
    with duckdb.connect() as connection:
        connection.register("pool", ArrowStream(typed.select(rows, *read)))
        found = connection.sql(f'SELECT * FROM ({query}) ORDER BY "{ID}"').fetchnumpy()
    columns = [_series(name, found[name]) for name in score_columns(regulation) if name != ID]
    return pl.DataFrame([typed[ID], *columns])


def _series(name: str, values: Any) -> pl.Series:  # noqa: ANN401 - a numpy array, masked where it has nulls
    """Turn a result column into points (Int32) or answers (Boolean, null for unknown)."""
    dtype = pl.Boolean if name.startswith("eligible_") else pl.Int32
    if not np.ma.isMaskedArray(values):
        return pl.Series(name, values).cast(dtype)
    known = pl.Series(~np.ma.getmaskarray(values))
    return pl.select(pl.when(known).then(pl.Series(values.data).cast(dtype))).to_series().alias(name)
