"""What an amendment changed: two regulations compared place by place, old → new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.bounds import beyond
from rules.dates import in_force
from rules.text import Text, same
from rules.titles import AFTER, RETURNS, condition, how_words, input_title, order_words, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rules.citation import Cite
    from rules.criteria import Criterion
    from rules.dates import Dated
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.tables import Cap, Table

CRITERION = Text("critère", "criterion")
REPEALED = Text("critère abrogé", "criterion repealed")
NEW = Text("critère nouveau", "new criterion")
PARTS = ("criteria", "groups", "streams", "categories", "labels", "order", "lifecycle")


@dataclass(frozen=True)
class Difference:
    """One place where two laws differ. ``at`` is its address, as a scenario writes it; None stands for nothing.

    ``source`` is the provision behind the new state; None where the law cites none, as for a repeal without source.
    """

    at: str
    title: Text
    place: Text
    before: Text | None
    after: Text | None
    source: Cite | None = None


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
    for at in _in_order(dict.fromkeys([*old, *new])):
        one, other = old.get(at), new.get(at)
        if one is None or other is None or one.value != other.value:
            known = one or other
            assert known is not None  # noqa: S101 - narrows the type
            place = known.place if known.place != CRITERION else (REPEALED if one else NEW)
            values = (one.value if one else None, other.value if other else None)
            found.append(Difference(at, known.title, place, *values, _source(at, after)))
    return found


def _in_order(places: Iterable[str]) -> list[str]:
    """Put the places of one part of the law together, in the order in which the parts are first met."""
    heads = {at: (*at.split("."), "")[:2] for at in places}
    first = {head: position for position, head in reversed(list(enumerate(heads.values())))}
    return sorted(heads, key=lambda at: (PARTS.index(heads[at][0]), first[heads[at]]))


def _source(at: str, after: Regulation) -> Cite | None:
    """Find the provision behind what a law says at a place, or behind its no longer saying anything there."""
    kind, part, *rest = *at.split("."), ""
    if kind == "criteria":
        criterion = next((one for one in after.criteria if one.id == part), None)
        if criterion is None:
            return None
        return criterion.source.cite if criterion.source else criterion.repeal
    if kind == "streams":
        asked = [one for stream in after.streams if stream.id == part for one in stream.requirements]
        found = next((one.cite for one in asked if one.id in rest), None)
        return found or _cite(after.sources.streams.version, after)
    named = after.sources.categories.version
    versions = {"groups": after.sources.groups.version, "order": after.source.ranking}
    versions |= {"categories": named, "labels": named}
    return _cite(versions.get(kind, after.source.lifecycle), after)


def _cite(versions: Sequence[Dated], regulation: Regulation) -> Cite | None:
    version: Dated | None = in_force(versions, regulation.day)
    return None if version is None else version.cite


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
    for category in regulation.categories:
        words = Text(*(condition(category.where, regulation, lang) for lang in ("fr", "en")))
        title = Text("Catégories de rondes", "Categories of rounds")
        said[f"categories.{category.id}.where"] = Said(title, category.title, words)
    if regulation.labels:
        names = Text(*(" > ".join(label.title.to(lang) for label in regulation.labels) for lang in ("fr", "en")))
        place = Text("ordre des catégories d’immigration", "order of classes")
        said["labels"] = Said(Text("Ordre et délais", "Order and delays"), place, names)
    title = Text("Ordre et délais", "Order and delays")
    said["order"] = Said(title, Text("ordre", "order"), order_words(regulation.order))
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
    if source.source is not None:
        said[f"criteria.{source.id}"] = Said(source.title, CRITERION, Text("en vigueur", "in force"))
    for table in source.tables:
        said |= _table(source, table, regulation)
    said |= _caps(f"criteria.{source.id}", source, regulation)
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


def _caps(at: str, source: Criterion | Group, regulation: Regulation) -> dict[str, Said]:
    cap, announced = Text("plafond", "cap"), Text("maximum annoncé", "announced maximum")
    said = {} if source.cap is None else _cap(f"{at}.cap", source.title, cap, source.cap, regulation)
    if source.announced is not None:
        said |= _cap(f"{at}.announced_maximum", source.title, announced, source.announced, regulation)
    return said


def _cap(at: str, title: Text, words: Text, cap: Cap, regulation: Regulation) -> dict[str, Said]:
    if cap.input is None:
        return {at: Said(title, words, same(str(cap.points[0])))}
    name = input_title(cap.input, regulation)
    said = {}
    for key, points in zip(cap.columns, cap.points, strict=True):
        value = shown(key, cap.input, regulation)
        place = Text(f"{words.fr} ; {name.fr} : {value.fr}", f"{words.en}; {name.en}: {value.en}")
        said[f"{at}['{value.en}']"] = Said(title, place, same(str(points)))
    return said


def _group(source: Group, regulation: Regulation) -> dict[str, Said]:
    members = Text(
        ", ".join(regulation.parts[member].title.fr for member in source.members),
        ", ".join(regulation.parts[member].title.en for member in source.members),
    )
    said = {f"groups.{source.id}.members": Said(source.title, Text("membres", "members"), members)}
    said[f"groups.{source.id}.how"] = Said(source.title, Text("calcul", "how"), how_words(source.how))
    return said | _caps(f"groups.{source.id}", source, regulation)
