"""The law: dated, cited tables, and what compiles them. Knows no pool and no draw."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rules.faults import LawError
    from rules.program import Program, library, load
    from rules.regulation import Regulation

__all__ = ["LawError", "Program", "Regulation", "library", "load"]

HOMES = {
    "LawError": "rules.faults",
    "Program": "rules.program",
    "Regulation": "rules.regulation",
    "library": "rules.program",
    "load": "rules.program",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the name stands for
    """Import a public name when it is first used, so that the command line starts quickly."""
    if name not in HOMES:
        raise AttributeError(name)
    return getattr(import_module(HOMES[name]), name)
