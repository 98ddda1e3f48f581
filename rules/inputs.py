"""Derived inputs: what a law has besides tables, one short, cited, pure function each.

A function has a declared finite domain and says what it does with none. It exists in three forms that a property
test holds together: plain Python, a polars expression and a SQL expression. A law in a folder outside the package
binds these functions in its ``inputs.toml``; it brings no code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rules.citation import Cite, Remark, Strict, Title, Words

if TYPE_CHECKING:
    from rules.domains import Domain, Value
    from rules.text import Text

EPOCH = date(1970, 1, 1)
Scale = tuple[str, tuple[tuple[int, int], ...]]


class InputModel(Strict):
    """A derived input, as written in ``inputs.toml``."""

    function: Literal["age", "chosen", "digit", "level", "listed", "lowest"]
    title: Title
    of: tuple[Words, ...] = Field(min_length=1, strict=False)
    cite: Cite | None = None
    domain: Words | None = None
    position: int | None = Field(default=None, ge=1)
    list: Words | None = None
    column: Words | None = None
    labels: dict[str, Title] = Field(default_factory=dict)
    below: int | None = Field(default=None, ge=0)
    note: Remark | None = None


@dataclass(frozen=True)
class Derived:
    """A derived input of a regulation, bound to the inputs that it reads, with its domain.

    ``of_values`` maps each value of a code to the value of the input; ``choices`` are the labels that choose one of
    several inputs; ``labels`` are the titles of its own labels. ``scales`` give, for each test, the least scores and
    the levels that they reach, the highest first; ``below`` is the level of a score that reaches none.
    """

    name: str
    function: str
    title: Text
    of: tuple[str, ...]
    domain: Domain
    of_values: tuple[tuple[str, Value], ...] = ()
    labels: tuple[tuple[str, Text], ...] = ()
    choices: tuple[str, ...] = ()
    scales: tuple[Scale, ...] = ()
    below: int = 0

    @property
    def completes(self) -> bool:
        """Tell whether it bears the name of the attribute that it completes: a level, by a test where there is one."""
        return self.function == "level"


def complete_years(born: date, on: date) -> int:
    """Count complete years: a year is complete on the birthday; born on 29 February, on 1 March in common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def days_by_year(facts_on: date, years: int) -> list[int]:
    """Give, for each age from 0 to ``years``, on how many days someone of that age may have been born."""
    firsts = [earliest_birth(facts_on, age) for age in range(years + 1)]
    later = [facts_on + timedelta(days=1), *firsts]
    return [(after - first).days for first, after in zip(firsts, later, strict=False)]


def earliest_birth(facts_on: date, years: int) -> date:
    """Give the first birth date at which fewer than ``years`` + 1 years are complete on ``facts_on``."""
    try:
        return facts_on.replace(year=facts_on.year - years - 1) + timedelta(days=1)
    except ValueError:
        return date(facts_on.year - years - 1, 3, 1)
