"""The ground of a round: what is known of every declaration before the selections run, and the contest of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.conform import conform
from ranking.contest import Contest
from ranking.faults import Fault, RoundError
from ranking.groups import UNKNOWN, Groups, labels_of
from ranking.lot_order import lots_of, persons_of
from ranking.scoring import with_inputs
from rules import plain
from rules.text import Text, same

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.ceilings import Ceilings
    from ranking.instruction import Instruction
    from ranking.order import Positions, Standing
    from ranking.selection import Selection

LOTS = {"selection": pl.String, ID: pl.String, "person_id": pl.String, "lot": pl.String}
NO_LOT = "z"
"""After every number: of those under the minimum, who hold no lot."""


def answers_of(instruction: Instruction, frame: pl.DataFrame) -> pl.DataFrame:
    """Answer every filter of an instruction, and write every group that it reads, for each declaration of a pool."""
    regulation = instruction.regulation
    inputs, absent = with_inputs(conform(frame, regulation, instruction.facts_on), regulation, instruction.facts_on)
    absent = absent | {name for name in regulation.attributes if name not in frame.columns}
    asked = {f"where {number}": plain.condition(c, absent) for number, c in enumerate(instruction.conditions)}
    asked |= {f"part {number} {name}": plain.condition(c, absent) for (number, name), c in instruction.parts.items()}
    asked |= {f"label {number}": plain.condition(one.where, absent) for number, one in enumerate(regulation.labels)}
    for number, excluded in enumerate(instruction.excluded):
        if excluded is not None:
            asked[f"excluded {number}"] = plain.condition(excluded, absent)
    for ceiling in instruction.source.ceiling:
        asked[f"ceiling {ceiling.id}"] = labels_of(ceiling.by, regulation, absent)
    for number, selection in enumerate(instruction.selections):
        if selection.apportion is not None:
            asked[f"apportion {number}"] = labels_of(selection.apportion.by, regulation, absent)
        if selection.weights is not None:
            asked[f"weights {number}"] = labels_of(selection.weights.by, regulation, absent)
    return inputs.with_columns(**asked).select(list(asked)).collect()


@dataclass(frozen=True)
class Ground:
    """A scored pool, its order, its answers and its ceilings."""

    instruction: Instruction
    frame: pl.DataFrame
    scored: pl.DataFrame
    standing: Standing
    answers: pl.DataFrame
    ceilings: Ceilings

    def contest(self, number: int, live: NDArray[np.bool_]) -> tuple[Contest, Positions, pl.DataFrame | None]:
        """Give the contest of a selection among those still there, who is unknown in it, and the lots of those in it.

        Unknown: of whom a stream, a filter or the group that a ceiling, a weight or a share needs is not known.
        """
        selection = self.instruction.selections[number]
        applies = self.applies(number)
        unsure = live & applies.is_null().to_numpy()
        inside = np.flatnonzero(live & applies.fill_null(value=False).to_numpy())
        places = self.ceilings.places(selection)
        shares, weights = (self._groups(f"{name} {number}") for name in ("apportion", "weights"))
        lost = np.zeros(len(inside), dtype=bool) if places is None else places.unknown(inside)
        for groups in (shares, weights):
            lost |= False if groups is None else groups.codes[inside] == UNKNOWN
        unsure[inside[lost]] = True
        inside = inside[~lost]
        standing, lots = self._ranked(selection, inside, weights)
        members = {
            name: self.answers[f"part {n} {name}"].fill_null(value=False).to_numpy()
            for n, name in self.instruction.parts
            if n == number
        }
        return Contest(selection, standing, inside, places, members, shares), np.flatnonzero(unsure), lots

    def applies(self, number: int) -> pl.Series:
        """Tell for whom a selection is: eligible for any of its streams, and its filter; true, false or unknown."""
        selection = self.instruction.selections[number]
        where = self.answers[f"where {number}"]
        if selection.declarations is not None:
            where = where & self.frame[ID].is_in(list(selection.declarations))
        return where & self._eligible(selection) if selection.criteria else where

    def _eligible(self, selection: Selection) -> pl.Series:
        """Tell who is eligible for any of the streams of a selection; for any stream at all where it names none."""
        streams = selection.stream or tuple(stream.id for stream in self.instruction.regulation.streams)
        columns = [self.scored[f"eligible_{stream}"] for stream in streams]
        return reduce(or_, columns) if columns else pl.Series([True] * len(self.scored), dtype=pl.Boolean)

    def _groups(self, name: str) -> Groups | None:
        return Groups.of(self.answers[name]) if name in self.answers.columns else None

    def _ranked(
        self, selection: Selection, inside: Positions, weights: Groups | None
    ) -> tuple[Standing, pl.DataFrame | None]:
        """Give the order of a selection: the program's, by arrival, or by lots with those lots."""
        if selection.mechanism == "first_come":
            return self.standing.by_arrival(), None
        seed = self.instruction.source.seed
        if not selection.by_lot or seed is None:
            return self.standing, None
        least = selection.min_score
        drawn = inside if least is None else inside[self.standing.scores[inside] >= least]
        persons = persons_of(self.frame, drawn)
        weighed = None if weights is None or selection.weights is None else _weighed(weights, selection, drawn)
        lots = lots_of(selection, seed.value, self.instruction.source.id, persons, weighed, selection.size or 0)
        column = pl.Series("lot", [NO_LOT]).new_from_index(0, len(self.frame)).scatter(drawn, lots)
        standing = self.standing.by_lot(column, alone=selection.order == "lot")
        kept = pl.DataFrame([self.frame[ID].gather(drawn), persons.alias("person_id"), lots.alias("lot")])
        return standing, kept.select(pl.lit(selection.id).alias("selection"), *kept.columns).sort("lot", ID)


def _weighed(groups: Groups, selection: Selection, positions: Positions) -> pl.Series:
    """Give the weight of some; a group of the pool that the instruction does not weigh is a RoundError."""
    of = selection.weights.of if selection.weights is not None else {}
    labels = [groups.labels[code] for code in np.unique(groups.codes[positions]).tolist()]
    if absent := [label for label in labels if label not in of]:
        where = Text(f"exercice {selection.id}", f"selection {selection.id}")
        found = Text(f"aucun poids pour « {absent[0]} »", f"no weight for “{absent[0]}”")
        expected = Text("un poids pour chaque groupe de la banque", "a weight for each group of the pool")
        raise RoundError([Fault(where, found, expected, same(f'of = {{ "{absent[0]}" = 1, … }}'))])
    weights = np.array([of.get(label, 0) for label in groups.labels] or [0], dtype=np.int64)
    return pl.Series("weight", weights[groups.codes[positions]])


def label_of(scored: pl.DataFrame, selection: Selection) -> pl.Series:
    """Give the label under which each declaration would be invited: the first of those it is eligible for."""
    label = pl.lit(None, pl.String)
    for stream in reversed(selection.labels or ()):
        label = pl.when(pl.col(f"eligible_{stream}")).then(pl.lit(stream)).otherwise(label)
    return (
        scored.select(label.alias("label")).to_series()
        if selection.labels
        else pl.Series([None] * len(scored), dtype=pl.String)
    )
