"""Errors that say four things: where, what was found, what was expected, what to write."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

LABELS = Text("trouvé|attendu|à écrire|exemples", "found|expected|write|examples")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``count`` says how many rows have it, ``examples`` names a few of them."""

    where: Text
    found: Text
    expected: Text
    write: Text
    count: int = 1
    examples: tuple[str, ...] = ()

    def render(self, lang: Lang) -> str:
        """Write the fault as a paragraph of four or five lines."""
        found, expected, write, examples = LABELS.to(lang).split("|")
        width = max(len(label) for label in (found, expected, write, examples))
        lines = [self.where.to(lang)]
        pairs = [(found, self.found), (expected, self.expected), (write, self.write)]
        lines += [f"  {label:<{width}} : {text.to(lang)}" for label, text in pairs]
        if self.examples:
            lines.append(f"  {examples:<{width}} : {', '.join(self.examples)}")
        return "\n".join(lines)


class TirageError(Exception):
    """The input or the law is wrong. Carries every fault found, in both languages."""

    heading = Text("Entrée refusée", "Input refused")

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.render("en"))

    def render(self, lang: Lang) -> str:
        """Write all faults in one language."""
        return "\n\n".join([self.heading.to(lang), *(fault.render(lang) for fault in self.faults)])


class LawError(TirageError):
    """A law file, or a law asked for on a day, is wrong."""

    heading = Text("Règle refusée", "Law refused")


def meant(word: str, known: Iterable[str]) -> Text:
    """Suggest what to write instead of an unknown word, or list what exists."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return Text(f"voulez-vous dire « {close[0]} » ?", f"did you mean “{close[0]}”?")
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return Text(f"l’un de : {shown}", f"one of: {shown}")
