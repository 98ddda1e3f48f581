"""Wording: what a person reads when a model refuses what a file says, instead of the sentences of pydantic."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from rules.faults import Fault, meant
from rules.text import Text, same

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from rules.citation import Strict

LONGEST = 80
NAMES = (str, int, float)  # an id is a text, or was meant to be one

EXAMPLES = {
    "act": 'act = "…"',
    "applies_when": "applies_when = { accompanying_spouse = true }",
    "begins": "begins = 2025-07-02",
    "cap": 'cap = 50, or cap = { input = "accompanying_spouse", columns = [false, true], points = [24, 22] }',
    "certainty": 'certainty = "two transcriptions"',
    "cite": 'cite = { act = "…", provision = "…", published = 2025-07-02, url = "…", read_on = 2026-11-24, '
    'certainty = "…", provision_checked = false }',
    "en": 'title = { fr = "…", en = "…" }',
    "fr": 'title = { fr = "…", en = "…" }',
    "how": 'how = "sum"',
    "id": 'id = "points"',
    "in_force": "in_force = 2025-07-02",
    "law_on": "law_on = 2026-04-30",
    "extracted_at": "extracted_at = 2026-04-27T06:30:00-04:00",
    "mechanism": 'mechanism = "count"',
    "members": 'members = ["age", "education"]',
    "outside": "outside = 0",
    "program": 'program = "quebec/pstq"',
    "provision": 'provision = "…"',
    "provision_checked": "provision_checked = false",
    "by": 'by = "main_occupation"',
    "carried": "carried = true",
    "kind": 'kind = "hard"',
    "leftover": 'leftover = "unfilled"',
    "method": 'method = "sainte_lague"',
    "percent": "percent = 20",
    "protocol": 'protocol = "beacon"',
    "provenance": 'provenance = { fr = "…", en = "…" }',
    "published": "published = 2025-07-02",
    "read_on": "read_on = 2026-11-24",
    "ranking": '[[ranking]] in_force = 2025-07-02, order = [{ key = "score", direction = "descending" }]',
    "lifecycle": "[[lifecycle]] in_force = 2025-07-02, validity_months = 12, answer_days = 60",
    "row_input": 'row_input = "age"',
    "requirement": "[[version.stream.requirement]]",
    "rows": 'rows = [["[18, 31)", 120, 100]]',
    "selection": "[[selection]]",
    "size": "size = 354",
    "stream": 'stream = "1"',
    "ties": 'ties = "key"',
    "title": 'title = { fr = "…", en = "…" }',
    "url": 'url = "https://…"',
    "where": "where = { staying_in_quebec = true }",
}

EXPECTED = {
    "bool_type": Text("true ou false, sans guillemets", "true or false, without quotes"),
    "date_type": Text("une date sans guillemets : 2025-07-02", "a date without quotes: 2025-07-02"),
    "datetime_type": Text(
        "un instant avec décalage, sans guillemets : 2026-04-27T06:30:00-04:00",
        "an instant with its offset, without quotes: 2026-04-27T06:30:00-04:00",
    ),
    "timezone_aware": Text(
        "un instant avec décalage : 2026-04-27T06:30:00-04:00", "an instant with its offset: 2026-04-27T06:30:00-04:00"
    ),
    "dict_type": Text("une table { … }", "a table { … }"),
    "greater_than_equal": Text("un nombre d’au moins {limit}", "a number of at least {limit}"),
    "less_than_equal": Text("un nombre d’au plus {limit}", "a number of at most {limit}"),
    "int_type": Text("un nombre entier", "a whole number"),
    "list_type": Text("une liste [ … ]", "a list [ … ]"),
    "model_type": Text("une table { … }", "a table { … }"),
    "string_too_short": Text("un texte non vide", "a text that is not empty"),
    "string_type": Text("un texte entre guillemets", "a text in quotes"),
    "too_long": Text("au plus {limit} éléments", "at most {limit} items"),
    "too_short": Text("au moins un élément", "at least one item"),
    "tuple_type": Text("une liste [ … ]", "a list [ … ]"),
}

OTHERWISE = Text("une autre valeur", "another value")

EXPECTED_AT = {
    "stream": Text("un volet entre guillemets, ou une liste de volets", "a stream in quotes, or a list of streams"),
}


def fault_of(details: list[ErrorDetails], data: Any, model: type[Strict], name: str) -> Fault:  # noqa: ANN401
    """Say what is wrong at one place of a file, in the words of the law: ``details`` are what pydantic says of it."""
    detail = details[0]
    loc, kind = detail["loc"], detail["type"]
    keys = [step for step in loc if isinstance(step, str)]
    key = keys[-1] if keys else ""
    where = _place(name, data, loc)
    write = same(EXAMPLES.get(key, f"{key} = {_limit(detail)}" if key else f"[{name.rpartition(', ')[2]}]"))
    if kind == "missing":
        expected = Text(f"la clé « {key} »", f"the key “{key}”")
        return Fault(where, Text("clé absente", "key missing"), expected, write)
    if kind == "extra_forbidden":
        known = _keys(model, loc[:-1])
        expected = Text(f"une des clés : {', '.join(known)}", f"one of the keys: {', '.join(known)}")
        unknown = Text(f"la clé inconnue « {key} »", f"the unknown key “{key}”")
        return Fault(where, unknown, expected, meant(key, known))
    if kind == "literal_error":
        write = same(f"{key} = {_choices(detail)[0]}")
    if kind == "string_type" and type(detail["input"]) in (int, float):
        write = same(f'{key} = "{detail["input"]}"')
    if kind in ("tuple_type", "list_type") and isinstance(detail["input"], dict):
        write = same(f"[[{'.'.join(keys)}]]")
    return Fault(where, _found(detail["input"]), EXPECTED_AT.get(key) or _expected(details), write)


def _found(value: object) -> Text:
    """Write a value as TOML does, cut where it gets long."""
    text = written(value)
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return EXPECTED["dict_type"] if isinstance(value, dict) else same(short)


def written(value: object) -> str:
    """Write a value as TOML does."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple, range)):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _expected(details: list[ErrorDetails]) -> Text:
    """Say what a place may hold: one thing, or one of two."""
    texts = dict.fromkeys(_expected_one(detail) for detail in details)
    return Text(", ou ".join(text.fr for text in texts), ", or ".join(text.en for text in texts))


def _expected_one(detail: ErrorDetails) -> Text:
    if detail["type"] in ("literal_error", "enum"):
        choices = ", ".join(_choices(detail))
        return Text(f"l’un de : {choices}", f"one of: {choices}")
    text = EXPECTED.get(detail["type"], OTHERWISE)
    return Text(*(part.replace("{limit}", str(_limit(detail))) for part in text))


def _limit(detail: ErrorDetails) -> object:
    """Give the limit that a number is beyond; dots where there is none."""
    limits = detail.get("ctx", {})
    return limits.get("ge", limits.get("le", limits.get("max_length", "…")))


def _choices(detail: ErrorDetails) -> list[str]:
    said = str(detail.get("ctx", {}).get("expected", ""))
    return said.replace("'", '"').replace(" or ", ", ").split(", ")


def _keys(model: type[Strict], loc: tuple[int | str, ...]) -> list[str]:
    """Names of the keys that the model at ``loc`` knows."""
    current: Any = model
    for step in loc:
        if isinstance(step, str) and step in getattr(current, "model_fields", {}):
            current = _model_inside(current.model_fields[step].annotation)
    return list(getattr(current, "model_fields", {}))


def _model_inside(annotation: Any) -> Any:  # noqa: ANN401 - a type annotation has no type
    if hasattr(annotation, "model_fields"):
        return annotation
    inner = [_model_inside(part) for part in getattr(annotation, "__args__", ())]
    return next((part for part in inner if part is not None), None)


def _place(name: str, data: Any, loc: tuple[int | str, ...]) -> Text:  # noqa: ANN401 - a parsed TOML value
    """Name the file, the version and the keys that lead to a value."""
    version, keys, current = "", [], data
    for step in loc:
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            current = None
        inside = current if isinstance(current, dict) else {}
        if isinstance(inside.get("in_force"), (date, str)) and not version:
            version = str(inside["in_force"])
        name_of_item = inside.get("id") if isinstance(step, int) and type(inside.get("id")) in NAMES else None
        keys.append(str(name_of_item or (step + 1 if isinstance(step, int) else step)))
    where = same(name)
    if version:
        where = where.inside(f"version du {version}", f"version of {version}")
    return where.inside(f"clé {'.'.join(keys)}", f"key {'.'.join(keys)}") if keys else where
