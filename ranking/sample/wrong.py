"""Wrong rows: damage as pools have in life, so that the check of a pool has something to find.

Each way of going wrong names the attributes that it can spoil under a law, and gives the values that spoil them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from ranking import contract
from ranking.sample.draws import Draws
from rules.inputs import earliest_birth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from ranking.sample.draws import Whole
    from rules.attributes import Attribute
    from rules.conditions import Test
    from rules.domains import Value
    from rules.regulation import Regulation

    Fits = Callable[[str, Attribute, Regulation], bool]
    Targets = Callable[[Regulation], list[str]]
    Spoil = Callable[["Spoiler", str, Whole], Mapping[str, pl.Series]]

MOST_BEYOND = 12  # months, levels, days: how far a value lies outside its domain at most


@dataclass(frozen=True)
class Spoiler:
    """What a way of going wrong may look at: the pool as it is by now, the law, the day, and draws of its own."""

    frame: pl.DataFrame
    regulation: Regulation
    draws: Draws
    on: date

    def attribute(self, name: str) -> Attribute:
        """The attribute of a column."""
        return self.regulation.attributes[name]

    def beyond(self, name: str, rows: Whole) -> Whole:
        """Draw how far values lie outside their domain: from 1 on."""
        return self.draws.whole(f"beyond {name}", 1, MOST_BEYOND + 1)[rows]


def damage(frame: pl.DataFrame, regulation: Regulation, draws: Draws, on: date, wrong_share: float) -> pl.DataFrame:
    """Spoil ``wrong_share`` of the rows, rounded: those that ``check_pool`` finds bad are these rows and no others.

    Every way of going wrong that the law has room for gets the same share of them. Columns that hold what cannot be
    read become text; the other rows keep their values.
    """
    own = Draws(draws.seed, draws.size, "wrong")
    bad = own.shuffled("rows")[: round(draws.size * wrong_share)]
    ways = [(targets, spoil) for targets, spoil in WAYS if targets(regulation)]
    for number, (targets, spoil) in enumerate(ways):
        names = targets(regulation)
        for position, name in enumerate(names):
            rows = bad[number :: len(ways)][position :: len(names)]
            if len(rows):
                for column, values in spoil(Spoiler(frame, regulation, own, on), name, rows).items():
                    frame = _put(frame, column, rows, values)
    return frame


def _put(frame: pl.DataFrame, name: str, rows: Whole, values: pl.Series) -> pl.DataFrame:
    """Give some rows other values in a column; text turns the whole column into text."""
    column = frame[name]
    if values.dtype == pl.String:
        column = column.cast(pl.String)
    source = np.arange(len(column), dtype=np.int64)
    source[rows] = len(column) + np.arange(len(rows))
    return frame.with_columns(pl.concat([column, values.cast(column.dtype)]).gather(source).alias(name))


def _where(fits: Fits, first: int | None = None) -> Targets:
    """Make the list of attributes that a way of going wrong can spoil."""

    def targets(law: Regulation) -> list[str]:
        return [n for n, a in law.attributes.items() if not (a.descriptive or a.optional) and fits(n, a, law)][:first]

    return targets


def _missing(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Leave out a value that every row must have."""
    return {name: spoiler.frame[name].clear(len(rows))}


def _needed(name: str, attribute: Attribute, regulation: Regulation) -> bool:
    checked = name in regulation.needed or attribute.unique or attribute.type == "instant"
    return attribute.missing == "error" and attribute.only_when is None and checked


def _out_of_range(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give a whole number above its domain: 66 months within five years."""
    return {name: pl.Series((spoiler.attribute(name).interval.high or 0) - 1 + spoiler.beyond(name, rows))}


def _impossible_date(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give a date before the first that can be true: the century of a birth date mistaken."""
    first = earliest_birth(spoiler.on, spoiler.attribute(name).years_before or 0)
    days = spoiler.beyond(name, rows).tolist()
    return {name: pl.Series([first - timedelta(days=day) for day in days], dtype=pl.Date)}


def _too_late(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give an instant after the day of the pool: a submission after the extraction."""
    end = contract.last_instant(spoiler.regulation, spoiler.on)
    hours = spoiler.beyond(name, rows).tolist()
    return {name: pl.Series([end + timedelta(hours=hour) for hour in hours], dtype=spoiler.frame[name].dtype)}


def _more_than_all(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give more of one quantity than of another that holds it: more months in Québec than in all."""
    other = spoiler.attribute(name).at_most[0]
    top = min(spoiler.attribute(each).interval.high or 0 for each in (name, other)) - 1
    held = spoiler.frame[other].gather(rows).fill_null(0).clip(spoiler.attribute(other).interval.low, top - 1)
    return {other: held, name: held + 1}


def _mixed_up(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Leave out what applies and give what does not: a spouse's fields without a spouse."""
    column = spoiler.frame[name]
    known = column.drop_nulls() if column.null_count() < len(column) else _anything(spoiler, name)
    given = known.gather(spoiler.draws.of(f"borrowed {name}")[rows] * len(known) >> 32)
    return {name: given.zip_with(column.gather(rows).is_null(), column.clear(len(rows)))}


def _anything(spoiler: Spoiler, name: str) -> pl.Series:
    """Give some value of a column that has none."""
    attribute, column = spoiler.attribute(name), spoiler.frame[name]
    if attribute.type == "date":
        return pl.Series([spoiler.on]).cast(column.dtype)
    return pl.Series([next(iter(spoiler.regulation.inputs[name].answers))]).cast(column.dtype)


def _depends_on_certain(_: str, attribute: Attribute, regulation: Regulation) -> bool:
    """Only where a null says that the column does not apply: elsewhere it may be an answer, or not known."""
    others = [regulation.attributes[other] for other in attribute.only_when or ()]
    return (
        attribute.missing == "error"
        and bool(others)
        and all(other.missing == "error" and other.only_when is None for other in others)
    )


def _twice(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give two rows one number; the last of an odd number of rows has none."""
    numbers = spoiler.frame[name].gather(rows)
    pairs = np.arange(len(rows)) // 2 * 2
    lonely = pl.Series(np.arange(len(rows)) == len(rows) // 2 * 2)
    return {name: numbers.clear(len(rows)).zip_with(lonely, numbers.gather(pairs))}


def _contradiction(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Say the two things that a contradiction of the law names, and empty what then does not apply."""
    where = next(c.where for c in spoiler.regulation.contradictions if c.where.inputs[0] == name)
    said = {test.input: _satisfying(test, spoiler.regulation) for test in where.options[0]}
    values = {other: pl.repeat(value, len(rows), eager=True) for other, value in said.items()}
    there = [(n, a) for n, a in spoiler.regulation.attributes.items() if n in spoiler.frame.columns]
    for other, attribute in there:
        if any(said.get(key, value) != value for key, value in (attribute.only_when or {}).items()):
            values.setdefault(other, spoiler.frame[other].clear(len(rows)))
    return {other: column.cast(spoiler.frame[other].dtype) for other, column in values.items()}


def _satisfying(test: Test, regulation: Regulation) -> Value:
    return next(answer for answer in regulation.inputs[test.input].answers if test.holds(answer))


def _contradictory(name: str, _: Attribute, regulation: Regulation) -> bool:
    wheres = [c.where for c in regulation.contradictions]
    return any(where.inputs[0] == name and set(where.inputs) <= set(regulation.attributes) for where in wheres)


def _lost_zero(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give a code without its leading zeros, as a spreadsheet writes it."""
    codes = pl.Series(_zeros(spoiler.regulation.inputs[name].labels))
    return {name: codes.gather(spoiler.draws.of(f"zero {name}")[rows] * len(codes) >> 32)}


def _zeros(codes: tuple[str, ...]) -> list[str]:
    return [bare for code in codes if (bare := code.lstrip("0")) != code and bare not in codes]


def _unknown_word(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give a word or a code that the law does not have."""
    known = spoiler.regulation.inputs[name].labels
    word = "99999" if spoiler.attribute(name).type == "code" else "autre"
    return {name: pl.repeat(word if word not in known else f"{word}?", len(rows), dtype=pl.String, eager=True)}


def _word_for_number(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give a number as people write it who do not know it exactly."""
    return {name: pl.Series([f"env. {number}" for number in spoiler.beyond(name, rows).tolist()], dtype=pl.String)}


def _day_first(spoiler: Spoiler, name: str, rows: Whole) -> Mapping[str, pl.Series]:
    """Give a date with its day first."""
    days = [spoiler.on - timedelta(days=9_000 + day) for day in spoiler.beyond(name, rows).tolist()]
    return {name: pl.Series(days, dtype=pl.Date).dt.strftime("%d/%m/%Y")}


# What it can spoil, and how. Values of the right type first: those that turn a column into text come last.
WAYS: tuple[tuple[Targets, Spoil], ...] = (
    (_where(lambda _, a, __: a.type == "whole"), _out_of_range),
    (_where(_depends_on_certain), _mixed_up),
    (_where(lambda _, a, __: a.unique), _twice),
    (_where(lambda _, a, __: a.type == "instant"), _too_late),
    (_where(lambda _, a, __: bool(a.at_most)), _more_than_all),
    (_where(_contradictory), _contradiction),
    (_where(_needed), _missing),
    (_where(lambda _, a, __: a.type == "date" and a.years_before is not None), _impossible_date),
    (_where(lambda n, a, r: a.type == "code" and bool(_zeros(r.inputs[n].labels))), _lost_zero),
    (_where(lambda _, a, __: a.type in ("label", "code")), _unknown_word),
    (_where(lambda _, a, __: a.type == "whole", first=1), _word_for_number),
    (_where(lambda _, a, __: a.type == "date", first=1), _day_first),
)
