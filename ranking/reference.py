"""Reference data that comes with the product: instructions of real rounds, scenarios."""

from __future__ import annotations

from pathlib import Path

PACKAGED = Path(__file__).parent / "data"
CHECKOUT = Path(__file__).parent.parent / "data"


def data_folder() -> Path:
    """Find the folder of reference data: inside the installed package, or beside it in a checkout."""
    return PACKAGED if PACKAGED.is_dir() else CHECKOUT
