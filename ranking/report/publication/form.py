"""The form of what is published of a round, from which every file of the pack is written, and its JSON Schema."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from rules.text import Text

FORMAT: Literal[1] = 1


class Form(BaseModel):
    """What all parts of the form share: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Title(Form):
    """A text in both languages."""

    fr: str
    en: str

    @property
    def text(self) -> Text:
        """Give it as the text of a page."""
        return Text(self.fr, self.en)

    @classmethod
    def of(cls, text: Text) -> Title:
        """Make one of a text."""
        return cls(fr=text.fr, en=text.en)


class Selection(Form):
    """A selection: how many it invited, each person once, and its cut-off; null where hidden, or where there is none.

    ``last_submitted_at`` is the instant of the last taken, where equals at the cut-off were told apart by submission.
    """

    id: str
    title: Title
    invited: int | None
    cut_off: int | None
    last_submitted_at: str | None


class Outcome(Form):
    """How many declarations had an outcome; null where hidden."""

    code: str
    title: Title
    declarations: int | None


class Exclusion(Form):
    """How many declarations were excluded, each once, by the first reason that applied; null where hidden."""

    id: str
    title: Title
    declarations: int | None


class Band(Form):
    """Counts of a band of scores, both ends in it; null where hidden."""

    low: int
    high: int
    declarations: int | None
    eligible: int | None
    invited: int | None


class Rule(Form):
    """What keeps people from being told: the smallest count shown, and what counts are rounded to."""

    least: int
    rounded_to: int | None


class Fingerprints(Form):
    """SHA-256 of the law, of the instruction, and of the bytes of the receipt, which is not in the pack.

    Those of the lists and of the distribution are left out: whoever guesses small counts could try them out.
    """

    law: str
    instruction: str
    receipt: str


class PublishedRound(Form):
    """All that is published of a round. A count is null where it is hidden."""

    format: Literal[1]
    program: str
    program_title: Title
    round: str
    title: Title
    act: str
    provision: str
    law_on: str
    extracted_at: str
    synthetic: bool
    rule: Rule
    fingerprints: Fingerprints
    invited: int | None
    declarations: int | None
    eligible: int | None
    selections: tuple[Selection, ...]
    outcomes: tuple[Outcome, ...]
    exclusions: tuple[Exclusion, ...]
    bands: tuple[Band, ...]

    @property
    def hides(self) -> bool:
        """Tell whether a count is hidden."""
        counts = [self.invited, self.declarations, *(one.invited for one in self.selections)]
        counts += [one.declarations for one in self.outcomes] + [one.declarations for one in self.exclusions]
        counts += [count for one in self.bands for count in (one.declarations, one.eligible, one.invited)]
        return None in counts


class SelectionByLot(Form):
    """A selection in which lots decide. Who is an equal at the cut-off is taken if their number is below ``below``.

    ``below`` is as short as tells the last taken from the first left out, so that it is nobody's own number; null
    where lots left nobody out, where no single number decided, or where the count of the selection is hidden.
    ``among`` says among whom: all candidates, or those at the cut-off.
    """

    id: str
    title: Title
    among: Literal["candidates", "equals"]
    weights: Literal["tickets", "proportional"] | None
    cut_off: int | None
    below: str | None
    command: str


class LotFile(Form):
    """What a candidate needs to compute their own number: everything but their own number in the pool."""

    format: Literal[1]
    round: str
    seed: str
    protocol: Literal["beacon", "commit_reveal", "drawn"]
    provenance: Title
    commitments: tuple[str, ...]
    tag: str
    fields: tuple[str, ...]
    recipe: Title
    example: str
    selections: tuple[SelectionByLot, ...]


def schema(form: type[Form]) -> dict[str, Any]:
    """Give the JSON Schema of a form."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **form.model_json_schema(mode="serialization")}
