"""The pool exactly as it was at an instant: the log up to there, folded, and the bodies that were in force.

An extraction of an instant holds what was written *before* it, because a round refuses a declaration that was
submitted at or after the instant of its extraction. Before it is read, the instant is frozen: nothing can be written
before it any more, so that the same instant gives the same values for ever, but for persons erased since.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from intake.bodies import typed, values
from intake.clock import instant
from intake.event import GENESIS, head
from intake.faults import BankError, Fault
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from intake.clock import Clock
    from intake.store import Store, Transaction
    from rules.attributes import Attribute

WINDOW = 50_000  # events read at once
TOGETHER = 16_000  # bodies asked for at once, fewer than either database allows marks in a statement
EVENTS = """SELECT sequence, at, kind, person, declaration FROM event
WHERE sequence > ? AND sequence <= ? AND program = ? ORDER BY sequence"""
# A declaration that stands: the instant of its deposit, its person, and the event whose body is in force.
Standing = tuple[int, str, int]
OWN = ("declaration_id", "person_id", "submitted_at")
INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, eq=False)
class Extraction:
    """A pool at an instant, one row a live declaration, in order of deposit.

    ``sequence`` and ``link`` are those of the last event before ``at`` (microseconds UTC), of any program.
    ``erased_since`` counts declarations that stood then, of persons who have been erased since: they are not in
    ``frame``. ``unknown`` names columns that no attribute knows: they are carried along, as text.
    """

    program: str
    at: int
    sequence: int
    link: bytes
    frame: pl.DataFrame
    erased_since: int
    unknown: tuple[str, ...]


def extract(
    store: Store, clock: Clock, program: str, attributes: Mapping[str, Attribute], asked: int | None = None
) -> Extraction:
    """Extract the pool of a program at an instant, microseconds UTC; None: now, by the bank's clock.

    Raises:
        BankError: the instant is still to come; a body is missing or cannot be read.
        StoreFailed: the store cannot be read, or the instant cannot be frozen.
    """
    at = frozen(store, clock, asked)
    with store.read() as tx:
        sequence, link = before(tx, at)
        standing = folded(tx, program, sequence)
        declared, missing = _declared(tx, standing, attributes)
        _check_erased(tx, sequence, missing)
    kept = {name: one for name, one in standing.items() if name not in missing} if missing else standing
    frame = _ordered(declared.with_columns(_own(kept)), attributes)
    unknown = tuple(name for name in frame.columns if name not in attributes and name not in OWN)
    return Extraction(program, at, sequence, link, frame, len(missing), unknown)


def frozen(store: Store, clock: Clock, asked: int | None) -> int:
    """Make sure that nothing will be written before an instant any more, and give it; None: now.

    Where the clock has jumped back, now is after everything that is written. The log is locked for a moment, unless it
    has passed the instant already.

    Raises:
        BankError: the instant is still to come.
    """
    if asked is not None:
        with store.read() as tx:
            last = head(tx)
        if asked <= max(last.at, last.floor + 1):
            return asked
    with store.write() as tx:
        last = head(tx)
        now = max(clock(), last.at + 1, last.floor + 1)
        at = now if asked is None else asked
        if at > now:
            raise BankError([_to_come(at, now)])
        if at - 1 > last.floor:
            tx.run("UPDATE head SET floor = ? WHERE one = 1", (at - 1,))
    return at


def before(tx: Transaction, at: int) -> tuple[int, bytes]:
    """Find the last event before an instant: its sequence and link; of an empty log, 0 and the first link."""
    row = tx.one("SELECT sequence, link FROM event WHERE at < ? ORDER BY at DESC, sequence DESC LIMIT 1", (at,))
    return (0, GENESIS) if row is None else (row[0], bytes(row[1]))


def folded(tx: Transaction, program: str, through: int) -> dict[str, Standing]:
    """Fold the log up to a sequence: the declarations that stand, by number, in order of deposit."""
    standing: dict[str, Standing] = {}
    for start in range(0, through, WINDOW):
        for sequence, at, kind, person, declaration in tx.all(EVENTS, (start, min(start + WINDOW, through), program)):
            if kind == "deposit":
                standing[declaration] = (at, person, sequence)
            elif declaration not in standing:
                raise BankError([_nothing_before(sequence, kind, declaration)])
            elif kind == "amend":
                standing[declaration] = (standing[declaration][0], person, sequence)
            else:
                del standing[declaration]
    return standing


def _declared(
    tx: Transaction, standing: Mapping[str, Standing], attributes: Mapping[str, Attribute]
) -> tuple[pl.DataFrame, dict[str, Standing]]:
    """Give a row for each declaration whose body is there, in order of deposit; and those whose body is not.

    Bodies are read in order of their events, some at a time, and made columns by another thread meanwhile.
    """
    ordered = sorted((sequence, declaration) for declaration, (_, _, sequence) in standing.items())
    kept: list[str] = []
    frames = [values([], [], attributes)]
    with ThreadPoolExecutor(1) as columns:
        parts: list[Future[pl.DataFrame]] = []
        for start in range(0, len(ordered), TOGETHER):
            names, bodies = _bodies(tx, ordered[start : start + TOGETHER])
            parts.append(columns.submit(values, bodies, names, attributes))
            kept += names
        frames += [part.result() for part in parts]
    frame = typed(pl.concat(frames, how="diagonal"), attributes)
    missing = {name: standing[name] for name in set(standing).difference(kept)}
    return _by_deposit(frame, kept, [name for name in standing if name not in missing]), missing


def _bodies(tx: Transaction, some: list[tuple[int, str]]) -> tuple[list[str], list[bytes]]:
    """Read the bodies of events, each with its declaration: those that are there, and their declarations."""
    marks = ",".join("?" * len(some))
    sequences = [sequence for sequence, _ in some]
    rows = tx.all(f"SELECT sequence, body FROM body WHERE sequence IN ({marks}) ORDER BY sequence", sequences)
    there = None if len(rows) == len(some) else {sequence for sequence, _ in rows}
    names = [declaration for sequence, declaration in some if there is None or sequence in there]
    return names, [body for _, body in rows]


def _by_deposit(frame: pl.DataFrame, read: list[str], deposited: list[str]) -> pl.DataFrame:
    """Put rows, read in one order of declarations, in that of deposit."""
    if read == deposited:
        return frame
    places = {name: place for place, name in enumerate(read)}
    return frame[[places[name] for name in deposited]]


def _own(kept: Mapping[str, Standing]) -> list[pl.Series]:
    """Give the columns that the bank itself knows."""
    return [
        pl.Series("declaration_id", list(kept), dtype=pl.String),
        pl.Series("person_id", [person for _, person, _ in kept.values()], dtype=pl.String),
        pl.Series("submitted_at", [at for at, _, _ in kept.values()], dtype=pl.Int64).cast(INSTANT),
    ]


def _ordered(frame: pl.DataFrame, attributes: Mapping[str, Attribute]) -> pl.DataFrame:
    """Put the columns in the order of the attributes, what no attribute knows last."""
    own = [name for name in OWN if name not in attributes]
    known = [name for name in attributes if name in frame.columns]
    return frame.select([*own, *known, *(name for name in frame.columns if name not in {*own, *known})])


def _check_erased(tx: Transaction, through: int, missing: Mapping[str, Standing]) -> None:
    """Refuse a bank in which a body is gone although nobody erased its person."""
    if not missing:
        return
    rows = tx.all("SELECT DISTINCT person FROM event WHERE kind = 'erase' AND sequence > ?", (through,))
    erased: set[str] = {person for (person,) in rows}
    lost = sorted(sequence for _, person, sequence in missing.values() if person not in erased)
    if lost:
        raise BankError([_lost(lost)])


def _to_come(at: int, now: int) -> Fault:
    return Fault(
        same("--at"),
        same(instant(at).isoformat()),
        Text(
            f"un instant passé : il est {instant(now).isoformat()} à l’horloge de la banque",
            f"an instant that has passed: the bank’s clock says {instant(now).isoformat()}",
        ),
        same("--at now"),
    )


VERIFY = Text(
    "tirage intake verify --bank FICHIER, puis une copie saine", "tirage intake verify --bank FILE, then a sound copy"
)


def _nothing_before(sequence: int, kind: str, declaration: str) -> Fault:
    return Fault(
        Text(f"événement {sequence}", f"event {sequence}"),
        Text(
            f"« {kind} » de {declaration}, qui n’est pas en vigueur", f"“{kind}” of {declaration}, which does not stand"
        ),
        Text("un dépôt avant lui", "a deposit before it"),
        VERIFY,
    )


def _lost(lost: list[int]) -> Fault:
    return Fault(
        Text("table body", "table body"),
        Text(f"corps absents : {len(lost)}", f"bodies missing: {len(lost)}"),
        Text(
            "un corps par déclaration en vigueur, sauf effacement",
            "a body for each declaration that stands, unless erased",
        ),
        VERIFY,
        count=len(lost),
        examples=tuple(str(sequence) for sequence in lost[:5]),
    )
