"""Selections, exclusions and the order of a round, as its file writes them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field

from ranking.parts import Apportion, Ceiling, Floor, Part, Reserve, Seed, Share, Tier, Weights, Where, listed
from rules.citation import Cite, Remark, Strict, Title, Words


class Published(Strict):
    """What the ministry published of a selection. Only compared with, never read by the engine."""

    invitations: int | None = None
    min_score: int | None = None


class Selection(Strict):
    """One pick inside a round: who may be taken, how many, how ties end.

    ``order = "lot"`` ranks by lot alone, ``weights`` with their ``meaning`` weigh it. ``ceilings`` names the ceilings
    that bind here, all of them unless given. ``labels`` puts streams in order: an invitation is under the first that
    the person is eligible for. ``criteria = false``: neither stream nor score is asked for.
    """

    id: Words
    title: Title
    stream: Annotated[tuple[Words, ...], BeforeValidator(listed)] = ()
    category: Words | None = None
    where: Where | None = None
    mechanism: Words
    size: int | None = Field(default=None, ge=0)
    min_score: int | None = None
    ties: Literal["key", "all_in", "all_out", "lot"] | None = None
    order: Literal["key", "lot"] | None = None
    weights: Weights | None = None
    meaning: Literal["tickets", "proportional"] | None = None
    ceilings: tuple[Words, ...] | None = Field(default=None, strict=False)
    labels: tuple[Words, ...] | None = Field(default=None, strict=False)
    tiers: tuple[Tier, ...] | None = Field(default=None, strict=False, min_length=1)
    reserves: tuple[Reserve, ...] | None = Field(default=None, strict=False, min_length=1)
    reserve_order: Literal["reserved_first", "open_first"] | None = None
    floors: tuple[Floor, ...] | None = Field(default=None, strict=False, min_length=1)
    shares: tuple[Share, ...] | None = Field(default=None, strict=False, min_length=1, max_length=2)
    apportion: Apportion | None = None
    declarations: tuple[Words, ...] | None = Field(default=None, strict=False, min_length=1)
    author: Words | None = None
    criteria: bool = True
    comparison_only: bool | None = None
    certainty: Literal["published", "inferred"]
    note: Remark | None = None
    published: Published | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        """Tiers, reserves, floors and shares, in the order written."""
        return (*(self.tiers or ()), *(self.reserves or ()), *(self.floors or ()), *(self.shares or ()))

    @property
    def by_lot(self) -> bool:
        """Tell whether lots decide anything."""
        return self.ties == "lot" or self.order == "lot"

    @property
    def by_score(self) -> bool:
        """Tell whether scores decide: neither a lot alone, nor arrival, nor a name, nor a class without criteria."""
        return self.order != "lot" and self.criteria and self.mechanism not in ("named", "first_come")


class Exclusion(Strict):
    """A named reason why someone who could be taken is not: who they are, and the provision or author behind it."""

    id: Words
    title: Title
    where: Where | None = None
    declarations: tuple[Words, ...] = Field(default=(), strict=False)
    cite: Cite | None = None
    author: Words | None = None


class InstructionFile(Strict):
    """The instruction, as written."""

    program: Words
    id: Words
    title: Title
    law_on: date
    extracted_at: AwareDatetime
    cite: Cite
    note: Remark | None = None
    combine: Literal["in_order", "as_if_alone"] = "in_order"
    seed: Seed | None = None
    exclusion: tuple[Exclusion, ...] = Field(default=(), strict=False)
    ceiling: tuple[Ceiling, ...] = Field(default=(), strict=False)
    selection: tuple[Selection, ...] = Field(min_length=1, strict=False)
