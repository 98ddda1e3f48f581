"""Attributes of a program → the fields that a candidate declares: their strict types and their JSON Schema."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from intake.messages import DAY, LONGEST_TEXT, expected
from rules.attributes import shared_columns
from rules.faults import Fault, LawError
from rules.text import Text, same

if TYPE_CHECKING:
    from rules.attributes import Attribute
    from rules.regulation import Regulation

GIVEN = ("declaration_id", "person_id", "submitted_at")  # by the bank


def declared_names(regulation: Regulation) -> tuple[str, ...]:
    """Name the attributes that a candidate declares, in the order of the law.

    All but the two numbers and the instant that the bank gives, and the descriptive columns of every program, which
    belong to impact reports, unless the law lists them itself.

    Raises:
        LawError: another attribute is an instant or must be unique, which no candidate can declare.
    """
    shared = shared_columns()
    names = tuple(n for n, a in regulation.attributes.items() if n not in GIVEN and shared.get(n) != a)
    odd = [n for n in names if regulation.attributes[n].type == "instant" or regulation.attributes[n].unique]
    if odd:
        raise LawError([_nobody_declares(name, regulation) for name in odd])
    return names


def _nobody_declares(name: str, regulation: Regulation) -> Fault:
    where = Text(f"{regulation.program}, attribut {name}", f"{regulation.program}, attribute {name}")
    found = Text("un instant, ou un numéro unique", "an instant, or a unique number")
    expected = Text("ce qu’une personne peut déclarer", "what a person can declare")
    return Fault(where, found, expected, same("submitted_at, declaration_id"))


def nullable(name: str, regulation: Regulation) -> bool:
    """Tell whether a field may be null, whatever the others say: an answer, not known, asked only of some, or a level.

    A descriptive attribute is never asked for.
    """
    attribute = regulation.attributes[name]
    asked_of_all = attribute.missing == "error" and attribute.only_when is None and name not in regulation.levels
    return attribute.descriptive or not asked_of_all


def blank(name: str, regulation: Regulation) -> str | None:
    """Give what an empty field means: the label ``none`` where an absence has that name, as in a pool, else null."""
    attribute = regulation.attributes[name]
    named = attribute.missing == "none" and "none" in attribute.labels and attribute.only_when is None
    return "none" if named else None


def real_day(value: str) -> str:
    """Take a date that exists, written ``1990-05-17`` in the figures 0 to 9; else raise ValueError."""
    if DAY.fullmatch(value) is None:
        raise ValueError(value)
    date.fromisoformat(value)
    return value


def plain_text(value: str) -> str:
    """Take one line that no spreadsheet reads as a formula; else raise ValueError."""
    seen = all(unicodedata.category(c)[0] != "C" and c not in "\u2028\u2029" for c in value)
    if not seen or not 1 <= len(value) <= LONGEST_TEXT or value != value.strip() or not value[0].isalnum():
        raise ValueError(value)
    return value


def field(name: str, regulation: Regulation) -> tuple[Any, Any]:
    """Give the type and the default of a field, as ``pydantic.create_model`` takes them. Dates stay ISO text."""
    attribute = regulation.attributes[name]
    kind, schema = _kind(name, attribute, regulation)
    free = nullable(name, regulation)
    if free:
        kind = kind | None
        schema["type"] = [schema["type"], "null"]
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    return Annotated[kind, WithJsonSchema(schema | _words(name, regulation))], None if free else ...


def _kind(name: str, attribute: Attribute, regulation: Regulation) -> tuple[Any, dict[str, Any]]:
    if attribute.type == "whole":
        low, high = attribute.interval.low or 0, (attribute.interval.high or 1) - 1
        return Annotated[int, Field(ge=low, le=high)], {"type": "integer", "minimum": low, "maximum": high}
    if attribute.type == "boolean":
        return bool, {"type": "boolean"}
    if attribute.type in ("label", "code"):
        labels = regulation.inputs[name].labels
        schema: dict[str, Any] = {"type": "string", "enum": list(labels)}
        if attribute.type == "label":
            schema["x-labels"] = {label: title.model_dump() for label, title in attribute.labels.items()}
        return Literal[labels], schema
    if attribute.type == "date":
        return Annotated[str, AfterValidator(real_day)], {"type": "string", "format": "date"}
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT}
    return Annotated[str, AfterValidator(plain_text)], schema


def _words(name: str, regulation: Regulation) -> dict[str, Any]:
    """Write the title and the description of a field in both languages, French first."""
    attribute = regulation.attributes[name]
    title, looks = attribute.title, expected(name, regulation)
    said = [f"{looks.fr[:1].upper()}{looks.fr[1:]}.", f"{looks.en[:1].upper()}{looks.en[1:]}."]
    if attribute.note is not None:
        said = [f"{said[0]} {attribute.note.fr}", f"{said[1]} {attribute.note.en}"]
    return {"title": f"{title.fr} / {title.en}", "description": " / ".join(said)}


def asked_when(regulation: Regulation) -> list[dict[str, Any]]:
    """Say in JSON Schema which fields are needed, and which must be null, by what others say."""
    gates: dict[tuple[tuple[str, Any], ...], list[str]] = {}
    for name in declared_names(regulation):
        pairs = tuple((regulation.attributes[name].only_when or {}).items())
        if pairs:
            gates.setdefault(pairs, []).append(name)
    return [schema for pairs, names in gates.items() for schema in _gate(pairs, names, regulation)]


def _gate(pairs: tuple[tuple[str, Any], ...], names: list[str], regulation: Regulation) -> list[dict[str, Any]]:
    there = {"required": [o for o, _ in pairs], "properties": {other: {"const": value} for other, value in pairs}}
    otherwise = [
        {"required": [other], "properties": {other: {"not": {"enum": [value, None]}}}} for other, value in pairs
    ]
    needed = [n for n in names if regulation.attributes[n].missing == "error" and n not in regulation.levels]
    given = {"required": needed, "properties": {name: {"not": {"type": "null"}} for name in needed}}
    empty = {"properties": {name: {"type": "null"} for name in names}}
    return [{"if": there, "then": given}, {"if": {"anyOf": otherwise}, "then": empty}]
