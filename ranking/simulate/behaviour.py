"""Behaviour: a pool after some of its people responded to a rule, the same people at every larger share.

Each answer is a person's own: a number of chance by declaration and response. So those who respond when 10 % do also
respond when 20 % do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking.columns import ID
from ranking.conform import conform
from ranking.scoring import score, with_inputs
from ranking.simulate.projection.chance import Chance
from rules import plain
from rules.conditions import ALWAYS, Condition, ConditionReader
from rules.text import Text

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from ranking.simulate.response import Again, BestOf, Response, ResponseFile, Swap, Where
    from rules.regulation import Regulation

    Flags = NDArray[np.bool_]
    Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Responded:
    """A pool after its responses. ``origin`` is the row, in the pool before, that each row comes from.

    ``could``, ``gained`` and ``did`` count, by response, those of ``who``, those among them of ``only``, and those who
    responded; ``rows`` are the rows, before, of all who did something.
    """

    frame: pl.DataFrame
    origin: Whole
    could: dict[str, int]
    gained: dict[str, int]
    did: dict[str, int]
    rows: Whole


@dataclass(frozen=True)
class Behaviour:
    """Responses to a reform: the file, the law before and after, the day of the facts, the seed."""

    source: ResponseFile
    before: Regulation
    after: Regulation
    day: date
    seed: int

    def respond(self, frame: pl.DataFrame, share: float | None = None) -> Responded:
        """Let people respond. ``frame`` is sorted by its ids; ``share``, in percent, replaces those of the file."""
        now, origin = conform(frame, self.after, self.day), np.arange(frame.height)
        could: dict[str, int] = {}
        gained: dict[str, int] = {}
        did: dict[str, int] = {}
        touched = np.zeros(frame.height, dtype=bool)
        for one in self.source.response:
            other = None if one.again is not None else self._changed(now, one)
            asked = self._who(now, one)
            wants = asked if other is None else asked & self._wants(now, other, one)
            draws = Chance(self.seed, 0).of(f"response {one.id}", frame.height)[origin]
            does = wants & (draws * 100 < (one.share.value if share is None else share))
            could[one.id], gained[one.id], did[one.id] = int(asked.sum()), int(wants.sum()), int(does.sum())
            touched[origin[does]] = True
            if one.again is not None:
                now, origin = self._filed_again(now, origin, does, one.again, one.id)
            elif other is not None:
                now = _mixed(now, other, does)
        return Responded(now, origin, could, gained, did, np.flatnonzero(touched))

    def _who(self, frame: pl.DataFrame, one: Response) -> Flags:
        """Tell who could: known to meet the condition; for a swap, those with a spouse in the pool."""
        return true_of(frame, condition(one.who, self.after, one.id), self.after, self.day)

    def _wants(self, frame: pl.DataFrame, other: pl.DataFrame, one: Response) -> Flags:
        if one.only == "any":
            return np.ones(frame.height, dtype=bool)
        gain = self._points(other, self.after) - self._points(frame, self.after)
        if one.only == "gains":
            return np.asarray(gain > 0)
        earlier = self._points(other, self.before) - self._points(frame, self.before)
        return np.asarray((gain > 0) & (gain > earlier))

    def _points(self, frame: pl.DataFrame, law: Regulation) -> Whole:
        return score(frame, law, facts_on=self.day, breakdown=False)["score"].to_numpy().astype(np.int64)

    def _changed(self, frame: pl.DataFrame, one: Response) -> pl.DataFrame:
        """Give the pool as if everyone responded."""
        if one.swap is not None:
            return _swapped(frame, one.swap)
        if one.best_of is not None:
            return self._best(frame, one.best_of)
        return frame.with_columns(
            pl.lit(value).cast(frame.schema[name], strict=False).alias(name)
            for name, value in (one.set or {}).items()
            if name in frame.columns
        )

    def _best(self, frame: pl.DataFrame, said: BestOf) -> pl.DataFrame:
        """Give everyone the code of their group with the most points; their own where none has more."""
        codes = self.after.inputs[said.column].labels
        groups: dict[str, list[str]] = {}
        for code in codes:
            groups.setdefault(code[: said.digits], []).append(code)
        kind = frame.schema[said.column]
        best, most = frame[said.column], self._points(frame, self.after)
        start = frame[said.column].cast(pl.String).str.slice(0, said.digits)
        for number in range(max(map(len, groups.values()))):
            tried = {group: members[number % len(members)] for group, members in groups.items()}
            column = start.replace_strict(tried, default=None).cast(kind).alias(said.column)
            points = self._points(frame.with_columns(column.fill_null(best)), self.after)
            better = pl.Series(points > most)
            best = pl.select(pl.when(better).then(column).otherwise(best).alias(said.column)).to_series()
            most = np.maximum(points, most)
        return frame.with_columns(best)

    def _filed_again(
        self, frame: pl.DataFrame, origin: Whole, does: Flags, said: Again, name: str
    ) -> tuple[pl.DataFrame, Whole]:
        """Add the further declarations: of the same person where detected, else under a number of its own."""
        rows = np.flatnonzero(does)
        found, sources = [frame], [origin]
        for copy in range(1, said.copies + 1):
            draws = Chance(self.seed, 0).of(f"detected {name} {copy}", int(origin.max(initial=0)) + 1)[origin[rows]]
            mark = f" / {copy + 1}"
            made = frame[rows].with_columns(pl.col(ID) + mark)
            if "person_id" in made.columns:
                same_person = pl.Series(draws * 100 < said.detected.value)
                person = pl.when(same_person).then(pl.col("person_id")).otherwise(pl.col("person_id") + mark)
                made = made.with_columns(person.alias("person_id"))
            found.append(made)
            sources.append(origin[rows])
        return pl.concat(found), np.concatenate(sources)


def condition(said: Where | None, law: Regulation, name: str) -> Condition:
    """Read a condition against a law."""
    where = Text(f"réaction {name}", f"response {name}")
    return ALWAYS if said is None else ConditionReader(where, law.scope).read(said)


def true_of(frame: pl.DataFrame, asked: Condition, law: Regulation, day: date) -> Flags:
    """Tell of which rows a condition is known to be true."""
    inputs, absent = with_inputs(conform(frame, law, day), law, day)
    answer = inputs.with_columns(plain.condition(asked, absent).alias("asked")).select("asked").collect()["asked"]
    found: Flags = answer.fill_null(value=False).to_numpy().copy()
    return found


def _mixed(frame: pl.DataFrame, other: pl.DataFrame, does: Flags) -> pl.DataFrame:
    """Take the rows of those who do from ``other``, the rest from ``frame``."""
    mask = pl.lit(pl.Series(does))
    changed = [name for name in frame.columns if not frame[name].equals(other[name], null_equal=True)]
    return frame.with_columns(
        pl.when(mask).then(pl.lit(other[name])).otherwise(pl.col(name)).alias(name) for name in changed
    )


def _swapped(frame: pl.DataFrame, said: Swap) -> pl.DataFrame:
    """Exchange the partners of every couple; who has no accompanying spouse stays as declared."""
    couple = pl.col(said.couple)
    columns = []
    for mine, theirs in said.pairs.items():
        if mine in frame.columns and theirs in frame.columns:
            columns += [_taken(mine, theirs, frame, couple), _taken(theirs, mine, frame, couple)]
    for name, (one, other) in said.labels.items():
        if name in frame.columns:
            text = pl.col(name).cast(pl.String)
            exchanged = text.replace({one: other, other: one}).cast(frame.schema[name])
            columns.append(pl.when(couple).then(exchanged).otherwise(pl.col(name)).alias(name))
    for name, value in said.otherwise.items():
        if name in frame.columns:
            source = pl.col(value["column"]) if isinstance(value, dict) else pl.lit(value)
            columns.append(pl.when(couple).then(source.cast(frame.schema[name])).otherwise(pl.col(name)).alias(name))
    return frame.with_columns(columns)


def _taken(name: str, source: str, frame: pl.DataFrame, couple: pl.Expr) -> pl.Expr:
    """Take a column from its pair, label by label where the two have lists of their own."""
    kind = frame.schema[name]
    taken = pl.col(source)
    if kind != frame.schema[source]:
        taken = taken.cast(pl.String).cast(kind, strict=False) if isinstance(kind, pl.Enum) else taken.cast(kind)
    return pl.when(couple).then(taken).otherwise(pl.col(name)).alias(name)
