"""The parts of a selection: tiers, reserves, floors, shares, groups and weights, as an instruction writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from rules.citation import Strict, Title, Words

Where = dict[str, Any] | list[dict[str, Any]]
JOIN = "|"
"""Between the labels of a group of several columns: ``by = ["main_occupation", "citizenship"]`` gives ``21231|FR``."""


def listed(value: object) -> object:
    """Read one word as a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


By = Annotated[tuple[Words, ...], BeforeValidator(listed), Field(min_length=1)]


class Tier(Strict):
    """A step of a tiered threshold: who at or above ``min_score`` may come.

    ``everyone`` takes them all, beyond the size of the selection too; else up to ``size`` and to what is left.
    """

    id: Words
    title: Title
    where: Where | None = None
    min_score: int | None = None
    size: int | None = Field(default=None, ge=0)
    everyone: bool = False


class Reserve(Strict):
    """Places kept for those of ``where``; unfilled, they stay empty (``hard``) or open to all at the end (``soft``)."""

    id: Words
    title: Title
    where: Where
    size: int = Field(ge=0)
    kind: Literal["hard", "soft"]


class Floor(Strict):
    """At least ``size`` of those of ``where`` are taken, as long as there are so many."""

    id: Words
    title: Title
    where: Where
    size: int = Field(ge=0)


class Share(Strict):
    """At least ``percent`` of every prefix of the list are of ``where``, as long as there are any."""

    id: Words
    title: Title
    where: Where
    percent: int = Field(ge=0, le=100)


Part = Tier | Reserve | Floor | Share


class Apportion(Strict):
    """A total shared over the groups of ``by``, by ``weights`` or by the number of candidates of each.

    ``leftover``: the places that a group cannot fill go to the best of all its groups, or stay empty.
    """

    by: By
    weights: dict[str, Annotated[int, Field(ge=0)]] | None = None
    by_population: bool = False
    method: Literal["largest_remainder", "sainte_lague"]
    leftover: Literal["redistributed", "unfilled"]


class Weights(Strict):
    """The weight of each group of ``by`` in a lot."""

    by: By
    of: dict[str, Annotated[int, Field(ge=1)]] = Field(min_length=1)


class FromList(Strict):
    """Limits read from a list beside the instruction, by its code."""

    list: Words
    column: Words = "limit"


class Ceiling(Strict):
    """A limit on how many of each group of ``by`` are taken in the round; several ceilings may nest or cross.

    ``limits_from`` reads them from a list beside the instruction. ``otherwise`` is the limit of the groups that have no
    other; absent: none. ``carried``: what earlier rounds used counts. ``rounds_left``: it has only its slice, what is
    left shared out over so many rounds and rounded down.
    """

    id: Words
    title: Title
    by: By
    limits: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)
    limits_from: FromList | None = None
    otherwise: int | None = Field(default=None, ge=0)
    carried: bool
    rounds_left: int | None = Field(default=None, ge=1)


class Seed(Strict):
    """The seed of the lots of a round, with where it comes from."""

    value: Words
    protocol: Literal["beacon", "commit_reveal", "drawn"]
    provenance: Title
    commitments: tuple[Words, ...] = Field(default=(), strict=False)
