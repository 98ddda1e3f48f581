"""A policy target, read strictly: which shares of those invited are wanted, and which points may move how far."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import polars as pl
from pydantic import BeforeValidator, Field

from ranking.conform import conform
from ranking.faults import Fault, TargetError
from ranking.parts import listed
from ranking.scoring import with_inputs
from ranking.simulate.variants import place
from rules import plain
from rules.citation import Remark, Strict, Title, Words
from rules.conditions import ConditionReader
from rules.faults import LawError
from rules.source import build, read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from ranking.simulate.variants import Place
    from rules.regulation import Regulation

TENTHS = 1000
"""A share is counted in tenths of a per cent: all of them are a thousand."""


def _tenths(value: object) -> object:
    """Read a share in per cent, with one decimal at most, as tenths of a per cent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    tenths = Decimal(str(value)) * 10
    return int(tenths) if tenths == int(tenths) else value


Percent = Annotated[int, BeforeValidator(_tenths), Field(ge=0, le=TENTHS)]
Words1 = Annotated[tuple[Words, ...], BeforeValidator(listed), Field(min_length=1)]


class Want(Strict):
    """A share of those invited: ``where`` says of whom, ``among`` by which selections (all of them).

    ``at_least`` and ``at_most`` are per cent, with one decimal at most.
    """

    id: Words
    title: Title
    where: dict[str, Any]
    among: Words1 | None = None
    at_least: Percent = 0
    at_most: Percent = TENTHS


class Lever(Strict):
    """Points that may move together: whole points are added to each place, or each is taken at a per cent of itself.

    ``add`` and ``percent`` are the first and the last value; ``step`` leads from one to the next.
    """

    id: Words
    title: Title
    at: Words1
    add: tuple[int, int] | None = Field(default=None, strict=False)
    percent: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | None = Field(default=None, strict=False)
    step: int = Field(default=1, ge=1)

    def moves(self, base: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the points of each place for each step: a row a step; no change is always among them."""
        first, last = self.add or self.percent or (0, 0)
        steps = np.unique([*range(first, last + 1, self.step), 0 if self.percent is None else 100])
        if self.percent is None:
            moved: NDArray[np.int64] = base + steps[:, None]
            return moved
        products = base * steps[:, None]
        rounded: NDArray[np.int64] = np.sign(products) * ((np.abs(products) * 2 + 100) // 200)
        return rounded


class TargetFile(Strict):
    """A target, as its file writes it."""

    title: Title
    program: Words
    want: tuple[Want, ...] = Field(min_length=1, strict=False)
    may: tuple[Lever, ...] = Field(min_length=1, strict=False)
    note: Remark | None = None


@dataclass(frozen=True, eq=False)
class Moves:
    """What a lever does: its places, their points at each step, and what each step costs.

    The cost of a step is the most that any of its places moves, in points. Steps come by cost, no change first.
    """

    lever: Lever
    places: tuple[Place, ...]
    points: NDArray[np.int64]
    costs: NDArray[np.int64]

    @classmethod
    def of(cls, lever: Lever, law: Regulation) -> Moves:
        """Find the places of a lever in a law, or a LawError."""
        places = tuple(place(at, law) for at in lever.at)
        base = np.array([one.base for one in places], dtype=np.int64)
        points = np.unique(lever.moves(base), axis=0)
        costs = np.abs(points - base).max(axis=1)
        order = np.argsort(costs, kind="stable")
        return cls(lever, places, points[order], costs[order])


@dataclass(frozen=True, eq=False)
class Target:
    """A target checked against an instruction and its law."""

    source: TargetFile
    instruction: Instruction
    moves: tuple[Moves, ...]

    def members(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Tell of each declaration whether it is of each want: a Boolean column a want; unknown counts as no."""
        law, day = self.instruction.regulation, self.instruction.facts_on
        inputs, absent = with_inputs(conform(frame, law, day), law, day)
        absent = absent | {name for name in law.attributes if name not in frame.columns}
        asked = [
            _member(want, law, absent, _where(want.id)).fill_null(value=False).alias(want.id)
            for want in self.source.want
        ]
        return inputs.with_columns(asked).select([want.id for want in self.source.want]).collect()


def read_target(path: Path, instruction: Instruction) -> Target:
    """Read a target and check it against the law and the selections of an instruction, or raise every fault at once."""
    name = path.name
    try:
        source = build(TargetFile, read_toml(path, name), name)
    except LawError as error:
        raise TargetError(error.faults) from None
    law = instruction.regulation
    faults: list[Fault] = []
    if source.program != law.program:
        expected = Text(f"le programme {law.program}", f"the program {law.program}")
        faults.append(Fault(same(name), same(source.program), expected, same(f'program = "{law.program}"')))
    for want in source.want:
        faults += _of_want(want, instruction)
    moves = []
    for lever in source.may:
        faults += _of_lever(lever)
        try:
            moves.append(Moves.of(lever, law))
        except LawError as error:
            faults += error.faults
    faults += _twice([one.id for one in source.want]) + _twice([one.id for one in source.may])
    faults += _twice([found.at for one in moves for found in one.places])
    if faults:
        raise TargetError(faults)
    return Target(source, instruction, tuple(moves))


def _of_want(want: Want, instruction: Instruction) -> list[Fault]:
    """Give what is wrong with a want: a condition, a selection, or bounds the wrong way round."""
    where, faults = _where(want.id), []
    known = [selection.id for selection in instruction.selections]
    unknown = [one for one in want.among or () if one not in known]
    if unknown:
        found = Text(f"l’exercice « {unknown[0]} »", f"the selection “{unknown[0]}”")
        expected = Text("des exercices de l’instruction", "selections of the instruction")
        faults.append(Fault(where, found, expected, same(f"among = {known[:2]}".replace("'", '"'))))
    if want.at_least > want.at_most:
        found = same(f"{want.at_least / 10} % > {want.at_most / 10} %")
        expected = Text("at_least au plus égal à at_most", "at_least no more than at_most")
        faults.append(Fault(where, found, expected, Text("échangez-les", "exchange them")))
    try:
        _member(want, instruction.regulation, set(), where)
    except LawError as error:
        faults += error.faults
    return faults


def _of_lever(lever: Lever) -> list[Fault]:
    """Give what is wrong with the ends of a lever: none or two of them, or the wrong way round."""
    where = Text(f"cible, may « {lever.id} »", f"target, may “{lever.id}”")
    if (lever.add is None) == (lever.percent is None):
        found = (
            Text("add et percent", "add and percent") if lever.add else Text("ni add ni percent", "no add, no percent")
        )
        expected = Text("l’une des deux clés", "one of the two keys")
        return [Fault(where, found, expected, same("add = [-10, 20]"))]
    first, last = lever.add or lever.percent or (0, 0)
    if first <= last:
        return []
    key = "percent" if lever.add is None else "add"
    expected = Text("d’abord la plus petite valeur", "the smaller value first")
    return [Fault(where, same(f"{key} = [{first}, {last}]"), expected, same(f"{key} = [{last}, {first}]"))]


def _member(want: Want, law: Regulation, absent: set[str], where: Text) -> pl.Expr:
    """Write who is of a want: a condition of the law's language, and descriptive columns by their values."""
    described = {name: wanted for name, wanted in want.where.items() if name in _descriptive(law)}
    read = {name: wanted for name, wanted in want.where.items() if name not in described}
    asked = [_described(name, wanted) if name not in absent else pl.lit(None) for name, wanted in described.items()]
    if read or not described:
        asked.append(plain.condition(ConditionReader(where, law.scope).read(read), absent))
    return reduce(and_, asked)


def _descriptive(law: Regulation) -> set[str]:
    """Name the columns that no rule may read, and a measure may."""
    return {name for name, attribute in law.attributes.items() if attribute.descriptive}


def _described(name: str, wanted: Any) -> pl.Expr:  # noqa: ANN401 - a TOML value
    values = wanted if isinstance(wanted, list) else [wanted]
    return pl.col(name).cast(pl.String).is_in([str(value) for value in values])


def _where(want: str) -> Text:
    return Text(f"cible, want « {want} »", f"target, want “{want}”")


def _twice(names: list[str]) -> list[Fault]:
    """Refuse a name that stands twice."""
    doubled = sorted({name for name in names if names.count(name) > 1})
    expected = Text("chacun une seule fois", "each only once")
    write = Text("gardez l’un des deux", "keep one of the two")
    return [Fault(Text("cible", "target"), same(name), expected, write) for name in doubled]
