"""Who is taken, as a predicate over rows: above a score, or at it with a key up to the last one in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Sequence

    Key = tuple[int | str, str]

TAKES_PART = 99
"""The state of those who take part; of the others it is the code of their outcome."""


def column(name: str) -> exp.Column:
    """Name a column of the ground."""
    return exp.column(name, quoted=True)


def applies(number: int) -> str:
    """Name the column that tells for whom a selection is: true, false, or null for unknown."""
    return f"for {number}"


def lot(number: int) -> str:
    """Name the column of the lots of a selection."""
    return f"lot {number}"


def taking_part() -> exp.Expr:
    """Tell who takes part in the round."""
    return column("state").eq(TAKES_PART)


@dataclass(frozen=True)
class Pick:
    """Those whom selection ``number`` takes: at ``least`` or more, and of the equals at ``at`` those up to ``last``.

    ``least`` None takes everyone for whom the selection is; ``nobody`` takes no one. ``key`` names the first column of
    the tie key; the second is always the number of the declaration.
    """

    number: int
    least: int | None = None
    at: int | None = None
    last: Key | None = None
    key: str = "arrived"
    nobody: bool = False

    def takes(self) -> exp.Expr:
        """Write the predicate, never null: whoever was taken earlier has to be left out besides."""
        if self.nobody:
            return exp.false()
        inside = exp.Coalesce(this=column(applies(self.number)), expressions=[exp.false()])
        if self.least is None:
            return inside
        enough: exp.Expr = exp.GTE(this=column("score"), expression=exp.convert(self.least))
        if self.at is not None and self.last is not None:
            enough = exp.or_(enough, exp.and_(column("score").eq(self.at), self._up_to(self.last)))
        return exp.and_(inside, enough)

    def _up_to(self, last: Key) -> exp.Expr:
        first, second = last
        before = exp.LT(this=column(self.key), expression=exp.convert(first))
        not_after = exp.LTE(this=column("declaration_id"), expression=exp.convert(second))
        return exp.or_(before, exp.and_(column(self.key).eq(exp.convert(first)), not_after))


def still_there(earlier: Sequence[Pick]) -> exp.Expr:
    """Tell who takes part and was taken by none of the earlier picks."""
    return exp.and_(taking_part(), *[exp.not_(pick.takes()) for pick in earlier])
