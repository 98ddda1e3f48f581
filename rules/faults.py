"""Errors that say four things: where, what was found, what was expected, what to write."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FEW = 6  # names, which are all listed
SHOWN = 3
VALUES_STAND = "attributes.toml, inputs.toml, lists/"
READABLE = Text(
    "un attribut ou un intrant fini, que la règle peut lire", "a finite attribute or input, which the law may read"
)
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


def meant(word: str, known: Iterable[str], place: str = "") -> Text:
    """Suggest what to write instead of an unknown word: the one that is meant, or the nearest of those in ``place``."""
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return Text(f"voulez-vous dire « {close[0]} » ?", f"did you mean “{close[0]}”?")
    if not names:
        return Text("rien : il n’y en a aucun", "nothing: there is none")
    if len(names) <= FEW:
        return Text(f"l’un de : {', '.join(names)}", f"one of: {', '.join(names)}")
    shown, others = ", ".join(get_close_matches(word, names, n=SHOWN, cutoff=0.0)), len(names) - SHOWN
    return Text(
        f"l’un de : {shown} ; {others} autres{place and f' dans {place}'}",
        f"one of: {shown}; {others} others{place and f' in {place}'}",
    )


class Bar(NamedTuple):
    """What keeps tables or conditions from reading an attribute, and what to write instead."""

    found: Text
    write: Text


def unreadable(name: str, where: Text, known: Iterable[str], barred: Mapping[str, Bar]) -> Fault:
    """Say why a table or a condition cannot read ``name``: what bars it, or that nothing has this name."""
    if name in barred:
        return Fault(where, barred[name].found, READABLE, barred[name].write)
    found = Text(f"l’intrant inconnu « {name} »", f"the unknown input “{name}”")
    return Fault(where, found, READABLE, meant(name, known, "attributes.toml, inputs.toml"))
