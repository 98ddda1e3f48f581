"""Places in a law: what an ``at`` of a scenario names, found in the plain values of the law of a day."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from rules.canonical import label
from rules.domains import Interval
from rules.faults import Fault, LawError, meant
from rules.text import Text, same

SEGMENT = re.compile(r"""\.?([A-Za-z0-9_]+)|\[(?:'([^']*)'|"([^"]*)"|(true|false))\]""")
NAME = re.compile(r"[A-Za-z0-9_]+")
MAXIMA = ("cap", "announced_maximum")
OF_CRITERION = (*MAXIMA, "applies_when", "note")

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
    """Take an ``at`` apart into its steps, the same ones however quotes, brackets and spaces are written."""
    steps: list[Step] = []
    position = 0
    while position < len(at):
        match = SEGMENT.match(at, position)
        if match is None:
            expected = Text("un chemin comme celui-ci", "a path like this one")
            raise LawError([Fault(where, same(at), expected, same("criteria.age.points['[31, 32)'][false]"))])
        name, single, double, flag = match.groups()
        steps.append(name or label(flag or (double if single is None else single)))
        position = match.end()
    if len(steps) == 3 and steps[0] == "criteria" and steps[2] not in OF_CRITERION:
        steps.append("rows")
    return tuple(steps)


def written_address(steps: Address) -> str:
    """Write steps as an ``at``."""
    return "".join(_written_step(step) for step in steps).removeprefix(".")


def _written_step(step: Step) -> str:
    if isinstance(step, bool):
        return f"[{str(step).lower()}]"
    return f".{step}" if NAME.fullmatch(step) else f'["{step}"]' if "'" in step else f"['{step}']"


def within(inner: Address, outer: Address) -> bool:
    """Tell whether a place lies in another, or is the same; the rows of a table hold each of its rows."""
    if len(outer) == 4 and outer[0] == "criteria" and outer[3] == "rows":
        return inner[:3] == outer[:3] and inner[3:] != ("outside",)
    return inner[: len(outer)] == outer


def find(steps: Address, documents: dict[str, Any], here: Text, *, item: bool = False) -> Place:
    """Find the place that an address names; ``item`` asks for a whole row rather than its points."""
    head, *rest = steps
    if of_maximum(steps):
        return _in_maximum(steps, documents, here)
    if head == "criteria" and 1 <= len(rest) <= 4:
        return _in_criterion(rest, documents["criteria"], here, item=item)
    if head == "groups" and len(rest) == 2:
        return Place(named(documents["groups"]["group"], rest[0], here), rest[1])
    if head == "streams" and 2 <= len(rest) <= 4 and rest[1] == "requirements":
        return _in_stream(named(documents["streams"]["stream"], rest[0], here), rest[2:], here)
    expected = Text("criteria.…, groups.… ou streams.…", "criteria.…, groups.… or streams.…")
    raise LawError([Fault(here, same(written_address(steps)), expected, same("criteria.age.cap"))])


def of_maximum(steps: Address) -> bool:
    """Tell whether a place is one column of a cap or of an announced maximum: ``groups.core.cap[true]``."""
    return steps[0] in ("criteria", "groups") and len(steps) == 4 and steps[2] in MAXIMA


def _in_maximum(steps: Address, documents: dict[str, Any], here: Text) -> Place:
    """Find the points of one column of a cap, or fail because there is no cap, or one number for everyone."""
    kind, name, key, column = steps
    criteria = documents["criteria"]
    if kind == "criteria":
        check_named(name, list(criteria), here)
    part = criteria[name] if kind == "criteria" else named(documents["groups"]["group"], name, here)
    maximum = part.get(str(key))
    if isinstance(maximum, dict):
        return Place(maximum["points"], _position(maximum["columns"], column, here))
    found = Text("rien", "nothing") if maximum is None else same(f"{key} = {maximum}")
    expected = Text("un maximum par colonne", "a maximum by column")
    raise LawError([Fault(here, found, expected, same(f"{key} = {{ input, columns, points }}"))])


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
        raise LawError([_unknown(here, name, list(criteria))])
    criterion = criteria[name]
    if len(inner) == 1:
        return Place(criterion, inner[0])
    table = named(criterion["table"], inner[0], here)
    if inner[1:] in (["rows"], ["outside"]):
        return Place(table, inner[1])
    position = _position([row[0] for row in table["rows"]], inner[1], here)
    if item:
        return Place(table["rows"], position)
    row = table["rows"][position]
    if len(inner) == 3:
        return Place(row, _position(table.get("columns", []), inner[2], here) + 1)
    return Place(row, 1) if len(row) == 2 else Place(row, slice(1, None))


def _position(keys: list[Any], wanted: Step, here: Text) -> int:
    """Find a row or a column by its label; an interval may be written with other brackets or spaces."""
    for position, key in enumerate(keys):
        if _is(key, wanted):
            return position
    raise LawError([_unknown(here, wanted, [str(key).lower() if isinstance(key, bool) else str(key) for key in keys])])


def _is(key: Any, wanted: Step) -> bool:  # noqa: ANN401 - a TOML value
    if isinstance(wanted, bool):
        return key is wanted or bool(key == str(wanted).lower())
    interval = Interval.parse(wanted)
    return key == wanted if interval is None else Interval.parse(str(key)) == interval


def named(items: list[dict[str, Any]], name: Step, here: Text) -> dict[str, Any]:
    """Find an item by its id."""
    for one in items:
        if one.get("id") == name:
            return one
    raise LawError([_unknown(here, name, [str(one.get("id")) for one in items])])


def _unknown(here: Text, name: Step, known: list[str]) -> Fault:
    shown = str(name).lower() if isinstance(name, bool) else name
    expected = Text("une place de la règle de ce jour", "a place in the law of this day")
    return Fault(here, Text(f"« {shown} », inconnu", f"“{shown}”, unknown"), expected, meant(shown, known))


def check_named(name: Step, known: list[str], here: Text) -> None:
    """Fail because a name is not among those known."""
    if name not in known:
        raise LawError([_unknown(here, name, known)])
