"""The file of a sweep: places of the law, the points that each may have, and the variants that they make.

    program = "quebec/pstq"
    base = 2026-04-30
    title = { fr = "…", en = "…" }

    [[range]]
    title = { fr = "…", en = "…" }
    at = "criteria.age.points['[20, 31)'][false]"     # one place, or several
    from = 100                                         # from, to and step; or values = [100, 110]; or
    to = 140                                           # times = [0.5, 1, 2], of the points of the law, halves up
    step = 10

    [[variant]]                                        # one more variant, whose places have other points
    title = { fr = "…", en = "…" }
    set = { "groups.adaptation.cap[false]" = 60 }

``combine = "grid"`` (by default) makes every combination of the ranges; ``"one_by_one"`` moves one range at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import product
from math import floor
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field, StrictFloat, StrictInt

from ranking.simulate.variants import Variants, place
from rules.citation import Remark, Strict, Title, Words
from rules.faults import Fault, LawError
from rules.source import build, read_toml
from rules.text import Text, number, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from rules.regulation import Regulation

MOST = 20_000
"""Variants of one file."""

Number = Annotated[StrictInt | StrictFloat, Field(ge=0)]


class Range(Strict):
    """Places that move together, and what their points may be."""

    title: Title
    at: Words | list[Words]
    values: list[StrictInt] | None = Field(default=None, strict=False, min_length=1)
    times: list[Number] | None = Field(default=None, strict=False, min_length=1)
    first: StrictInt | None = Field(default=None, alias="from")
    to: StrictInt | None = None
    step: Annotated[StrictInt, Field(gt=0)] | None = None

    @property
    def places(self) -> list[str]:
        """The places."""
        return [self.at] if isinstance(self.at, str) else list(self.at)

    @property
    def steps(self) -> list[float]:
        """What is tried: points, or how many times those of the law. None of the ways, or two, is an empty list."""
        spans = self.first is not None and self.to is not None
        if (self.values is not None) + (self.times is not None) + spans != 1:
            return []
        if self.first is not None and self.to is not None:
            return [float(one) for one in range(self.first, self.to + 1, self.step or 1)]
        return [float(one) for one in self.values or self.times or ()]

    def points(self, step: float, base: int) -> int:
        """Give the points of a place at a step."""
        return int(step) if self.times is None else floor(base * step + 0.5)


class Alone(Strict):
    """A variant by itself."""

    title: Title
    set: dict[Words, StrictInt] = Field(min_length=1)


class SweepFile(Strict):
    """A sweep of ``program``, on the law of the day ``base``."""

    title: Title
    program: Words
    base: date
    note: Remark | None = None
    combine: Literal["grid", "one_by_one"] = "grid"
    range: tuple[Range, ...] = Field(default=(), strict=False)
    variant: tuple[Alone, ...] = Field(default=(), strict=False)


@dataclass(frozen=True)
class Swept:
    """The variants of a file: the law itself first, then its own. ``steps`` are those of each range, None: the law."""

    source: SweepFile
    variants: Variants
    titles: tuple[Text, ...]
    steps: tuple[tuple[float | None, ...], ...]


def read_sweep(path: Path, law: Regulation) -> Swept:
    """Read the file of a sweep and make its variants of ``law``; a wrong one is a LawError."""
    source = build(SweepFile, read_toml(path, path.name), path.name)
    _check(source, law, path.name)
    named = [[place(at, law) for at in one.places] for one in source.range]
    alone = [[place(at, law) for at in one.set] for one in source.variant]
    places = {one.at: one.base for several in (*named, *alone) for one in several}
    base, columns = list(places.values()), {at: column for column, at in enumerate(places)}
    rows, titles = [base], [Text("la règle", "the law")]
    steps: list[tuple[float | None, ...]] = [(None,) * len(source.range)]
    for chosen in _combinations(source):
        row = list(base)
        for one, found, step in zip(source.range, named, chosen, strict=True):
            for at in found if step is not None else ():
                row[columns[at.at]] = one.points(step or 0.0, at.base)
        rows.append(row)
        steps.append(chosen)
        titles.append(_title(source.range, chosen))
    for other, found in zip(source.variant, alone, strict=True):
        row = list(base)
        for at, points in zip(found, other.set.values(), strict=True):
            row[columns[at.at]] = points
        rows.append(row)
        steps.append((None,) * len(source.range))
        titles.append(other.title.text)
    return Swept(source, Variants.of(law, list(places), np.array(rows, dtype=np.int64)), tuple(titles), tuple(steps))


def _combinations(source: SweepFile) -> Iterator[tuple[float | None, ...]]:
    if not source.range:
        return
    if source.combine == "grid":
        yield from product(*(one.steps for one in source.range))
        return
    for number_, one in enumerate(source.range):
        for step in one.steps:
            yield tuple(step if other == number_ else None for other in range(len(source.range)))


def _title(ranges: Sequence[Range], chosen: Sequence[float | None]) -> Text:
    """Name a variant by its steps: « Âge : 110 ; Études : × 2 »."""
    pairs = [(one, step) for one, step in zip(ranges, chosen, strict=True) if step is not None]
    fr = " ; ".join(f"{one.title.text.fr} : {_step(one, step).replace('.', ',')}" for one, step in pairs)
    en = "; ".join(f"{one.title.text.en}: {_step(one, step)}" for one, step in pairs)
    return Text(fr, en)


def _step(one: Range, step: float) -> str:
    return f"{step:g}" if one.times is None else f"× {step:g}"


def _check(source: SweepFile, law: Regulation, name: str) -> None:
    """Fail because of another program, a range that says nothing or too much, no variant, or too many."""
    faults = []
    where = same(name)
    if source.program != law.program:
        expected = Text(f"le programme {law.program}", f"the program {law.program}")
        faults.append(Fault(where, same(source.program), expected, same(f'program = "{law.program}"')))
    if source.base != law.day:
        expected = Text(f"la règle de l’instruction, du {law.day}", f"the law of the instruction, of {law.day}")
        faults.append(Fault(where, same(f"base = {source.base}"), expected, same(f"base = {law.day}")))
    for one in source.range:
        if not one.steps:
            found = Text(f"la plage « {one.title.text.fr} »", f"the range “{one.title.text.en}”")
            expected = Text(
                "une seule façon : from et to, values, ou times", "one way alone: from and to, values, or times"
            )
            faults.append(Fault(where, found, expected, same("from = 100\nto = 140\nstep = 10")))
    count = sum(1 for _, _ in zip(_combinations(source), range(MOST + 1), strict=False)) + len(source.variant)
    if not count and not faults:
        expected = Text("une plage ou une variante", "a range or a variant")
        faults.append(Fault(where, Text("aucune variante", "no variant"), expected, same("[[range]]")))
    if count > MOST:
        found = Text(f"plus de {number(MOST, 'fr')} variantes", f"more than {number(MOST, 'en')} variants")
        expected = Text("des plages moins fines", "coarser ranges")
        faults.append(Fault(where, found, expected, same("step = 10")))
    if faults:
        raise LawError(faults)
