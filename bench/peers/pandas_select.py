"""pandas and ``np.select``: a list of conditions and a list of points for each table and column.

Labels are categorical; a column that can be null is of floats, with NaN for null: the idiom of long standing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl

from bench.peers import column, names
from bench.peers.arrays import NULL_DAY, arrays
from rules.criteria import Criterion
from rules.domains import Interval
from rules.lookup import needed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from rules import Regulation
    from rules.axes import Key
    from rules.conditions import Condition, Test
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.tables import Cap, Table


@dataclass(frozen=True)
class Select:
    """The law as selections."""

    regulation: Regulation
    facts_on: date

    def take(self, frame: pl.DataFrame) -> pd.DataFrame:
        """Make a frame of pandas."""
        return pd.DataFrame({name: self._column(name, values, frame) for name, values in self._arrays(frame).items()})

    def _arrays(self, frame: pl.DataFrame) -> dict[str, Any]:
        return arrays(frame, self.regulation)

    def _column(self, name: str, values: Any, frame: pl.DataFrame) -> Any:
        attribute = self.regulation.attributes[name]
        if attribute.type in {"label", "code"}:
            return pd.Categorical.from_codes(values, list(self.regulation.inputs[name].labels))
        if attribute.type == "date":
            days = values.astype("datetime64[D]")
            days[values == NULL_DAY] = np.datetime64("NaT")
            return days.astype("datetime64[s]")
        if attribute.type == "boolean":
            return values == 1
        return np.where(values < 0, np.nan, values) if frame[name].null_count() else values

    def score(self, pool: pd.DataFrame) -> Any:
        """Score: every criterion is needed for it."""
        return self._run(pool)[column("score")]

    def breakdown(self, pool: pd.DataFrame) -> dict[str, Any]:
        """Score and keep every part."""
        return self._run(pool)

    def read(self, result: Any) -> pl.DataFrame:
        """Give the points as columns."""
        return pl.DataFrame(result if isinstance(result, dict) else {column("score"): result})

    def _run(self, pool: pd.DataFrame) -> dict[str, Any]:
        inputs = {name: pool[name] for name in pool.columns}
        wanted = needed(self.regulation)
        for source in self.regulation.derived.values():
            if source.name in wanted and not source.completes:
                inputs[source.name] = self._derived(source, inputs)
        points: dict[str, Any] = {}
        for name, part in self.regulation.parts.items():
            if isinstance(part, Criterion):
                points[column(name)] = _criterion(part, inputs, len(pool))
            else:
                points[column(name)] = _group(part, points, inputs)
        return {name: points[name] for name in names(self.regulation)}

    def _derived(self, source: Derived, inputs: Mapping[str, Any]) -> Any:
        of = [inputs[name] for name in source.of]
        if source.function == "age":
            born, on = of[0].dt, self.facts_on
            not_yet = (born.month * 100 + born.day) > on.month * 100 + on.day
            return on.year - born.year - not_yet
        if source.function in {"digit", "listed"}:
            return of[0].map(dict(source.of_values))
        if source.function == "chosen":
            conditions = [of[0] == label for label in source.choices[:-1]]
            return pd.Series(np.select(conditions, of[1:-1], of[-1]))
        if source.function == "lowest":
            return pd.Series(reduce(np.minimum, [one.to_numpy() for one in of]))  # NaN is the least of all
        raise NotImplementedError(source.function)


def is_key(values: Any, key: Key) -> Any:
    """Tell whether the value of an input lies in a row or column."""
    if key is None:
        return values.isna()
    if isinstance(key, bool):
        return values if key else ~values
    if not isinstance(key, Interval):
        return values == key
    tests = [values >= key.low] if key.low is not None else []
    tests += [values < key.high] if key.high is not None else []
    return reduce(and_, tests) if tests else values.notna()


def _table(table: Table, row_input: str, inputs: Mapping[str, Any]) -> Any:
    """Select the row once a column, then the column."""
    rows = [is_key(inputs[row_input], key) for key in table.rows.keys]
    points = np.array(table.points, dtype=np.int32)
    each = [np.select(rows, list(points[:, c]), np.int32(table.outside)) for c in range(points.shape[1])]
    if table.columns is None or table.column_input is None:
        return each[0]
    across = [is_key(inputs[table.column_input], key) for key in table.columns.keys]
    return np.select(across[:-1], each[:-1], each[-1])


def _under(points: Any, limit: Cap | None, inputs: Mapping[str, Any]) -> Any:
    if limit is None:
        return points
    if limit.input is None:
        return np.minimum(points, limit.points[0])
    across = [is_key(inputs[limit.input], key) for key in limit.columns]
    return np.minimum(points, np.select(across[:-1], list(limit.points[:-1]), limit.points[-1]))


def _criterion(criterion: Criterion, inputs: Mapping[str, Any], height: int) -> Any:
    if criterion.source is None:
        return np.zeros(height, dtype=np.int32)
    cells = [_table(table, name, inputs) for table in criterion.tables for name in table.row_inputs]
    points = _under(reduce(add, cells), criterion.cap, inputs)
    when = criterion.applies_when
    return np.where(_holds(when, inputs), points, 0) if when.options else points


def _holds(condition: Condition, inputs: Mapping[str, Any]) -> Any:
    return reduce(or_, [reduce(and_, [_test(test, inputs) for test in option]) for option in condition.options])


def _test(test: Test, inputs: Mapping[str, Any]) -> Any:
    keys = test.values if test.interval is None else (test.interval,)
    answer = reduce(or_, [is_key(inputs[test.input], key) for key in keys])
    return ~answer if test.negated else answer


def _group(group: Group, points: Mapping[str, Any], inputs: Mapping[str, Any]) -> Any:
    members = [points[column(member)] for member in group.members]
    return _under(reduce(add if group.how == "sum" else np.maximum, members), group.cap, inputs)


def build(regulation: Regulation, facts_on: date) -> Select:
    """Build."""
    return Select(regulation, facts_on)
