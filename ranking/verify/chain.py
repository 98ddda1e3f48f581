"""The receipt of a round in the chain of a ledger, read as plain rows and hashed again.

The file has a table ``entries`` (``number``, ``previous``, ``content``, ``hash``); a hash is the SHA-256 of the last
one and the content. The entry of a round holds its whole receipt.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import duckdb

from ranking.faults import Fault, RoundError
from ranking.verify.findings import Finding, differs
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.verify.archive import Archive

GENESIS = "0" * 64
Row = tuple[int, str, str, str]


def in_the_ledger(archive: Archive, ledger: Path | None) -> list[Finding]:
    """Find the receipt, and the head that the round read, in a ledger; a file that is no ledger is a RoundError.

    Without a ledger, a round that read one says that it was not compared.
    """
    head = archive.receipt["ledger"].get("head")
    if ledger is None:
        figure = Text("non comparé : donnez --ledger", "not compared: give --ledger")
        return [] if head is None else [Finding("ledger", figure, proven=False)]
    rows = _entries(ledger)
    broken = _broken(rows)
    wrong = [Text(f"chaîne rompue à l’entrée {one}", f"chain broken at entry {one}") for one in broken[:1]]
    at = next((place for place, row in enumerate(rows) if _receipt(row) == archive.receipt), None)
    if at is None:
        wrong.append(Text("aucune entrée n’a ce reçu", "no entry has this receipt"))
    elif head not in [GENESIS, *(row[3] for row in rows[:at])]:
        wrong.append(differs("head", str(head)[:12], rows[at][1][:12]))
    shown = "–" if at is None else f"{rows[at][0]}: {rows[at][3][:12]}"
    return [Finding("ledger", same(shown), tuple(wrong))]


def _entries(ledger: Path) -> list[Row]:
    """Read the entries of a ledger without touching it."""
    if not ledger.is_file():
        raise _refused(ledger, Text("aucun fichier", "no file"))
    try:
        with duckdb.connect(str(ledger), read_only=True) as connection:
            read = connection.execute("SELECT number, previous, content, hash FROM entries ORDER BY number").fetchall()
    except duckdb.Error as error:
        raise _refused(ledger, same(str(error).splitlines()[0][:120])) from None
    return [(int(number), str(previous), str(content), str(found)) for number, previous, content, found in read]


def _refused(ledger: Path, found: Text) -> RoundError:
    expected = Text("le registre de la ronde, que personne n’écrit", "the ledger of the round, with nobody writing it")
    write = Text("vérifiez le chemin, ou attendez", "check the path, or wait")
    return RoundError([Fault(same(ledger.name), found, expected, write)])


def _broken(rows: list[Row]) -> list[int]:
    """Find the entries that do not follow from the one before."""
    previous, broken = GENESIS, []
    for place, (number, before, content, found) in enumerate(rows, 1):
        if (number, before, found) != (place, previous, sha256((before + content).encode()).hexdigest()):
            broken.append(number)
        previous = found
    return broken


def _receipt(row: Row) -> dict[str, Any] | None:
    """Read the receipt of an entry that records a round; None of another entry."""
    try:
        said = json.loads(row[2])
    except ValueError:
        return None
    body = said.get("body") if isinstance(said, dict) and said.get("kind") == "draft" else None
    found = body.get("receipt") if isinstance(body, dict) else None
    return found if isinstance(found, dict) else None
