"""A numba kernel: one loop over the rows, written from the law's tables and compiled. The practical limit in Python.

Every table is an array read by the numbers of its two inputs. Nothing is checked: the arrays hold what the law knows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import polars as pl

from bench.peers import column, names
from bench.peers.arrays import NULL, arrays, day_number, number_of, numbers, value_of
from rules.criteria import Criterion
from rules.inputs import days_by_year
from rules.lookup import needed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from rules import Regulation
    from rules.conditions import Condition, Test
    from rules.domains import Domain
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.tables import Cap, Table


@dataclass
class Writer:
    """Writes the body of the loop, and the arrays that it reads, under names that it makes up."""

    regulation: Regulation
    facts_on: date
    known: dict[str, Any] = field(default_factory=dict)

    def array(self, values: list[int], width: type = np.int32) -> str:
        """Keep an array, and give its name."""
        name = f"ARRAY_{len(self.known)}"
        self.known[name] = np.array(values, dtype=width)
        return name

    def derived(self, source: Derived) -> str:
        """Write a derived input; −1 is the least number, so that the lowest of four is null if one is."""
        first = source.of[0]
        if source.function == "age":
            years = self.regulation.attributes[first].years_before or 0
            days = days_by_year(self.facts_on, years)
            ages = self.array(np.repeat(np.arange(years + 1), days).tolist(), np.int16)
            lived = f"{day_number(self.facts_on)} - {first}"
            return f"{ages}[{lived}] if {lived} >= 0 else {NULL}"
        if source.function in {"digit", "listed"}:
            values = [number_of(value, source.domain) for _, value in source.of_values]
            return f"{self.array(values, np.int16)}[{first}]"
        if source.function == "chosen":
            labels = self.regulation.inputs[first].labels
            chosen = source.of[-1]
            for label, one in reversed(list(zip(source.choices[:-1], source.of[1:-1], strict=True))):
                chosen = f"({one} if {first} == {labels.index(label)} else {chosen})"
            return chosen
        if source.function == "lowest":
            return f"min({', '.join(source.of)})"
        raise NotImplementedError(source.function)

    def table(self, table: Table, row_input: str) -> str:
        """Write the points of a table for one of its row inputs."""
        rows, columns = self.regulation.inputs[row_input], table.columns
        places = [table.rows.find(value_of(number, rows)) for number in numbers(rows)]
        if columns is None or table.column_input is None:
            points = [table.outside if row is None else table.points[row][0] for row in places]
            return f"{self.array(points)}[{row_input} + 1]"
        second = self.regulation.inputs[table.column_input]
        across = [columns.find(value_of(number, second)) or 0 for number in numbers(second)]
        points = [table.outside if row is None else table.points[row][c] for row in places for c in across]
        return f"{self.array(points)}[({row_input} + 1) * {len(across)} + {table.column_input} + 1]"

    def cap(self, points: str, limit: Cap | None) -> str:
        """Write points under a cap."""
        if limit is None:
            return points
        if limit.input is None:
            return f"min({points}, {limit.points[0]})"
        domain = self.regulation.inputs[limit.input]
        places = [self._column(number, domain, limit) for number in numbers(domain)]
        return f"min({points}, {self.array([limit.points[place] for place in places])}[{limit.input} + 1])"

    @staticmethod
    def _column(number: int, domain: Domain, limit: Cap) -> int:
        value = value_of(number, domain)
        return limit.columns.index(value) if value in limit.columns else 0

    def applies(self, condition: Condition) -> str:
        """Write a condition of a criterion, which reads nothing unknown."""
        return " or ".join(f"({' and '.join(self._test(test) for test in option)})" for option in condition.options)

    def _test(self, test: Test) -> str:
        domain = self.regulation.inputs[test.input]
        answers = self.array([bool(test.holds(value_of(number, domain))) for number in numbers(domain)], np.bool_)
        return f"{answers}[{test.input} + 1]"

    def part(self, part: Criterion | Group) -> str:
        """Write the points of a criterion or group."""
        if not isinstance(part, Criterion):
            members = [column(member) for member in part.members]
            joined = " + ".join(members) if part.how == "sum" else f"max({', '.join(members)})"
            return self.cap(joined, part.cap)
        if part.source is None:
            return "0"
        points = " + ".join(self.table(table, name) for table in part.tables for name in table.row_inputs)
        limited = self.cap(points, part.cap)
        return f"({limited}) if {self.applies(part.applies_when)} else 0" if part.applies_when.options else limited

    def source(self, outputs: list[str]) -> str:
        """Write the whole function."""
        law = self.regulation
        read = ", ".join(f"{name}_s" for name in law.needed)
        written = ", ".join(f"{name}_to" for name in outputs)
        wanted = needed(law)
        derived = [one for one in law.derived.values() if one.name in wanted and not one.completes]
        body = [f"{name} = {name}_s[i]" for name in law.needed]
        body += [f"{one.name} = {self.derived(one)}" for one in derived]
        body += [f"{column(name)} = {self.part(part)}" for name, part in law.parts.items()]
        body += [f"{name}_to[i] = {name}" for name in outputs]
        lines = "\n".join(f"        {line}" for line in body)
        return f"def kernel({read}, {written}):\n    for i in prange(len({law.needed[0]}_s)):\n{lines}\n"


@dataclass(frozen=True)
class Kernel:
    """Two compiled loops, for the total and for the breakdown."""

    regulation: Regulation
    total: Callable[..., None]
    parts: Callable[..., None]

    def take(self, frame: pl.DataFrame) -> list[Any]:
        """Put the columns in narrow arrays."""
        return list(arrays(frame, self.regulation).values())

    def score(self, pool: list[Any]) -> dict[str, Any]:
        """Score into a new array."""
        return self._run(self.total, pool, ["score"])

    def breakdown(self, pool: list[Any]) -> dict[str, Any]:
        """Score every part into new arrays."""
        return self._run(self.parts, pool, names(self.regulation))

    def _run(self, kernel: Callable[..., None], pool: list[Any], outputs: list[str]) -> dict[str, Any]:
        made = [np.empty(len(pool[0]), dtype=np.int32) for _ in outputs]
        kernel(*pool, *made)
        return dict(zip(outputs, made, strict=True))

    def read(self, result: dict[str, Any]) -> pl.DataFrame:
        """Give the arrays as columns."""
        return pl.DataFrame(result)


def build(regulation: Regulation, facts_on: date, *, parallel: bool = False) -> Kernel:
    """Build for one thread."""
    return Kernel(
        regulation,
        _compiled(regulation, facts_on, ["score"], parallel=parallel),
        _compiled(regulation, facts_on, names(regulation), parallel=parallel),
    )


def build_parallel(regulation: Regulation, facts_on: date) -> Kernel:
    """Build for all threads."""
    return build(regulation, facts_on, parallel=True)


def _compiled(regulation: Regulation, facts_on: date, outputs: list[str], *, parallel: bool) -> Callable[..., None]:
    writer = Writer(regulation, facts_on)
    source = writer.source(outputs)
    known: dict[str, Any] = {"prange": numba.prange, **writer.known}
    exec(source, known)  # noqa: S102 - written above, from the law
    kernel: Callable[..., None] = numba.njit(parallel=parallel)(known["kernel"])
    return kernel
