"""Instructions that a backtest makes up from published figures, read as if they were files."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ranking.instruction import read_instruction

if TYPE_CHECKING:
    from ranking.instruction import Instruction


def read_text(text: str, name: str) -> Instruction:
    """Read the text of an instruction, with all the checks of a file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.toml"
        file.write_text(text, encoding="utf-8")
        return read_instruction(file)
