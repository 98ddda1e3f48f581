"""What an amendment changed: two regulations compared place by place, old → new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.bounds import beyond
from rules.text import Text, same
from rules.titles import AFTER, RETURNS, condition, input_title, shown

if TYPE_CHECKING:
    from rules.criteria import Criterion
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.tables import Cap, Table


@dataclass(frozen=True)
class Difference:
    """One place where two laws differ. ``at`` is its address, as a scenario writes it; None stands for nothing."""

    at: str
    title: Text
    place: Text
    before: Text | None
    after: Text | None


@dataclass(frozen=True)
class Said:
    """What a law says at one place."""

    title: Text
    place: Text
    value: Text


def differences(before: Regulation, after: Regulation) -> list[Difference]:
    """Compare two regulations of a program: criteria, groups, streams, order, lifecycle, in that order."""
    old, new = said_by(before), said_by(after)
    found = []
    for at in dict.fromkeys([*old, *new]):
        one, other = old.get(at), new.get(at)
        if one is None or other is None or one.value != other.value:
            known = one or other
            assert known is not None  # noqa: S101 - narrows the type
            values = (one.value if one else None, other.value if other else None)
            found.append(Difference(at, known.title, known.place, *values))
    return found


def said_by(regulation: Regulation) -> dict[str, Said]:
    """Give all that a law says, by address."""
    said: dict[str, Said] = {}
    for criterion in regulation.criteria:
        said |= _criterion(criterion, regulation)
    for group in regulation.groups:
        said |= _group(group, regulation)
    for stream in regulation.streams:
        for requirement in stream.requirements:
            words = Text(*(condition(requirement.where, regulation, lang) for lang in ("fr", "en")))
            at = f"streams.{stream.id}.requirements.{requirement.id}.where"
            said[at] = Said(stream.title, requirement.title, words)
    order = ", ".join(f"{item.key} {item.direction}" for item in regulation.order)
    title = Text("Ordre et délais", "Order and delays")
    said["order"] = Said(title, Text("ordre", "order"), same(order))
    life = regulation.lifecycle
    said["lifecycle.validity_months"] = Said(
        title, Text("validité, mois", "validity, months"), _time(life.validity_months)
    )
    said["lifecycle.answer_days"] = Said(title, Text("réponse, jours", "answer, days"), _time(life.answer_days))
    for key, words in AFTER.items():
        said[f"lifecycle.{key}"] = Said(title, words, RETURNS[getattr(life, key)])
    return said


def _time(count: int | None) -> Text:
    return Text("inconnu", "unknown") if count is None else same(str(count))


def _criterion(source: Criterion, regulation: Regulation) -> dict[str, Said]:
    said: dict[str, Said] = {}
    for table in source.tables:
        said |= _table(source, table, regulation)
    if source.cap is not None:
        said |= _cap(f"criteria.{source.id}.cap", source.title, source.cap, regulation)
    if source.applies_when.options:
        words = Text(*(condition(source.applies_when, regulation, lang) for lang in ("fr", "en")))
        said[f"criteria.{source.id}.applies_when"] = Said(source.title, Text("seulement si", "only if"), words)
    return said


def _table(source: Criterion, table: Table, regulation: Regulation) -> dict[str, Said]:
    said = {}
    for row, key in enumerate(table.rows.keys):
        label = shown(key, table.row_inputs[0], regulation)
        for column in range(len(table.points[row])):
            place = label
            at = f"criteria.{source.id}.{table.id}['{table.rows.name(row)}']"
            if table.columns is not None and table.column_input is not None:
                over = input_title(table.column_input, regulation)
                value = shown(table.columns.keys[column], table.column_input, regulation)
                place = Text(f"{label.fr} ; {over.fr} : {value.fr}", f"{label.en}; {over.en}: {value.en}")
                at += f"['{table.columns.name(column)}']"
            said[at] = Said(source.title, place, same(str(table.points[row][column])))
    if beyond(table.rows):
        place = Text("hors des bornes", "outside the range")
        said[f"criteria.{source.id}.{table.id}.outside"] = Said(source.title, place, same(str(table.outside)))
    return said


def _cap(at: str, title: Text, cap: Cap, regulation: Regulation) -> dict[str, Said]:
    if cap.input is None:
        return {at: Said(title, Text("plafond", "cap"), same(str(cap.points[0])))}
    name = input_title(cap.input, regulation)
    said = {}
    for key, points in zip(cap.columns, cap.points, strict=True):
        value = shown(key, cap.input, regulation)
        place = Text(f"plafond ; {name.fr} : {value.fr}", f"cap; {name.en}: {value.en}")
        said[f"{at}['{value.en}']"] = Said(title, place, same(str(points)))
    return said


def _group(source: Group, regulation: Regulation) -> dict[str, Said]:
    members = Text(
        ", ".join(regulation.parts[member].title.fr for member in source.members),
        ", ".join(regulation.parts[member].title.en for member in source.members),
    )
    said = {f"groups.{source.id}.members": Said(source.title, Text("membres", "members"), members)}
    if source.cap is not None:
        said |= _cap(f"groups.{source.id}.cap", source.title, source.cap, regulation)
    return said
