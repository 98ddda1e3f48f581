"""Two laws or instructions on one pool, person by person: scores, ranks, who comes in, who leaves, and cut-offs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.outcomes import Outcome
from ranking.round import run_round
from ranking.simulate.rerun import Rerun
from ranking.simulate.shapley import shapley, subsets
from ranking.simulate.sweep import sweep
from ranking.simulate.variants import Variants
from rules.faults import LawError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from ranking.pool import Pool
    from ranking.round import Round
    from ranking.simulate.changes import Changes

KEPT, GAINED, LOST, NEITHER = "kept", "gained", "lost", "neither"
SIDE = {
    "score": pl.Int32,
    "rank": pl.Int64,
    "invited": pl.Boolean,
    "outcome": pl.String,
    "selection": pl.String,
    "row": pl.Int64,
}


class Keeping(NamedTuple):
    """The places with which a selection would keep its cut-off: from, to. The same where nobody has that score."""

    least: int
    most: int


@dataclass(frozen=True)
class Moved:
    """A selection before and after; ``number`` is its place in the instruction after. None: not there, no cut-off."""

    id: str
    number: int | None
    places: int | None
    candidates: tuple[int | None, int | None]
    invited: tuple[int | None, int | None]
    cut_off: tuple[int | None, int | None]
    keeping: Keeping | None

    @property
    def move(self) -> int | None:
        """How far the cut-off goes up."""
        before, after = self.cut_off
        return None if before is None or after is None else after - before


@dataclass(frozen=True)
class Comparison:
    """Two rounds on one pool. ``people`` has a row for each person who takes part in either.

    Columns: ``declaration_id``, ``score_before``, ``score_after``, ``rank_before``, ``rank_after`` (in the whole order,
    from 1), ``outcome_…``, ``selection_…``, ``change`` (kept, gained, lost, neither), ``row`` in the pool. Of a person
    with several declarations, the one that takes part; who is not known is a person for each declaration.
    """

    before: Round
    after: Round
    people: pl.DataFrame

    @cached_property
    def rerun(self) -> Rerun:
        """The second round, ready to be run again."""
        return Rerun(self.after)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many come in, leave, stay, are in neither."""
        found = dict(self.people["change"].value_counts().rows())
        return {name: int(found.get(name, 0)) for name in (KEPT, GAINED, LOST, NEITHER)}

    @cached_property
    def scores(self) -> dict[str, int]:
        """How many have a higher score, a lower one, the same."""
        moved = self.people["score_after"] - self.people["score_before"]
        return {"up": int((moved > 0).sum()), "down": int((moved < 0).sum()), "same": int((moved == 0).sum())}

    @cached_property
    def selections(self) -> list[Moved]:
        """Say what became of each selection, those that are gone last."""
        was = {result.selection.id: result for result in self.before.results}
        found = []
        for number, ran in enumerate(self.rerun.run()):
            new = self.after.results[number]
            old = was.pop(new.selection.id, None)
            cut = None if old is None else old.cut_off
            counted = new.selection.mechanism == "count" and new.cut_off is not None and cut is not None
            found.append(
                Moved(
                    new.selection.id,
                    number,
                    new.selection.size,
                    (None if old is None else old.candidates, new.candidates),
                    (None if old is None else len(old.taken.positions), len(new.taken.positions)),
                    (cut, new.cut_off),
                    _keeping(ran.contest.scores, cut) if counted and cut is not None else None,
                )
            )
        gone = [
            Moved(
                one.selection.id,
                None,
                one.selection.size,
                (one.candidates, None),
                (len(one.taken.positions), None),
                (one.cut_off, None),
                None,
            )
            for one in was.values()
        ]
        return found + gone


def _keeping(scores: NDArray[np.int32], cut_off: int) -> Keeping:
    most = int((scores >= cut_off).sum())
    return Keeping(min(int((scores > cut_off).sum()) + 1, most), most)


def compare(before: Round, after: Round) -> Comparison:
    """Compare two rounds on one pool, read once."""
    sides = [_side(done).rename({name: f"{name}_{when}" for name in SIDE}) for done, when in _both(before, after)]
    both = sides[0].join(sides[1], on="person", how="full", coalesce=True, maintain_order="left_right")
    invited = [pl.col(f"invited_{when}").fill_null(value=False) for when in ("before", "after")]
    change = (
        pl.when(invited[0] & invited[1])
        .then(pl.lit(KEPT))
        .when(invited[1])
        .then(pl.lit(GAINED))
        .when(invited[0])
        .then(pl.lit(LOST))
        .otherwise(pl.lit(NEITHER))
    )
    row = pl.coalesce("row_before", "row_after")
    people = both.with_columns(change.alias("change"), row.alias("row")).sort("row")
    numbers = before.pool.frame[ID].gather(people["row"]).alias(ID)
    columns = [f"{name}_{when}" for name in ("score", "rank", "outcome", "selection") for when in ("before", "after")]
    return Comparison(before, after, people.select(numbers, *columns, "change", "row"))


def _both(before: Round, after: Round) -> list[tuple[Round, str]]:
    return [(before, "before"), (after, "after")]


def _side(done: Round) -> pl.DataFrame:
    """Give what a round made of each person who takes part, by a key of the person."""
    frame = done.pool.frame
    live = np.flatnonzero(done.sheet.outcome > Outcome.excluded)
    rank = np.zeros(frame.height, dtype=np.int64)
    rank[done.standing.ordered(live)] = np.arange(1, len(live) + 1)
    codes = done.sheet.outcome
    names = pl.Series([outcome.name for outcome in Outcome])
    ids = pl.Series([result.selection.id for result in done.results], dtype=pl.String)
    where = pl.Series(done.sheet.selection)
    person = frame["person_id"] if "person_id" in frame.columns else pl.Series([None] * frame.height, dtype=pl.String)
    known = pl.lit(person).is_not_null() & (pl.lit(person) != "")
    made = pl.select(
        pl.when(known).then("p" + pl.lit(person)).otherwise("d" + pl.lit(frame[ID])).alias("person"),
        pl.lit(done.scored["score"]).alias("score"),
        pl.lit(pl.Series(rank)).alias("rank"),
        pl.lit(pl.Series(codes == Outcome.invited)).alias("invited"),
        pl.lit(names.gather(codes.astype(np.uint32))).alias("outcome"),
        pl.lit(ids.gather(pl.select(pl.when(where >= 0).then(where)).to_series())).alias("selection"),
        pl.int_range(frame.height, dtype=pl.Int64).alias("row"),
    )
    return made[live]


class State(NamedTuple):
    """What a set of changes makes of a pool: who is invited, where selections end, the sum of scores."""

    invited: NDArray[np.bool_]
    cut_offs: dict[str, int | None]
    score: int

    @classmethod
    def of(cls, done: Round) -> State:
        """Keep what is measured of a round."""
        cut_offs = {result.selection.id: result.cut_off for result in done.results}
        return cls(done.sheet.outcome == Outcome.invited, cut_offs, int(done.scored["score"].cast(pl.Int64).sum()))


def decompose(changes: Changes, pool: Pool, base: Round) -> dict[str, list[Fraction]]:
    """Decompose what the changes do: people brought in and left out, the mean score, each cut-off.

    ``score`` is the sum of scores over the pool; ``cut_off ID`` is that of a selection. Changes that only set points
    are run as variants of one sweep, which is faster and the same.
    """
    sets = subsets(len(changes.each))
    run = _by_sweep(changes, pool, sets) or (lambda chosen: State.of(run_round(changes.some(chosen), pool)))
    before = State.of(base)

    def value(chosen: frozenset[int]) -> dict[str, int | None]:
        state = run(chosen) if chosen else before
        fresh, gone = state.invited & ~before.invited, before.invited & ~state.invited
        cut_offs = {f"cut_off {name}": cut_off for name, cut_off in state.cut_offs.items()}
        return {"gained": int(fresh.sum()), "lost": int(gone.sum()), "score": state.score, **cut_offs}

    return shapley(len(changes.each), value)


def _by_sweep(changes: Changes, pool: Pool, sets: Sequence[frozenset[int]]) -> Callable[[frozenset[int]], State] | None:
    """Prepare every set of changes as a variant of points; None where some change does more than set points."""
    scenarios = [change.scenario for change in changes.each if change.scenario is not None]
    if not scenarios or len(scenarios) < len(changes.each):
        return None
    points = [[one for one in each.change if not one.at.endswith(".announced_maximum")] for each in scenarios]
    several = [
        scenarios[0].model_copy(update={"change": tuple(one for n in sorted(chosen) for one in points[n])})
        for chosen in sets
    ]
    law, day = changes.before.regulation, changes.before.facts_on
    try:
        variants = Variants.of_scenarios(law, several)
    except LawError:
        return None
    if not variants.places:
        return None
    swept = sweep(pool.frame, law, variants, facts_on=day)
    rounds = swept.rounds(changes.before, pool)
    ids = [selection.id for selection in changes.before.selections]
    numbers = {chosen: number for number, chosen in enumerate(sets)}

    def run(chosen: frozenset[int]) -> State:
        number = numbers[chosen]
        cut_offs = {name: one.cut_off for name, one in zip(ids, rounds.results(number), strict=True)}
        return State(rounds.taken(number) >= 0, cut_offs, int(swept.scores(number).cast(pl.Int64).sum()))

    return run
