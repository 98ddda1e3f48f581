"""Where the desk reads and writes: its folder, the notebooks, and a private place for files dropped into the page."""

from __future__ import annotations

import os
import tempfile
from functools import cache
from pathlib import Path

FOLDER, LANG = "TIRAGE_DESK_FOLDER", "TIRAGE_DESK_LANG"
"""How the command tells the notebooks, which run in its process, what it was asked."""
DEFAULT = "out"
NOTEBOOKS = ("round", "reform", "candidate")
PACKAGED = Path(__file__).parent.parent / "notebooks"
CHECKOUT = Path(__file__).parent.parent.parent / "notebooks"


def folder() -> Path:
    """Give the folder in which the desk looks for pools, and writes rounds and the ledger."""
    return Path(os.environ.get(FOLDER, DEFAULT))


def notebook(name: str) -> Path:
    """Find a notebook: inside the installed package, or beside it in a checkout."""
    return (PACKAGED if PACKAGED.is_dir() else CHECKOUT) / f"{name}.py"


@cache
def _private() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="tirage-desk-")


def private() -> Path:
    """Give a folder of this process alone; it is deleted when the desk is closed."""
    return Path(_private().name)
