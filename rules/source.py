"""TOML and CSV files → models, strictly: an unknown or missing key is an error that says what to write."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from rules.citation import Strict
from rules.faults import Fault, LawError, meant
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

LARGEST_FILE = 4 * 2**20

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
    "less_than_equal": Text("un nombre d’au plus {le}", "a number of at most {le}"),
    "too_long": Text("au plus {max_length} éléments", "at most {max_length} items"),
    "greater_than_equal": Text("un nombre d’au moins {ge}", "a number of at least {ge}"),
    "int_type": Text("un nombre entier", "a whole number"),
    "list_type": Text("une liste [ … ]", "a list [ … ]"),
    "model_type": Text("une table { … }", "a table { … }"),
    "string_too_short": Text("un texte non vide", "a text that is not empty"),
    "string_type": Text("un texte entre guillemets", "a text in quotes"),
    "too_short": Text("au moins un élément", "at least one item"),
    "tuple_type": Text("une liste [ … ]", "a list [ … ]"),
}

EXPECTED_AT = {
    "stream": Text("un volet entre guillemets, ou une liste de volets", "a stream in quotes, or a list of streams"),
}

M = TypeVar("M", bound=Strict)


def read_bytes(path: Path, name: str) -> bytes:
    """Read a law file, refusing one that is missing or larger than any law."""
    if not path.is_file():
        raise LawError(
            [
                Fault(
                    same(name),
                    Text("aucun fichier", "no file"),
                    Text("un fichier de règles", "a law file"),
                    Text(f"créez {name}", f"create {name}"),
                )
            ]
        )
    size = path.stat().st_size
    if size > LARGEST_FILE:
        raise LawError(
            [
                Fault(
                    same(name),
                    Text(f"{size:,} octets".replace(",", " "), f"{size:,} bytes"),
                    Text(f"au plus {LARGEST_FILE // 2**20} Mio", f"at most {LARGEST_FILE // 2**20} MiB"),
                    Text("une longue liste va dans lists/*.csv", "a long list goes to lists/*.csv"),
                )
            ]
        )
    return path.read_bytes()


def read_text(path: Path, name: str) -> str:
    """Read a law file as UTF-8."""
    content = read_bytes(path, name)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise LawError(
            [
                Fault(
                    Text(f"{name}, ligne {line}", f"{name}, line {line}"),
                    Text(f"l’octet 0x{content[error.start]:02x}", f"the byte 0x{content[error.start]:02x}"),
                    Text("un texte en UTF-8", "text in UTF-8"),
                    Text("enregistrez le fichier en UTF-8", "save the file as UTF-8"),
                )
            ]
        ) from None


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """Read a TOML file; a syntax error or a key written twice becomes a fault with its line."""
    text = read_text(path, name)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LawError([_not_toml(str(error), name)]) from None
    except (RecursionError, ValueError):
        found = Text(
            "un nombre trop long, ou trop de niveaux imbriqués", "a number too long, or too many nested levels"
        )
        expected = Text("une règle qu’une personne peut lire", "a law that a person can read")
        raise LawError(
            [Fault(same(name), found, expected, Text("simplifiez le fichier", "simplify the file"))]
        ) from None


def _not_toml(message: str, name: str) -> Fault:
    """Say where a file stops being TOML; the parser's own words are kept only where we have none."""
    place = re.search(r"at line (\d+)", message)
    line = place.group(1) if place else "1"
    where = Text(f"{name}, ligne {line}", f"{name}, line {line}")
    found = Text(f"ce qui n’est pas du TOML ({message})", f"what is not TOML ({message})")
    if message.startswith(("Cannot overwrite", "Cannot declare")):
        found = Text("une clé écrite deux fois", "a key written twice")
    expected = Text("du TOML valide, chaque clé une seule fois", "valid TOML, each key only once")
    return Fault(where, found, expected, Text("corrigez la ligne nommée", "mend the line named"))


def read_rows(path: Path, name: str) -> list[dict[str, str]]:
    """Read a CSV list as text; every row must have as many cells as the heading."""
    reader = csv.reader(io.StringIO(read_text(path, name)))
    heading = next(reader, [])
    twice = sorted({name for name in heading if heading.count(name) > 1})
    if twice:
        found = Text(f"la colonne « {twice[0]} » deux fois", f"the column “{twice[0]}” twice")
        expected = Text("chaque colonne une seule fois", "each column only once")
        write = Text("renommez ou retirez l’une des deux", "rename one of the two, or take it out")
        raise LawError([Fault(same(name), found, expected, write)])
    rows, faults = [], []
    for cells in reader:
        if len(cells) == len(heading):
            rows.append(dict(zip(heading, cells, strict=True)))
            continue
        faults.append(
            Fault(
                Text(f"{name}, ligne {reader.line_num}", f"{name}, line {reader.line_num}"),
                Text(f"{len(cells)} cellules", f"{len(cells)} cells"),
                Text(f"{len(heading)} cellules : {', '.join(heading)}", f"{len(heading)} cells: {', '.join(heading)}"),
                Text("une cellule par colonne", "one cell a column"),
            )
        )
    if faults:
        raise LawError(faults)
    return rows


def build(model: type[M], data: dict[str, Any], name: str) -> M:
    """Make a model of what a file says, or raise a LawError with one fault for each thing wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise LawError([_fault(detail, data, model, name) for detail in _first(error)]) from None


def _first(error: ValidationError) -> list[ErrorDetails]:
    """Leave out a list said to be too short only because something inside it is wrong."""
    details = error.errors(include_url=False)
    places = [detail["loc"] for detail in details]
    return [
        detail
        for detail in details
        if detail["type"] != "too_short"
        or not any(len(place) > len(detail["loc"]) and place[: len(detail["loc"])] == detail["loc"] for place in places)
    ]


def _fault(detail: ErrorDetails, data: dict[str, Any], model: type[Strict], name: str) -> Fault:
    key = str(detail["loc"][-1]) if detail["loc"] else ""
    where = place(name, data, detail["loc"])
    write = same(EXAMPLES.get(key, f"{key} = …"))
    if detail["type"] == "missing":
        expected = Text(f"la clé « {key} »", f"the key “{key}”")
        return Fault(where, Text("clé absente", "key missing"), expected, write)
    if detail["type"] == "extra_forbidden":
        known = _keys(model, detail["loc"][:-1])
        expected = Text(f"une des clés : {', '.join(known)}", f"one of the keys: {', '.join(known)}")
        unknown = Text(f"la clé inconnue « {key} »", f"the unknown key “{key}”")
        return Fault(where, unknown, expected, meant(key, known))
    if detail["type"] == "literal_error":
        write = same(f"{key} = {_choices(detail)[0]}".replace("'", '"'))
    if detail["type"] == "string_type" and isinstance(detail["input"], (int, float)):
        write = same(f'{key} = "{detail["input"]}"')
    return Fault(where, same(written(detail["input"])[:80]), EXPECTED_AT.get(key) or _expected(detail), write)


def written(value: object) -> str:
    """Write a value as TOML does."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {written(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else value.isoformat() if hasattr(value, "isoformat") else str(value)


def _expected(detail: ErrorDetails) -> Text:
    limits = detail.get("ctx", {})
    if detail["type"] in ("literal_error", "enum"):
        choices = ", ".join(_choices(detail))
        return Text(f"l’un de : {choices}", f"one of: {choices}")
    text = EXPECTED.get(detail["type"], same(detail["msg"]))
    for name, limit in limits.items():
        text = Text(*(part.replace(f"{{{name}}}", str(limit)) for part in text))
    return text


def _choices(detail: ErrorDetails) -> list[str]:
    return str(detail.get("ctx", {}).get("expected", "")).replace(" or ", ", ").split(", ")


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


def place(name: str, data: Any, loc: tuple[int | str, ...]) -> Text:  # noqa: ANN401 - a parsed TOML value
    """Name the file, the version and the keys that lead to a value."""
    version, keys, current = "", [], data
    for step in loc:
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            current = None
        if isinstance(current, dict) and "in_force" in current and not version:
            version = str(current["in_force"])
        name_of_item = current.get("id") if isinstance(current, dict) and isinstance(step, int) else None
        keys.append(str(name_of_item or (step + 1 if isinstance(step, int) else step)))
    path = ".".join(keys)
    fr = [name, *([f"version du {version}"] if version else []), *([f"clé {path}"] if path else [])]
    en = [name, *([f"version of {version}"] if version else []), *([f"key {path}"] if path else [])]
    return Text(", ".join(fr), ", ".join(en))
