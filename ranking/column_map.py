"""A file that says how a ministry's own columns and codes become those of a program (``--columns FILE.toml``).

What it does not know how to read is kept as it was found, marked, and refused by the check of the pool like any other
bad value: row by row, with its reason.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import available_timezones

import polars as pl
from pydantic import Field

from ranking.columns import MARK
from ranking.faults import Fault, PoolError
from rules.citation import Strict, Words
from rules.faults import LawError, meant
from rules.source import build, read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rules.regulation import Regulation

Plain = str | bool | int | date
WAYS = ("values", "true", "date", "instant", "decimal", "digits")
ISO_INSTANT = "%Y-%m-%d %H:%M:%S%.f"
SPACES = r"[\s\u00a0\u202f]"


class Column(Strict):
    """One of our columns: the name of theirs, or a constant; and at most one way to read its cells.

    ``values`` maps their codes to ours; ``true`` and ``false`` are their words; ``date`` and ``instant`` are formats
    (``%d/%m/%Y``), an instant in the time zone ``zone`` unless its format has ``%z``; ``decimal`` is the sign of
    numbers such as ``7,0``; ``digits`` gives codes kept as numbers their leading zeros. ``empty`` is what an empty cell
    says. Dates and instants written as ISO 8601 does are read whatever the format.
    """

    column: Words | None = None
    constant: Plain | None = None
    values: dict[str, str | bool | int] | None = None
    true: tuple[Words, ...] = Field(default=(), strict=False)
    false: tuple[Words, ...] = Field(default=(), strict=False)
    date: Words | None = None
    instant: Words | None = None
    zone: Words | None = None
    decimal: Literal[",", "."] | None = None
    digits: int | None = Field(default=None, ge=1, le=20)
    empty: Plain | None = None


class MapFile(Strict):
    """The file: which sheet of a workbook, our columns, and theirs that are left out."""

    sheet: Words | None = None
    drop: tuple[Words, ...] = Field(default=(), strict=False)
    columns: dict[str, Column] = Field(min_length=1)


@dataclass(frozen=True)
class ColumnMap:
    """A file of columns that was read and checked by itself; ``name`` is that of the file."""

    name: str
    source: MapFile

    @property
    def theirs(self) -> Mapping[str, str]:
        """The name that a column of ours has with them."""
        return {name: one.column for name, one in self.source.columns.items() if one.column}

    def check_attributes(self, regulation: Regulation) -> None:
        """Refuse columns that no attribute of a program knows."""
        faults = [
            Fault(
                _where(self.name, name),
                Text("une colonne qu’aucun attribut ne connaît", "a column that no attribute knows"),
                Text("une colonne du programme", "a column of the program"),
                meant(name, regulation.attributes, "attributes.toml"),
            )
            for name in self.source.columns
            if name not in regulation.attributes
        ]
        if faults:
            raise PoolError(faults)

    def applied(self, frame: pl.DataFrame, shown: str) -> pl.DataFrame:
        """Give a frame our columns, then theirs that were neither read nor dropped, as they are.

        Raises PoolError: a column of theirs that is missing, or one carried along that has the name of ours.
        """
        used = {*self.theirs.values(), *self.source.drop}
        faults = [
            self._missing(name, frame, shown) for name in dict.fromkeys([*self.theirs.values(), *self.source.drop])
        ]
        rest = [name for name in frame.columns if name not in used]
        faults += [self._collides(name, shown) for name in rest if name in self.source.columns]
        if found := [fault for fault in faults if fault is not None]:
            raise PoolError(found)
        made = [_read(one, frame).alias(name) for name, one in self.source.columns.items()]
        return pl.DataFrame([*made, *(frame[name] for name in rest)])

    def _missing(self, name: str, frame: pl.DataFrame, shown: str) -> Fault | None:
        if name in frame.columns:
            return None
        ours = next((one for one, theirs in self.theirs.items() if theirs == name), "drop")
        found = Text(f"« {name} », absente de {shown}", f"“{name}”, not in {shown}")
        return Fault(
            _where(self.name, ours),
            found,
            Text("une colonne du fichier", "a column of the file"),
            meant(name, frame.columns),
        )

    def _collides(self, name: str, shown: str) -> Fault:
        found = Text(
            f"{shown} a aussi une colonne « {name} », que rien ne lit",
            f"{shown} has a column “{name}” too, which nothing reads",
        )
        return Fault(
            _where(self.name, name),
            found,
            Text("une seule colonne de ce nom", "one column of this name"),
            same(f'drop = ["{name}"]'),
        )


def _where(name: str, column: str) -> Text:
    return Text(f"{name}, colonne {column}", f"{name}, column {column}")


def read_column_map(path: str | Path) -> ColumnMap:
    """Read a file of columns strictly, or raise a PoolError with every fault."""
    file = Path(path)
    if not file.is_file():
        expected = Text("un fichier de colonnes", "a file of columns")
        write = Text("tirage columns suggest en commence un", "tirage columns suggest starts one")
        raise PoolError([Fault(same(file.name), Text("aucun fichier", "no file"), expected, write)])
    try:
        source = build(MapFile, read_toml(file, file.name), file.name)
    except LawError as error:
        raise PoolError(error.faults) from None
    faults = [fault for name, one in source.columns.items() for fault in _incoherent(one, _where(file.name, name))]
    if faults:
        raise PoolError(faults)
    return ColumnMap(file.name, source)


def _incoherent(one: Column, where: Text) -> Iterator[Fault]:
    """Find keys that do not go together."""
    if (one.column is None) == (one.constant is None):
        found = Text("les deux", "both") if one.column else Text("ni l’un ni l’autre", "neither")
        expected = Text("« column » ou « constant »", "“column” or “constant”")
        yield Fault(where, found, expected, same('column = "…"'))
    ways = [way for way in WAYS if getattr(one, way) not in (None, ())]
    if len(ways) > 1 or (ways and one.constant is not None):
        expected = Text("une seule façon de lire la colonne", "one way to read the column")
        yield Fault(where, same(", ".join(ways)), expected, Text("gardez-en une", "keep one"))
    if bool(one.true) != bool(one.false):
        expected = Text("les mots pour oui et pour non", "the words for yes and for no")
        missing = "false" if one.true else "true"
        yield Fault(
            where, Text(f"« {missing} » manque", f"“{missing}” is missing"), expected, same(f'{missing} = ["…"]')
        )
    yield from _bad_words(one, where)
    yield from _bad_instant(one, where)


def _bad_words(one: Column, where: Text) -> Iterator[Fault]:
    both = sorted({*one.true} & {*one.false})
    if both:
        expected = Text("un mot pour oui ou pour non", "a word for yes or for no")
        yield Fault(where, same(", ".join(both)), expected, Text("gardez-le d’un côté", "keep it on one side"))
    if one.date is not None and not all(code in one.date for code in ("%d", "%m", "%Y")):
        expected = Text("un format de date avec %d, %m et %Y", "a format of dates with %d, %m and %Y")
        yield Fault(where, same(f'date = "{one.date}"'), expected, same('date = "%d/%m/%Y"'))


def _bad_instant(one: Column, where: Text) -> Iterator[Fault]:
    if one.zone is not None and (one.instant is None or one.zone not in available_timezones()):
        found = Text(f"le fuseau « {one.zone} »", f"the time zone “{one.zone}”")
        expected = Text("un fuseau qui existe, d’un instant", "a time zone that exists, of an instant")
        yield Fault(where, found, expected, same('zone = "America/Toronto"'))
    if one.instant is not None and one.zone is None and "%z" not in one.instant:
        found = Text("des instants sans fuseau", "instants without a zone")
        expected = Text(
            "leur fuseau : sans lui, deux dépôts peuvent changer d’ordre",
            "their zone: without it two submissions can change order",
        )
        yield Fault(where, found, expected, same('zone = "America/Toronto"'))


def _read(one: Column, frame: pl.DataFrame) -> pl.Series:
    """Read a column as their file has it; a value that cannot be read is marked and kept."""
    if one.column is None:
        return pl.repeat(_written(one.constant), frame.height, dtype=pl.String, eager=True)
    held = frame[one.column]
    if all(getattr(one, way) in (None, ()) for way in WAYS):
        return held if one.empty is None else _text(held).fill_null(_written(one.empty))
    if one.instant is not None and isinstance(held.dtype, pl.Datetime) and held.dtype.time_zone is not None:
        return held
    text = _text(held)
    found = pl.select(_understood(one, pl.lit(text))).to_series()
    kept = pl.select(pl.coalesce(pl.lit(found), MARK + pl.lit(text))).to_series()
    return kept if one.empty is None else kept.fill_null(_written(one.empty))


def _understood(one: Column, text: pl.Expr) -> pl.Expr:
    """Give what the cells say in our words; null where they say nothing that is known."""
    if one.values is not None:
        return _mapped(text, {theirs: _written(ours) or "" for theirs, ours in one.values.items()})
    if one.true:
        return _mapped(text, dict.fromkeys(one.true, "true") | dict.fromkeys(one.false, "false"))
    if one.date is not None:
        return pl.coalesce(text.str.to_date(fmt, strict=False) for fmt in (one.date, "%Y-%m-%d")).dt.to_string("iso")
    if one.instant is not None:
        return _instants(one.instant, one.zone, text)
    if one.decimal is not None:
        plain = text.str.replace_all(SPACES, "")
        sign = "," if one.decimal == "," else r"\."
        return plain.str.extract(rf"^([+-]?[0-9]+)(?:{sign}0*)?$").str.strip_prefix("+")
    return pl.when(text.str.contains(rf"^[0-9]{{1,{one.digits}}}$")).then(text.str.zfill(one.digits or 0))


def _mapped(text: pl.Expr, words: Mapping[str, str]) -> pl.Expr:
    return text.replace_strict(words, default=None, return_dtype=pl.String)


def _instants(fmt: str, zone: str | None, text: pl.Expr) -> pl.Expr:
    """Read instants as UTC; one in the hour that the autumn clock repeats, or that spring skips, cannot be told."""
    if zone is None:
        read = text.str.to_datetime(fmt, strict=False, time_unit="us", time_zone="UTC")
    else:
        naive = pl.coalesce(text.str.to_datetime(one, strict=False, time_unit="us") for one in (fmt, ISO_INSTANT))
        midnight = text.str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us"))
        local = pl.coalesce(naive, midnight).dt.replace_time_zone(zone, ambiguous="null", non_existent="null")
        read = local.dt.convert_time_zone("UTC")
    return read.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ")


def _text(held: pl.Series) -> pl.Series:
    """Write a column as text, without the blanks around it; an empty text is an empty cell."""
    if held.dtype.is_float() and bool((held == held.floor()).all()):
        held = held.cast(pl.Int64)
    plain = pl.lit(held.cast(pl.String)).str.strip_chars()
    return pl.select(pl.when(plain != "").then(plain)).to_series()


def _written(value: Plain | None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Reading:
    """How the files of pools are read: by which columns, from which sheet."""

    columns: ColumnMap | None = None
    sheet: str | None = None

    @property
    def theirs(self) -> Mapping[str, str]:
        """The name that a column of ours has with them."""
        return {} if self.columns is None else self.columns.theirs


PLAIN = Reading()
_CURRENT: ContextVar[Reading | None] = ContextVar("reading", default=None)


def current() -> Reading:
    """Give how this command reads pools: its ``--columns`` and ``--sheet``."""
    return _CURRENT.get() or PLAIN


@contextmanager
def reading(*, columns: ColumnMap | None = None, sheet: str | None = None) -> Iterator[None]:
    """Read pools by some columns, or from some sheet, in what is done inside."""
    now = current()
    token = _CURRENT.set(replace(now, columns=columns or now.columns, sheet=sheet or now.sheet))
    try:
        yield
    finally:
        _CURRENT.reset(token)
