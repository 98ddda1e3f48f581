"""What was typed in the pages of the form → JSON values, and back. Nothing is guessed.

What cannot be read stays as it was typed, and fails in ``intake.models.check``, which says why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from intake.fields import declared_names
from intake.messages import DAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.attributes import Kind
    from rules.regulation import Regulation

PARTS = ("year", "month", "day")
WHOLE = re.compile(r"-?[0-9]{1,9}")
PART_OF_DAY = tuple(re.compile(shape) for shape in ("[0-9]{4}", "[0-9]{1,2}", "[0-9]{1,2}"))
WORDS = {"true": True, "oui": True, "yes": True, "false": False, "non": False, "no": False}
INVISIBLE = "\u200b\u200e\u200f\u2060\ufeff"  # that copying leaves around a word, and nobody sees


def typed(form: Mapping[str, str], regulation: Regulation) -> dict[str, Any]:
    """Read what was typed: one JSON value for each field that a candidate declares, in the order of the law.

    Spaces around are dropped, no-break ones too. Empty, or absent: None. Whole numbers are written in the figures 0 to
    9; yes and no as ``true``, ``oui``, ``yes``, ``false``, ``non`` or ``no``, whatever the case; a date as
    ``1990-05-17``, or in three fields: ``birth_date_year``, ``birth_date_month``, ``birth_date_day``, which come first.
    Other fields of the form are left alone.
    """
    return {name: _read(name, regulation.attributes[name].type, form) for name in declared_names(regulation)}


def shown(values: Mapping[str, Any], regulation: Regulation) -> dict[str, str]:
    """Give what the fields of the form show for JSON values, so that reading it gives the same values.

    A date is given whole and in its three fields; null, and what is absent, as an empty field.
    """
    fields: dict[str, str] = {}
    for name in declared_names(regulation):
        fields[name] = written = _written(values.get(name))
        if regulation.attributes[name].type == "date" and (not written or DAY.fullmatch(written)):
            parts = written.split("-") if written else [""] * len(PARTS)
            fields |= {f"{name}_{part}": said for part, said in zip(PARTS, parts, strict=True)}
    return fields


def trimmed(text: str) -> str:
    """Drop the spaces around a text, and what is invisible."""
    before = None
    while before != text:
        before, text = text, text.strip().strip(INVISIBLE)
    return text


def _read(name: str, kind: Kind, form: Mapping[str, str]) -> Any:  # noqa: ANN401 - a JSON value
    if kind == "date" and any(f"{name}_{part}" in form for part in PARTS):
        text = _day([trimmed(form.get(f"{name}_{part}", "")) for part in PARTS])
    else:
        text = trimmed(form.get(name, ""))
    if kind == "whole" and WHOLE.fullmatch(text):
        return int(text)
    if kind == "boolean":
        return WORDS.get(text.lower(), text or None)
    return text or None


def _day(parts: list[str]) -> str:
    """Put a date together; what is missing or cannot be read of it shows."""
    if all(shape.fullmatch(part) for shape, part in zip(PART_OF_DAY, parts, strict=True)):
        year, month, day = parts
        return f"{year}-{month:0>2}-{day:0>2}"
    return "-".join(part or "?" for part in parts) if any(parts) else ""


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
