"""What commands about a round read: its folder, and pools extracted for its instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ranking.cli import terminal, words
from ranking.pool import read_pool
from rules.text import Text

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.instruction import Instruction
    from ranking.pool import Pool
    from rules.text import Lang

BEFORE = Text(
    "La banque sur laquelle la ronde fut exécutée : donne ce qui était déclaré.",
    "The pool on which the round was run: gives what was declared.",
)
before = words.option("--before", "before_file", type=click.Path(), words=BEFORE)


def read_for(
    instruction: Instruction, file: str, lang: Lang, *, quarantine: Path | None = None, said: Text | None = None
) -> Pool:
    """Read and check a pool as the round of an instruction does: same law, same facts, same extraction."""
    with terminal.step(said or Text("Banque lue et vérifiée", "Pool read and checked"), lang):
        pool = read_pool(
            file,
            instruction.regulation,
            quarantine=quarantine is not None,
            facts_on=instruction.facts_on,
            extracted_at=instruction.source.extracted_at,
        )
        if quarantine is not None:
            terminal.save(pool.quarantine, quarantine)
    return pool
