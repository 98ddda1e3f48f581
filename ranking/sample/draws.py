"""Draws: uniform doubles turned into choices and quantities by whole numbers alone, the same on every platform.

Every quantity has its own stream of PCG64, named by the quantity, so that a new quantity changes no other one.
Draws are whole numbers in [0, 2**32): the step from a double is exact, and nothing after it rounds.
"""

from __future__ import annotations

import zlib
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Whole = NDArray[np.int64]
    Flags = NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
ONE = 2**32
KNOTS = (0, 10, 25, 50, 75, 90, 100)


class Draws:
    """The draws of one pool: ``size`` whole numbers in [0, 2**32) for each quantity that is asked for by name.

    ``part`` sets the draws of one purpose apart from those of another. Where these rows are a piece of a larger pool of
    ``whole`` rows, ``first`` of them come before.
    """

    def __init__(self, seed: int, size: int, part: str = "", *, first: int = 0, whole: int | None = None) -> None:
        self.seed = seed
        self.size = size
        self.part = part
        self.first = first
        self.whole_size = size if whole is None else whole

    def of(self, name: str) -> Whole:
        """Draw the quantity ``name``, one number a row. The same name gives the same numbers."""
        stream = np.random.Generator(np.random.PCG64((self.seed, zlib.crc32(f"{self.part} {name}".encode()))))
        return (stream.random(self.size) * ONE).astype(np.int64)

    def chosen(self, name: str, weights: Sequence[int]) -> Whole:
        """Choose a position among ``weights`` for every row."""
        return chosen(self.of(name), weights)

    def chosen_by(self, name: str, by: Whole, weights: Sequence[Sequence[int]]) -> Whole:
        """Choose a position for every row, with the weights of its class ``by``."""
        return chosen_by(self.of(name), by, weights)

    def amount_by(self, name: str, by: Whole, quantiles: Sequence[Sequence[int]]) -> Whole:
        """Draw an amount for every row, with the quantiles of its class ``by``."""
        return amount_by(self.of(name), by, quantiles)

    def divided(self, name: str, weights: Sequence[int]) -> Whole:
        """Give every row a position among ``weights``: as its share says, in an order left to chance."""
        positions = np.empty(self.size, dtype=np.int64)
        positions[self.shuffled(name)] = np.repeat(np.arange(len(weights)), quotas(weights, self.size))
        return positions

    def happens(self, name: str, percent: float) -> Flags:
        """Tell for every row whether something happens that happens to ``percent`` of a hundred."""
        return self.of(name) < share(percent)

    def happens_by(self, name: str, by: Whole, percents: Sequence[float]) -> Flags:
        """Tell for every row whether something happens, with the percentage of its class ``by``."""
        return self.of(name) < np.array([share(percent) for percent in percents], dtype=np.int64)[by]

    def whole(self, name: str, low: int, high: int) -> Whole:
        """Draw a whole number from ``low`` (included) to ``high`` (excluded) for every row, all equally likely."""
        return low + ((self.of(name) * (high - low)) >> 32)

    def shuffled(self, name: str) -> Whole:
        """Give the positions of the rows in an order that owes nothing to chance but the draw."""
        return np.argsort(self.of(name), kind="stable")


def share(percent: float) -> int:
    """Give the draws below which ``percent`` of all draws lie."""
    return round(percent * ONE / 100)


def chosen(draw: Whole, weights: Sequence[int]) -> Whole:
    """Turn draws into positions among ``weights``: the inverse of their cumulated shares."""
    return np.searchsorted(_ends(weights), draw, side="right")


def chosen_by(draw: Whole, by: Whole, weights: Sequence[Sequence[int]]) -> Whole:
    """Turn draws into positions among the weights of each row's class: one search over all classes laid end to end."""
    width = len(weights[0])
    ends = np.concatenate([_ends(row) + ONE * number for number, row in enumerate(weights)])
    return np.searchsorted(ends, draw + ONE * by, side="right") - width * by


def amount_by(draw: Whole, by: Whole, quantiles: Sequence[Sequence[int]]) -> Whole:
    """Turn draws into amounts: ``quantiles`` gives for each class the amounts at 0, 10, 25, 50, 75, 90 and 100 %.

    Between two of them amounts lie on a line and are rounded down.
    """
    knots = np.array([share(percent) for percent in KNOTS], dtype=np.int64)
    values = np.array(quantiles, dtype=np.int64)
    step = np.searchsorted(knots[1:-1], draw, side="right")
    low, high = values[by, step], values[by, step + 1]
    amounts: Whole = low + (high - low) * (draw - knots[step]) // (knots[step + 1] - knots[step])
    return amounts


def days(years: int) -> int:
    """Turn years into days, by the mean year of the calendar."""
    return years * 146_097 // 400


def quotas(weights: Sequence[int], size: int) -> list[int]:
    """Divide ``size`` by ``weights``: shares rounded down, and what is left to the largest remainders."""
    total = sum(weights)
    counts = [size * weight // total for weight in weights]
    remainders = [size * weight % total for weight in weights]
    order = sorted(range(len(weights)), key=lambda number: (-remainders[number], number))
    for number in order[: size - sum(counts)]:
        counts[number] += 1
    return counts


def _ends(weights: Sequence[int]) -> Whole:
    """Give where the share of each weight ends, out of 2**32."""
    cumulated = np.cumsum(np.array(weights, dtype=np.int64))
    ends: Whole = cumulated * ONE // cumulated[-1]
    return ends
