"""Bounds: the least and the most points that a part of the law can give, computed from its tables."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from rules.criteria import Criterion
from rules.faults import Fault, LawError
from rules.groups import Group
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.domains import Domain, Value
    from rules.tables import Axis, Cap, Table

Bounds = tuple[int, int]
MOST_CASES = 4096


def of_table(table: Table, fixed: Mapping[str, Value]) -> Bounds:
    """Bound the sum of a table over its row inputs, where some inputs have a fixed value."""
    columns: list[int] = list(range(len(table.points[0])))
    if table.column_input in fixed and table.columns is not None:
        found = table.columns.find(fixed[table.column_input or ""])
        columns = [found] if found is not None else columns
    low = high = 0
    for name in table.row_inputs:
        rows = (
            _rows(table.rows, fixed[name])
            if name in fixed
            else [*range(len(table.points)), *([None] if beyond(table.rows) else [])]
        )
        cells = [table.outside if row is None else table.points[row][column] for row in rows for column in columns]
        low, high = low + min(cells), high + max(cells)
    return low, high


def _rows(axis: Axis, value: Value) -> list[int | None]:
    return [axis.find(value)]


def beyond(axis: Axis) -> bool:
    """Tell whether some value of the domain lies outside the range of an axis of intervals."""
    ends = (axis.domain.low, axis.domain.high - 1)
    return axis.domain.kind == "whole" and any(axis.find(end) is None for end in ends)


def capped(bounds: Bounds, cap: Cap | None, fixed: Mapping[str, Value]) -> Bounds:
    """Bound what is left under a cap."""
    if cap is None:
        return bounds
    low_cap, high_cap = (
        (min(cap.points), max(cap.points)) if cap.input and cap.input not in fixed else (cap.at(fixed),) * 2
    )
    return min(bounds[0], low_cap), min(bounds[1], high_cap)


def of_criterion(criterion: Criterion, fixed: Mapping[str, Value], *, under_cap: bool = True) -> Bounds:
    """Bound a criterion, after its cap unless asked otherwise."""
    if criterion.source is None:
        return 0, 0
    applies = criterion.applies_when.holds(fixed) if criterion.applies_when.options else True
    if applies is False:
        return 0, 0
    each = [of_table(table, fixed) for table in criterion.tables]
    total = (sum(low for low, _ in each), sum(high for _, high in each))
    if applies is None:
        total = (min(total[0], 0), max(total[1], 0))
    return capped(total, criterion.cap, fixed) if under_cap else total


def of_group(
    group: Group,
    parts: Mapping[str, Criterion | Group],
    fixed: Mapping[str, Value],
    *,
    under_cap: bool = True,
) -> Bounds:
    """Bound a group, after its cap unless asked otherwise."""
    each = [of_part(parts[member], parts, fixed) for member in group.members]
    combine = sum if group.how == "sum" else max
    total = (combine(low for low, _ in each), combine(high for _, high in each))
    return capped(total, group.cap, fixed) if under_cap else total


def of_part(part: Criterion | Group, parts: Mapping[str, Criterion | Group], fixed: Mapping[str, Value]) -> Bounds:
    """Bound a criterion or a group, after its cap."""
    return of_criterion(part, fixed) if isinstance(part, Criterion) else of_group(part, parts, fixed)


def cases(names: list[str], inputs: Mapping[str, Domain]) -> Iterator[dict[str, Value]]:
    """Give every combination of values of the named inputs, null included where it is one."""
    values = [[*inputs[name].answers, *([None] if inputs[name].none else [])] for name in names]
    for combination in product(*values):
        yield dict(zip(names, combination, strict=True))


def pivots(parts: Mapping[str, Criterion | Group], inputs: Mapping[str, Domain]) -> list[str]:
    """Name the inputs that caps, columns and ``applies_when`` turn on, while their combinations stay few."""
    names: list[str] = []
    for part in parts.values():
        names += [cap.input for cap in (part.cap, part.announced) if cap and cap.input]
        if isinstance(part, Criterion):
            names += part.applies_when.inputs
            names += [t.column_input for t in part.tables if t.column_input and inputs[t.column_input].kind != "whole"]
    chosen: list[str] = []
    count = 1
    for name in dict.fromkeys(names):
        if count * inputs[name].size <= MOST_CASES:
            chosen.append(name)
            count *= inputs[name].size
    return chosen


def check_maximum(
    part: Criterion | Group, parts: Mapping[str, Criterion | Group], inputs: Mapping[str, Domain], note: object
) -> None:
    """Fail because a part attains more points than the law announces, or fewer without a note that says why."""
    announced = part.announced or (part.cap if isinstance(part, Group) else None)
    if announced is None:
        return
    names = pivots(parts, inputs)
    if announced.input and announced.input not in names:
        names = [announced.input, *names]
    attained: dict[int, int] = {}
    for fixed in cases(names, inputs):
        position = announced.columns.index(fixed[announced.input]) if announced.input else 0
        attained[position] = max(attained.get(position, -(2**31)), of_part_uncapped(part, parts, fixed)[1])
    for position, most in attained.items():
        wanted = announced.points[position]
        above = most > wanted and part.announced is not None
        if above or (most < wanted and not note):
            raise LawError([_maximum_fault(part, wanted, most, above=above)])


def of_part_uncapped(
    part: Criterion | Group, parts: Mapping[str, Criterion | Group], fixed: Mapping[str, Value]
) -> Bounds:
    """Bound a part before its own cap."""
    if isinstance(part, Criterion):
        return of_criterion(part, fixed, under_cap=False)
    return of_group(part, parts, fixed, under_cap=False)


def _maximum_fault(part: Criterion | Group, wanted: int, most: int, *, above: bool) -> Fault:
    file = f"criteria/{part.id}.toml" if isinstance(part, Criterion) else f"groups.toml, {part.id}"
    found = Text(f"un maximum atteignable de {most}", f"an attainable maximum of {most}")
    expected = Text(f"le maximum annoncé : {wanted}", f"the announced maximum: {wanted}")
    write = (
        Text("corrigez les points", "mend the points")
        if above
        else Text('note = "…", qui dit pourquoi il n’est pas atteint', 'note = "…", which says why it is not attained')
    )
    return Fault(same(file), found, expected, write)
