"""Groups of people by an attribute: a value each, whole numbers in bands, titles in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.conform import conform
from ranking.faults import Fault, PoolError
from ranking.scoring import with_inputs
from rules.domains import Interval
from rules.faults import meant
from rules.text import Text, same
from rules.titles import input_title, interval, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from rules.regulation import Regulation

MOST_VALUES = 40  # of an attribute; the others are one group
BANDS = 5  # of whole numbers that no table of the law cuts, or that it cuts finely
MOST_BANDS = 8
MOST_GROUPINGS = 14
ABSENT = "–"
OTHERS = "*"


@dataclass(frozen=True)
class Grouping:
    """An attribute and the group of each row: ``codes`` number ``values``, of which each has a title."""

    name: str
    title: Text
    codes: NDArray[np.int64]
    values: tuple[str, ...]
    titles: tuple[Text, ...]


class Attributes:
    """What people of a pool can be grouped by: columns, and inputs that a law derives from them."""

    def __init__(self, frame: pl.DataFrame, law: Regulation, facts_on: date) -> None:
        inputs, _ = with_inputs(conform(frame, law, facts_on), law, facts_on)
        found = inputs.collect()
        rest = [name for name in frame.columns if name not in found.columns]
        self.frame = found.with_columns(frame.select(rest))
        self.law = law

    def by(self, names: Sequence[str]) -> list[Grouping]:
        """Group by some attributes; one that is not there is a PoolError."""
        known = [name for name, kind in self.frame.schema.items() if not kind.is_temporal()]
        if absent := [name for name in names if name not in known]:
            expected = Text("une colonne de la banque, ou un intrant", "a column of the pool, or an input")
            raise PoolError([Fault(same("--by"), same(name), expected, meant(name, known)) for name in absent])
        return [self._grouping(name) for name in dict.fromkeys(names)]

    def usual(self, instruction: Instruction, changed: Iterable[str]) -> list[str]:
        """Name what is worth looking at: descriptive columns, what changed criteria read, what selections filter by."""
        law, there = self.law, set(self.frame.columns)
        names = [name for name, attribute in law.attributes.items() if attribute.descriptive]
        names += [name for part in changed if part in law.parts for name in getattr(law.parts[part], "inputs", ())]
        options = [option for one in instruction.conditions for option in one.options]
        names += [test.input for option in options for test in option if not test.list_name]
        names += [name for name in ("age", *law.attributes) if name in ("age", "education", "accompanying_spouse")]
        kept = [name for name in dict.fromkeys(names) if name in there and not self.frame[name].dtype.is_temporal()]
        return kept[:MOST_GROUPINGS]

    def _grouping(self, name: str) -> Grouping:
        column = self.frame[name]
        title = input_title(name, self.law) if self._known(name) else same(name)
        if column.dtype.is_numeric():
            return self._banded(name, title, column)
        return self._labelled(name, title, column.cast(pl.String))

    def _known(self, name: str) -> bool:
        return name in self.law.derived or name in self.law.attributes

    def _labelled(self, name: str, title: Text, column: pl.Series) -> Grouping:
        """Group by a label, yes or no, or text; the rarest values of many are one group."""
        counted = column.drop_nulls().value_counts(name="n").sort(["n", column.name], descending=[True, False])
        kept = counted[column.name].to_list()[:MOST_VALUES]
        declared = [name_ for name_ in self._declared(name) if name_ in kept]
        values = declared + sorted(value for value in kept if value not in declared)
        titles = [self._title(name, value) for value in values]
        values, titles = [*values, OTHERS, ABSENT], [*titles, Text("autres", "others"), self._absent(name)]
        last = len(values) - 2
        codes = column.replace_strict(values[:last], range(last), default=last, return_dtype=pl.Int64)
        found = pl.select(pl.when(pl.lit(column).is_null()).then(len(values) - 1).otherwise(pl.lit(codes))).to_series()
        return _grouped(name, title, found.to_numpy(), values, titles)

    def _absent(self, name: str) -> Text:
        """Say what a null means: none, where it is an answer; else that nothing is said."""
        domain = self.law.inputs.get(name)
        answers = domain is not None and domain.none
        return Text("aucun", "none") if answers else Text("non dit", "not said")

    def _declared(self, name: str) -> list[str]:
        domain = self.law.inputs.get(name)
        return [] if domain is None else domain.names

    def _title(self, name: str, value: str) -> Text:
        plain = {"true": True, "false": False}.get(value, value)
        return shown(plain, name, self.law) if self._known(name) else same(value)

    def _banded(self, name: str, title: Text, column: pl.Series) -> Grouping:
        """Group whole numbers by the rows of the law's own table, or by bands that hold about as many."""
        edges = self._edges(name)
        edges = edges if 0 < len(edges) <= MOST_BANDS else _quantiles(column)
        bands = [Interval(low, high) for low, high in zip([None, *edges], [*edges, None], strict=True)]
        values = [*(str(band) for band in bands), ABSENT]
        titles = [*(interval(band) for band in bands), self._absent(name)]
        numbers = np.searchsorted(edges, column.fill_null(0).to_numpy(), side="right")
        codes = np.where(column.is_null().to_numpy(), len(bands), numbers)
        return _grouped(name, title, codes, values, titles)

    def _edges(self, name: str) -> list[int]:
        """Find where the rows of a table that reads an input begin."""
        for criterion in self.law.criteria:
            for table in criterion.tables:
                rows = [key for key in table.rows.keys if isinstance(key, Interval)]
                if name in table.row_inputs and rows:
                    ends = {end for row in rows for end in (row.low, row.high) if end is not None}
                    return sorted(ends)
        return []


def _quantiles(column: pl.Series) -> list[int]:
    cuts = [column.quantile(step / BANDS, "nearest") for step in range(1, BANDS)]
    return sorted({int(cut) for cut in cuts if cut is not None and cut > (column.min() or 0)})  # type: ignore[operator]


def _grouped(
    name: str, title: Text, codes: NDArray[np.int64], values: Sequence[str], titles: Sequence[Text]
) -> Grouping:
    """Leave out the values that nobody has."""
    there: list[int] = np.flatnonzero(np.bincount(codes, minlength=len(values))).tolist()
    dense = np.searchsorted(there, codes)
    return Grouping(name, title, dense, tuple(values[n] for n in there), tuple(titles[n] for n in there))
