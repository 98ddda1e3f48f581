"""A text in the two languages of the people who read it."""

from datetime import date
from typing import Literal, NamedTuple

Lang = Literal["fr", "en"]


class Text(NamedTuple):
    """One sentence or title, French first."""

    fr: str
    en: str

    def to(self, lang: Lang) -> str:
        """Give the text in one language."""
        return self.fr if lang == "fr" else self.en

    def inside(self, fr: str, en: str) -> "Text":
        """Give a place inside this one: “criteria/age.toml, version of 2030-01-01” and then “table points”."""
        return Text(f"{self.fr}, {fr}", f"{self.en}, {en}")


def same(words: str) -> Text:
    """Give a text that reads alike in both languages: an id, a number, a piece of code."""
    return Text(words, words)


def listed(words: list[str] | tuple[str, ...], most: int = 8) -> str:
    """Join names for a sentence, at most ``most`` of them."""
    shown = ", ".join(words[:most])
    return shown if len(words) <= most else f"{shown}, … ({len(words)})"


def number(count: int, lang: Lang) -> str:
    """Write a whole number as readers of a language do: 150 000 (with narrow no-break spaces) or 150,000."""
    return f"{count:,}".replace(",", "\u202f") if lang == "fr" else f"{count:,}"


MONTHS = Text(
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "January February March April May June July August September October November December",
)


def written(day: date, lang: Lang) -> str:
    """Write a day as readers of a language do: 1er mai 2026, or 1 May 2026."""
    ordinal = "1er" if lang == "fr" and day.day == 1 else str(day.day)
    return f"{ordinal} {MONTHS.to(lang).split()[day.month - 1]} {day.year}"
