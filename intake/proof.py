"""Roots over the log, and proofs that a declaration is under one, which anybody checks without the bank."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from intake import merkle
from intake.bank import NOTHING, commitment
from intake.event import COLUMNS, Event, events, head, spelled
from intake.extraction import before, frozen
from intake.faults import BankError, Fault
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from intake.clock import Clock
    from intake.store import Store, Transaction

FORMAT = 1
WINDOW = 20_000
NAMES = ("sequence", "at", "kind", "program", "person", "declaration", "version", "key", "commitment")
HEX = re.compile("[0-9a-f]{64}")


def tree(tx: Transaction, size: int, grown: merkle.Tree | None = None) -> merkle.Tree:
    """Give the tree over the first ``size`` events; one that has ``grown`` already is grown on."""
    made = merkle.Tree() if grown is None else grown
    while made.size < size:
        try:
            some = list(events(tx, made.size, min(WINDOW, size - made.size)))
        except ValueError:
            raise BankError([_short(made.size, size)]) from None
        for event in some:
            made.add(merkle.leaf(event.spelled()))
        if not some:
            raise BankError([_short(made.size, size)])
    return made


def publish(store: Store, clock: Clock, asked: int | None = None) -> dict[str, Any]:
    """Compute the root over the log, or over what was written before an instant, keep it, and give it to be published.

    The root comes with a proof, for every root that was published before it, that the log was only appended to.

    Raises:
        BankError: the log is empty then; the instant is to come; another root of this size is published.
    """
    at = None if asked is None else frozen(store, clock, asked)
    with store.read() as tx:
        last = head(tx)
        size, link = (last.sequence, last.link) if at is None else before(tx, at)
        if not size:
            raise BankError([_nothing()])
        grown = tree(tx, size)
        earlier = tx.all("SELECT size, root, at FROM root WHERE size < ? ORDER BY size", (size,))
        row = tx.one("SELECT at FROM event WHERE sequence = ?", (size,))
        root = grown.root(size)
        when = at if at is not None else row[0] if row else last.at
    with store.write() as tx:
        tx.run("INSERT INTO root (size, root, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (size, root, when))
        kept = tx.one("SELECT root FROM root WHERE size = ?", (size,))
        if kept is None or bytes(kept[0]) != root:
            raise BankError([_another(size)])
    since = [
        {"size": older, "root": bytes(was).hex(), "path": [one.hex() for one in grown.consistency(older, size)]}
        for older, was, _ in earlier
    ]
    return {
        "format": FORMAT,
        "size": size,
        "root": root.hex(),
        "at": when,
        "link": link.hex(),
        "consistent_with": since,
    }


def last_root(tx: Transaction, sequence: int = 1) -> tuple[int, bytes, int] | None:
    """Find the last published root that has an event under it: its size, the root, its instant."""
    row = tx.one("SELECT size, root, at FROM root WHERE size >= ? ORDER BY size DESC LIMIT 1", (sequence,))
    return None if row is None else (row[0], bytes(row[1]), row[2])


def proof(tx: Transaction, declaration: str, grown: merkle.Tree | None = None) -> dict[str, Any]:
    """Give all that is needed to check that a declaration is under the last published root.

    Every event of the declaration under that root, with salt and body where there is one, and the hashes beside its
    way up. It holds what was declared: it is for its person, and for whoever may read declarations.

    Raises:
        BankError: no such declaration, or no root over it is published.
    """
    rows = tx.all(f"SELECT {COLUMNS} FROM event WHERE declaration = ? ORDER BY sequence", (declaration,))
    if not rows or not declaration:
        raise BankError([_unknown(declaration)])
    found = [Event.of_row(row) for row in rows]
    published = last_root(tx, found[0].sequence)
    if published is None:
        raise BankError([_unpublished(declaration, found[0].sequence)])
    size, root, at = published
    whole = tree(tx, size, grown)
    said = [_shown(tx, event, whole, size) for event in found if event.sequence <= size]
    return {"format": FORMAT, "declaration": declaration, "size": size, "root": root.hex(), "at": at, "events": said}


def _shown(tx: Transaction, event: Event, whole: merkle.Tree, size: int) -> dict[str, Any]:
    told = {name: getattr(event, name) for name in NAMES} | {"commitment": event.commitment.hex()}
    kept = tx.one("SELECT salt, body FROM body WHERE sequence = ?", (event.sequence,))
    path = [one.hex() for one in whole.inclusion(event.sequence - 1, size)]
    opened = {} if kept is None else {"salt": bytes(kept[0]).hex(), "body": bytes(kept[1]).decode()}
    return {"event": told, **opened, "path": path}


Step = Literal["body", "no_body", "erased", "included", "root", "older"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One step of a proof: for which event (None: for all), and whether it holds."""

    step: Step
    sequence: int | None
    holds: bool


def check(proof: Mapping[str, Any], root: Mapping[str, Any], older: Mapping[str, Any] | None = None) -> list[Checked]:
    """Check a proof against a root that was published, and that root against an older one; no bank is needed.

    ``root`` has ``root``, and ``size`` and ``consistent_with`` if it is a whole file. What is not as ``proof`` writes
    it does not hold: nothing is raised.
    """
    steps = [*_events(proof), Checked("root", None, _is_of(proof, root))]
    if older is not None:
        steps.append(Checked("older", None, _grew(root, older)))
    return steps


def _events(proof: Mapping[str, Any]) -> Iterator[Checked]:
    shown = proof.get("events")
    if not isinstance(shown, list) or not shown:
        yield Checked("included", None, holds=False)
        return
    for one in shown:
        try:
            yield from _event(proof, one)
        except (AttributeError, KeyError, TypeError, ValueError):
            yield Checked("included", None, holds=False)


def _event(proof: Mapping[str, Any], one: Mapping[str, Any]) -> Iterator[Checked]:
    event = dict(one["event"])
    if set(event) != set(NAMES) or type(event["sequence"]) is not int or event["declaration"] != proof["declaration"]:
        raise ValueError(event)
    sequence, sealed = event["sequence"], _hash(event["commitment"])
    if "body" in one:
        yield Checked("body", sequence, commitment(bytes.fromhex(one["salt"]), one["body"].encode()) == sealed)
    else:
        yield Checked("no_body" if sealed == NOTHING else "erased", sequence, holds=True)
    hashed = merkle.leaf(spelled(**event | {"commitment": sealed}))
    path = [_hash(beside) for beside in one["path"]]
    yield Checked(
        "included", sequence, merkle.included(hashed, sequence - 1, proof["size"], path, _hash(proof["root"]))
    )


def _is_of(proof: Mapping[str, Any], root: Mapping[str, Any]) -> bool:
    size, found = proof.get("size"), proof.get("root")
    known = type(size) is int and isinstance(found, str)
    return known and found == root.get("root") and size == root.get("size", size)


def _grew(root: Mapping[str, Any], older: Mapping[str, Any]) -> bool:
    """Tell whether a root says, and proves, that its log begins with that of an older root."""
    try:
        size, now, before_size, was = root["size"], _hash(root["root"]), older["size"], _hash(older["root"])
        if type(size) is not int or type(before_size) is not int:
            return False
        if size == before_size:
            return now == was
        path = next(one["path"] for one in root["consistent_with"] if one["size"] == before_size)
        return merkle.consistent(before_size, was, size, now, [_hash(one) for one in path])
    except (AttributeError, KeyError, StopIteration, TypeError, ValueError):
        return False


def _hash(text: str) -> bytes:
    if HEX.fullmatch(text) is None:
        raise ValueError(text)
    return bytes.fromhex(text)


def _unknown(declaration: str) -> Fault:
    return Fault(
        same("DECLARATION_ID"),
        same(declaration or "-"),
        Text("le numéro d’une déclaration de cette banque", "the number of a declaration of this bank"),
        Text("le numéro de l’accusé de dépôt : D-XXXX-XXXX-XXXX", "the number on the receipt: D-XXXX-XXXX-XXXX"),
    )


def _unpublished(declaration: str, sequence: int) -> Fault:
    return Fault(
        same(declaration),
        Text("aucune racine publiée depuis son dépôt", "no root published since its deposit"),
        Text(f"une racine sur au moins {sequence} événements", f"a root over at least {sequence} events"),
        same("tirage intake root --bank … --out root.json"),
    )


def _nothing() -> Fault:
    return Fault(
        same("tirage intake root"),
        Text("un journal vide à cet instant", "a log that is empty at that instant"),
        Text("au moins un événement", "at least one event"),
        Text("un instant après le premier dépôt", "an instant after the first deposit"),
    )


def _another(size: int) -> Fault:
    return Fault(
        Text(f"racine des {size} premiers événements", f"root of the first {size} events"),
        Text("une autre racine, déjà publiée", "another root, already published"),
        Text("la même racine, puisque le journal ne fait que croître", "the same root, since the log only grows"),
        same("tirage intake verify --bank …"),
    )


def _short(has: int, size: int) -> Fault:
    return Fault(
        Text("journal", "log"),
        Text(f"{has} événements", f"{has} events"),
        Text(f"{size} événements", f"{size} events"),
        same("tirage intake verify --bank …"),
    )
