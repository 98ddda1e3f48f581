"""Bounds: the least and the most points that a part of the law can give, computed from its tables.

Where tables share an input they are bounded together, as long as its values stay few; beyond, the sum of what each can
give is an upper bound. Inputs derived from one attribute are taken to vary apart.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, product
from typing import TYPE_CHECKING

from rules.axes import Axis
from rules.criteria import Criterion
from rules.faults import Fault, LawError
from rules.groups import Group
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rules.dates import Dated
    from rules.domains import Domain, Value
    from rules.tables import Cap, Table

Bounds = tuple[int, int]
MOST_CASES = 4096
MOST_SHARED = 256


def of_table(table: Table, fixed: Mapping[str, Value]) -> Bounds:
    """Bound the sum of a table over its row inputs, where some inputs have a fixed value."""
    columns: list[int] = list(range(len(table.points[0])))
    if table.column_input in fixed and table.columns is not None:
        found = table.columns.find(fixed[table.column_input or ""])
        columns = [found] if found is not None else columns
    low = high = 0
    for name in table.row_inputs:
        rows = (
            [table.rows.find(fixed[name])]
            if name in fixed
            else [*range(len(table.points)), *([None] if beyond(table.rows) else [])]
        )
        cells = [table.outside if row is None else table.points[row][column] for row in rows for column in columns]
        low, high = low + min(cells), high + max(cells)
    return low, high


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


def of_criterion(criterion: Criterion, fixed: Mapping[str, Value]) -> Bounds:
    """Bound a criterion, after its cap."""
    applies = criterion.applies_when.holds(fixed)
    if criterion.source is None or applies is False:
        return 0, 0
    low, high = _hull(_under_cap(criterion, {**fixed, **case}) for case in _shared_cases(criterion, fixed))
    return (min(low, 0), max(high, 0)) if applies is None else (low, high)


def _under_cap(criterion: Criterion, fixed: Mapping[str, Value]) -> Bounds:
    each = [of_table(table, fixed) for table in criterion.tables]
    return capped((sum(low for low, _ in each), sum(high for _, high in each)), criterion.cap, fixed)


def _hull(bounds: Iterable[Bounds]) -> Bounds:
    lows, highs = zip(*bounds, strict=True)
    return min(lows), max(highs)


def _shared_cases(criterion: Criterion, fixed: Mapping[str, Value]) -> Iterator[dict[str, Value]]:
    """Give the combinations of the inputs that the criterion reads twice: with these known, its tables add up exactly.

    One whole number stands for all those that fall in the same rows.
    """
    axes: dict[str, list[Axis]] = {}
    for table in criterion.tables:
        for name in table.row_inputs:
            axes.setdefault(name, []).append(table.rows)
            if table.column_input and table.columns:
                axes.setdefault(table.column_input, []).append(table.columns)
    if criterion.cap and criterion.cap.input in axes:
        read = axes[criterion.cap.input]
        read.append(Axis(read[0].domain, criterion.cap.columns))
    values = {name: _values(read) for name, read in axes.items() if len(read) > 1 and name not in fixed}
    return _combinations({name: values[name] for name in _few({n: len(v) for n, v in values.items()}, MOST_SHARED)})


def _values(axes: Sequence[Axis]) -> list[Value]:
    """Give the values of an input that its axes tell apart."""
    domain = axes[0].domain
    answers: Iterable[Value] = domain.answers
    if domain.kind == "whole":
        answers = sorted({domain.low, *chain.from_iterable(axis.cuts(domain) for axis in axes)})
    return [*answers, *([None] if domain.none else [])]


def _few(sizes: Mapping[str, int], most: int) -> list[str]:
    """Keep the inputs, in order, whose combinations stay at most ``most``."""
    kept: list[str] = []
    count = 1
    for name, size in sizes.items():
        if count * size <= most:
            kept.append(name)
            count *= size
    return kept


def _combinations(values: Mapping[str, Sequence[Value]]) -> Iterator[dict[str, Value]]:
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def of_group(group: Group, parts: Mapping[str, Criterion | Group], fixed: Mapping[str, Value]) -> Bounds:
    """Bound a group, after its cap."""
    return capped(_uncapped(group, parts, fixed), group.cap, fixed)


def _uncapped(group: Group, parts: Mapping[str, Criterion | Group], fixed: Mapping[str, Value]) -> Bounds:
    each = [of_part(parts[member], parts, fixed) for member in group.members]
    combine = sum if group.how == "sum" else max
    return combine(low for low, _ in each), combine(high for _, high in each)


def of_part(part: Criterion | Group, parts: Mapping[str, Criterion | Group], fixed: Mapping[str, Value]) -> Bounds:
    """Bound a criterion or a group, after its cap."""
    return of_criterion(part, fixed) if isinstance(part, Criterion) else of_group(part, parts, fixed)


def of_uncapped(part: Criterion | Group, parts: Mapping[str, Criterion | Group], fixed: Mapping[str, Value]) -> Bounds:
    """Bound a part before its own cap."""
    if isinstance(part, Criterion):
        return of_criterion(replace(part, cap=None), fixed)
    return _uncapped(part, parts, fixed)


def cases(names: list[str], inputs: Mapping[str, Domain]) -> Iterator[dict[str, Value]]:
    """Give every combination of values of the named inputs, null included where it is one."""
    return _combinations({name: [*inputs[name].answers, *([None] if inputs[name].none else [])] for name in names})


def pivots(parts: Mapping[str, Criterion | Group], inputs: Mapping[str, Domain]) -> list[str]:
    """Name the inputs that caps, columns and ``applies_when`` turn on, while their combinations stay few."""
    names: list[str] = []
    for part in parts.values():
        names += [cap.input for cap in (part.cap, part.announced) if cap and cap.input]
        if isinstance(part, Criterion):
            names += part.applies_when.inputs
            names += [t.column_input for t in part.tables if t.column_input and inputs[t.column_input].kind != "whole"]
    return _few({name: inputs[name].size for name in names}, MOST_CASES)


def check_maximum(
    part: Criterion | Group, parts: Mapping[str, Criterion | Group], inputs: Mapping[str, Domain], version: Dated
) -> None:
    """Fail because a part attains more points than the law announces, or fewer without a note that says why.

    A law may announce what its rows give or what the cap leaves of it: more is more than that after the cap, fewer is
    fewer than that before it.
    """
    announced = part.announced or (part.cap if isinstance(part, Group) else None)
    if announced is None:
        return
    names = pivots(parts, inputs)
    if announced.input and announced.input not in names:
        names = [announced.input, *names]
    before, after = (_attained(bound, part, parts, cases(names, inputs), announced) for bound in (of_uncapped, of_part))
    for position, wanted in enumerate(announced.points):
        if after[position] > wanted:
            raise LawError([_maximum_fault(part, version, wanted, after[position])])
        if before[position] < wanted and not version.note:
            raise LawError([_maximum_fault(part, version, wanted, before[position])])


def _attained(
    bound: Callable[[Criterion | Group, Mapping[str, Criterion | Group], Mapping[str, Value]], Bounds],
    part: Criterion | Group,
    parts: Mapping[str, Criterion | Group],
    every: Iterable[Mapping[str, Value]],
    announced: Cap,
) -> list[int]:
    """Give the most points of a part for each column of what the law announces."""
    most = [-(2**31)] * len(announced.points)
    for fixed in every:
        position = announced.columns.index(fixed[announced.input]) if announced.input else 0
        most[position] = max(most[position], bound(part, parts, fixed)[1])
    return most


def _maximum_fault(part: Criterion | Group, version: Dated, wanted: int, most: int) -> Fault:
    where = (
        version.at(f"criteria/{part.id}.toml")
        if isinstance(part, Criterion)
        else version.at("groups.toml").inside(f"groupe {part.id}", f"group {part.id}")
    )
    found = Text(f"un maximum atteignable de {most}", f"an attainable maximum of {most}")
    expected = Text(f"le maximum annoncé : {wanted}", f"the announced maximum: {wanted}")
    write = (
        Text("corrigez les points", "mend the points")
        if most > wanted
        else Text('note = "…", qui dit pourquoi il n’est pas atteint', 'note = "…", which says why it is not attained')
    )
    return Fault(where, found, expected, write)
