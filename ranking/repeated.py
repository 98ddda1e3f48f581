"""Values that must be unique: which rows have one that another row has too. Exact, by hashes.

Values in strictly rising order cannot repeat, which one comparison of neighbours shows. Otherwise values are hashed:
those whose hash nobody else has are unique; only the few that share one are compared themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]


def positions(column: pl.Series) -> pl.Series:
    """Give the positions, in order, of the values that stand more than once; nulls do not count as equal."""
    if rises(column):
        return pl.Series(dtype=pl.Int64)
    import numpy as np  # noqa: PLC0415 - one declaration is explained without it

    hashes = column.hash().to_numpy()
    suspects = np.flatnonzero(np.isin(hashes, shared(hashes)))
    values = column.gather(suspects)
    return pl.Series(suspects).filter(values.is_duplicated() & values.is_not_null())


def rises(column: pl.Series) -> bool:
    """Tell whether every value is greater than the one before it, and none null."""
    after = column.slice(1) > column.slice(0, max(len(column) - 1, 0))
    return column.null_count() == 0 and bool(after.all())


def shared(hashes: NDArray[Any]) -> Hashes:
    """Give the hashes that stand more than once, each once."""
    import numpy as np  # noqa: PLC0415 - as above

    ordered = np.sort(hashes)
    found: Hashes = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return found
