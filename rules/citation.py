"""Where a rule comes from, and how sure we are of it."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from rules.text import Text

Words = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """Base of every model read from a file: no coercion, no unknown key, no change afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


class Title(Strict):
    """A title that a person reads, French first."""

    fr: Words
    en: Words

    @property
    def text(self) -> Text:
        """The title as a text."""
        return Text(self.fr, self.en)


def _both(words: object) -> object:
    return {"fr": words, "en": words} if isinstance(words, str) and words else words


Remark = Annotated[Title, BeforeValidator(_both)]
"""A remark in both languages; one string stands for both."""


class Cite(Strict):
    """The provision behind a version. Its dates stay apart from the day the version comes into force.

    ``certainty`` says how many and which sources agree; ``provision_checked`` is true only when somebody
    compared the rule with the legal text itself; ``published`` is absent where no source gives the day.
    """

    act: Words
    provision: Words
    published: date | None = None
    url: Words
    read_on: date
    certainty: Remark
    provision_checked: bool
    note: Remark | None = None
