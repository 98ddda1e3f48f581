"""Does a bank hold together? The chain, the commitments, and every table that is derived from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intake.bank import key_digest
from intake.event import Head
from intake.findings import Findings, at_event
from intake.sqlite_store import SqliteStore
from intake.walk import Stands, Walk
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.store import Store, Transaction

WINDOW = 20_000
CODES = {"deposit": (201, "deposited"), "amend": (200, "amended"), "withdraw": (200, "withdrawn")}


@dataclass(frozen=True)
class Verified:
    """What was checked, and the head of the log; ``head`` is None where the bank has none."""

    findings: Findings
    head: Head | None

    @property
    def agrees(self) -> bool:
        """Tell whether everything agrees."""
        return self.findings.agrees


def verify(store: Store, progress: Callable[[int], None] = lambda _: None) -> Verified:
    """Check a bank whole, in one snapshot, while others write; ``progress`` is told of the events read.

    Raises:
        StoreFailed: it cannot be read.
    """
    findings = Findings()
    with store.read() as tx:
        _file(store, tx, findings)
        published = tx.all("SELECT size, root FROM root ORDER BY size")
        walk = Walk(findings, [size for size, _ in published])
        walk.walk(tx, progress)
        head = _head(tx, walk)
        _orphans(tx, findings)
        _live(tx, walk)
        _answers(tx, walk)
        _tickets(tx, findings)
        _roots(published, walk)
    return Verified(findings, head)


def _file(store: Store, tx: Transaction, findings: Findings) -> None:
    """Ask SQLite whether its pages hold together; a server does this for itself."""
    if isinstance(store, SqliteStore):
        check = findings["file"]
        said = [row[0] for row in tx.all("PRAGMA quick_check(100)")]
        check.count = 1
        for line in [] if said == ["ok"] else said:
            check.broke(Text("fichier de la banque", "file of the bank"), same(str(line)), same("ok"))


def _head(tx: Transaction, walk: Walk) -> Head | None:
    check = walk.findings["head"]
    check.count = 1
    where = Text("table head", "table head")
    rows = tx.all("SELECT sequence, at, floor, link FROM head")
    readable = len(rows) == 1 and all(isinstance(v, t) for v, t in zip(rows[0], (int, int, int, bytes), strict=True))
    if not readable:
        check.broke(
            where, Text(f"lignes : {len(rows)}", f"rows: {len(rows)}"), Text("une tête lisible", "a readable head")
        )
        return None
    found = Head(*rows[0])
    for name, is_, should in (
        ("sequence", found.sequence, walk.sequence),
        ("at", found.at, walk.at),
        ("link", found.link.hex(), walk.link.hex()),
    ):
        if is_ != should:
            check.broke(
                where, same(f"{name} = {is_}"), Text(f"{should}, du dernier événement", f"{should}, of the last event")
            )
    return found


def _orphans(tx: Transaction, findings: Findings) -> None:
    rows = tx.all(
        "SELECT body.sequence FROM body LEFT JOIN event ON event.sequence = body.sequence WHERE event.sequence IS NULL"
    )
    for (sequence,) in rows:
        where = Text(f"table body, ligne {sequence}", f"table body, row {sequence}")
        findings["commitments"].broke(where, Text("un corps sans événement", "a body without an event"), _NONE)


_NONE = Text("aucun", "none")


def _live(tx: Transaction, walk: Walk) -> None:
    check = walk.findings["live"]
    rows = tx.all("SELECT program, person, declaration, version, first_at, sequence FROM live")
    found = {(program, person): Stands(*rest) for program, person, *rest in rows}
    check.count = len(rows)
    for who in sorted(found.keys() | walk.live.keys(), key=str):
        has, should = found.get(who), walk.live.get(who)
        if has != should:
            where = Text(f"table live, {who[0]}, {who[1]}", f"table live, {who[0]}, {who[1]}")
            check.broke(where, _shown(has), _shown(should))


def _shown(stands: Stands | None) -> Text:
    if stands is None:
        return _NONE
    return Text(
        f"{stands.declaration}, version {stands.version}, dépôt à {stands.first_at}, événement {stands.sequence}",
        f"{stands.declaration}, version {stands.version}, deposited at {stands.first_at}, event {stands.sequence}",
    )


def _answers(tx: Transaction, walk: Walk) -> None:
    check = walk.findings["answers"]
    answered: set[int] = set()
    after = ("", "")
    while rows := tx.all(
        "SELECT person, key, status, code, sequence, version FROM answer WHERE (person, key) > (?, ?)"
        f" ORDER BY person, key LIMIT {WINDOW}",
        after,
    ):
        for row in rows:
            check.count += 1
            if row[4] is not None:
                answered.add(row[4])
                _answer(walk, row)
        after = (rows[-1][0], rows[-1][1])
    for sequence in sorted(walk.asked.keys() - answered):
        found = Text("un événement sans réponse gardée", "an event whose answer was not kept")
        check.broke(at_event(sequence), found, Text("la première réponse", "the first answer"))


def _answer(walk: Walk, row: tuple[Any, ...]) -> None:
    """Check an answer against the event that it tells of."""
    person, key, status, code, sequence, version = row
    said = walk.asked.get(sequence)
    where = Text(f"table answer, événement {sequence}", f"table answer, event {sequence}")
    if said is None:
        found = Text("une réponse à un événement que nul n’a demandé", "an answer to an event that nobody asked for")
        walk.findings["answers"].broke(where, found, _NONE)
        return
    should = (said.person, said.key, *CODES[said.kind], said.version)
    has = (person, key_digest(person, key), status, code, version)
    if has != should:
        walk.findings["answers"].broke(where, same(_listed(has)), same(_listed(should)))


def _listed(values: tuple[object, ...]) -> str:
    return ", ".join(str(value) for value in values)


def _tickets(tx: Transaction, findings: Findings) -> None:
    check = findings["tickets"]
    openings: dict[str, tuple[bool, int]] = {}
    for name, policy, drawn, reserved, admitted in tx.all(
        "SELECT opening, policy, drawn, reserved, admitted_through FROM opening"
    ):
        whole = isinstance(reserved, int) and isinstance(admitted, int)
        openings[name] = (policy == "random" and not drawn, reserved if whole else 0)
        if not whole or not 0 <= admitted <= reserved:
            expected = Text(f"au plus {reserved}, positions réservées", f"at most {reserved}, the positions reserved")
            check.broke(_opening(name), same(f"admitted_through = {admitted}"), expected)
    given: set[tuple[str, object]] = set()
    for name, position in tx.all("SELECT opening, position FROM ticket ORDER BY opening, position"):
        check.count += 1
        if (wrong := _ticket(position, openings.get(name))) is not None:
            check.broke(_opening(name), same(f"position {position}"), wrong)
        elif position is not None and (name, position) in given:
            twice = Text(f"la position {position} deux fois", f"position {position} twice")
            check.broke(_opening(name), twice, Text("une seule fois", "once"))
        given.add((name, position))


def _ticket(position: object, opening: tuple[bool, int] | None) -> Text | None:
    """Tell what a position should have been; None where it may be. ``opening``: is it to be drawn, and how far."""
    if opening is None:
        return Text("le billet d’une ouverture qui existe", "a ticket of an opening that exists")
    to_draw, reserved = opening
    if (position is None and to_draw) or (isinstance(position, int) and 1 <= position <= reserved):
        return None
    return Text(f"de 1 à {reserved}, positions réservées", f"1 to {reserved}, the positions reserved")


def _opening(name: str) -> Text:
    return Text(f"ouverture {name}", f"opening {name}")


def _roots(published: list[tuple[Any, ...]], walk: Walk) -> None:
    check = walk.findings["roots"]
    for size, root in published:
        check.count += 1
        should = walk.roots.get(size)
        if should != root:
            where = Text(f"racine des {size} premiers événements", f"root of the first {size} events")
            shown = Text("aucune : le journal est plus court", "none: the log is shorter")
            found = same(root.hex() if isinstance(root, bytes) else str(root))
            check.broke(where, found, shown if should is None else same(should.hex()))
