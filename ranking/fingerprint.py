"""Fingerprints of canonical values: the same rows give the same one whatever their order, file or engine version."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence


WHOLE = (
    pl.Boolean,
    pl.Int8,
    pl.Int16,
    pl.Int32,
    pl.Int64,
    pl.UInt8,
    pl.UInt16,
    pl.UInt32,
    pl.Date,
    pl.Datetime,
    pl.Duration,
    pl.Time,
    pl.Null,
)


def of_frame(frame: pl.DataFrame, by: Sequence[str]) -> str:
    """Hash a frame: rows sorted by ``by``, columns by name; each column as text lengths, integers and null flags.

    Whole numbers and booleans count as 64-bit integers, dates as days and instants as microseconds since 1970,
    labels as their text: a column has the same fingerprint whether it came as Int8 or Int64, String or Enum.
    """
    ordered = frame.sort(list(by), maintain_order=True)
    digest = hashlib.sha256()
    digest.update(f"{ordered.height} {len(ordered.columns)}".encode())
    for name in sorted(ordered.columns):
        digest.update(hashlib.sha256(name.encode()).digest())
        digest.update(_of_column(ordered[name]))
    return digest.hexdigest()


def _of_column(column: pl.Series) -> bytes:
    import numpy as np  # noqa: PLC0415 - one declaration is explained without it

    digest = hashlib.sha256()
    digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
    if isinstance(column.dtype, (pl.String, pl.Enum, pl.Categorical)):
        text = column.cast(pl.String).fill_null("")
        digest.update(text.str.len_bytes().cast(pl.Int64).to_numpy().astype("<i8").tobytes())
        digest.update((text.str.join("").item() if len(text) else "").encode())
    elif not isinstance(column.dtype, WHOLE):
        digest.update(json.dumps([str(value) for value in column.to_list()], ensure_ascii=False).encode())
    else:
        unit = (
            column.cast(pl.Datetime("us", column.dtype.time_zone)) if isinstance(column.dtype, pl.Datetime) else column
        )
        numbers = unit.to_physical().cast(pl.Int64).fill_null(0)
        digest.update(numbers.to_numpy().astype("<i8").tobytes())
    return digest.digest()


def of_values(values: Any) -> str:  # noqa: ANN401 - anything that JSON can hold
    """Hash plain values: dictionaries by sorted key, no spaces."""
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
