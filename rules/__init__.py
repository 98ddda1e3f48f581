"""The law: dated, cited tables, and what compiles them. Knows no pool and no draw."""

from rules.faults import LawError
from rules.program import Program, library, load
from rules.regulation import Regulation

__all__ = ["LawError", "Program", "Regulation", "library", "load"]
