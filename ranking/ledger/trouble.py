"""What DuckDB says of a file that cannot be opened or written, in words that say what to do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ranking.faults import Fault, LedgerError
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = Text("un registre entier", "a whole ledger")
COPY = Text("la dernière copie de ce fichier ; gardez celui-ci", "the last copy of this file; keep this one")
A_LEDGER = Text("un registre de tirage (.duckdb)", "a ledger of tirage (.duckdb)")


def explained(path: Path, error: Exception) -> LedgerError:
    """Turn an error of DuckDB into a fault with its four parts."""
    said = " ".join(str(error).split())
    for pattern, found, expected, write in KNOWN:
        if re.search(pattern, said):
            return fault(path, _with_holder(found, said), expected, write)
    return fault(path, same(said), WHOLE, COPY)


def fault(path: Path, found: Text, expected: Text, write: Text) -> LedgerError:
    """Make the error of a ledger file with one fault."""
    return LedgerError([Fault(same(path.name), found, expected, write)])


def _with_holder(found: Text, said: str) -> Text:
    """Name the process that holds the file, if DuckDB does."""
    holder = re.search(r"held in (.+?) \(PID ([0-9]+)\)", said)
    if holder is None:
        return found
    fr, en = f" (processus {holder[2]}, {holder[1]})", f" (process {holder[2]}, {holder[1]})"
    return Text(found.fr + fr, found.en + en)


BUSY = Text("un autre processus écrit dans ce registre", "another process writes to this ledger")
KNOWN = (
    (
        r"Could not set lock|different configuration|already attached|being used by another process",
        BUSY,
        Text("un seul à la fois", "one at a time"),
        Text("réessayez quand il aura fini ; rien n’est perdu", "try again when it has finished; nothing is lost"),
    ),
    (
        r"File too large|No space left|Disk quota|disk is full",
        Text("le disque est plein", "the disk is full"),
        Text("de la place pour écrire", "room to write"),
        Text(
            "libérez de la place, puis recommencez ; le registre est resté tel qu’il était",
            "free some room, then do it again; the ledger is as it was",
        ),
    ),
    (
        r"not a valid DuckDB database file|not a valid DuckDB",
        Text("un fichier qui n’est pas une base DuckDB", "a file that is not a DuckDB database"),
        A_LEDGER,
        Text("vérifiez le chemin", "check the path"),
    ),
    (
        r"version number [0-9]+, but",
        Text("un fichier écrit par une version plus récente de DuckDB", "a file written by a newer version of DuckDB"),
        Text("un fichier que cette version lit", "a file that this version reads"),
        Text("mettez tirage à jour", "update tirage"),
    ),
    (
        r"Could not read enough bytes|Corrupt|checksum|WAL|out of range|deserializ|Deserializ",
        Text("un fichier tronqué ou abîmé", "a file that is cut short or damaged"),
        WHOLE,
        COPY,
    ),
    (
        r"does not exist|No such file",
        Text("aucun fichier", "no file"),
        A_LEDGER,
        Text("vérifiez le chemin", "check the path"),
    ),
    (r"Is a directory", Text("un dossier", "a folder"), A_LEDGER, Text("vérifiez le chemin", "check the path")),
    (
        r"Permission denied|Read-only file system",
        Text("un fichier que vous ne pouvez pas écrire", "a file that you may not write"),
        Text("le droit d’écrire", "the right to write"),
        Text("demandez ce droit à qui garde le registre", "ask whoever keeps the ledger for it"),
    ),
)
