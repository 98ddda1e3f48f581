"""The receipt of a round in the chain of a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.verify.findings import Finding
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.verify.archive import Archive


def in_the_ledger(archive: Archive, ledger: Path | None) -> list[Finding]:
    """Find the receipt in a ledger. Without a ledger, a round that read one says that it was not compared."""
    head = archive.receipt["ledger"].get("head")
    if ledger is None:
        if head is None:
            return []
        figure = Text("non comparé : donnez --ledger", "not compared: give --ledger")
        return [Finding("ledger", figure, proven=False)]
    wrong = Text("ce registre ne peut pas encore être lu", "this ledger cannot be read yet")
    return [Finding("ledger", same("–"), (wrong,))]
