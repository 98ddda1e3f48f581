"""The second engine: the same regulation as SQL in DuckDB. Shares the tables with the first, and no scoring code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import polars as pl
from sqlglot import exp

from ranking import pieces
from ranking.columns import ID, fills_none, score_columns
from ranking.conform import Conforming, absent_inputs, conform
from rules import sql

if TYPE_CHECKING:
    from collections.abc import Sequence
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


def score_file(
    source: str | Path,
    regulation: Regulation,
    out: str | Path,
    *,
    facts_on: date | None = None,
    breakdown: bool = True,
    memory: str = "2GiB",
) -> None:
    """Score Parquet (a file, a folder, a pattern) into the Parquet file ``out``, in DuckDB, holding at most ``memory``.

    Rows and columns are those of ``score``. Values are checked as they are there, in a first reading; whether the rows
    keep the whole contract of a pool is for ``ranking.score_file`` or ``tirage pool check`` to tell.
    """
    found = pieces.find(source)
    day = facts_on or regulation.day
    nobody = conform(found.schema.to_frame(), regulation, day)
    read = [name for name in nobody.columns if name == ID or name in regulation.attributes]
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft, copy = path.with_name(f".{path.name}.part"), path.with_name(f".{path.name}.typed")
    conforming = Conforming(found.scan().select(read), regulation, day)
    checked = found.scan().select(read).map_batches(conforming, schema=nobody.select(read).schema, streamable=True)
    try:
        if all(_alike(found.schema[name], nobody.schema[name]) for name in read):
            checked.select(pl.len()).collect()
            files = found.files
        else:
            checked.sink_parquet(copy)
            files = (copy,)
        _copy(files, read, regulation, day, draft, memory, breakdown=breakdown)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
        copy.unlink(missing_ok=True)


def _alike(held: pl.DataType, wanted: pl.DataType) -> bool:
    """Tell whether DuckDB reads a column of a file as the law does."""
    text = (pl.String, pl.Enum, pl.Categorical)
    return held == wanted or (held.is_integer() and wanted.is_integer()) or (held in text and wanted in text)


def _copy(
    files: Sequence[Path],
    read: Sequence[str],
    regulation: Regulation,
    day: date,
    draft: Path,
    memory: str,
    *,
    breakdown: bool,
) -> None:
    """Have DuckDB read the files, score, and write the result; the place of each row goes along, to order them by."""
    query = sql.scoring(regulation, day, absent=absent_inputs(read, regulation), breakdown=breakdown).sql("duckdb")
    columns = [name for name in score_columns(regulation) if breakdown or name == "score"]
    typed = ", ".join(f'CAST("{name}" AS {_kind(name)}) AS "{name}"' for name in columns if name != ID)
    given = ", ".join(_given(name, regulation) for name in read if name != ID)
    place = f"{{'file': file_index, 'row': file_row_number, 'id': \"{ID}\"}} AS \"{ID}\""
    with duckdb.connect() as connection:
        connection.execute(f"SET memory_limit = '{memory}'")
        spilled = exp.convert(str(draft.with_name(f"{draft.name}.spilled"))).sql("duckdb")
        connection.execute(f"SET temp_directory = {spilled}")
        names = ", ".join(exp.convert(str(file)).sql("duckdb") for file in files)
        table = f"read_parquet([{names}], hive_partitioning = false, file_row_number = true)"
        connection.execute(f"CREATE VIEW pool AS SELECT {place}, {given} FROM {table}")
        order = f'"{ID}".file, "{ID}".row'
        rows = f'SELECT "{ID}".id AS "{ID}", {typed} FROM ({query}) ORDER BY {order}'
        target = exp.convert(str(draft)).sql("duckdb")
        connection.execute(f"COPY ({rows}) TO {target} (FORMAT parquet, COMPRESSION zstd)")


def _given(name: str, regulation: Regulation) -> str:
    """Read a column, with the label ``none`` for null where that is an answer."""
    attribute = regulation.attributes.get(name)
    if attribute is not None and fills_none(attribute):
        return f'COALESCE("{name}", \'none\') AS "{name}"'
    return f'"{name}"'


def _kind(name: str) -> str:
    return "BOOLEAN" if name.startswith("eligible_") else "INTEGER"


def _series(name: str, values: Any) -> pl.Series:  # noqa: ANN401 - a numpy array, masked where it has nulls
    """Turn a result column into points (Int32) or answers (Boolean, null for unknown)."""
    dtype = pl.Boolean if name.startswith("eligible_") else pl.Int32
    if not np.ma.isMaskedArray(values):
        return pl.Series(name, values).cast(dtype)
    known = pl.Series(~np.ma.getmaskarray(values))
    return pl.select(pl.when(known).then(pl.Series(values.data).cast(dtype))).to_series().alias(name)
