"""The ground of a draw as SQL: one row a declaration, with all that its selections ask; written once, counted often.

Columns: ``declaration_id``, ``person_id``, ``submitted_at``; ``arrived``, the same instant in microseconds since 1970,
and its ``day``; ``score``; ``state``, the code of an outcome for those out of the round, else ``TAKES_PART``; ``any``,
eligible for some stream; ``for 0``, ``for 1`` …, for whom each selection is, null where it is not known; ``lot 2``, the
lots of a selection whose ties end so; ``label``, where the law puts classes in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import polars as pl
from sqlglot import exp

from ranking import lots
from ranking.columns import ID
from ranking.contribution import OUTCOMES
from ranking.counted.picks import TAKES_PART, applies, column, lot
from ranking.counted.validity import is_valid
from ranking.outcomes import Outcome
from ranking.prefixed import prefixed
from ranking.sql_pool import POOL
from rules import sql

if TYPE_CHECKING:
    from collections.abc import Collection

    from ranking.contribution import Contribution
    from ranking.instruction import Instruction
    from rules.regulation import Regulation

DAY = 86_400_000_000
SCORED, DOUBLES = "scored", "doubles"
BY_DECLARATION, BY_PERSON = "given_by_declaration", "given_by_person"


class Dialect(Protocol):
    """What engines write differently."""

    def micros(self, instant: exp.Expr) -> exp.Expr:
        """Write an instant as whole microseconds since 1970."""

    def lot(self, before: bytes, person: exp.Expr) -> exp.Expr:
        """Write the number of a person: SHA-256 of ``before``, their length in 4 bytes and their bytes, in hex."""


def scored(instruction: Instruction, columns: Collection[str]) -> exp.Select:
    """Score the table ``pool``, and answer every filter of the instruction."""
    regulation = instruction.regulation
    absent = set(regulation.inputs) - {*columns, *regulation.derivable(columns)}
    absent |= {name for name in regulation.attributes if name not in columns}
    streams = {stream.id: exp.paren(sql.stream_holds(stream.requirements, absent)) for stream in regulation.streams}

    def any_of(ids: Collection[str]) -> exp.Expr:
        return exp.or_(*[streams[one].copy() for one in ids]) if ids else exp.true()

    asked = {"any": any_of(tuple(streams))}
    for number, (selection, where) in enumerate(zip(instruction.selections, instruction.conditions, strict=True)):
        here = exp.paren(sql.condition(where, absent))
        whose = exp.paren(any_of(selection.stream or tuple(streams)))
        asked[applies(number)] = exp.and_(here, whose) if selection.criteria else here
    for number, excluded in enumerate(instruction.excluded):
        if excluded is not None:
            asked[f"excluded {number}"] = exp.paren(sql.condition(excluded, absent))
    if regulation.labels:
        asked["label"] = _label(regulation, streams, absent)
    carried = [name for name in ("submitted_at", "person_id") if name in columns]
    return sql.scoring(
        regulation, instruction.facts_on, table=POOL, absent=absent, breakdown=False, carried=carried, also=asked
    )


def _label(regulation: Regulation, streams: dict[str, exp.Paren], absent: Collection[str]) -> exp.Expr:
    """Write the first label that a declaration meets, in the order of the law; null for none, or one not known."""
    case = exp.Case()
    for label in regulation.labels:
        met: exp.Expr = exp.paren(sql.condition(label.where, absent))
        met = exp.paren(exp.and_(met, streams[label.stream].copy())) if label.stream else met
        unknown = exp.cast(exp.null(), "TEXT")
        case = case.when(met.is_(exp.null()), unknown).when(met.copy(), exp.convert(label.id))
    return case


def ground(instruction: Instruction, columns: Collection[str], dialect: Dialect) -> exp.Select:
    """Write the ground from the table ``scored``; the other declarations of a person still take part."""
    arrived = dialect.micros(column("submitted_at"))
    person: exp.Expr = column("person_id") if "person_id" in columns else exp.cast(exp.null(), "TEXT")
    made: dict[str, exp.Expr] = {
        ID: exp.column(ID, table=SCORED, quoted=True),
        "person_id": exp.column("person_id", table=SCORED, quoted=True) if "person_id" in columns else person,
        "submitted_at": column("submitted_at"),
        "arrived": arrived,
        "day": exp.cast(exp.IntDiv(this=arrived.copy(), expression=exp.convert(DAY)), "INT"),
        "score": column("score"),
        "state": _state(instruction, arrived, persons="person_id" in columns),
        "any": column("any"),
    }
    for number, selection in enumerate(instruction.selections):
        made[applies(number)] = column(applies(number))
        if selection.ties == "lot":
            made[lot(number)] = exp.Case().when(column(applies(number)), _lot(instruction, number, dialect, columns))
    if instruction.regulation.labels:
        made["label"] = column("label")
    query = exp.select(*[exp.alias_(one, name, quoted=True) for name, one in made.items()]).from_(SCORED)
    query = query.join(BY_DECLARATION, on=_same(ID, BY_DECLARATION), join_type="left")
    return (
        query.join(BY_PERSON, on=_same("person_id", BY_PERSON), join_type="left") if "person_id" in columns else query
    )


def _same(name: str, other: str) -> exp.Expr:
    return exp.column(name, table=SCORED, quoted=True).eq(exp.column(name, table=other, quoted=True))


def _lot(instruction: Instruction, number: int, dialect: Dialect, columns: Collection[str]) -> exp.Expr:
    seed = instruction.source.seed
    before = prefixed(lots.TAG, seed.value if seed else "", instruction.source.id, instruction.selections[number].id)
    declaration: exp.Expr = exp.column(ID, table=SCORED, quoted=True)
    if "person_id" not in columns:
        return dialect.lot(before, declaration)
    person = exp.column("person_id", table=SCORED, quoted=True)
    known = exp.and_(person.is_(exp.null()).not_(), person.copy().neq(exp.convert("")))
    return dialect.lot(before, exp.Case().when(known, person.copy()).else_(declaration))


def _state(instruction: Instruction, arrived: exp.Expr, *, persons: bool) -> exp.Expr:
    """Write why someone is out: expired, then what the ledger and the instruction exclude, then what is not known."""
    where = [f"excluded {number}" for number, one in enumerate(instruction.excluded) if one is not None]
    given = [
        exp.column("code", table=name, quoted=True) for name in (BY_DECLARATION, *([BY_PERSON] if persons else []))
    ]
    codes: list[exp.Expr] = [exp.Coalesce(this=one, expressions=[exp.convert(TAKES_PART)]) for one in given]
    codes += [
        exp.Case().when(column(one), exp.convert(int(Outcome.excluded))).else_(exp.convert(TAKES_PART)) for one in where
    ]
    least = exp.Least(this=codes[0], expressions=codes[1:]) if len(codes) > 1 else codes[0]
    valid = is_valid(arrived, instruction.source.extracted_at, instruction.regulation)
    case = exp.Case().when(exp.not_(exp.paren(valid)), exp.convert(int(Outcome.expired)))
    case = case.when(exp.LT(this=least, expression=exp.convert(TAKES_PART)), least.copy())
    for one in where:
        case = case.when(column(one).is_(exp.null()), exp.convert(int(Outcome.unknown)))
    return exp.cast(case.else_(exp.convert(TAKES_PART)), "INT")


def given(instruction: Instruction, owed: Contribution) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give the exclusions of a ledger and those that the instruction names: least code by declaration, by person."""
    named = [one for exclusion in instruction.source.exclusion for one in exclusion.declarations]
    known = owed.exclusions.select(
        ID,
        "person_id",
        pl.col("exclusion").replace_strict(OUTCOMES, default=Outcome.excluded, return_dtype=pl.Int32).alias("code"),
    )
    own = pl.DataFrame({ID: pl.Series(named, dtype=pl.String)}).with_columns(
        pl.lit(None, pl.String).alias("person_id"), pl.lit(int(Outcome.excluded), pl.Int32).alias("code")
    )
    rows = pl.concat([known, own])
    by_declaration = rows.filter(pl.col(ID).is_not_null()).group_by(ID).agg(pl.col("code").min())
    by_person = rows.filter(pl.col(ID).is_null(), pl.col("person_id").is_not_null())
    return by_declaration, by_person.group_by("person_id").agg(pl.col("code").min())


def doubles(table: str) -> exp.Select:
    """Write the declarations of persons who have several that take part, all but the best ranked of each."""
    person = column("person_id")
    known = exp.and_(column("state").eq(TAKES_PART), person.copy().neq(exp.convert("")))
    several = exp.select(person).from_(table).where(known).group_by(person.copy())
    several = several.having(exp.GT(this=exp.Count(this=exp.Star()), expression=exp.convert(1)))
    theirs = exp.select(ID, "person_id", "score", "arrived").from_(table).where(known.copy())
    theirs = theirs.where(person.copy().isin(query=several))
    order = [exp.Ordered(this=exp.Sub(this=exp.convert(0), expression=column("score")))]
    order += [exp.Ordered(this=column(name)) for name in ("arrived", ID)]
    place = exp.Window(this=exp.RowNumber(), partition_by=[person.copy()], order=exp.Order(expressions=order))
    ranked = exp.select(column(ID), exp.alias_(place, "place", quoted=True)).from_(theirs.subquery("theirs"))
    return (
        exp.select(column(ID))
        .from_(ranked.subquery("ranked"))
        .where(exp.GT(this=column("place"), expression=exp.convert(1)))
    )


def without_doubles(table: str, columns: Collection[str]) -> exp.Select:
    """Write the ground from ``table`` with the declarations of ``doubles`` taken out of the round."""
    double = exp.column(ID, table=DOUBLES, quoted=True)
    made = []
    for name in columns:
        here: exp.Expr = exp.column(name, table=table, quoted=True)
        if name == "state":
            code = exp.convert(int(Outcome.duplicate_person))
            here = exp.Case().when(exp.not_(double.is_(exp.null())), code).else_(here)
        made.append(exp.alias_(here, name, quoted=True))
    on = exp.column(ID, table=table, quoted=True).eq(double.copy())
    return exp.select(*made).from_(table).join(DOUBLES, on=on, join_type="left")
