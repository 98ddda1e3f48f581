"""Scenarios: small diffs against the law in force on a day. All is checked, then the law is assembled anew.

A change says ``at`` which place, ``was`` what it expects there, and one of ``to`` (set), ``add``, ``drop``, ``split``:

    criteria.age.points['[31, 32)'][false]     a cell: criterion, table, row, column
    criteria.age.points['[31, 32)']            a row: set it, drop it, or split it into several
    criteria.age.points.rows                   all rows of a table: set them, or add one
    criteria.age.cap, .applies_when, .announced_maximum, .points.outside
    criteria.age                               a criterion: drop it (repeal), or add it
    groups.human_capital.cap, .members, .how, .announced_maximum
    streams.3.requirements                     the requirements of a stream: add one
    streams.3.requirements.adult               a requirement: drop it; ``.where``: set its condition
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rules.assembly import assemble
from rules.citation import Remark, Strict, Title, Words
from rules.criteria import CriterionFile
from rules.dates import in_force
from rules.domains import Interval
from rules.faults import Fault, LawError
from rules.groups import GroupsFile
from rules.places import Address, Place, address, find, named
from rules.source import build, read_toml
from rules.streams import StreamsFile
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from rules.regulation import Regulation

OPERATIONS = ("to", "add", "drop", "split")


class Change(Strict):
    """One change, as written: where, what is expected there, and what becomes of it."""

    at: Words
    was: Any = None
    to: Any = None
    add: Any = None
    drop: bool | None = None
    split: list[list[Any]] | None = None

    @property
    def operation(self) -> str:
        """Name what the change does."""
        given = [name for name in OPERATIONS if getattr(self, name) is not None]
        return given[0] if len(given) == 1 else ""


class Scenario(Strict):
    """A diff against the law of ``program`` on the day ``base``."""

    title: Title
    program: Words
    base: date
    change: tuple[Change, ...] = Field(default=(), strict=False)
    note: Remark | None = None


@dataclass(frozen=True)
class Edit:
    """A change reduced to its core: this place had one value, and has another."""

    at: str
    before: Any
    after: Any


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file strictly."""
    return build(Scenario, read_toml(path, path.name), path.name)


def apply(scenario: Scenario, base: Regulation) -> Regulation:
    """Give the law that a scenario makes of ``base``, left as it was. A stale or double change is a LawError."""
    documents, edits = _edited(scenario, base)
    return _assembled(documents, base, scenario.title.text) if edits else base


def invert(scenario: Scenario, base: Regulation) -> Scenario:
    """Give the scenario that leads back from ``apply(scenario, base)`` to ``base``."""
    _, edits = _edited(scenario, base)
    changes = tuple(_set(edit.at, edit.after, edit.before) for edit in reversed(edits))
    return scenario.model_copy(update={"change": changes})


def compose(first: Scenario, second: Scenario) -> Scenario:
    """Put two scenarios on one base together. Two changes to one place are a LawError."""
    where = Text("composition de scénarios", "composition of scenarios")
    if (first.program, first.base) != (second.program, second.base):
        found = same(f"{first.program} {first.base}, {second.program} {second.base}")
        expected = Text("le même programme et le même jour", "the same program and the same day")
        raise LawError([Fault(where, found, expected, same(f"base = {first.base}"))])
    title = Title(fr=f"{first.title.fr} ; {second.title.fr}", en=f"{first.title.en}; {second.title.en}")
    both = first.model_copy(update={"title": title, "change": (*first.change, *second.change), "note": None})
    _check_places([(change, address(change.at, where)) for change in both.change], where)
    return both


def _set(at: str, was: Any, to: Any) -> Change:  # noqa: ANN401 - TOML values
    """Make a change that sets a place; nothing is written as an empty table, which stands for it."""
    return Change(at=at, was={} if was is None else was, to={} if to is None else to)


def _edited(scenario: Scenario, base: Regulation) -> tuple[dict[str, Any], list[Edit]]:
    where = Text(f"scénario « {scenario.title.fr} »", f"scenario “{scenario.title.en}”")
    if scenario.program != base.program:
        expected = Text(f"le programme {base.program}", f"the program {base.program}")
        raise LawError([Fault(where, same(scenario.program), expected, same(f'program = "{base.program}"'))])
    addresses = [(change, address(change.at, where)) for change in scenario.change]
    _check_places(addresses, where)
    documents = _documents(base)
    edits = [_edit(change, steps, documents, where) for change, steps in addresses]
    return documents, edits


def _check_places(addresses: list[tuple[Change, Address]], where: Text) -> None:
    """Fail because a change has no operation or several, or two changes reach one place."""
    faults = []
    for position, (change, steps) in enumerate(addresses):
        if not change.operation:
            expected = Text(
                f"une seule des clés : {', '.join(OPERATIONS)}", f"one of the keys: {', '.join(OPERATIONS)}"
            )
            faults.append(Fault(where, same(change.at), expected, same("to = 115")))
        for other, earlier in addresses[:position]:
            shared = min(len(steps), len(earlier))
            adding = change.operation == "add" and other.operation == "add"
            if steps[:shared] == earlier[:shared] and not adding:
                found = Text(f"deux changements à {change.at}", f"two changes to {change.at}")
                expected = Text("un seul changement par place", "one change a place")
                faults.append(Fault(where, found, expected, Text("gardez l’un des deux", "keep one of the two")))
    if faults:
        raise LawError(faults)


def _documents(base: Regulation) -> dict[str, Any]:
    """Give the versions in force on the day of ``base`` as plain values."""
    sources, day = base.sources, base.day
    criteria = {}
    for name, file in sources.criteria.items():
        version = in_force(file.version, day)
        if version is not None:
            head = {"title": file.title.model_dump(), "group": file.group}
            criteria[name] = head | _plain(version.model_dump(exclude_none=True))
    groups, streams = in_force(sources.groups.version, day), in_force(sources.streams.version, day)
    return {
        "criteria": criteria,
        "groups": _plain(groups.model_dump(exclude_none=True)) if groups else {"group": []},
        "streams": _plain(streams.model_dump(exclude_none=True)) if streams else {"stream": []},
    }


def _plain(value: Any) -> Any:  # noqa: ANN401 - a model's dump
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _edit(change: Change, steps: Address, documents: dict[str, Any], where: Text) -> Edit:
    """Carry one change out on plain values, and say what it came to."""
    here = Text(f"{where.fr}, {change.at}", f"{where.en}, {change.at}")
    if change.operation in ("drop", "split") and not (steps[0] == "criteria" and len(steps) == 2):
        return _in_list(change, steps, documents, here)
    place = find(steps, documents, here)
    before = deepcopy(place.get())
    if change.operation == "add":
        if isinstance(before, list):
            place.put(_inserted(before, change.add))
        elif before is None:
            place.put(deepcopy(change.add))
            _join(change.add, steps, documents, here)
        else:
            raise LawError([_stale(here, before, Text("rien", "nothing"))])
    elif change.operation == "drop":
        place.container.pop(place.key)
    else:
        if (before if before is not None else {}) != change.was:
            raise LawError([_stale(here, before, same(f"was = {change.was}"))])
        if change.to == {} and isinstance(place.container, dict):
            place.container.pop(place.key, None)
        else:
            place.put(deepcopy(change.to))
    return Edit(change.at, before, deepcopy(_value(place)))


def _value(place: Place) -> Any:  # noqa: ANN401 - a TOML value
    return place.container.get(place.key) if isinstance(place.container, dict) else place.get()


def _in_list(change: Change, steps: Address, documents: dict[str, Any], here: Text) -> Edit:
    """Drop an item of a list, or split a row into several; the edit is of the whole list."""
    place = find(steps, documents, here, item=True)
    rows = place.container
    before = deepcopy(rows)
    if change.was is not None and _without_label(place.get()) != change.was:
        raise LawError([_stale(here, _without_label(place.get()), same(f"was = {change.was}"))])
    rows[place.key : place.key + 1] = deepcopy(change.split) if change.operation == "split" else []
    whole = f"criteria.{steps[1]}.{steps[2]}.rows" if steps[0] == "criteria" else f"streams.{steps[1]}.requirements"
    return Edit(whole, before, deepcopy(rows))


def _without_label(row: Any) -> Any:  # noqa: ANN401 - a TOML value
    """Give the points of a row: one number, or one for each column."""
    return (row[1] if len(row) == 2 else row[1:]) if isinstance(row, list) else row


def _inserted(rows: list[Any], item: Any) -> list[Any]:  # noqa: ANN401 - TOML values
    """Add an item to a list: a row of an interval where it belongs, anything else at the end."""
    key = Interval.parse(item[0]) if isinstance(item, list) and item and isinstance(item[0], str) else None
    if key is None:
        return [*rows, deepcopy(item)]
    low = key.low if key.low is not None else -(2**63)
    before = [row for row in rows if (i := Interval.parse(str(row[0]))) and i.low is not None and i.low < low]
    return [*before, deepcopy(item), *[row for row in rows if row not in before]]


def _join(added: Any, steps: Address, documents: dict[str, Any], here: Text) -> None:  # noqa: ANN401 - a TOML value
    """Enter a new criterion among the members of its group."""
    if steps[0] != "criteria" or len(steps) != 2:
        return
    group = named(documents["groups"]["group"], added.get("group"), here)
    if steps[1] not in group["members"]:
        group["members"].append(steps[1])


def _stale(here: Text, found: Any, expected: Text) -> Fault:  # noqa: ANN401 - a TOML value
    shown = Text("rien", "nothing") if found is None else same(str(found))
    write = Text(
        "le scénario est périmé : relisez la règle de ce jour", "the scenario is stale: read the law of this day again"
    )
    return Fault(here, shown, expected, write)


def _assembled(documents: dict[str, Any], base: Regulation, title: Text) -> Regulation:
    """Assemble a law from plain values, with every check of a law read from files."""
    sources, day = base.sources, base.day
    criteria = dict(sources.criteria)
    for name, said in documents["criteria"].items():
        version = {key: value for key, value in said.items() if key not in ("title", "group")}
        version.setdefault("in_force", day)
        file = {"title": said.get("title"), "group": said.get("group"), "version": [version]}
        criteria[name] = build(CriterionFile, file, f"criteria/{name}")
    for name, source in sources.criteria.items():
        current = in_force(source.version, day)
        if current is not None and name not in documents["criteria"]:
            ended = current.model_copy(update={"until": day})
            criteria[name] = source.model_copy(update={"version": (ended,)})
    changed = replace(
        sources,
        criteria=criteria,
        groups=build(GroupsFile, {"version": [documents["groups"]]}, "groups"),
        streams=build(StreamsFile, {"version": [documents["streams"]]}, "streams")
        if documents["streams"]["stream"]
        else sources.streams,
    )
    return assemble(changed, day, scenario=title)
