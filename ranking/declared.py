"""One declaration of a pool, found by its number without holding the pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ranking import pieces
from ranking.checked import EXAMPLES, Breach, fault
from ranking.column_map import current
from ranking.columns import ID, ROW
from ranking.contract import once
from ranking.faults import Fault, PoolError
from ranking.pool import Pool, check_pool, read_file
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from datetime import date

    from rules.regulation import Regulation

NEAR = 2000  # numbers, from the first, among which one that was meant is looked for


def declared(file: str, declaration_id: str, regulation: Regulation, facts_on: date) -> Pool:
    """Read and check the one declaration of ``file`` that has this number.

    Of Parquet (a file, a folder or a pattern), the numbers are read and then the rest of the one row. It is held to the
    whole contract; of the other rows nothing is checked but that none has the same number. Columns that a file maps are
    read whole, whatever the format. Raises PoolError.
    """
    source, shown = _numbered(file)
    if ID not in source.collect_schema():
        return check_pool(source.head(1).drop(ROW).collect(), regulation, shown=shown, facts_on=facts_on)
    numbers = pl.col(ID).cast(pl.String)
    found = source.filter(numbers == declaration_id).collect()
    if found.is_empty():
        expected = Text("le numéro d’une déclaration de la banque", "the number of a declaration of the pool")
        near = source.select(numbers).head(NEAR).collect().to_series().drop_nulls().to_list()
        raise PoolError([Fault(same(file), same(declaration_id), expected, meant(declaration_id, near))])
    if found.height > 1:
        first = zip(found[ROW].head(EXAMPLES), found.iter_rows(named=True), strict=False)
        raise PoolError([fault(Breach(once(ID), found.height, tuple(first)), shown)])
    return check_pool(found.drop(ROW), regulation, shown=shown, facts_on=facts_on, first_row=found[ROW][0])


def _numbered(file: str) -> tuple[pl.LazyFrame, str]:
    """Give the rows of a pool with their numbers, from 1, and the name under which it is shown."""
    mapped = current().columns
    if pieces.are_several(file) or (mapped is None and pieces.is_parquet(file)):
        found = pieces.find(file)
        if mapped is None:
            return found.scan(), found.shown
        ours = mapped.applied(found.scan().drop(ROW).collect(), found.shown)
        return ours.lazy().with_row_index(ROW, offset=1), found.shown
    return read_file(Path(file)).lazy().with_row_index(ROW, offset=1), Path(file).name
