"""Columns of a pool: from what a file holds to the types that the law reads, losing nothing in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.faults import Fault, PoolError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rules.attributes import Attribute
    from rules.inputs import Derived
    from rules.regulation import Regulation

ID = "declaration_id"
MARK = "\ue000"  # a private character: no column of a file begins with it
ROW = f"{MARK}row"
INSTANT = pl.Datetime("us", "UTC")
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
WITH_OFFSET = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})$"
)


def column_type(name: str, regulation: Regulation) -> pl.DataType:
    """Give the type that the column of an attribute has once read."""
    attribute = regulation.attributes[name]
    if attribute.type in ("label", "code"):
        return pl.Enum(regulation.inputs[name].labels)
    if attribute.type == "whole":
        bounds = attribute.interval
        return pl.Int16() if (bounds.low or 0) >= -(2**15) and (bounds.high or 0) <= 2**15 else pl.Int32()
    types: dict[str, pl.DataType] = {"boolean": pl.Boolean(), "date": pl.Date(), "instant": INSTANT}
    return types.get(attribute.type, pl.String())


def score_columns(regulation: Regulation) -> list[str]:
    """Name the columns of a breakdown: criteria and groups in the order of the law, score, streams."""
    groups = [group.id for group in regulation.groups[:-1]]
    points = [f"{name}_points" for name in [*[c.id for c in regulation.criteria], *groups]]
    return [ID, *points, "score", *[f"eligible_{stream.id}" for stream in regulation.streams]]


def read_column(column: pl.Series, name: str, regulation: Regulation, shown: str) -> pl.Series:
    """Read one column. A value that cannot be read becomes null; a column of the wrong kind is a PoolError.

    Null stays null. Where null is an answer and the attribute has a label ``none``, see ``with_none``.
    """
    wanted = column_type(name, regulation)
    if column.dtype == wanted:
        return column
    if column.dtype == pl.Null:
        return column.cast(wanted)
    attribute = regulation.attributes[name]
    read = READERS[attribute.type](column, wanted)
    if read is None:
        raise PoolError([_wrong_kind(column, name, attribute, shown)])
    return read.alias(name)


def with_none(column: pl.Series, attribute: Attribute) -> pl.Series:
    """Turn null into the label ``none`` where null is an answer and the law has that label."""
    return column.fill_null("none") if fills_none(attribute) and column.null_count() else column


def fills_none(attribute: Attribute) -> bool:
    """Tell whether null is an answer that has the label ``none``."""
    return attribute.missing == "none" and "none" in attribute.labels and attribute.only_when is None


def tested(source: Derived, columns: Collection[str]) -> pl.Expr:
    """Tell where a test is declared that gives a level; never null."""
    test = source.of[1]
    return (pl.col(test) != "none").fill_null(value=False) if test in columns else pl.lit(value=False)


def _whole(column: pl.Series, wanted: pl.DataType) -> pl.Series | None:
    if column.dtype.is_integer():
        return column.cast(wanted, strict=False)
    if column.dtype.is_float():
        integral = column.is_finite() & (column.floor() == column)
        return pl.select(pl.when(integral).then(column)).to_series().cast(wanted, strict=False)
    if column.dtype == pl.String:
        digits = pl.lit(column).str.strip_chars()
        return (
            pl.select(pl.when(digits.str.contains(r"^-?[0-9]+$")).then(digits)).to_series().cast(wanted, strict=False)
        )
    return None


def _boolean(column: pl.Series, _: pl.DataType) -> pl.Series | None:
    if column.dtype != pl.String:
        return None
    word = pl.lit(column).str.strip_chars().str.to_lowercase()
    return pl.select(pl.when(word == "true").then(True).when(word == "false").then(False)).to_series()  # noqa: FBT003


def _label(column: pl.Series, wanted: pl.DataType) -> pl.Series | None:
    if column.dtype == pl.String or isinstance(column.dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String).cast(wanted, strict=False)
    return None


def _date(column: pl.Series, _: pl.DataType) -> pl.Series | None:
    if column.dtype == pl.String:
        day = pl.lit(column).str.strip_chars()
        iso = pl.when(day.str.contains(DAY)).then(day)
        return pl.select(iso.str.to_date("%Y-%m-%d", strict=False)).to_series()
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is None:
        midnight = pl.lit(column).dt.truncate("1d") == pl.lit(column)
        return pl.select(pl.when(midnight).then(pl.lit(column).dt.date())).to_series()
    return None


def _instant(column: pl.Series, _: pl.DataType) -> pl.Series | None:
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is not None:
        return column.dt.convert_time_zone("UTC").cast(INSTANT)
    if column.dtype != pl.String:
        return None
    parts = pl.lit(column).str.strip_chars()
    seconds = pl.coalesce(parts.str.extract(WITH_OFFSET, 3), pl.lit(":00"))
    offset = (
        parts.str.extract(WITH_OFFSET, 4).str.replace("Z", "+0000", literal=True).str.replace(":", "", literal=True)
    )
    text = parts.str.extract(WITH_OFFSET, 1) + "T" + parts.str.extract(WITH_OFFSET, 2) + seconds + offset
    return (
        pl.select(text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%z", time_unit="us", strict=False))
        .to_series()
        .cast(INSTANT)
    )


def _text(column: pl.Series, _: pl.DataType) -> pl.Series | None:
    return column.cast(pl.String) if isinstance(column.dtype, (pl.Categorical, pl.Enum)) else None


READERS: dict[str, Callable[[pl.Series, pl.DataType], pl.Series | None]] = {
    "whole": _whole,
    "boolean": _boolean,
    "label": _label,
    "code": _label,
    "date": _date,
    "instant": _instant,
    "text": _text,
}

KINDS = {
    "whole": Text("des nombres entiers", "whole numbers"),
    "boolean": Text("true ou false", "true or false"),
    "label": Text("du texte", "text"),
    "code": Text("du texte : un code garde ses zéros de tête", "text: a code keeps its leading zeros"),
    "date": Text(
        "une date qui existe, écrite comme 1990-05-17",
        "a date that exists, written like 1990-05-17",
    ),
    "instant": Text(
        "des instants avec fuseau ou décalage : 2026-04-27T06:30:00-04:00",
        "instants with a zone or an offset: 2026-04-27T06:30:00-04:00",
    ),
    "text": Text("du texte", "text"),
}

REMEDIES = {
    "code": Text("enregistrez la colonne comme texte", "save the column as text"),
    "text": Text("enregistrez la colonne comme texte", "save the column as text"),
    "instant": Text(
        "ajoutez le décalage (ou le fuseau) à chaque instant : sans lui, deux dépôts peuvent changer d’ordre",
        "add the offset (or zone) to each instant: without it two submissions can change order",
    ),
}


def _wrong_kind(column: pl.Series, name: str, attribute: Attribute, shown: str) -> Fault:
    where = Text(f"{shown}, colonne {name}", f"{shown}, column {name}")
    expected = KINDS[attribute.type]
    found = same(str(column.dtype))
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone is None:
        found = Text("des instants sans fuseau", "instants without a zone")
    return Fault(where, found, expected, REMEDIES.get(attribute.type, expected))
