"""Bodies as columns: JSON read into the types that the attributes of a program say, losing nothing in silence."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from intake.faults import BankError, Fault
from rules.attributes import shared_columns
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from rules.attributes import Attribute

SMALL = 2**15
READ: dict[str, type[pl.DataType]] = {"whole": pl.Int64, "boolean": pl.Boolean, "date": pl.Date}
BANKS_OWN = {"declaration_id", "person_id", "submitted_at"}
EXAMPLES = 5


def values(bodies: Sequence[bytes], declarations: Sequence[str], attributes: Mapping[str, Attribute]) -> pl.DataFrame:
    """Give one row a body, in order; what a body does not say is null. See ``typed`` for what comes next.

    Columns: every attribute but those that the bank itself knows, and the descriptive ones of every program unless the
    law lists them itself; then, as text, what some body says that is none of them.

    Raises:
        BankError: bodies hold what their attributes cannot, with the ``declarations`` that do.
    """
    declared = _declared(attributes)
    schema = {name: READ.get(a.type, pl.String)() for name, a in declared.items()}
    if not bodies:
        return pl.DataFrame(schema=schema)
    text = b"\n".join(bodies)
    frame = _read(text, bodies, declarations, declared, schema)
    # A colon follows each name: where there are no more of them than values read and nulls, nothing else is said.
    count = frame.height * frame.width - sum(frame.null_count().row(0))
    if text.count(b":") - text.count(b":null") == count:
        return frame
    strangers, known = _strangers(bodies, declared)
    if known != count:
        raise BankError(_unreadable(bodies, declarations, declared))
    return frame.with_columns(strangers)


def typed(frame: pl.DataFrame, attributes: Mapping[str, Attribute]) -> pl.DataFrame:
    """Give the columns of ``values`` the types that their attributes say; null is ``none`` where that is the answer.

    A label that the program does not have any more leaves its column text, and a number beyond its bounds leaves it
    wide enough: the check of the pool then names them. Codes are text: their lists change, and the check of the pool
    has that of the day.
    """
    return frame.with_columns([_typed(frame[name], a) for name, a in _declared(attributes).items()])


def _declared(attributes: Mapping[str, Attribute]) -> dict[str, Attribute]:
    shared = shared_columns()
    return {name: a for name, a in attributes.items() if name not in BANKS_OWN and shared.get(name) != a}


def _read(
    text: bytes,
    bodies: Sequence[bytes],
    declarations: Sequence[str],
    declared: Mapping[str, Attribute],
    schema: Mapping[str, pl.DataType],
) -> pl.DataFrame:
    try:
        frame = pl.read_ndjson(text, schema=schema)
    except pl.exceptions.PolarsError:
        raise BankError(_unreadable(bodies, declarations, declared)) from None
    if frame.height != len(bodies):
        raise BankError(_unreadable(bodies, declarations, declared))
    return frame


def _strangers(bodies: Sequence[bytes], declared: Mapping[str, Attribute]) -> tuple[list[pl.Series], int]:
    """Give what bodies say that is no attribute, as text; and how many values they say that are."""
    read: list[dict[str, Any]] = [json.loads(body) for body in bodies]
    names = sorted({name for one in read for name in one if name not in declared})
    known = sum(value is not None and name in declared for one in read for name, value in one.items())
    return [pl.Series(name, [_as_text(one.get(name)) for one in read], dtype=pl.String) for name in names], known


def _as_text(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _typed(column: pl.Series, attribute: Attribute) -> pl.Series:
    if attribute.type == "whole":
        bounds = attribute.interval
        small = (bounds.low or 0) >= -SMALL and (bounds.high or 0) <= SMALL
        wanted = pl.Int16 if small and _within(column, SMALL) else pl.Int32 if _within(column, 2**31) else pl.Int64
        return column.cast(wanted)
    if attribute.type != "label":
        return column
    if attribute.missing == "none" and "none" in attribute.labels and attribute.only_when is None:
        column = column.fill_null("none")
    known = column.is_in(list(attribute.labels)) | column.is_null()
    return column.cast(pl.Enum(list(attribute.labels))) if known.all() else column


def _within(column: pl.Series, bound: int) -> bool:
    low, high = column.min(), column.max()
    return not isinstance(low, int) or not isinstance(high, int) or (-bound <= low and high < bound)


def _unreadable(bodies: Sequence[bytes], declarations: Sequence[str], declared: Mapping[str, Attribute]) -> list[Fault]:
    """Name, by attribute, the declarations whose body holds what the attribute cannot."""
    found: dict[str, list[str]] = {}
    for body, declaration in zip(bodies, declarations, strict=True):
        for name in _wrong(body, declared):
            found.setdefault(name, []).append(declaration)
    return [_fault(name, those, declared) for name, those in found.items()] or [
        _fault("", list(declarations), declared)
    ]


def _wrong(body: bytes, declared: Mapping[str, Attribute]) -> list[str]:
    try:
        read = json.loads(body)
    except ValueError:
        return [""]
    if not isinstance(read, dict):
        return [""]
    return [name for name, a in declared.items() if read.get(name) is not None and not HELD[a.type](read[name])]


def _whole(value: object) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == len("1990-02-03") and date.fromisoformat(value) is not None
    except ValueError:
        return False


def _words(value: object) -> bool:
    return isinstance(value, str)


HELD: dict[str, Callable[[object], bool]] = {
    "whole": _whole,
    "boolean": lambda value: type(value) is bool,
    "date": _day,
    "label": _words,
    "code": _words,
    "text": _words,
    "instant": _words,
}
KINDS = {
    "whole": Text("un nombre entier", "a whole number"),
    "boolean": same("true / false"),
    "date": Text("une date qui existe, AAAA-MM-JJ", "a date that exists, YYYY-MM-DD"),
}


def _fault(name: str, those: list[str], declared: Mapping[str, Attribute]) -> Fault:
    where = Text(f"corps, {name}", f"bodies, {name}") if name else Text("corps", "bodies")
    kind = (
        KINDS.get(declared[name].type, Text("un texte", "a text")) if name else Text("un objet JSON", "a JSON object")
    )
    many = len(those)
    return Fault(
        where,
        Text(f"autre chose ; déclarations : {many}", f"something else; declarations: {many}"),
        kind,
        Text(
            "tirage intake verify --bank FICHIER : le corps a-t-il changé depuis son dépôt ?",
            "tirage intake verify --bank FILE: has the body changed since its deposit?",
        ),
        count=many,
        examples=tuple(those[:EXAMPLES]),
    )
