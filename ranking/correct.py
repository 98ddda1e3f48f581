"""Correction: a round run again on a corrected pool, who should have been in and was not, and what a remedy moves.

The folder of the round is never written over: a correction that somebody signs stands beside it, numbered.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from ranking import fingerprint
from ranking.columns import ID
from ranking.faults import Fault, RoundError
from ranking.kept import check_same_pool
from ranking.receipt import of_instruction
from ranking.round import run_round
from ranking.scoring import score
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.kept import Kept
    from ranking.pool import Pool
    from ranking.round import Round

FORMAT = 1
CORRECTIONS = "corrections"
Remedy = Literal["add", "void"]
SETS = {
    "should_have_been_in": Text("auraient dû être invitées, et ne le furent pas", "should have been in and were not"),
    "should_not_have_been_in": Text("invitées, et n’auraient pas dû l’être", "were in and should not have been"),
    "unchanged_in": Text("invitées dans les deux cas", "in, both times"),
    "unchanged_out": Text("non invitées dans les deux cas", "out, both times"),
}
REMEDIES = {
    "add": Text("ajouter les personnes omises, ne retirer personne", "add those missed, withdraw nobody"),
    "void": Text("annuler la ronde et la refaire", "void the round and run it again"),
}


@dataclass(frozen=True)
class Effect:
    """What a remedy does: how many are invited before and after, added, withdrawn, and invited again otherwise."""

    remedy: Remedy
    before: int
    added: int
    withdrawn: int
    moved: int
    after: int

    @property
    def people(self) -> int:
        """How many people the remedy changes something for."""
        return self.added + self.withdrawn + self.moved


@dataclass(frozen=True)
class Correction:
    """A kept round beside the same instruction on a corrected pool.

    ``rows`` has every declaration of either pool once: ``declaration_id``, ``set``, ``selection_before``,
    ``selection_after``, ``outcome_before``, ``outcome_after`` (null where the pool did not have it), ``score_before``
    (null where the folder does not tell and the pool of the round is not given), ``score_after`` and ``corrected``
    (null without the pool of the round): did the declaration itself change. Sorted by ``declaration_id``.
    """

    kept: Kept
    again: Round
    rows: pl.DataFrame

    @property
    def sets(self) -> dict[str, int]:
        """How many declarations each of the four sets has."""
        found = dict(self.rows["set"].value_counts().rows())
        return {name: found.get(name, 0) for name in SETS}

    @property
    def moved(self) -> int:
        """How many are invited both times, but in another selection."""
        both = self.rows.filter(pl.col("set") == "unchanged_in")
        return int(both["selection_before"].ne_missing(both["selection_after"]).sum())

    def effect(self, remedy: Remedy) -> Effect:
        """Say what a remedy moves. Adding revokes nobody, so that the count grows; voiding takes the new list."""
        sets = self.sets
        missed, wrong, both = (sets[n] for n in ("should_have_been_in", "should_not_have_been_in", "unchanged_in"))
        if remedy == "add":
            return Effect("add", wrong + both, missed, 0, 0, wrong + both + missed)
        return Effect("void", wrong + both, missed, wrong, self.moved, both + missed)

    def of(self, name: str) -> pl.DataFrame:
        """Give the rows of one set, the highest score first, then by number."""
        return self.rows.filter(pl.col("set") == name).sort(
            ["score_after", ID], descending=[True, False], nulls_last=True
        )


def correct(kept: Kept, corrected: Pool, before: Pool | None = None, *, shown: str = "frame") -> Correction:
    """Run a kept round again on a corrected pool: same instruction, law and exclusions.

    ``before`` is the pool of the round, where it is at hand: it gives every score before, and tells whose declaration
    changed. Another pool is a RoundError that names ``shown``. The same pool changes nobody.
    """
    if before is not None:
        check_same_pool(kept, before, shown)
    again = run_round(kept.instruction, corrected, kept.contribution)
    was = kept.outcomes.rename({"outcome": "outcome_before", "selection": "selection_before"})
    was = was.join(_scores_before(kept, before), on=ID, how="left")
    now = again.outcomes.rename({"outcome": "outcome_after", "selection": "selection_after"})
    points = pl.DataFrame([corrected.frame[ID], again.scored["score"].alias("score_after")])
    rows = was.join(now.join(points, on=ID, how="left"), on=ID, how="full", coalesce=True)
    rows = rows.with_columns(_set().alias("set")).join(_changed(before, corrected), on=ID, how="left")
    order = [ID, "set", "selection_before", "selection_after", "outcome_before", "outcome_after"]
    return Correction(kept, again, rows.select(*order, "score_before", "score_after", "corrected").sort(ID))


def _set() -> pl.Expr:
    was = (pl.col("outcome_before") == "invited").fill_null(value=False)
    now = (pl.col("outcome_after") == "invited").fill_null(value=False)
    both = pl.when(was & now).then(pl.lit("unchanged_in")).when(was).then(pl.lit("should_not_have_been_in"))
    return both.when(now).then(pl.lit("should_have_been_in")).otherwise(pl.lit("unchanged_out"))


def _scores_before(kept: Kept, before: Pool | None) -> pl.DataFrame:
    """Give the scores that the round had: of all with its pool, else of those invited."""
    if before is None:
        return kept.invitations.select(ID, score_before="score")
    scored = score(before.frame, kept.instruction.regulation, facts_on=kept.instruction.facts_on, breakdown=False)
    return scored.select(ID, score_before="score")


def _changed(before: Pool | None, after: Pool) -> pl.DataFrame:
    """Tell whose declaration is not what it was; null where nobody can tell. Who came or left has changed."""
    if before is None:
        return pl.DataFrame(
            {ID: after.frame[ID], "corrected": pl.Series([None] * after.frame.height, dtype=pl.Boolean)}
        )
    names = [name for name in after.frame.columns if name in before.frame.columns and name != ID]
    both = before.frame.select(ID, *names).join(
        after.frame.select(ID, *names), on=ID, how="full", coalesce=True, suffix=" after"
    )
    there = [pl.col(f"{name} after").ne_missing(pl.col(name)) for name in names]
    return both.select(ID, corrected=pl.any_horizontal(pl.lit(value=False), *there))


def sign(found: Correction, *, remedy: Remedy, by: str, reason: str) -> Path:
    """Write a correction beside its round, as ``corrections/<n>.json`` with the next free number, and give its path.

    Holds no clock. Nothing that is there is written over. An empty name or reason is a RoundError.
    """
    for name, words in (("--by", by), ("--reason", reason)):
        if not words.strip():
            expected = Text("un nom et un motif", "a name and a reason")
            raise RoundError([Fault(same(name), Text("rien", "nothing"), expected, same(f'{name} "…"'))])
    folder = found.kept.folder / CORRECTIONS
    folder.mkdir(exist_ok=True)
    numbers = [int(path.stem) for path in folder.glob("*.json") if path.stem.isdecimal()]
    path = folder / f"{max(numbers, default=0) + 1}.json"
    said = {**record(found, remedy), "by": by, "reason": reason}
    with path.open("x", encoding="utf-8") as file:
        file.write(json.dumps(said, ensure_ascii=False, indent=2) + "\n")
    return path


def record(found: Correction, remedy: Remedy) -> dict[str, Any]:
    """Give a correction as plain values: what went in, the sets with the numbers of who changes, what it moves.

    This is what a ledger takes beside the round: ids and fingerprints, no attribute of anyone.
    """
    before = found.kept.receipt["fingerprints"]
    effect = found.effect(remedy)
    return {
        "format": FORMAT,
        "program": found.kept.receipt["program"],
        "round": found.kept.receipt["round"],
        "remedy": remedy,
        "fingerprints": {
            "law": before["law"],
            "instruction": of_instruction(found.again.instruction),
            "pool": before["pool"],
            "invitations": before["invitations"],
            "corrected_pool": found.again.pool.fingerprint,
            "corrected_invitations": fingerprint.of_frame(found.again.invitations, ["selection", "rank"]),
        },
        "sets": found.sets,
        "moved": found.moved,
        "invited_before": effect.before,
        "invited_after": effect.after,
        **{name: found.of(name)[ID].sort().to_list() for name in ("should_have_been_in", "should_not_have_been_in")},
    }
