"""Apportionment: a number of places shared over groups in proportion to their weights, in whole numbers."""

from __future__ import annotations

from fractions import Fraction
from heapq import heapify, heapreplace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def apportioned(size: int, weights: Mapping[str, int], method: str) -> dict[str, int]:
    """Share ``size`` places over ``weights``; the first named comes first where two have an equal claim.

    ``largest_remainder`` (Hamilton): whole quotas, then one more for the largest remainders. ``sainte_lague``
    (Webster): place by place to the largest weight / (2 × places + 1). No floats; no weight at all gives no place.
    """
    total = sum(weights.values())
    if total == 0:
        return dict.fromkeys(weights, 0)
    share = _largest_remainder if method == "largest_remainder" else _sainte_lague
    return share(size, weights, total)


def _largest_remainder(size: int, weights: Mapping[str, int], total: int) -> dict[str, int]:
    seats = {group: size * weight // total for group, weight in weights.items()}
    claims = sorted(weights, key=lambda group: -(size * weights[group] % total))
    for group in claims[: size - sum(seats.values())]:
        seats[group] += 1
    return seats


def _sainte_lague(size: int, weights: Mapping[str, int], total: int) -> dict[str, int]:
    seats, unit = dict.fromkeys(weights, 0), Fraction(1, total)
    queue = [(-weight * unit, place, group) for place, (group, weight) in enumerate(weights.items()) if weight]
    heapify(queue)
    for _ in range(size):
        _, place, group = queue[0]
        seats[group] += 1
        heapreplace(queue, (-weights[group] * unit / (2 * seats[group] + 1), place, group))
    return seats
