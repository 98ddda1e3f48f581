"""What a draw asks of an engine, and how much of the pool its answers bring to the driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from sqlglot import exp

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction

GROUND = "ground"
"""The table that an engine prepares: one row a declaration, see ``ranking.counted.ground``."""
NUMBER_BYTES = 8


class Moved(NamedTuple):
    """Rows that reached the driver, and their size in bytes: 8 a number, the UTF-8 bytes of a text."""

    rows: int = 0
    bytes: int = 0

    def plus(self, other: Moved) -> Moved:
        """Add what another answer moved."""
        return Moved(self.rows + other.rows, self.bytes + other.bytes)


NOTHING = Moved()


class Engine(Protocol):
    """Where a pool lies and is counted. Queries are sqlglot trees over the table ``ground``; rows come in no order."""

    def prepare(self, instruction: Instruction, owed: Contribution) -> None:
        """Score the pool and write the table ``ground``, once; nothing of it reaches the driver but what is wrong."""

    def fetch(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Bring the rows of a query to the driver."""

    def write(self, query: exp.Query, path: Path) -> None:
        """Write the rows of a query to Parquet under ``path``, without bringing them to the driver."""


@dataclass
class Driver:
    """The one who draws: asks an engine and keeps count of all that its answers bring."""

    engine: Engine
    moved: Moved = NOTHING

    def fetch(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Ask, and count what comes."""
        rows = self.engine.fetch(query)
        self.moved = self.moved.plus(Moved(len(rows), sum(size(value) for row in rows for value in row)))
        return rows


def size(value: object) -> int:
    """Give the bytes of one value: those of a text, 8 of a number or an answer."""
    return len(value.encode()) if isinstance(value, str) else NUMBER_BYTES
