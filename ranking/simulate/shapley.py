"""A change decomposed: what each of several changes adds, on average over every order in which they could be made.

The Shapley value (1953): it sums to the whole effect, does not depend on an order, and is 0 for what changes nothing.
Exact: every set of changes is valued once, 2 to the power of their number.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial
from typing import TYPE_CHECKING

from rules.faults import Fault, TirageError
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Value = Mapping[str, int | None]

MOST = 10
"""Changes that are decomposed exactly: 1,024 sets of them."""


def subsets(count: int) -> list[frozenset[int]]:
    """Give every set of changes, the smaller first. More than ``MOST`` changes are a TirageError."""
    if count > MOST:
        found = Text(f"{count} changements", f"{count} changes")
        expected = Text(
            f"au plus {MOST} changements : {MOST} en font déjà {2**MOST} ensembles",
            f"at most {MOST} changes: {MOST} already make {2**MOST} sets",
        )
        write = Text(
            "réunissez des changements dans un même scénario, ou --no-decompose",
            "put several changes into one scenario, or --no-decompose",
        )
        raise TirageError([Fault(Text("décomposition", "decomposition"), found, expected, write)])
    return [frozenset(one) for size in range(count + 1) for one in combinations(range(count), size)]


def shapley(count: int, value: Callable[[frozenset[int]], Value]) -> dict[str, list[Fraction]]:
    """Decompose each measure of ``value`` over ``count`` changes: exact fractions that sum to the whole effect.

    ``value`` is asked once for each set. A measure that is None for some set, or not there, is left out.
    """
    values = {one: value(one) for one in subsets(count)}
    names = [name for name in values[frozenset()] if all(each.get(name) is not None for each in values.values())]
    return {
        name: [
            sum(_weight(count, len(one)) * _step(values, one, player, name) for one in values if player not in one)
            or Fraction(0)
            for player in range(count)
        ]
        for name in names
    }


def _weight(count: int, before: int) -> Fraction:
    """Give the share of orders in which exactly a set of ``before`` changes comes first."""
    return Fraction(factorial(before) * factorial(count - before - 1), factorial(count))


def _step(values: Mapping[frozenset[int], Value], before: frozenset[int], player: int, name: str) -> int:
    """Give what a change adds to a set of changes."""
    return (values[before | {player}][name] or 0) - (values[before][name] or 0)
