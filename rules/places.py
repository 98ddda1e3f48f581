"""Places in a law: what an ``at`` of a scenario names, found in the plain values of the law of a day."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from rules.domains import Interval
from rules.faults import Fault, LawError, meant
from rules.text import Text, same

SEGMENT = re.compile(r"\.?([A-Za-z0-9_]+)|\['([^']*)'\]|\[(true|false)\]")

Step = str | bool
Address = tuple[Step, ...]


class Place(NamedTuple):
    """A place in the plain values of a law: a container and the key inside it."""

    container: Any
    key: Any

    def get(self) -> Any:  # noqa: ANN401 - a TOML value
        """Give what is there; None where there is nothing."""
        if isinstance(self.container, dict):
            return self.container.get(self.key)
        return self.container[self.key]

    def put(self, value: Any) -> None:  # noqa: ANN401 - a TOML value
        """Put something there."""
        self.container[self.key] = value


def address(at: str, where: Text) -> Address:
    """Take an ``at`` apart into its steps."""
    steps: list[Step] = []
    position = 0
    while position < len(at):
        match = SEGMENT.match(at, position)
        if match is None:
            expected = Text("un chemin comme celui-ci", "a path like this one")
            raise LawError([Fault(where, same(at), expected, same("criteria.age.points['[31, 32)'][false]"))])
        name, label, flag = match.groups()
        steps.append(flag == "true" if flag else label if label is not None else name)
        position = match.end()
    return tuple(steps)


def find(steps: Address, documents: dict[str, Any], here: Text, *, item: bool = False) -> Place:
    """Find the place that an address names; ``item`` asks for a whole row rather than its points."""
    head, *rest = steps
    if head == "criteria" and rest:
        return _in_criterion(rest, documents["criteria"], here, item=item)
    if head == "groups" and len(rest) == 2:
        return Place(named(documents["groups"]["group"], rest[0], here), rest[1])
    if head == "streams" and len(rest) >= 2 and rest[1] == "requirements":
        return _in_stream(named(documents["streams"]["stream"], rest[0], here), rest[2:], here)
    expected = Text("criteria.…, groups.… ou streams.…", "criteria.…, groups.… or streams.…")
    raise LawError([Fault(here, same(str(steps[0])), expected, same("criteria.age.cap"))])


def _in_stream(stream: dict[str, Any], rest: list[Step], here: Text) -> Place:
    if not rest:
        return Place(stream, "requirement")
    requirement = named(stream["requirement"], rest[0], here)
    if len(rest) == 1:
        return Place(stream["requirement"], stream["requirement"].index(requirement))
    return Place(requirement, rest[1])


def _in_criterion(rest: list[Step], criteria: dict[str, Any], here: Text, *, item: bool) -> Place:
    name, *inner = rest
    if not inner:
        return Place(criteria, name)
    if name not in criteria:
        raise LawError([_unknown(here, str(name), list(criteria))])
    criterion = criteria[name]
    if len(inner) == 1 and inner[0] in ("cap", "applies_when", "announced_maximum", "note"):
        return Place(criterion, inner[0])
    table = named(criterion["table"], inner[0], here)
    if inner[1:] in ([], ["rows"], ["outside"]):
        return Place(table, inner[1] if len(inner) > 1 else "rows")
    position = _row(table["rows"], inner[1], here)
    if item:
        return Place(table["rows"], position)
    row = table["rows"][position]
    if len(inner) == 3:
        columns = table.get("columns", [])
        if inner[2] not in columns:
            raise LawError([_unknown(here, str(inner[2]), [str(column) for column in columns])])
        return Place(row, columns.index(inner[2]) + 1)
    return Place(row, 1) if len(row) == 2 else Place(row, slice(1, None))


def _row(rows: list[list[Any]], label: Step, here: Text) -> int:
    """Find a row by its label; an interval may be written with other brackets or spaces."""
    wanted = Interval.parse(label) if isinstance(label, str) else None
    for position, row in enumerate(rows):
        if (row[0] is label or row[0] == label) or (wanted is not None and Interval.parse(str(row[0])) == wanted):
            return position
    raise LawError([_unknown(here, str(label), [str(row[0]) for row in rows])])


def named(items: list[dict[str, Any]], name: Step, here: Text) -> dict[str, Any]:
    """Find an item by its id."""
    for one in items:
        if one.get("id") == name:
            return one
    raise LawError([_unknown(here, str(name), [str(one.get("id")) for one in items])])


def _unknown(here: Text, name: str, known: list[str]) -> Fault:
    expected = Text("une place de la règle de ce jour", "a place in the law of this day")
    return Fault(here, Text(f"« {name} », inconnu", f"“{name}”, unknown"), expected, meant(name, known))
