"""A text in the two languages of the people who read it."""

from typing import Literal, NamedTuple

Lang = Literal["fr", "en"]


class Text(NamedTuple):
    """One sentence or title, French first."""

    fr: str
    en: str

    def to(self, lang: Lang) -> str:
        """Give the text in one language."""
        return self.fr if lang == "fr" else self.en


def same(words: str) -> Text:
    """Give a text that reads alike in both languages: an id, a number, a piece of code."""
    return Text(words, words)


def listed(words: list[str] | tuple[str, ...], most: int = 8) -> str:
    """Join names for a sentence, at most ``most`` of them."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown}, … ({len(words)})"
