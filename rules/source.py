"""TOML and CSV files → models, strictly: an unknown or missing key is an error that says what to write."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from codecs import BOM_UTF8
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from rules.citation import Strict
from rules.faults import Fault, LawError
from rules.text import Text, same
from rules.wording import fault_of

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

LARGEST_FILE = 4 * 2**20

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
        raise LawError([fault_of(details, data, model, name) for details in _by_place(error, data)]) from None


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
