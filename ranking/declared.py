"""One declaration of a pool, found by its number without holding the pool."""

from __future__ import annotations

from dataclasses import dataclass
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
    from concurrent.futures import Executor, Future
    from datetime import date

    from rules.regulation import Regulation

NEAR = 2000  # numbers, from the first, among which one that was meant is looked for


@dataclass(frozen=True)
class Search:
    """A search through ``source`` for the rows of one number, which may still be under way."""

    file: str
    declaration_id: str
    source: pl.LazyFrame
    shown: str
    rows: Future[pl.DataFrame]


def search(file: str, declaration_id: str, beside: Executor) -> Search:
    """Begin to look for a declaration in a thread of ``beside``: polars reads the file while Python reads the law.

    Of Parquet (a file, a folder or a pattern), the numbers are read and then the rest of the one row. Raises PoolError
    where there is no such file. Columns that a file maps are read whole, whatever the format. Of a file that has no
    column of numbers the first row is given: no check lets it pass.
    """
    source, shown = _numbered(file)
    numbers = source.collect_schema().get(ID)
    if numbers is None:
        return Search(file, declaration_id, source, shown, beside.submit(source.head(1).collect))
    wanted = (pl.col(ID) if numbers == pl.String else pl.col(ID).cast(pl.String)) == declaration_id
    return Search(file, declaration_id, source, shown, beside.submit(source.filter(wanted).collect))


def declared(sought: Search, regulation: Regulation, facts_on: date) -> Pool:
    """Check the one declaration that was looked for, against the whole contract.

    Of the other rows nothing is checked but that none has the same number. Raises PoolError.
    """
    found, shown = sought.rows.result(), sought.shown
    if ID in found.columns and found.is_empty():
        raise PoolError([_nowhere(sought)])
    if ID in found.columns and found.height > 1:
        first = zip(found[ROW].head(EXAMPLES), found.iter_rows(named=True), strict=False)
        raise PoolError([fault(Breach(once(ID), found.height, tuple(first)), shown)])
    number = found[ROW][0] if found.height else 1
    return check_pool(found.drop(ROW), regulation, shown=shown, facts_on=facts_on, first_row=number)


def _nowhere(sought: Search) -> Fault:
    """Make the fault of a number that no row has, with the nearest of those that stand first."""
    numbers = sought.source.select(pl.col(ID).cast(pl.String)).head(NEAR).collect().to_series()
    expected = Text("le numéro d’une déclaration de la banque", "the number of a declaration of the pool")
    near = meant(sought.declaration_id, numbers.drop_nulls().to_list())
    return Fault(same(sought.file), same(sought.declaration_id), expected, near)


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
