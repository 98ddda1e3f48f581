"""A first file of columns, written from the names and values of a ministry's own file: to be read over by a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from ranking.columns import WITH_OFFSET
from ranking.likeness import matched, words
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.attributes import Attribute
    from rules.regulation import Regulation

MOST_VALUES = 60
DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d")
TIMES = ("%H:%M:%S", "%H:%M:%S%.f", "%H:%M", "%Hh%M", "%H h %M")
YES = frozenset(["oui", "o", "yes", "y", "true", "vrai", "v", "t", "1", "x"])
NO = frozenset(["non", "n", "no", "false", "faux", "f", "0"])


@dataclass(frozen=True)
class Suggestion:
    """The file, and what a person must still say: theirs and ours that nothing matches, values that nothing maps."""

    toml: str
    matched: dict[str, str]
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    values: dict[str, tuple[str, ...]]


def suggest(
    frame: pl.DataFrame, regulation: Regulation, shown: str, lang: Lang, sheet: str | None = None
) -> Suggestion:
    """Write a file of columns for a frame of text, with comments in a language."""
    known = {name: (name, one.title.fr, one.title.en) for name, one in regulation.attributes.items()}
    pairs = {ours: theirs for theirs, ours in matched(frame.columns, known).items()}
    theirs = tuple(name for name in frame.columns if name not in pairs.values())
    needed = tuple(
        name
        for name, one in regulation.attributes.items()
        if name not in pairs and not one.descriptive and not one.optional
    )
    lines = [*_head(shown, regulation, theirs, sheet, lang)]
    values: dict[str, tuple[str, ...]] = {}
    for name, attribute in regulation.attributes.items():
        if name in pairs:
            read = _Read(name, attribute, pairs[name], _text(frame[pairs[name]]), regulation, lang)
            lines += ["", *read.lines()]
            if read.unknown:
                values[name] = tuple(read.unknown)
        elif name in needed:
            lines += ["", f"# [columns.{name}]  # {attribute.title.text.to(lang)}", '# column = "…"']
    return Suggestion("\n".join(lines) + "\n", pairs, theirs, needed, values)


def _head(shown: str, regulation: Regulation, theirs: tuple[str, ...], sheet: str | None, lang: Lang) -> Iterator[str]:
    title = Text(
        f"Colonnes de {shown} pour {regulation.program}, règle du {regulation.day}.\n"
        "# Commencé par tirage columns suggest d’après les noms : à relire ligne par ligne.",
        f"Columns of {shown} for {regulation.program}, law of {regulation.day}.\n"
        "# Started by tirage columns suggest from the names: to be read over line by line.",
    )
    yield f"# {title.to(lang)}"
    if sheet is not None:
        yield f"sheet = {quoted(sheet)}"
    if theirs:
        said = Text(
            "Colonnes que rien ne lit : gardées telles quelles, ou laissées de côté avec cette ligne.",
            "Columns that nothing reads: carried along, or left out with this line.",
        )
        yield f"# {said.to(lang)}"
        yield f"# drop = [{', '.join(quoted(name) for name in theirs)}]"


def quoted(text: str) -> str:
    """Write a text as TOML does."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(held: pl.Series) -> pl.Series:
    plain = pl.lit(held.cast(pl.String)).str.strip_chars()
    return pl.select(pl.when(plain != "").then(plain)).to_series().drop_nulls()


@dataclass
class _Read:
    """How one column may be read, by its kind and its values."""

    name: str
    attribute: Attribute
    theirs: str
    text: pl.Series
    regulation: Regulation
    lang: Lang
    unknown: list[str] | tuple[str, ...] = ()

    def lines(self) -> Iterator[str]:
        yield f"[columns.{self.name}]  # {self.attribute.title.text.to(self.lang)}"
        yield f"column = {quoted(self.theirs)}"
        kinds = {
            "label": self._labels,
            "code": self._codes,
            "boolean": self._booleans,
            "date": self._dates,
            "instant": self._instants,
            "whole": self._numbers,
        }
        if self.attribute.type in kinds and len(self.text):
            yield from kinds[self.attribute.type]()

    def _labels(self) -> Iterator[str]:
        counts = self.text.value_counts().sort("count", "count", descending=True)
        values = sorted(counts.rows(), key=lambda row: (-row[1], row[0]))
        labels = {key: (key, title.fr, title.en) for key, title in self.attribute.labels.items()}
        if all(value in labels for value, _ in values):
            return
        found = matched([value for value, _ in values[:MOST_VALUES]], labels)
        yield f"[columns.{self.name}.values]"
        for value, count in values[:MOST_VALUES]:
            rows = Text(f"{number(count, 'fr')} lignes", f"{number(count, 'en')} rows").to(self.lang)
            if value in found:
                title = self.attribute.labels[found[value]].text.to(self.lang)
                yield f"{quoted(value)} = {quoted(found[value])}  # {rows} · {title}"
            else:
                yield f'# {quoted(value)} = "…"  # {rows}'
        self.unknown = [value for value, _ in values if value not in found]
        if self.unknown:
            yield f"# {Text('au choix', 'one of').to(self.lang)} : {', '.join(labels)}"

    def _codes(self) -> Iterator[str]:
        codes = self.regulation.inputs[self.name].labels
        width = max(len(code) for code in codes)
        short = self.text.str.contains(r"^[0-9]+$").all() and (self.text.str.len_chars() < width).any()
        if short:
            yield f"digits = {width}"
        read = self.text.str.zfill(width) if short else self.text
        self.unknown = sorted(set(read.filter(~read.is_in(list(codes))).to_list()))

    def _booleans(self) -> Iterator[str]:
        found = sorted(set(self.text.to_list()))
        if set(found) <= {"true", "false"}:
            return
        plain = {value: (words(value) or ("",))[0] for value in found}
        yes = [value for value in found if plain[value] in YES]
        no = [value for value in found if plain[value] in NO]
        yield f"true = [{', '.join(map(quoted, yes or ['…']))}]"
        yield f"false = [{', '.join(map(quoted, no or ['…']))}]"
        self.unknown = [value for value in found if value not in (*yes, *no)]

    def _dates(self) -> Iterator[str]:
        fits = [fmt for fmt in DAYS if not self.text.str.to_date(fmt, strict=False).null_count()]
        if "%Y-%m-%d" in fits:
            return
        if fits:
            also = Text("le mois d’abord conviendrait aussi", "month first would do too").to(self.lang)
            yield f"date = {quoted(fits[0])}" + (f"  # {also}" if len(fits) > 1 else "")
        else:
            self.unknown = self.text.head(3).to_list()
            yield '# date = "%d/%m/%Y"'

    def _instants(self) -> Iterator[str]:
        if self.text.str.contains(WITH_OFFSET).all():
            return
        zone = self.regulation.source.time_zone
        sure = Text("à confirmer : le fuseau de ces heures", "to be confirmed: the zone of these times").to(self.lang)
        for fmt in (f"{day}{between}{time}" for day in DAYS for between in (" ", "T") for time in TIMES):
            if not self.text.str.to_datetime(fmt, strict=False).null_count():
                yield f"instant = {quoted(fmt)}"
                yield f"zone = {quoted(zone)}  # {sure}"
                return
        self.unknown = self.text.head(3).to_list()
        yield f'# instant = "%Y-%m-%d %H:%M:%S"\n# zone = {quoted(zone)}  # {sure}'

    def _numbers(self) -> Iterator[str]:
        if self.text.str.contains(r"^-?[0-9]+$").all():
            return
        for sign, written in ((",", ","), (".", r"\.")):
            if self.text.str.contains(rf"^[+-]?[0-9]+(?:{written}0*)?$").all():
                yield f"decimal = {quoted(sign)}"
                return
        wrong = self.text.filter(~self.text.str.contains(r"^-?[0-9]+$"))
        self.unknown = sorted(set(wrong.to_list()))[:3]
