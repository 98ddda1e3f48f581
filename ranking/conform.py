"""Conform: a frame with the types of the law, every value inside its domain, before any engine reads it."""

from __future__ import annotations

from difflib import get_close_matches
from threading import Lock
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.columns import ID, KINDS, read_column, tested, with_none
from ranking.faults import Fault, PoolError
from rules.faults import meant
from rules.inputs import earliest_birth
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from rules.regulation import Regulation

    Span = tuple[int, int] | tuple[date, date]


def conform(frame: pl.DataFrame, regulation: Regulation, facts_on: date) -> pl.DataFrame:
    """Give ``frame`` the types of the law and check that every value lies in its domain, or raise a PoolError."""
    check_columns([ID], frame, regulation, "frame")
    changed, faults = [], []
    for name in (one for one in regulation.attributes if one in frame.columns):
        held = frame[name]
        read = read_column(held, name, regulation, "frame")
        if read.null_count() > held.null_count():
            faults.append(_unreadable(held, read, name, regulation))
        complete = with_none(read, regulation.attributes[name])
        changed += [] if complete is held else [complete]
    if faults:
        raise PoolError(faults)
    typed = frame.with_columns(changed) if changed else frame
    faults = _out_of_domain(typed, regulation, facts_on)
    if faults:
        raise PoolError(faults)
    return typed


def check_columns(also: list[str], frame: pl.DataFrame, regulation: Regulation, shown: str) -> None:
    """Fail because a column is missing: one of ``also``, one that the tables read, or the scores of a test declared."""
    tests = [source.of[2] for source in regulation.levels.values() if source.of[1] in frame.columns]
    wanted = dict.fromkeys([*also, *regulation.needed, *tests])
    missing = [name for name in wanted if name not in frame.columns]
    if missing:
        unknown = [name for name in frame.columns if name not in regulation.attributes]
        raise PoolError([missing_column(name, unknown, shown, name not in also) for name in missing])


def missing_column(name: str, unknown: list[str], shown: str, read: bool) -> Fault:  # noqa: FBT001 - a plain fact
    """Say that a column is missing, and which of the ``unknown`` ones may be meant; ``read`` if the tables read it."""
    where = Text(f"{shown}, colonne {name}", f"{shown}, column {name}")
    expected = Text(
        f"la colonne « {name} », que toute banque doit avoir", f"the column “{name}”, which every pool must have"
    )
    if read:
        expected = Text(f"la colonne « {name} », lue par la grille", f"the column “{name}”, which the tables read")
    close = get_close_matches(name, unknown, n=1, cutoff=0.6)
    write = Text(f"ajoutez la colonne « {name} »", f"add the column “{name}”")
    if close:
        write = Text(f"renommez « {close[0]} » en « {name} »", f"rename “{close[0]}” to “{name}”")
    return Fault(where, Text("colonne absente", "column missing"), expected, write)


def _unreadable(raw: pl.Series, read: pl.Series, name: str, regulation: Regulation) -> Fault:
    bad = raw.filter(read.is_null() & raw.is_not_null())
    where = Text(f"colonne {name}", f"column {name}")
    found = same(", ".join(repr(value) for value in bad.head(3)))
    kind = regulation.attributes[name].type
    expected = KINDS[kind]
    if kind in ("label", "code"):
        expected = Text(f"une valeur de « {name} »", f"a value of “{name}”")
    return Fault(
        where,
        found,
        expected,
        meant(str(bad[0]), regulation.inputs[name].labels, "attributes.toml") if kind == "label" else expected,
        count=len(bad),
    )


def _out_of_domain(frame: pl.DataFrame, regulation: Regulation, facts_on: date) -> list[Fault]:
    """Fail because a number or a date lies outside its domain, or a table would read a null that is no answer."""
    spans = {name: span for name in frame.columns if (span := span_of(name, regulation, facts_on)) is not None}
    faults = [_beyond(frame[name], span, name) for name, span in spans.items() if _reaches_beyond(frame[name], span)]
    for name in regulation.needed:
        if not _must_be_given(name, regulation) or not frame[name].null_count():
            continue
        nulls = frame.select(_unanswered(frame, name, regulation).sum()).item()
        if nulls:
            where = Text(f"colonne {name}", f"column {name}")
            expected = Text("une valeur à chaque ligne", "a value in every row")
            found = Text(f"{nulls} valeurs nulles", f"{nulls} nulls")
            faults.append(Fault(where, found, expected, expected))
    return faults


def _reaches_beyond(column: pl.Series, span: Span) -> bool:
    least: Any = column.min()
    greatest: Any = column.max()
    return least is not None and bool(least < span[0] or greatest > span[1])


def refused_rows(frame: pl.DataFrame, regulation: Regulation, facts_on: date) -> pl.DataFrame:
    """Keep the rows because of which ``conform`` refuses ``frame``: alone they are refused in the same words."""
    wrong = pl.repeat(value=False, n=frame.height, eager=True)
    for name in regulation.attributes:
        if name not in frame.columns:
            continue
        read = read_column(frame[name], name, regulation, "frame")
        wrong |= read.is_null() & frame[name].is_not_null()
        span = span_of(name, regulation, facts_on)
        if span is not None:
            wrong |= ~read.is_between(*span).fill_null(value=True)
    for name in regulation.needed:
        if _must_be_given(name, regulation) and frame[name].null_count():
            wrong |= frame.select(_unanswered(frame, name, regulation)).to_series()
    return frame.filter(wrong)


def _must_be_given(name: str, regulation: Regulation) -> bool:
    attribute = regulation.attributes[name]
    return attribute.missing == "error" and attribute.only_when is None


def _unanswered(frame: pl.DataFrame, name: str, regulation: Regulation) -> pl.Expr:
    """Tell where a column is null and no test stands for it."""
    source = regulation.levels.get(name)
    null = pl.col(name).is_null()
    return null if source is None else null & ~tested(source, frame.columns)


def _beyond(column: pl.Series, span: Span, name: str) -> Fault:
    """Name the values of a column that lie outside ``span``, ends included."""
    wrong = column.filter((column < span[0]) | (column > span[1]))
    where = Text(f"colonne {name}", f"column {name}")
    expected = Text(f"de {span[0]} à {span[1]}", f"from {span[0]} to {span[1]}")
    examples = ", ".join(str(value) for value in wrong.unique().sort().head(3))
    return Fault(where, same(examples), expected, expected, count=len(wrong))


def span_of(name: str, regulation: Regulation, facts_on: date) -> Span | None:
    """Give the least and the greatest value that a column may have, a date as a date; None where it has no ends."""
    attribute = regulation.attributes.get(name)
    if attribute is None:
        return None
    if attribute.type == "whole":
        return attribute.interval.low or 0, (attribute.interval.high or 0) - 1
    if attribute.type == "date" and attribute.years_before is not None:
        return earliest_birth(facts_on, attribute.years_before), facts_on
    return None


def absent_inputs(columns: Collection[str], regulation: Regulation) -> set[str]:
    """Name the inputs that none of ``columns`` gives."""
    return set(regulation.inputs) - {*columns, *regulation.derivable(columns)}


class Conforming:
    """Conforms the parts of a stream, on several threads. A wrong value in one part is told of the whole source.

    Which part comes first is left to chance, so the first that is wrong has the whole source searched: the error has
    every wrong value, and the words that an eager frame would give.
    """

    def __init__(self, source: pl.LazyFrame, regulation: Regulation, facts_on: date) -> None:
        self._source, self._regulation, self._facts_on = source, regulation, facts_on
        self._lock = Lock()
        self._error: PoolError | None = None

    def __call__(self, part: pl.DataFrame) -> pl.DataFrame:
        """Conform one part."""
        try:
            return conform(part, self._regulation, self._facts_on)
        except PoolError as error:
            with self._lock:
                self._error = self._error or self._of_all() or error
            raise self._error from None

    def _of_all(self) -> PoolError | None:
        try:
            conform(
                self._source.map_batches(self._refused, streamable=True).collect(), self._regulation, self._facts_on
            )
        except PoolError as error:
            return error
        return None

    def _refused(self, part: pl.DataFrame) -> pl.DataFrame:
        return refused_rows(part, self._regulation, self._facts_on)
