"""Edits: the changes of a scenario, carried out on the plain values of the law of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules.canonical import alike, canonical, plain
from rules.citation import Strict, Words
from rules.domains import Interval
from rules.faults import Fault, LawError
from rules.places import Address, Place, check_named, find, named, of_maximum, within, written_address
from rules.text import Text, same
from rules.wording import written

if TYPE_CHECKING:
    from collections.abc import Sequence

OPERATIONS = ("to", "add", "drop", "split")

Documents = dict[str, Any]
Addressed = tuple["Change", Address]


class Change(Strict):
    """One change, as written: where, what is expected there, and what becomes of it. No ``was`` expects nothing."""

    at: Words
    was: Any = None
    to: Any = None
    add: Any = None
    drop: bool | None = None
    split: list[list[Any]] | None = None

    @property
    def operation(self) -> str:
        """Name what the change does; nothing when it does nothing, or several things."""
        given = [name for name in OPERATIONS if self.value(name) is not None]
        return given[0] if len(given) == 1 else ""

    def value(self, operation: str) -> Any:  # noqa: ANN401 - a TOML value
        """Give what the change says of an operation; ``drop = false`` says nothing."""
        said = getattr(self, operation)
        return None if operation == "drop" and said is False else said


def check_places(changes: Sequence[Addressed], where: Text) -> None:
    """Fail because a change has no operation or several, or two changes reach one place."""
    faults = []
    for position, (change, steps) in enumerate(changes):
        if not change.operation:
            expected = Text(
                f"une seule des clés : {', '.join(OPERATIONS)}", f"one of the keys: {', '.join(OPERATIONS)}"
            )
            faults.append(Fault(where, same(change.at), expected, same("to = 115")))
        for other, earlier in changes[:position]:
            if _meet(change, steps, other, earlier):
                found = Text(f"deux changements à {change.at}", f"two changes to {change.at}")
                expected = Text("un seul changement par place", "one change a place")
                faults.append(Fault(where, found, expected, Text("gardez l’un des deux", "keep one of the two")))
    if faults:
        raise LawError(faults)


def _meet(one: Change, steps: Address, other: Change, earlier: Address) -> bool:
    """Tell whether two changes reach one place. What is added lies beside all that was there."""
    if one.operation == "add" and other.operation == "add":
        return steps == earlier and not _is_list(steps)
    if one.operation == "add":
        return within(steps, earlier)
    if other.operation == "add":
        return within(earlier, steps)
    return within(steps, earlier) or within(earlier, steps)


def _is_list(steps: Address) -> bool:
    return steps[-1] in ("rows", "requirements", "members")


def carry_out(changes: Sequence[Addressed], documents: Documents, where: Text) -> list[Address]:
    """Carry changes out, additions last, and give the places that they reached, none inside another.

    What comes of it does not turn on the order in which the changes are written.
    """
    reached: list[Address] = []
    changes = sorted(changes, key=_turn)
    for change, steps in changes:
        here = Text(f"{where.fr}, {change.at}", f"{where.en}, {change.at}")
        reached.append(_carry_out(change, steps, documents, here))
    joined = [_join(steps, documents, where) for change, steps in changes if change.operation == "add"]
    places = dict.fromkeys([*reached, *[place for place in joined if place]])
    return [place for place in places if not any(within(place, other) for other in places if other != place)]


def _turn(item: Addressed) -> tuple[bool, str]:
    change, steps = item
    return change.operation == "add", canonical([steps, change.add])


def _carry_out(change: Change, steps: Address, documents: Documents, here: Text) -> Address:
    if change.operation == "add":
        return _add(change, steps, documents, here)
    if change.operation == "to":
        return _set(change, steps, documents, here)
    if steps[0] == "criteria" and len(steps) == 2:
        check_named(steps[1], list(documents["criteria"]), here)
    if of_maximum(steps):
        expected = Text("des points pour cette colonne", "points for this column")
        write = Text("to = 20, ou changez tout le plafond", "to = 20, or change the whole cap")
        raise LawError([Fault(here, same(change.operation), expected, write)])
    place = find(steps, documents, here, item=True)
    if isinstance(place.container, list) and not (change.split and steps[0] == "streams"):
        return _in_list(change, steps, place, here)
    if change.operation == "split":
        expected = Text("une ligne d’une grille", "a row of a table")
        raise LawError([Fault(here, same(change.at), expected, same("at = \"criteria.age.points['[18, 31)']\""))])
    return _take_away(change, steps, place, here)


def _set(change: Change, steps: Address, documents: Documents, here: Text) -> Address:
    """Set a place whose value is the one expected; an empty table stands for nothing."""
    place = find(steps, documents, here)
    expected = {} if change.was is None else change.was
    before = {} if place.get() is None else place.get()
    if not alike(before, expected):
        raise LawError([_stale(here, place.get(), same(f"was = {written(plain(expected))}"))])
    if change.to == {} and isinstance(place.container, dict):
        place.container.pop(place.key, None)
    else:
        place.put(plain(change.to))
    return steps


def _add(change: Change, steps: Address, documents: Documents, here: Text) -> Address:
    """Add an item to a list, or something where there was nothing."""
    place = find(steps, documents, here)
    before = place.get()
    if isinstance(before, list) and _is_list(steps):
        place.put(_inserted(before, plain(change.add)))
    elif before is None:
        place.put(plain(change.add))
    else:
        raise LawError([_stale(here, before, Text("rien", "nothing"))])
    return steps


def _take_away(change: Change, steps: Address, place: Place, here: Text) -> Address:
    """Take away what a key of a table says: a whole criterion, a cap, a condition."""
    before = place.get()
    if before is None or (change.was is not None and not alike(before, change.was)):
        something = Text("quelque chose à retirer", "something to take away")
        raise LawError([_stale(here, before, something if change.was is None else same(f"was = {change.was}"))])
    place.container.pop(place.key)
    return steps


def _in_list(change: Change, steps: Address, place: Place, here: Text) -> Address:
    """Drop an item of a list, or split a row into several; what is reached is the whole list."""
    found = _without_label(place.get())
    if change.was is not None and not alike(found, change.was):
        raise LawError([_stale(here, found, same(f"was = {written(plain(change.was))}"))])
    place.container[place.key : place.key + 1] = plain(change.split or [])
    return (*steps[:3], "rows") if steps[0] == "criteria" else steps[:3]


def _without_label(row: Any) -> Any:  # noqa: ANN401 - a TOML value
    """Give the points of a row: one number, or one for each column."""
    return (row[1] if len(row) == 2 else row[1:]) if isinstance(row, list) else row


def _inserted(rows: list[Any], item: Any) -> list[Any]:  # noqa: ANN401 - TOML values
    """Add an item to a list: a row of an interval where it belongs, anything else at the end."""
    key = Interval.parse(item[0]) if isinstance(item, list) and item and isinstance(item[0], str) else None
    if key is None:
        return [*rows, item]
    low = key.low if key.low is not None else -(2**63)
    before = [row for row in rows if (i := Interval.parse(str(row[0]))) and (i.low is None or i.low < low)]
    return [*before, item, *[row for row in rows if row not in before]]


def _join(steps: Address, documents: Documents, where: Text) -> Address | None:
    """Enter a new criterion among the members of its group, unless a change has put it there."""
    if steps[0] != "criteria" or len(steps) != 2:
        return None
    here = Text(f"{where.fr}, {written_address(steps)}", f"{where.en}, {written_address(steps)}")
    added = documents["criteria"][steps[1]]
    group = named(documents["groups"]["group"], str(added.get("group", "")) if isinstance(added, dict) else "", here)
    if any(steps[1] in one["members"] for one in documents["groups"]["group"]):
        return None
    group["members"].append(steps[1])
    return ("groups", group["id"], "members")


def _stale(here: Text, found: Any, expected: Text) -> Fault:  # noqa: ANN401 - a TOML value
    shown = Text("rien", "nothing") if found is None else same(written(found))
    write = Text(
        "le scénario est périmé : relisez la règle de ce jour", "the scenario is stale: read the law of this day again"
    )
    return Fault(here, shown, expected, write)
