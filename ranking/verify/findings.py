"""Findings: what a check found of one property, its figure, and what does not agree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ranking.verify.properties import PROPERTIES
from rules.faults import Fault
from rules.text import Text, number, same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.verify.properties import Property

EXAMPLES = 3


@dataclass(frozen=True)
class Finding:
    """One property of a round: the figure that was compared, and everything that does not agree.

    ``about`` names the selection or the ceiling where there is one finding for each. ``proven`` is false where nothing
    could be compared (a ledger that was not given): it is said, and fails nothing.
    """

    id: str
    figure: Text
    wrong: tuple[Text, ...] = ()
    about: str = ""
    proven: bool = True
    count: int = field(default=0)

    @property
    def agrees(self) -> bool:
        """Tell whether nothing was found that contradicts the property."""
        return not self.wrong

    @property
    def kind(self) -> Property:
        """What the property says."""
        return PROPERTIES[self.id]

    @property
    def title(self) -> Text:
        """Title of the property, with what it is about."""
        title = self.kind.title
        return Text(f"{title.fr} {self.about}", f"{title.en} {self.about}") if self.about else title

    @property
    def fault(self) -> Fault | None:
        """Say in four parts what does not agree; None where everything does."""
        if self.agrees:
            return None
        shown = self.wrong[:EXAMPLES]
        more = max(self.count, len(self.wrong)) - len(shown)
        tail = Text(f" ; et {number(more, 'fr')} de plus", f"; and {number(more, 'en')} more") if more else same("")
        found = Text(" ; ".join(one.fr for one in shown) + tail.fr, "; ".join(one.en for one in shown) + tail.en)
        return Fault(self.title, found, self.kind.says, self.kind.write)

    def as_json(self) -> dict[str, Any]:
        """Give the finding as plain values, texts in both languages."""
        fault = self.fault
        parts = {} if fault is None else {"found": fault.found, "expected": fault.expected, "write": fault.write}
        return {
            "property": self.id,
            **({"about": self.about} if self.about else {}),
            "title": self.title._asdict(),
            "compared": self.kind.says._asdict(),
            "figure": self.figure._asdict(),
            "agrees": self.agrees if self.proven else None,
            **{name: text._asdict() for name, text in parts.items()},
        }


def out_of(right: int, total: int) -> Text:
    """Write how many of how many agree."""
    return Text(f"{number(right, 'fr')} sur {number(total, 'fr')}", f"{number(right, 'en')} of {number(total, 'en')}")


def compared(name: str, total: int, wrong: Sequence[Text], about: str = "") -> Finding:
    """Make the finding of a property that each of ``total`` things has, or is named among ``wrong``."""
    few = tuple(wrong[:EXAMPLES])
    return Finding(name, out_of(max(total - len(wrong), 0), total), few, about, count=len(wrong))


def differs(who: str, found: object, wanted: object) -> Text:
    """Say of someone or something what was found, and what it should be."""
    return Text(f"{who} : {_said(found)} au lieu de {_said(wanted)}", f"{who}: {_said(found)}, not {_said(wanted)}")


def _said(value: object) -> str:
    return "–" if value is None else str(value)


def alike(name: str, found: object, wanted: object, about: str = "", *, who: str = "") -> Finding:
    """Make the finding of one value that must equal another; hashes are shown by their first twelve characters."""
    short = [str(value)[:12] if isinstance(value, str) and len(value) == 64 else value for value in (found, wanted)]
    wrong = () if found == wanted else (_instead(who, *short),)
    return Finding(name, same(_said(short[0])), wrong, about)


def _instead(who: str, found: object, wanted: object) -> Text:
    if who:
        return differs(who, found, wanted)
    return Text(f"{_said(found)} au lieu de {_said(wanted)}", f"{_said(found)}, not {_said(wanted)}")
