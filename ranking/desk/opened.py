"""A pool and an instruction, opened together: read once, checked, and run once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.column_map import read_column_map, reading
from ranking.column_suggest import suggest
from ranking.desk import shelf
from ranking.escaping import escaped
from ranking.instruction import read_instruction
from ranking.page import Grid
from ranking.pool import read_file, read_pool, suggestions
from ranking.round import run_round
from rules.faults import TirageError
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from ranking.instruction import Instruction
    from ranking.page import Block
    from ranking.pool import Pool
    from ranking.round import Round
    from rules.text import Lang


READING = Text("La banque se lit et se vérifie…", "Reading and checking the pool…")


@dataclass(frozen=True, eq=False)
class Opened:
    """A pool read for an instruction, its bad rows kept apart; ``base`` is the round as the law in force makes it.

    ``columns`` is the file that maps a ministry's own columns and codes to ours, where there is one.
    """

    instruction: Instruction
    instruction_file: Path
    pool: Pool
    file: Path
    columns: Path | None = None

    @cached_property
    def base(self) -> Round:
        """The round under the law in force, of which nothing is kept."""
        return run_round(self.instruction, self.pool)


def by_columns(columns: Path | None) -> AbstractContextManager[None]:
    """Read pools, in what is done inside, by the columns of a file; by our own where there is none."""
    return reading(columns=None if columns is None else read_column_map(columns))


def open_pool(choice: str, instruction_file: str, columns: str = "") -> Opened:
    """Read an instruction, and a pool for it. What is wrong with either is a TirageError.

    The same files, unchanged, are read once for all pages of the desk.
    """
    path = Path(instruction_file)
    if not path.is_file():
        read_instruction(path)
    file = shelf.file_of(choice, _instruction(path, _stamp(path)))
    mapped = Path(columns) if columns else None
    stamps = (_stamp(file), 0 if mapped is None else _stamp(mapped))
    return _opened(path, _stamp(path), file, mapped, stamps)


def _stamp(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0


@lru_cache(maxsize=8)
def _instruction(path: Path, _changed: int) -> Instruction:
    return read_instruction(path)


@lru_cache(maxsize=3)
def _opened(path: Path, stamp: int, file: Path, columns: Path | None, _stamps: tuple[int, int]) -> Opened:
    instruction = _instruction(path, stamp)
    at = instruction.source.extracted_at
    law = instruction.regulation
    with by_columns(columns):
        pool = read_pool(file, law, quarantine=True, facts_on=instruction.facts_on, extracted_at=at)
    return Opened(instruction, path, pool, file, columns)


def suggested(choice: str, instruction_file: str, lang: Lang) -> bytes:
    """Start a file that maps the columns of a pool to ours; what forbids it is written in its place."""
    try:
        instruction = read_instruction(Path(instruction_file))
        file = shelf.file_of(choice, instruction)
        return suggest(read_file(file), instruction.regulation, file.name, lang).toml.encode()
    except TirageError as error:
        return "".join(f"# {line}\n" for line in error.render(lang).splitlines()).encode()


def apart(opened: Opened) -> bytes:
    """Write the rows kept apart, with their reasons, as CSV; no cell of it runs as a formula."""
    return escaped(opened.pool.quarantine).write_csv(include_bom=True).encode()


def check(opened: Opened, lang: Lang) -> Iterator[Block]:
    """Say what the check of a pool found: what is wrong and how often, and columns that nobody knows or that lack."""
    pool = opened.pool
    if pool.faults:
        columns = Text("Où|Trouvé|Attendu|Lignes", "Where|Found|Expected|Rows").to(lang).split("|")
        rows = tuple(
            (
                one.where.to(lang),
                " ; ".join([one.found.to(lang), *one.examples]),
                one.expected.to(lang),
                number(one.count, lang),
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
