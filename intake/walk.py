"""A walk along the log, from its first event: links, instants, commitments, and the state that it gives."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from intake import merkle
from intake.bank import NOTHING, commitment
from intake.event import GENESIS, Kind, linked, spelled
from intake.findings import Findings, at_event
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from intake.store import Transaction

WINDOW = 20_000
SQL = """SELECT event.sequence, at, kind, program, person, declaration, version, key, commitment, link, salt, body
FROM event LEFT JOIN body ON body.sequence = event.sequence
WHERE event.sequence > ? ORDER BY event.sequence LIMIT ?"""
TYPES = (int, int, str, str, str, str, int, str, bytes, bytes)
HAS_BODY = (Kind.DEPOSIT, Kind.AMEND)
ASKED = (*HAS_BODY, Kind.WITHDRAW)


class Stands(NamedTuple):
    """A live declaration, as table ``live`` should have it."""

    declaration: str
    version: int
    first_at: int
    sequence: int


class Said(NamedTuple):
    """What an answer to an event must agree with."""

    person: str
    kind: str
    version: int
    key: str


class Walk:
    """Everything that the log gives, once walked to its end; what is broken goes to ``findings``.

    ``live``: what stands, by program and person. ``asked``: events that somebody asked for, with what their answers
    must say. ``roots``: the Merkle roots at ``sizes``.
    """

    def __init__(self, findings: Findings, sizes: Collection[int]) -> None:
        self.findings = findings
        self.live: dict[tuple[str, str], Stands] = {}
        self.asked: dict[int, Said] = {}
        self.roots: dict[int, bytes] = {}
        self.erased: dict[str, int] = {}
        self.sequence, self.at, self.link = 0, 0, GENESIS
        self._sizes = frozenset(sizes)
        self._deposited: set[str] = set()
        self._held: Counter[str] = Counter()
        self._tree = merkle.Tree() if sizes else None

    def walk(self, tx: Transaction, progress: Callable[[int], None]) -> None:
        """Walk the whole log."""
        self.erased = dict(tx.all("SELECT person, MAX(sequence) FROM event WHERE kind = 'erase' GROUP BY person"))
        after: int | None = min(0, (tx.one("SELECT MIN(sequence) FROM event") or (0,))[0] or 0) - 1
        while after is not None:
            rows = tx.all(SQL, (after, WINDOW))
            for row in rows:
                self._event(row)
            progress(self.findings["events"].count)
            after = rows[-1][0] if rows else None

    def _event(self, row: tuple[Any, ...]) -> None:
        sequence = row[0]
        self.findings["events"].count += 1
        if sequence != self.sequence + 1:
            expected = Text(f"l’événement {self.sequence + 1}", f"event {self.sequence + 1}")
            self.findings["events"].broke(at_event(sequence), Text("un trou avant lui", "a gap before it"), expected)
        self.sequence = sequence
        if not all(isinstance(value, kind) for value, kind in zip(row, TYPES, strict=False)):
            found = Text("des valeurs d’un autre type", "values of another type")
            self.findings["events"].broke(at_event(sequence), found, Text("un événement lisible", "a readable event"))
            return
        self._chained(row)
        self._timed(sequence, row[1])
        self._lived(row)
        self._committed(row)

    def _chained(self, row: tuple[Any, ...]) -> None:
        said = spelled(*row[:9])
        self.findings["links"].count += 1
        if linked(self.link, said) != row[9]:
            found = Text("un maillon qui n’en est pas le condensé", "a link that is not its digest")
            expected = Text("SHA-256(maillon d’avant ‖ événement)", "SHA-256(link before ‖ event)")
            self.findings["links"].broke(at_event(row[0]), found, expected)
        self.link = row[9]
        if self._tree is not None:
            self._tree.add(merkle.leaf(said))
            if self._tree.size in self._sizes:
                self.roots[self._tree.size] = self._tree.root()

    def _timed(self, sequence: int, at: int) -> None:
        self.findings["instants"].count += 1
        if at < self.at:
            expected = Text(f"au moins {self.at}", f"at least {self.at}")
            self.findings["instants"].broke(at_event(sequence), same(str(at)), expected)
        self.at = at

    def _lived(self, row: tuple[Any, ...]) -> None:
        sequence, at, kind, program, person, declaration, version, key = row[:8]
        check = self.findings["lives"]
        check.count += 1
        standing = self.live.get((program, person))
        if (wrong := self._wrong(standing, kind, program, person, declaration, version)) is not None:
            check.broke(at_event(sequence), Text(f"« {kind} » de {declaration}", f"“{kind}” of {declaration}"), wrong)
        if kind in HAS_BODY:
            first = standing.first_at if kind == Kind.AMEND and standing is not None else at
            self._deposited.add(declaration)
            self._held[person] += standing is None
            self.live[program, person] = Stands(declaration, version, first, sequence)
        elif standing is not None:
            self._held[person] -= 1
            del self.live[program, person]
        if kind in ASKED and self.erased.get(person, 0) < sequence:
            self.asked[sequence] = Said(person, kind, version, key)

    def _wrong(
        self, standing: Stands | None, kind: str, program: str, person: str, declaration: str, version: int
    ) -> Text | None:
        """Tell what should have been instead of an event; None where it may be."""
        if kind not in set(Kind):
            return Text(f"l’un de : {', '.join(Kind)}", f"one of: {', '.join(Kind)}")
        if kind == Kind.DEPOSIT:
            return self._wrong_deposit(standing, declaration, version)
        if kind == Kind.ERASE and not declaration:
            good = not self._held[person] and not program and version == 0
            return None if good else Text("rien qui soit en vigueur", "nothing that stands")
        if standing is None:
            return Text("une déclaration en vigueur", "a declaration that stands")
        good = (declaration, version) == (standing.declaration, standing.version + 1)
        return None if good else same(f"{standing.declaration}, version {standing.version + 1}")

    def _wrong_deposit(self, standing: Stands | None, declaration: str, version: int) -> Text | None:
        if standing is not None:
            return Text(f"{standing.declaration} y est en vigueur", f"{standing.declaration} stands there")
        if declaration in self._deposited:
            return Text("un numéro qui n’a jamais servi", "a number that was never used")
        return None if version == 1 else Text("la version 1", "version 1")

    def _committed(self, row: tuple[Any, ...]) -> None:
        sequence, kind, person, sealed, salt, body = row[0], row[2], row[4], row[8], row[10], row[11]
        check = self.findings["commitments"]
        erased = self.erased.get(person, 0) > sequence
        if body is not None:
            check.count += 1
            good = isinstance(salt, bytes) and isinstance(body, bytes) and commitment(salt, body) == sealed
            if erased:
                found = Text("un corps d’une personne effacée", "a body of a person who was erased")
                check.broke(at_event(sequence), found, Text("aucun corps", "no body"))
            elif not good:
                found = Text("un corps qui n’est pas celui de l’engagement", "a body that is not the one committed to")
                check.broke(at_event(sequence), found, Text("SHA-256(sel ‖ corps)", "SHA-256(salt ‖ body)"))
        elif kind not in HAS_BODY:
            if sealed != NOTHING:
                found = Text("un engagement sans corps", "a commitment without a body")
                check.broke(at_event(sequence), found, Text("des zéros", "zeros"))
        elif erased:
            self.findings.erased += 1
        else:
            found = Text("aucun corps, sans effacement", "no body, and no erasure")
            check.broke(at_event(sequence), found, Text("le corps déclaré", "the body that was declared"))
