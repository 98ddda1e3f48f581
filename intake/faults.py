"""Errors of banks."""

from __future__ import annotations

from rules.faults import Fault, TirageError
from rules.text import Text

__all__ = ["BankError", "Fault"]


class BankError(TirageError):
    """A bank cannot be read, or does not hold what it should, or does not allow what is asked of it."""

    heading = Text("Banque : refusé", "Bank: refused")
