"""TOML and CSV files → models, strictly: an unknown or missing key is an error that says what to write."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from rules.citation import Strict
from rules.faults import Fault, LawError, meant
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

LARGEST_FILE = 4 * 2**20
LONGEST = 80

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
    "too_short": Text("au moins un élément", "at least one item"),
    "tuple_type": Text("une liste [ … ]", "a list [ … ]"),
}

OTHERWISE = Text("une autre valeur", "another value")

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
    if content.startswith(BOM_UTF8):
        found = Text("un indicateur d’ordre des octets (BOM)", "a byte order mark (BOM)")
        expected = Text("un texte en UTF-8, sans cet indicateur", "text in UTF-8, without that mark")
        write = Text("enregistrez le fichier en UTF-8 sans BOM", "save the file as UTF-8 without BOM")
        raise LawError([Fault(same(name), found, expected, write)])
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
    except (RecursionError, ValueError) as error:
        deep = isinstance(error, RecursionError)
        found = (
            Text("trop de niveaux imbriqués", "too many nested levels")
            if deep
            else Text("un nombre trop long", "a number too long")
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


def build(model: type[M], data: Any, name: str) -> M:  # noqa: ANN401 - a parsed TOML value
    """Make a model of what a file says, or raise a LawError with one fault for each place where it is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise LawError([_fault(details, data, model, name) for details in _by_place(error, data)]) from None


def build_each(model: type[M], data: dict[str, Any], name: str) -> dict[str, M]:
    """Make a model of each table of a file, or raise the faults of all of them."""
    built: dict[str, M] = {}
    faults: list[Fault] = []
    for key, value in data.items():
        try:
            built[key] = build(model, value, f"{name}, {key}")
        except LawError as error:
            faults += error.faults
    if faults:
        raise LawError(faults)
    return built


def _by_place(error: ValidationError, data: Any) -> list[list[ErrorDetails]]:  # noqa: ANN401 - a parsed TOML value
    """Put together what is said of one place, as for a key of two types; leave out places that hold another."""
    places: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        loc = _steps(detail, data)
        places.setdefault(loc, []).append({**detail, "loc": loc})
    return [
        details
        for loc, details in places.items()
        if not any(len(other) > len(loc) and other[: len(loc)] == loc for other in places)
    ]


def _steps(detail: ErrorDetails, data: Any) -> tuple[int | str, ...]:  # noqa: ANN401 - a parsed TOML value
    """Give the keys of the file that lead to a place, without the types that pydantic puts between them."""
    steps: list[int | str] = []
    last = len(detail["loc"]) - 1
    for position, step in enumerate(detail["loc"]):
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int)
        if inside:
            data = data[step]
        if inside or (position == last and detail["type"] == "missing"):
            steps.append(step)
    return tuple(steps)


def _fault(details: list[ErrorDetails], data: Any, model: type[Strict], name: str) -> Fault:  # noqa: ANN401
    detail = details[0]
    loc, kind = detail["loc"], detail["type"]
    keys = [step for step in loc if isinstance(step, str)]
    key = keys[-1] if keys else ""
    where = place(name, data, loc)
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
    if kind == "string_type" and isinstance(detail["input"], (int, float)):
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
    return limits.get("ge", limits.get("le", "…"))


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
    where = same(name)
    if version:
        where = where.inside(f"version du {version}", f"version of {version}")
    return where.inside(f"clé {'.'.join(keys)}", f"key {'.'.join(keys)}") if keys else where
