"""Rounds of Québec run again: the published instruction of each, on a synthetic pool, beside what was published.

The pool is synthetic and the same people serve every round: nobody drained it before. So the cut-offs are no test of
the engine. They say whether an instruction, as it is read here, can be filled, and how far a made-up pool is from the
real one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.instruction import read_instruction
from ranking.pool import Pool
from ranking.reference import data_folder
from ranking.round import run_round
from ranking.sample import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ranking.instruction import Instruction
    from ranking.round import Round

PROGRAM = "quebec/pstq"


def instruction_files() -> list[Path]:
    """Find the instructions of real rounds of the PSTQ, oldest first."""
    return sorted((data_folder() / "instructions" / PROGRAM).glob("2*.toml"))


def synthetic(instruction: Instruction, size: int, seed: int) -> Pool:
    """Make a synthetic pool for the day of a round's extraction: the same people each time, seen on that day."""
    frame = generate(instruction.regulation, size, seed=seed, on=instruction.facts_on)
    return Pool(frame, frame.clear())


def run_all(size: int, seed: int, done: Callable[[int, int], None] = lambda *_: None) -> pl.DataFrame:
    """Run every instruction: one row a selection, what was published beside what the synthetic pool gave."""
    files = instruction_files()
    rows: list[dict[str, Any]] = []
    for number, file in enumerate(files):
        instruction = read_instruction(file)
        rows += compared(run_round(instruction, synthetic(instruction, size, seed)))
        done(number + 1, len(files))
    return pl.DataFrame(rows, infer_schema_length=None)


def compared(run: Round) -> Iterator[dict[str, Any]]:
    """Set each selection of a round beside what was published of it."""
    for result in run.results:
        selection, published = result.selection, result.selection.published
        count = published.invitations if published else None
        least = published.min_score if published else None
        yield {
            "round": run.instruction.source.id,
            "selection": selection.id,
            "title_fr": selection.title.fr,
            "title_en": selection.title.en,
            "certainty": selection.certainty,
            "mechanism": selection.mechanism,
            "size": selection.size,
            "published_invitations": count,
            "invitations": len(result.taken.positions),
            "published_min_score": least,
            "min_score": result.cut_off,
            "difference": None if least is None or result.cut_off is None else result.cut_off - least,
            "candidates": result.candidates,
        }
