"""Axes: the rows, or the columns, of a table, and which of them holds a value."""

from __future__ import annotations

from dataclasses import dataclass

from rules.domains import Domain, Interval, Value

Key = Interval | str | bool | None


@dataclass(frozen=True)
class Axis:
    """The keys of the rows, or of the columns, of a table. ``none`` stands for null."""

    domain: Domain
    keys: tuple[Key, ...]

    def find(self, value: Value) -> int | None:
        """Give the position of the key that holds ``value``; None when the value lies outside the range."""
        for position, key in enumerate(self.keys):
            if isinstance(key, Interval):
                if isinstance(value, int) and value in key:
                    return position
            elif key is value or key == value:
                return position
        return None

    def name(self, position: int | None) -> str:
        """Write a key as the law file does; ``outside`` for a value outside the range."""
        if position is None:
            return "outside"
        key = self.keys[position]
        if key is None:
            return "none"
        return str(key).lower() if isinstance(key, bool) else str(key)

    def cuts(self, domain: Domain) -> list[int]:
        """Give the whole numbers of ``domain`` at which the row changes."""
        ends = [end for key in self.keys if isinstance(key, Interval) for end in (key.low, key.high)]
        return [end for end in ends if end is not None and domain.low < end < domain.high]

    def last_change(self, domain: Domain) -> int:
        """Find the whole number above which every value of ``domain`` falls in one row; its low end at the least."""
        return max(self.cuts(domain), default=domain.low)
