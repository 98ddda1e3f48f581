"""What is wrong with a file before any row of it is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.faults import Fault
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path


def no_file(path: Path) -> Fault:
    """Say that there is no such file."""
    expected = Text("une banque en Parquet, en CSV ou en xlsx", "a pool in Parquet, CSV or xlsx")
    return file_fault(path, Text("aucun fichier", "no file"), expected)


def not_parquet(path: Path) -> Fault:
    """Say how a file that cannot be read differs from Parquet."""
    with path.open("rb") as file:
        start = file.read(4)
        file.seek(max(path.stat().st_size - 4, 0))
        end = file.read()
    expected = Text(
        "un fichier Parquet entier, qui commence et finit par PAR1",
        "a whole Parquet file, which begins and ends with PAR1",
    )
    if start == b"PAR1" and end != b"PAR1":
        found = Text(
            "un fichier tronqué : il commence par PAR1 et ne finit pas par PAR1",
            "a file cut short: it begins with PAR1 and does not end with it",
        )
    else:
        word = start.decode("ascii", errors="replace")
        found = Text(f"un fichier qui commence par « {word} »", f"a file that begins with “{word}”")
    return file_fault(path, found, expected)


def ending(path: Path) -> Text:
    """Name the ending of a file, or say that it has none."""
    if not path.suffix:
        return Text("un nom sans extension", "a name without an ending")
    return Text(f"l’extension « {path.suffix} »", f"the ending “{path.suffix}”")


def file_fault(path: Path, found: Text, expected: Text) -> Fault:
    """Say that a file is not what it should be."""
    return Fault(
        same(path.name), found, expected, Text("vérifiez le chemin et le format", "check the path and the format")
    )
