"""Phrases: the pieces that sentences about a change are made of, in one language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Wording:
    """Says things in one language."""

    lang: Lang

    def say(self, fr: str, en: str) -> str:
        """Choose between two ways to say one thing."""
        return fr if self.lang == "fr" else en

    def quoted(self, words: str | Text) -> str:
        """Put words in quotes."""
        said = words.to(self.lang) if isinstance(words, Text) else words
        return self.say(f"« {said} »", f"“{said}”")

    def becomes(self, before: str, after: str) -> str:
        """Say that words become others."""
        old, new = self.quoted(before), self.quoted(after)
        return self.same() if old == new else self.say(f"{old} devient {new}", f"{old} becomes {new}")

    def goes(self, before: str, after: str) -> str:
        """Say that something goes from one value to another."""
        if before == after:
            return self.say("ne change pas", "does not change")
        return self.say(f"passe de {before} à {after}", f"goes from {before} to {after}")

    def same(self) -> str:
        """Say that a place stays as it was."""
        return self.say("rien ne change", "nothing changes")

    def joined(self, parts: Sequence[str]) -> str:
        """Join parts of a sentence, or say that nothing changes where there is none."""
        return self.say(" ; ", "; ").join(parts) or self.same()

    def listed(self, words: Sequence[str]) -> str:
        """Join the last of several words by *and*: « 120 et 100 », “120 and 100”."""
        if len(words) < 2:
            return "".join(words)
        return f"{', '.join(words[:-1])} {self.say('et', 'and')} {words[-1]}"
