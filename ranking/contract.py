"""The contract of a pool: what each row must satisfy, as one rule for each thing that must be true of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from ranking.columns import KINDS, MARK, REMEDIES, tested
from ranking.csv_file import RAGGED
from rules import plain
from rules.conditions import Condition, Test
from rules.faults import FEW
from rules.inputs import earliest_birth
from rules.text import Text, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.attributes import Attribute
    from rules.regulation import Regulation


@dataclass(frozen=True)
class RowRule:
    """One thing that must be true of every row: null or false is a bad row."""

    id: str
    column: str
    holds: pl.Expr
    expected: Text
    write: Text
    shows: tuple[str, ...]
    labels: tuple[str, ...] = ()


def last_instant(regulation: Regulation, facts_on: date) -> datetime:
    """Give the end of a local day: without a stated extraction instant, no submission can lie after it."""
    zone = ZoneInfo(regulation.source.time_zone)
    return datetime.combine(facts_on + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)


def unreadable(name: str) -> str:
    """Name the column that marks values which could not be read."""
    return f"{MARK}unreadable {name}"


def repeated(name: str) -> str:
    """Name the column that marks values which another row has too."""
    return f"{MARK}repeated {name}"


def row_rules(frame: pl.DataFrame, regulation: Regulation, facts_on: date, before: datetime) -> list[RowRule]:
    """Give every rule that the rows of ``frame`` must satisfy."""
    rules: list[RowRule] = []
    zone = ZoneInfo(regulation.source.time_zone)
    if RAGGED in frame.columns:
        expected = Text("autant de cellules que l’en-tête", "as many cells as the heading")
        write = Text("vérifiez les séparateurs et les guillemets", "check the separators and the quotes")
        rules.append(RowRule("cells", "", ~pl.col(RAGGED), expected, write, ()))
    for name, attribute in regulation.attributes.items():
        if name in frame.columns:
            rules += _of_column(name, attribute, frame, regulation)
            rules += _of_value(name, attribute, facts_on, before.astimezone(zone))
            rules += _at_most(name, attribute, frame.columns)
    rules += _of_tests(frame, regulation)
    rules += _contradictions(frame, regulation)
    if RAGGED not in frame.columns:
        return rules
    return [rule if rule.id == "cells" else replace(rule, holds=rule.holds | pl.col(RAGGED)) for rule in rules]


def _of_tests(frame: pl.DataFrame, regulation: Regulation) -> Iterator[RowRule]:
    """Hold a level and its test apart: one or the other, and a score where there is a test."""
    for name, source in regulation.levels.items():
        _, test, score = source.of
        if test not in frame.columns or score not in frame.columns:
            continue
        by_test = tested(source, frame.columns)
        expected = Text("un niveau déclaré ou un test, pas les deux", "a level declared or a test, not both")
        write = Text("laissez vide l’un des deux", "leave one of the two empty")
        yield RowRule(f"{name} or test", name, ~by_test | pl.col(name).is_null(), expected, write, (name, test))
        expected = Text("un résultat pour chaque test, et seulement là", "a score for each test, and only there")
        write = Text(
            "ajoutez le résultat ou le test, ou effacez l’autre", "add the score or the test, or clear the other"
        )
        holds = (by_test == pl.col(score).is_not_null()) | _marked(score, frame) | _marked(test, frame)
        yield RowRule(f"{score} with test", score, holds, expected, write, (test, score))


def _of_column(name: str, attribute: Attribute, frame: pl.DataFrame, regulation: Regulation) -> Iterator[RowRule]:
    if unreadable(name) in frame.columns:
        expected = _kind(name, attribute, regulation)
        write = REMEDIES.get(attribute.type, expected) if attribute.type == "instant" else expected
        labels = regulation.inputs[name].labels if name in regulation.inputs else ()
        yield RowRule(f"{name} readable", name, ~pl.col(unreadable(name)), expected, write, (name,), labels)
    if repeated(name) in frame.columns:
        yield once(name)
    needed = name in regulation.needed or attribute.unique or attribute.type == "instant"
    if attribute.only_when is None:
        if attribute.missing == "error" and needed:
            expected = Text("une valeur à chaque ligne", "a value in every row")
            holds = pl.col(name).is_not_null() | _marked(name, frame) | _tested(name, frame, regulation)
            yield RowRule(f"{name} present", name, holds, expected, _kind(name, attribute, regulation), (name,))
        return
    wanted = Condition((tuple(Test(other, (value,)) for other, value in attribute.only_when.items()),))
    absent = [other for other in wanted.inputs if other not in frame.columns]
    there = plain.condition(wanted, absent)
    fr, en = _phrase(attribute.only_when)
    if attribute.missing == "error":
        given = pl.col(name).is_not_null() | _marked(name, frame) | _tested(name, frame, regulation)
        holds = ~there | given | there.is_null()
        expected = Text(f"une valeur, puisque {fr}", f"a value, since {en}")
        shows = (name, *wanted.inputs)
        yield RowRule(f"{name} present", name, holds, expected, _kind(name, attribute, regulation), shows)
    empty = (there | pl.col(name).is_null()) | there.is_null()
    expected = Text(f"rien, sauf si {fr}", f"nothing, unless {en}")
    write = Text(
        "laissez la cellule vide, ou corrigez l’autre colonne", "leave the cell empty, or mend the other column"
    )
    yield RowRule(f"{name} absent", name, empty, expected, write, (name, *wanted.inputs))


def once(name: str) -> RowRule:
    """Say that a value must stand only once."""
    expected = Text("chaque numéro une seule fois", "each number only once")
    write = Text("gardez une seule ligne par numéro", "keep one row a number")
    return RowRule(f"{name} unique", name, ~pl.col(repeated(name)), expected, write, (name,))


def _tested(name: str, frame: pl.DataFrame, regulation: Regulation) -> pl.Expr:
    """Tell where a test stands for a level that is not declared."""
    source = regulation.levels.get(name)
    return pl.lit(value=False) if source is None else tested(source, frame.columns)


def _marked(name: str, frame: pl.DataFrame) -> pl.Expr:
    """Leave a value that cannot be read to its own rule."""
    return pl.col(unreadable(name)) if unreadable(name) in frame.columns else pl.lit(value=False)


def _phrase(needed: Mapping[str, bool | int | str]) -> Text:
    pairs = [(other, str(value).lower() if isinstance(value, bool) else str(value)) for other, value in needed.items()]
    fr = " et ".join(f"{other} = {value}" for other, value in pairs)
    return Text(fr, " and ".join(f"{other} = {value}" for other, value in pairs))


def _kind(name: str, attribute: Attribute, regulation: Regulation) -> Text:
    """Say what a value of a column looks like."""
    if attribute.type == "whole":
        low, high = attribute.interval.low, (attribute.interval.high or 0) - 1
        return Text(f"un nombre entier de {low} à {high}", f"a whole number from {low} to {high}")
    if attribute.type == "label":
        labels = regulation.inputs[name].labels
        if len(labels) <= FEW:
            return Text(f"l’un de : {listed(labels)}", f"one of: {listed(labels)}")
        return Text(
            f"l’une des {len(labels)} valeurs de « {name} », dans attributes.toml",
            f"one of the {len(labels)} labels of “{name}”, in attributes.toml",
        )
    if attribute.type == "code":
        count, first = len(regulation.inputs[name].labels), regulation.inputs[name].labels[0]
        return Text(
            f"l’un des {count} codes de la liste « {attribute.list} », en texte, comme {first}",
            f"one of the {count} codes of the list “{attribute.list}”, as text, like {first}",
        )
    return KINDS[attribute.type]


def _of_value(name: str, attribute: Attribute, facts_on: date, before: datetime) -> Iterator[RowRule]:
    column = pl.col(name)
    if attribute.type == "whole":
        low, high = attribute.interval.low or 0, (attribute.interval.high or 0) - 1
        expected = Text(f"un nombre entier de {low} à {high}", f"a whole number from {low} to {high}")
        holds = column.is_between(low, high) | column.is_null()
        yield RowRule(f"{name} bounds", name, holds, expected, expected, (name,))
    if attribute.type == "date" and attribute.years_before is not None:
        first = earliest_birth(facts_on, attribute.years_before)
        expected = Text(f"une date du {first} au {facts_on}", f"a date from {first} to {facts_on}")
        holds = column.is_between(first, facts_on) | column.is_null()
        yield RowRule(f"{name} bounds", name, holds, expected, expected, (name,))
    if attribute.type == "instant":
        shown = before.isoformat()
        expected = Text(f"un instant avant l’extraction ({shown})", f"an instant before the extraction ({shown})")
        write = Text(
            "une extraction ne contient que ce qui a été déposé avant elle",
            "an extraction holds only what was submitted before it",
        )
        yield RowRule(
            f"{name} bounds", name, (column < before.astimezone(UTC)) | column.is_null(), expected, write, (name,)
        )
    if attribute.unique:
        expected = Text("un numéro non vide", "a number that is not empty")
        write = Text("un numéro propre à cette déclaration", "a number that only this declaration has")
        yield RowRule(f"{name} filled", name, (column != "") | column.is_null(), expected, write, (name,))


def _at_most(name: str, attribute: Attribute, columns: list[str]) -> Iterator[RowRule]:
    for other in attribute.at_most:
        if other in columns:
            holds = (pl.col(name) <= pl.col(other)) | pl.col(name).is_null() | pl.col(other).is_null()
            expected = Text(f"au plus « {other} »", f"at most “{other}”")
            write = Text("corrigez l’une des deux colonnes", "mend one of the two columns")
            yield RowRule(f"{name} at most {other}", name, holds, expected, write, (name, other))


def _contradictions(frame: pl.DataFrame, regulation: Regulation) -> Iterator[RowRule]:
    for contradiction in regulation.contradictions:
        names = contradiction.where.inputs
        if all(name in frame.columns for name in names):
            holds = ~plain.condition(contradiction.where, ()).fill_null(value=False)
            title = contradiction.title
            expected = Text(f"jamais : {title.fr}", f"never: {title.en}")
            write = Text(f"corrigez {' ou '.join(names)}", f"mend {' or '.join(names)}")
            yield RowRule(contradiction.id, ", ".join(names), holds, expected, write, names)
