"""What a backtest comes from, as hashes: the law of the days that its rounds use, instructions, published tables."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from typing import TYPE_CHECKING

import rules
from ranking.reference import data_folder
from ranking.simulate.backtest.rounds_of_quebec import PROGRAM, instruction_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DAYS = {
    "canada/express_entry": (date(2022, 1, 15), date(2025, 3, 24), date(2025, 3, 25), date(2026, 8, 19)),
    "quebec/pstq": (date(2025, 7, 17), date(2026, 9, 24)),
}
"""Days of the law from the first round to the last, and on both sides of a change."""
TABLES = ("contradictions.csv", "distributions/*.csv", "rounds/*.csv")


def law_hashes(program: str) -> dict[str, str]:
    """Give the hash of the law of each day that matters."""
    found = rules.load(program)
    return {day.isoformat(): found.on(day).hash for day in DAYS[program]}


def instruction_hashes(program: str) -> dict[str, str]:
    """Give the hash of each instruction that is run as a file; those of Express Entry are made from the tables."""
    return {file.stem: _hash([file]) for file in instruction_files()} if program == PROGRAM else {}


def tables_hash() -> str:
    """Give one hash of all the published tables, by name and content."""
    return _hash(sorted(file for pattern in TABLES for file in data_folder().glob(pattern)))


def _hash(files: Iterable[Path]) -> str:
    made = sha256()
    for file in files:
        content = file.read_bytes()
        made.update(f"{file.name} {len(content)}\n".encode())
        made.update(content)
    return made.hexdigest()
