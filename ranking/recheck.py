"""An invited person scored again when the full application arrives: as declared then, as proven, on both days.

The law that invited goes on counting for who was invited; that of the later day stands beside it where it differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.columns import ID
from ranking.contract import last_instant
from ranking.faults import Fault, PoolError, RoundError
from ranking.pool import check_pool
from rules.conditions import all_of, any_of
from rules.explain import explain, values_of
from rules.faults import LawError, meant
from rules.text import Text, same
from rules.titles import input_title, shown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from ranking.kept import Kept
    from rules.explain import Explanation
    from rules.regulation import Regulation

DECLARED = "declared"


@dataclass(frozen=True)
class Instant:
    """One reading: whose facts, on which day, under the law of which day.

    ``eligible``: for a stream of the selection that invited, and under its filter; None is unknown.
    """

    id: str
    title: Text
    facts_on: date
    law_on: date
    explained: Explanation
    eligible: bool | None

    @property
    def score(self) -> int:
        """The total of this reading."""
        return self.explained.score


@dataclass(frozen=True)
class Field:
    """One attribute as declared and as proven."""

    name: str
    title: Text
    declared: Text
    proven: Text


@dataclass(frozen=True)
class Recheck:
    """An invited declaration at both instants. ``fields`` has what differs; None where nothing declared is at hand.

    ``cut_off`` is the score of the last taken of the selection that invited; equal to it still stands.
    """

    declaration_id: str
    selection: str
    rank: int
    score: int
    cut_off: int
    instants: tuple[Instant, ...]
    fields: tuple[Field, ...] | None

    def above(self, instant: Instant) -> bool:
        """Tell whether a reading is at or above the cut-off of the selection."""
        return instant.score >= self.cut_off

    @property
    def stands(self) -> bool | None:
        """Tell whether every reading under the law of the invitation is still eligible and not below the cut-off."""
        readings = [one for one in self.instants if one.law_on == self.instants[0].law_on]
        if any(not self.above(one) or one.eligible is False for one in readings):
            return False
        return None if any(one.eligible is None for one in readings) else True


def recheck(
    kept: Kept, declaration_id: str, full: pl.DataFrame, *, at: date | None = None, before: pl.DataFrame | None = None
) -> Recheck:
    """Score an invited declaration again from ``full``, a frame with its row as proven.

    ``before`` is the pool of the round, for what was declared; ``at`` the day of the application, by default the day of
    the round's facts. Who was not invited, or is not in ``full``, is an error that names the number.
    """
    invited = kept.invitations.filter(pl.col(ID) == declaration_id)
    if invited.is_empty():
        raise RoundError([_not_invited(kept, declaration_id)])
    row = invited.row(0, named=True)
    instruction, day = kept.instruction, at or kept.instruction.facts_on
    law, facts_on = instruction.regulation, instruction.facts_on
    declared = None if before is None else declaration_of(before, declaration_id, law, facts_on)
    proven = declaration_of(full, declaration_id, law, day)
    readings = [] if declared is None else [(DECLARED, AS_DECLARED, declared, law, facts_on)]
    readings.append(("proven", AS_PROVEN, proven, law, facts_on))
    if day != facts_on:
        readings.append(("proven_later", LATER, proven, law, day))
    later = _law_of(kept, day)
    if later is not None and later.hash != law.hash:
        readings.append(("later_law", LATER_LAW, proven, later, day))
    instants = tuple(_instant(*one, kept, row["selection"]) for one in readings)
    _check_declared(declared, instants, row)
    fields = None if declared is None else tuple(_fields(declared, proven, law))
    cut_off = kept.cut_offs[row["selection"]]
    return Recheck(
        declaration_id,
        row["selection"],
        row["rank"],
        row["score"],
        row["score"] if cut_off is None else cut_off,
        instants,
        fields,
    )


AS_DECLARED = Text("déclaré, au jour de la ronde", "as declared, on the day of the round")
AS_PROVEN = Text("prouvé, au jour de la ronde", "as proven, on the day of the round")
LATER = Text("prouvé, au jour de la demande", "as proven, on the day of the application")
LATER_LAW = Text("prouvé, règle du jour de la demande", "as proven, law of the day of the application")


def declaration_of(frame: pl.DataFrame, declaration_id: str, regulation: Regulation, on: date) -> dict[str, Any]:
    """Find one declaration in a frame, checked as a pool is. None, or several, is a PoolError."""
    if ID not in frame.columns:
        check_pool(frame, regulation, facts_on=on)
    found = frame.filter(pl.col(ID).cast(pl.String) == declaration_id)
    if found.is_empty():
        expected = Text("une déclaration de la banque", "a declaration of the pool")
        write = meant(declaration_id, frame[ID].cast(pl.String).head(1000).drop_nulls().to_list())
        raise PoolError([Fault(same(ID), same(declaration_id), expected, write)])
    pool = check_pool(found, regulation, facts_on=on, extracted_at=last_instant(regulation, on))
    return pool.frame.row(0, named=True)


def _instant(
    name: str,
    title: Text,
    declaration: Mapping[str, Any],
    law: Regulation,
    facts_on: date,
    kept: Kept,
    selection: str,
) -> Instant:
    """Read a declaration once: its points, its streams, and the filter of the selection that invited."""
    found = explain(declaration, law, facts_on)
    number, said = next((n, one) for n, one in enumerate(kept.instruction.selections) if one.id == selection)
    answers = [one.holds for one in found.streams if not said.stream or one.id in said.stream]
    eligible = any_of(answers) if answers else not law.streams
    where = kept.instruction.conditions[number].holds(values_of(declaration, law, facts_on))
    return Instant(name, title, facts_on, law.day, found, all_of([eligible, where]))


def _law_of(kept: Kept, day: date) -> Regulation | None:
    """Give the law of a later day, as the folder of the round has it; None where the folder does not know that day."""
    try:
        return kept.instruction.law.on(day)
    except LawError:
        return None


def _check_declared(declared: Mapping[str, Any] | None, instants: tuple[Instant, ...], row: Mapping[str, Any]) -> None:
    """Fail because what is said to have been declared does not give the score of the invitation."""
    if declared is None or instants[0].score == row["score"]:
        return
    found = Text(f"{instants[0].score} points", f"{instants[0].score} points")
    expected = Text(f"les {row['score']} points de l’invitation", f"the {row['score']} points of the invitation")
    write = Text("--before avec la banque de la ronde", "--before with the pool of the round")
    raise RoundError([Fault(same(row[ID]), found, expected, write)])


def _fields(declared: Mapping[str, Any], proven: Mapping[str, Any], law: Regulation) -> list[Field]:
    """Give the attributes that differ, in the order of the law; one that only one of the two has is told too."""
    found = []
    for name in law.attributes:
        there = name in declared or name in proven
        if there and declared.get(name) != proven.get(name):
            values = [
                _shown(name, one[name], law) if name in one else Text("pas de colonne", "no column")
                for one in (declared, proven)
            ]
            found.append(Field(name, input_title(name, law), *values))
    return found


def _shown(name: str, value: Any, law: Regulation) -> Text:  # noqa: ANN401 - any value of a pool
    plain = isinstance(value, (bool, int, str)) or value is None
    return shown(value, name, law) if plain else same(str(value))


def _not_invited(kept: Kept, declaration_id: str) -> Fault:
    found = kept.outcomes.filter(pl.col(ID) == declaration_id)
    said = Text("absente de la banque de la ronde", "not in the pool of the round")
    if found.height:
        code = found["outcome"][0]
        said = Text(f"issue : {code}", f"outcome: {code}")
    expected = Text("une déclaration invitée par cette ronde", "a declaration that this round invited")
    write = Text("un numéro de invitations.parquet", "a number of invitations.parquet")
    return Fault(same(declaration_id), said, expected, write)
