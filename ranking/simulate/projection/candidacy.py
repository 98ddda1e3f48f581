"""Whom the selections of an instruction could take, from the few columns that streams and filters read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from ranking.scoring import with_inputs
from rules import plain

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from rules.regulation import Regulation


@dataclass(frozen=True)
class Candidacy:
    """Who may be a candidate of some selection: known to meet its filter, and a stream of it where it asks for one."""

    instruction: Instruction
    columns: tuple[str, ...]

    def of(self, frame: pl.DataFrame, day: date) -> NDArray[np.bool_]:
        """Answer for each row of a frame that has ``columns`` with the types of the law."""
        law = self.instruction.regulation
        inputs, absent = with_inputs(frame, law, day)
        eligible = [one.meta.undo_aliases() for one in plain.streams(law, absent)]
        of_stream = dict(zip((stream.id for stream in law.streams), eligible, strict=True))
        each = []
        for selection, where in zip(self.instruction.selections, self.instruction.conditions, strict=True):
            asked = [of_stream[name] for name in selection.stream or of_stream] if selection.criteria else []
            meets = plain.condition(where, absent)
            each.append(meets & reduce(or_, asked) if asked else meets)
        found: NDArray[np.bool_] = (
            inputs.with_columns(reduce(or_, each).fill_null(value=False).alias("in reach"))
            .collect()["in reach"]
            .to_numpy()
        )
        return found


def candidacy(instruction: Instruction, columns: Collection[str]) -> Candidacy:
    """Find the columns, of those there are, that the streams and filters of an instruction rest on."""
    law = instruction.regulation
    conditions = [*instruction.conditions, *(r.where for stream in law.streams for r in stream.requirements)]
    inputs = dict.fromkeys(name for one in conditions for name in one.inputs)
    read = dict.fromkeys(source for name in inputs for source in _sources(name, law))
    return Candidacy(instruction, tuple(name for name in columns if name in read) or tuple(list(columns)[:1]))


def _sources(name: str, law: Regulation) -> tuple[str, ...]:
    """Name the columns that an input comes from, tests that stand for a level included."""
    tests = law.derived[name].of if name in law.derived else ()
    return (*law.read_by(name), *(of for of in tests if of not in law.derived))
