"""What a verification looked at, and what it found broken: all of it counted, the first few places told."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.faults import Fault
from rules.text import Text

SHOWN = 3

TITLES = {
    "file": Text("Pages du fichier (quick_check de SQLite)", "Pages of the file (SQLite’s quick_check)"),
    "events": Text("Événements lus, séquence sans trou", "Events read, sequence without gaps"),
    "links": Text("Maillons recalculés depuis le premier", "Links recomputed from the first"),
    "instants": Text("Instants qui ne reculent jamais", "Instants that never go back"),
    "lives": Text(
        "Vies des déclarations : un dépôt, puis des modifications, puis une fin",
        "Lives of declarations: a deposit, then amendments, then an end",
    ),
    "head": Text("Tête de la chaîne", "Head of the chain"),
    "commitments": Text("Corps conformes à leur engagement", "Bodies that agree with their commitment"),
    "live": Text("Déclarations en vigueur, comme le journal les donne", "Live declarations, as the log gives them"),
    "answers": Text("Premières réponses, chacune à son événement", "First answers, each to its event"),
    "tickets": Text("Billets : positions uniques et réservées", "Tickets: positions unique and reserved"),
    "roots": Text("Racines publiées, recalculées", "Published roots, recomputed"),
}


@dataclass(slots=True)
class Check:
    """One kind of check: how many things it looked at, how many were broken, and the first few faults."""

    id: str
    count: int = 0
    broken: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def title(self) -> Text:
        """What was checked."""
        return TITLES[self.id]

    def broke(self, where: Text, found: Text, expected: Text) -> None:
        """Note something broken."""
        self.broken += 1
        if len(self.faults) < SHOWN:
            self.faults.append(Fault(where, found, expected, WRITE))


WRITE = Text(
    "rien : gardez ce fichier, et comparez-le à une copie (tirage intake restore)",
    "nothing: keep this file, and compare it with a backup (tirage intake restore)",
)


class Findings(dict[str, Check]):
    """The checks by id, in the order in which they are told."""

    def __init__(self) -> None:
        super().__init__({name: Check(name) for name in TITLES})
        self.erased = 0

    @property
    def agrees(self) -> bool:
        """Tell whether nothing is broken."""
        return all(not check.broken for check in self.values())

    @property
    def faults(self) -> list[Fault]:
        """The first faults of every check."""
        return [fault for check in self.values() for fault in check.faults]


def at_event(sequence: object) -> Text:
    """Name an event, for a fault."""
    return Text(f"événement {sequence}", f"event {sequence}")
