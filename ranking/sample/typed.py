"""Drawn quantities as a frame: the columns that the law knows, in its order and its types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.columns import column_type

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ranking.sample.draws import Flags
    from rules.regulation import Regulation

    Columns = dict[str, NDArray[Any]]


def typed(
    columns: Columns, words: Mapping[str, Sequence[str]], nulls: Mapping[str, Flags], regulation: Regulation
) -> pl.DataFrame:
    """Give the ``columns`` that ``regulation`` has as attributes, one row each, in its order; leave out the others.

    A column named in ``words`` holds positions among them. A date is days since 1970. Rows that ``nulls`` marks for a
    column are null in it.
    """
    names = [name for name in regulation.attributes if name in columns]
    read = []
    for name in names:
        wanted = column_type(name, regulation)
        if name in words:
            column = pl.Series(words[name]).cast(wanted, strict=False).gather(columns[name])
        else:
            column = pl.Series(columns[name]).cast(pl.Int32 if wanted == pl.Date else wanted).cast(wanted)
        empty = nulls.get(name)
        read.append((column if empty is None else column.zip_with(pl.Series(~empty), column.clear(1))).alias(name))
    return pl.DataFrame(read)
