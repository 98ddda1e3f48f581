"""Errors of pools, instructions and rounds."""

from rules.faults import Fault, TirageError
from rules.text import Text

__all__ = [
    "EngineError",
    "Fault",
    "InstructionError",
    "LedgerError",
    "PoolError",
    "PublishedError",
    "RoundError",
    "TargetError",
    "TirageError",
]


class PoolError(TirageError):
    """A pool cannot be read, or has rows that cannot be true."""

    heading = Text("Banque refusée", "Pool refused")


class InstructionError(TirageError):
    """The instruction of a round is wrong."""

    heading = Text("Instruction refusée", "Instruction refused")


class RoundError(TirageError):
    """A round cannot be run or saved as asked."""

    heading = Text("Ronde refusée", "Round refused")


class LedgerError(TirageError):
    """A ledger cannot be read, or does not allow what is asked of it."""

    heading = Text("Registre : refusé", "Ledger: refused")


class TargetError(TirageError):
    """A policy target cannot be read, or cannot be searched as asked."""

    heading = Text("Cible refusée", "Target refused")


class EngineError(TirageError):
    """An engine that was asked for is not on this machine."""

    heading = Text("Moteur absent", "Engine missing")


class PublishedError(TirageError):
    """A table of published figures cannot be read, or contradicts itself without saying so."""

    heading = Text("Chiffres publiés : refusés", "Published figures: refused")
