"""What the driver asks of the ground, each as one query: counts, keys of equals, invitations, outcomes."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from sqlglot import exp

from ranking.counted.engine import GROUND
from ranking.counted.picks import TAKES_PART, Pick, applies, column, lot, still_there
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.counted.draw import Drawn


def counts(of: exp.Expr, where: exp.Expr) -> exp.Select:
    """Count the rows that a predicate keeps, by the value of an expression; one of the values may be null."""
    kept = exp.select(exp.alias_(of, "value", quoted=True)).from_(GROUND).where(where).subquery("kept")
    rows = exp.alias_(exp.Count(this=exp.Star()), "rows", quoted=True)
    return exp.select(column("value"), rows).from_(kept).group_by(column("value"))


def candidates(number: int, earlier: Sequence[Pick]) -> exp.Select:
    """Count the candidates of a selection by score; those of whom it is not known whether it is for them: null."""
    asked = column(applies(number))
    score = exp.Case().when(asked, column("score"))
    maybe = exp.Coalesce(this=asked.copy(), expressions=[exp.true()])
    return counts(score, exp.and_(still_there(earlier), maybe))


def equals(number: int, score: int, earlier: Sequence[Pick]) -> exp.Expr:
    """Tell who is a candidate of a selection with just this score."""
    return exp.and_(still_there(earlier), column(applies(number)), column("score").eq(score))


def part_of_key(key: str) -> exp.Expr:
    """Give the coarse part of a tie key: the day of a submission, the first three digits of a lot."""
    if key == "arrived":
        return column("day")
    return exp.func("SUBSTR", column(key), exp.convert(1), exp.convert(3))


def keys(key: str, where: exp.Expr) -> exp.Select:
    """Give the tie keys of some rows."""
    return exp.select(column(key), column("declaration_id")).from_(GROUND).where(where)


def invitations(done: Sequence[Drawn], *, labelled: bool) -> exp.Query:
    """Write the list of those invited: the columns of ``Round.invitations``, each selection ranked from 1."""
    parts: list[exp.Query] = []
    for number, one in enumerate(done):
        order = [exp.Sub(this=exp.convert(0), expression=column("score")), column(one.pick.key)]
        rank = exp.Window(
            this=exp.RowNumber(),
            order=exp.Order(expressions=[exp.Ordered(this=key) for key in (*order, column("declaration_id"))]),
        )
        columns: list[exp.Expr] = [
            exp.alias_(exp.convert(one.id), "selection", quoted=True),
            exp.alias_(exp.cast(rank, "INT"), "rank", quoted=True),
            *[column(name) for name in ("declaration_id", "person_id", "score", "submitted_at")],
            *([column("label")] if labelled else []),
        ]
        earlier = [before.pick for before in done[:number]]
        parts.append(exp.select(*columns).from_(GROUND).where(exp.and_(still_there(earlier), one.pick.takes())))
    return reduce(lambda whole, part: whole.union(part, distinct=False), parts)


def verdict(done: Sequence[Drawn], *, streams: bool) -> exp.Expr:
    """Write the outcome of a row as one number: the code times ``base``, plus the selection (``base`` − 1: none).

    The least of what each selection says is the first of the outcomes that applies anywhere, where it first did.
    """
    base = base_of(done)
    nowhere = base - 1
    some = column("any")
    alone: exp.Expr = exp.convert(Outcome.no_selection * base + nowhere)
    if streams:
        case = exp.Case().when(some, alone).when(some.is_(exp.null()), exp.convert(Outcome.unknown * base + nowhere))
        alone = case.else_(exp.convert(Outcome.not_eligible * base + nowhere))
    said = [_said(one, number, base) for number, one in enumerate(done)]
    out = exp.LT(this=column("state"), expression=exp.convert(TAKES_PART))
    of_the_state = exp.Add(
        this=exp.Mul(this=column("state"), expression=exp.convert(base)), expression=exp.convert(nowhere)
    )
    return exp.Case().when(out, of_the_state).else_(exp.Least(this=alone, expressions=said))


def base_of(done: Sequence[Drawn]) -> int:
    """Give the number that parts a code from a selection."""
    return len(done) + 1


def _said(one: Drawn, number: int, base: int) -> exp.Expr:
    """Write what one selection says of a row; those already taken by an earlier one have said better there."""
    asked = column(applies(number))

    def code(outcome: Outcome) -> exp.Expr:
        return exp.convert(outcome * base + number)

    case = exp.Case().when(one.pick.takes(), code(Outcome.invited))
    case = case.when(asked.is_(exp.null()), code(Outcome.unknown))
    case = case.when(exp.not_(asked.copy()), exp.convert((Outcome.not_eligible + 1) * base))
    if one.minimum is not None:
        under = exp.LT(this=column("score"), expression=exp.convert(one.minimum))
        case = case.when(under, code(Outcome.below_minimum))
    if one.contested is not None:
        case = case.when(column("score").eq(one.contested), code(Outcome.tie_lost))
    return case.else_(code(Outcome.below_cut_off))


def outcomes(done: Sequence[Drawn], *, streams: bool) -> exp.Select:
    """Write every declaration once: ``declaration_id``, ``outcome``, and the selection where it applied, or null."""
    base = base_of(done)
    number = exp.alias_(verdict(done, streams=streams), "verdict", quoted=True)
    found = exp.select(column("declaration_id"), number).from_(GROUND).subquery("found")
    names, ids = exp.Case(), exp.Case()
    for outcome in reversed(Outcome):
        at_least = exp.GTE(this=column("verdict"), expression=exp.convert(outcome * base))
        names = names.when(at_least, exp.convert(outcome.name))
    for place, one in enumerate(done):
        of_it = [exp.convert(outcome * base + place) for outcome in Outcome]
        ids = ids.when(column("verdict").isin(*of_it), exp.convert(one.id))
    return exp.select(
        column("declaration_id"),
        exp.alias_(names, "outcome", quoted=True),
        exp.alias_(ids, "selection", quoted=True),
    ).from_(found)


__all__ = ["candidates", "counts", "equals", "invitations", "keys", "lot", "outcomes", "part_of_key", "verdict"]
