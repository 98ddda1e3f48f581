"""The second engine: the same regulation as SQL in DuckDB. Shares the tables with the first, and no scoring code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl

from ranking.columns import score_columns
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
    query = sql.scoring(regulation, day, absent=absent_inputs(typed, regulation)).sql(dialect="duckdb")
    with duckdb.connect() as connection:
        connection.register("pool", ArrowStream(typed))
        found = pl.DataFrame(connection.sql(query))
    columns = score_columns(regulation)
    scored = found.select(columns).with_columns(
        pl.col(name).cast(pl.Int32) for name in columns if name.endswith("_points")
    )
    return typed.select("declaration_id").join(scored, on="declaration_id", how="left", maintain_order="left")
