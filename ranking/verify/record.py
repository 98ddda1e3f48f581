"""The record of a verification, kept beside the round: what was compared, the figures, and of which receipt."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ranking.verify.archive import open_archive
from rules.canonical import canonical

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.verify.both import Verification

RECORD = "verification.json"


@dataclass(frozen=True)
class Record:
    """A verification as it was kept. ``current`` tells whether it is of the receipt that the folder holds now."""

    said: dict[str, Any]
    current: bool

    @property
    def agrees(self) -> bool:
        """Tell whether everything agreed, of this very receipt."""
        return self.current and self.said.get("agrees") is True


def keep(done: Verification, folder: Path) -> bool:
    """Write the record beside the round; tell whether that could be done: a folder may be read-only."""
    said = done.as_json() | {"receipt": _of_receipt(open_archive(folder).receipt)}
    draft = folder / f".{RECORD}.part"
    try:
        draft.write_text(json.dumps(said, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        draft.replace(folder / RECORD)
    except OSError:
        return False
    return True


def read(folder: Path) -> Record | None:
    """Read the record beside a round; None where there is none, or none that can be read."""
    try:
        said = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(said, dict) or not isinstance(said.get("properties"), list):
        return None
    return Record(said, said.get("receipt") == _of_receipt(open_archive(folder).receipt))


def _of_receipt(receipt: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(receipt).encode()).hexdigest()
