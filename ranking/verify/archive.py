"""The folder of a round, read for verification: every file there, readable, and in a format that is known."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.faults import Fault, RoundError
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
INSTANT = pl.Datetime("us", "UTC")
TABLES: dict[str, dict[str, pl.DataType]] = {
    "invitations": {
        "selection": pl.String(),
        "rank": pl.Int32(),
        "declaration_id": pl.String(),
        "person_id": pl.String(),
        "score": pl.Int32(),
        "submitted_at": INSTANT,
    },
    "outcomes": {"declaration_id": pl.String(), "outcome": pl.String(), "selection": pl.String()},
    "exclusions": {"declaration_id": pl.String(), "person_id": pl.String(), "exclusion": pl.String()},
    "distribution": {
        "score": pl.Int32(),
        "declarations": pl.Int32(),
        "taking_part": pl.Int32(),
        "eligible": pl.Int32(),
        "invited": pl.Int32(),
    },
    "lots": {"selection": pl.String(), "declaration_id": pl.String(), "person_id": pl.String(), "lot": pl.String()},
    "history": {"declaration_id": pl.String(), "at": INSTANT, "score": pl.Int32()},
}
OPTIONAL = ("distribution", "lots", "history")
"""Tables that only some rounds have; rounds of before version 0.2 kept no distribution."""
FILES = (
    "receipt.json",
    "instruction.toml",
    "law/program.toml",
    *(f"{name}.parquet" for name in TABLES if name not in OPTIONAL),
)
KEYS: dict[str, type] = {
    "program": str,
    "round": str,
    "law_on": str,
    "extracted_at": str,
    "fingerprints": dict,
    "ledger": dict,
    "pool": dict,
    "selections": list,
    "outcomes": dict,
    "versions": dict,
}


@dataclass(frozen=True)
class Archive:
    """What the folder of a round says of itself; nothing of it is believed before it is compared."""

    folder: Path
    receipt: dict[str, Any]
    invitations: pl.DataFrame
    outcomes: pl.DataFrame
    exclusions: pl.DataFrame
    distribution: pl.DataFrame | None = None
    lots: pl.DataFrame | None = None
    history: pl.DataFrame | None = None

    @property
    def excluded(self) -> list[tuple[str | None, str | None, str]]:
        """The exclusions as rows: declaration, person, exclusion."""
        return self.exclusions.select("declaration_id", "person_id", "exclusion").rows()

    def selection(self, name: str) -> dict[str, Any]:
        """Give what the receipt says of a selection; nothing where it has none of this id."""
        found = (one for one in self.receipt["selections"] if one.get("id") == name)
        return next(found, {})


def open_archive(folder: Path) -> Archive:
    """Read the folder of a round, or raise RoundError: a file that lacks or cannot be read, or a newer format."""
    if not folder.is_dir():
        found = Text("aucun dossier", "no folder")
        expected = Text("le dossier d’une ronde", "the folder of a round")
        raise RoundError([Fault(same(str(folder)), found, expected, Text("vérifiez le chemin", "check the path"))])
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise RoundError([_missing(folder, name) for name in missing])
    receipt = _receipt(folder / "receipt.json")
    there = [name for name in TABLES if name not in OPTIONAL or (folder / f"{name}.parquet").is_file()]
    return Archive(folder, receipt, **{name: _table(folder, name) for name in there})


def _missing(folder: Path, name: str) -> Fault:
    expected = Text("un fichier que garde toute ronde", "a file that every round keeps")
    write = Text("demandez le dossier entier, ou refaites la ronde", "ask for the whole folder, or run the round again")
    return Fault(same(f"{folder.name}/{name}"), Text("fichier absent", "file missing"), expected, write)


def _receipt(path: Path) -> dict[str, Any]:
    """Read a receipt, and hold its shape; a format that is newer is told before anything else of it."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise _refused(Text("autre chose que du JSON", "something that is not JSON")) from None
    if not isinstance(read, dict):
        raise _refused(Text("du JSON qui n’est pas un objet", "JSON that is not an object"))
    said = read.get("format")
    if isinstance(said, int) and said > FORMAT:
        raise RoundError([_newer(said)])
    if said != FORMAT:
        raise _refused(same(f'"format": {json.dumps(said)}'))
    for key, kind in KEYS.items():
        if not isinstance(read.get(key), kind):
            raise _refused(same(f'"{key}": {json.dumps(read.get(key), ensure_ascii=False)[:60]}'))
    if not all(isinstance(one, dict) for one in read["selections"]) or not _counts(read["ledger"].get("used")):
        raise _refused(same('"selections", "ledger.used"'))
    return read


def _counts(used: object) -> bool:
    """Tell whether the places used are numbers, by ceiling and group."""
    return isinstance(used, dict) and all(
        isinstance(groups, dict) and all(type(count) is int for count in groups.values()) for groups in used.values()
    )


def _refused(found: Text) -> RoundError:
    expected = Text("le reçu d’une ronde, tel qu’il fut écrit", "the receipt of a round, as it was written")
    write = Text("demandez le dossier d’origine", "ask for the folder as it was")
    return RoundError([Fault(same("receipt.json"), found, expected, write)])


def _newer(said: int) -> Fault:
    expected = Text(
        f"un format connu de cette version (1 à {FORMAT})", f"a format that this version knows (1 to {FORMAT})"
    )
    write = Text("vérifiez la ronde avec une version plus récente de tirage", "verify the round with a newer tirage")
    return Fault(same("receipt.json"), Text(f"le format {said}", f"format {said}"), expected, write)


def _table(folder: Path, name: str) -> pl.DataFrame:
    """Read a table of the folder with the columns and types that it must have; columns more than these stay."""
    file = f"{name}.parquet"
    try:
        read = pl.read_parquet(folder / file)
    except (pl.exceptions.PolarsError, OSError):
        raise RoundError([_unreadable(file, Text("un fichier illisible", "a file that cannot be read"))]) from None
    for column, dtype in TABLES[name].items():
        kind = read.schema.get(column)
        if kind != dtype:
            raise RoundError([_unreadable(file, same(f"{column}: {'–' if kind is None else kind}"))])
    return read


def _unreadable(file: str, found: Text) -> Fault:
    name = file.removesuffix(".parquet")
    columns = ", ".join(f"{column} ({dtype})" for column, dtype in TABLES[name].items())
    expected = Text(f"un fichier Parquet avec {columns}", f"a Parquet file with {columns}")
    return Fault(same(file), found, expected, Text("demandez le dossier d’origine", "ask for the folder as it was"))
