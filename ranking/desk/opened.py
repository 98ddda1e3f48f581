"""A pool and an instruction, opened together: read once, checked, and run once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.desk import shelf
from ranking.escaping import escaped
from ranking.instruction import read_instruction
from ranking.page import Grid
from ranking.pool import read_pool, suggestions
from ranking.round import run_round
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.instruction import Instruction
    from ranking.page import Block
    from ranking.pool import Pool
    from ranking.round import Round
    from rules.text import Lang


@dataclass(frozen=True, eq=False)
class Opened:
    """A pool read for an instruction, its bad rows kept apart; ``base`` is the round as the law in force makes it."""

    instruction: Instruction
    instruction_file: Path
    pool: Pool
    file: Path

    @cached_property
    def base(self) -> Round:
        """The round under the law in force, of which nothing is kept."""
        return run_round(self.instruction, self.pool)


def open_pool(choice: str, instruction_file: str) -> Opened:
    """Read an instruction, and a pool for it. What is wrong with either is a TirageError.

    The same files, unchanged, are read once for all pages of the desk.
    """
    path = Path(instruction_file)
    if not path.is_file():
        read_instruction(path)
    instruction = _instruction(path, path.stat().st_mtime_ns)
    file = shelf.file_of(choice, instruction)
    stamp = file.stat().st_mtime_ns if file.is_file() else 0
    return _opened(path, path.stat().st_mtime_ns, file, stamp)


@lru_cache(maxsize=8)
def _instruction(path: Path, _stamp: int) -> Instruction:
    return read_instruction(path)


@lru_cache(maxsize=3)
def _opened(path: Path, stamp: int, file: Path, _stamp: int) -> Opened:
    instruction = _instruction(path, stamp)
    at = instruction.source.extracted_at
    law = instruction.regulation
    pool = read_pool(file, law, quarantine=True, facts_on=instruction.facts_on, extracted_at=at)
    return Opened(instruction, path, pool, file)


def apart(opened: Opened) -> bytes:
    """Write the rows kept apart, with their reasons, as CSV; no cell of it runs as a formula."""
    return escaped(opened.pool.quarantine).write_csv(include_bom=True).encode()


def check(opened: Opened, lang: Lang) -> Iterator[Block]:
    """Say what the check of a pool found: what is wrong and how often, and columns that nobody knows or that lack."""
    pool = opened.pool
    if pool.faults:
        columns = Text("Où|Trouvé|Attendu|Lignes|Exemples", "Where|Found|Expected|Rows|Examples").to(lang).split("|")
        rows = tuple(
            (
                one.where.to(lang),
                one.found.to(lang),
                one.expected.to(lang),
                number(one.count, lang),
                ", ".join(one.examples),
            )
            for one in pool.faults
        )
        yield Grid(Text("Lignes mises à part", "Rows kept apart").to(lang), tuple(columns), rows, right=(3,))
    strange = [
        (name, "" if guess is None else guess.to(lang)) for name, guess in suggestions(pool.unknown, pool.absent)
    ]
    strange_title = Text("Colonnes inconnues, gardées telles quelles", "Unknown columns, carried along")
    if strange:
        heads = Text("Colonne|Peut-être", "Column|Maybe").to(lang).split("|")
        yield Grid(strange_title.to(lang), tuple(heads), tuple(strange))
    if pool.absent:
        head = Text("Colonnes absentes : ce qui les lit est inconnu", "Columns absent: what reads them is unknown")
        yield Grid(head.to(lang), (Text("Colonne", "Column").to(lang),), tuple((name,) for name in pool.absent))
