"""Finite domains: the values that an attribute or an input may take."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = bool | int | str | None

INTERVAL = re.compile(r"\s*([\[(])\s*(-?[0-9]+|-)\s*,\s*(-?[0-9]+|\+)\s*([\])])\s*")


@dataclass(frozen=True, slots=True)
class Interval:
    """Whole numbers from ``low`` (included) to ``high`` (excluded); None is an open end."""

    low: int | None
    high: int | None

    @classmethod
    def parse(cls, text: str) -> Interval | None:
        """Read ``"[18, 31)"``, ``"[48, +)"`` or ``"(-, 18)"``; None when the text is no interval or holds no number."""
        match = INTERVAL.fullmatch(text)
        if match is None:
            return None
        opening, first, last, closing = match.groups()
        low = None if first == "-" else int(first) + (opening == "(")
        high = None if last == "+" else int(last) + (closing == "]")
        if low is not None and high is not None and low >= high:
            return None
        return cls(low, high)

    def before(self, other: Interval) -> bool:
        """Tell whether all its numbers are smaller than those of another."""
        return self.high is not None and other.low is not None and self.high <= other.low

    def __contains__(self, value: int) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value < self.high)

    def __str__(self) -> str:
        low = "(-" if self.low is None else f"[{self.low}"
        return f"{low}, {'+' if self.high is None else self.high})"


@dataclass(frozen=True, slots=True)
class Domain:
    """The values of an input, in the order that codes follow.

    ``low`` and ``high`` bound a whole number (half-open); ``labels`` list a label; a boolean has neither.
    ``none`` says that null is a value too: no test, no spouse.
    """

    kind: Literal["whole", "label", "boolean"]
    low: int = 0
    high: int = 0
    labels: tuple[str, ...] = ()
    none: bool = False

    @property
    def size(self) -> int:
        """How many values there are, null included where it is one."""
        return len(self.answers) + self.none

    @property
    def answers(self) -> range | tuple[str, ...] | tuple[bool, bool]:
        """The values but null."""
        if self.kind == "whole":
            return range(self.low, self.high)
        return self.labels if self.kind == "label" else (False, True)

    @property
    def names(self) -> list[str]:
        """The values but null, as the law file writes them."""
        return [str(answer).lower() if self.kind == "boolean" else str(answer) for answer in self.answers]

    def __contains__(self, value: object) -> bool:
        if value is None:
            return self.none
        if self.kind == "boolean":
            return isinstance(value, bool)
        if self.kind == "label":
            return value in self.labels
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value < self.high


def hull(domains: Sequence[Domain]) -> Domain:
    """Give the domain that holds the values of several: whole numbers, or inputs that all have the same answers."""
    low, high = min(domain.low for domain in domains), max(domain.high for domain in domains)
    return replace(domains[0], low=low, high=high, none=any(domain.none for domain in domains))
