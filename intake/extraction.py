"""The pool exactly as it was at an instant: the log up to there, folded, and the bodies that were in force.

An extraction of an instant holds what was written *before* it, because a round refuses a declaration that was
submitted at or after the instant of its extraction. Before it is read, the instant is frozen: nothing can be written
before it any more, so that the same instant gives the same values for ever, but for persons erased since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from intake.bodies import typed, values
from intake.clock import instant
from intake.event import GENESIS, head
from intake.faults import BankError, Fault
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from intake.clock import Clock
    from intake.store import Store, Transaction
    from rules.attributes import Attribute

WINDOW = 50_000  # events read at once
TOGETHER = 50_000  # bodies read into columns at once
EVENTS = """SELECT event.sequence, at, kind, person, declaration, body
FROM event LEFT JOIN body ON body.sequence = event.sequence
WHERE event.sequence > ? AND event.sequence <= ? AND program = ? ORDER BY event.sequence"""
# A declaration that stands: the instant of its deposit, its person, the event in force, and the body if it is there.
Standing = tuple[int, str, int, bytes | None]
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
        missing = [one for one in standing.values() if one[3] is None]
        _check_erased(tx, sequence, missing)
    kept = {name: one for name, one in standing.items() if one[3] is not None} if missing else standing
    frame = _rows(kept, attributes)
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
        for sequence, at, kind, person, declaration, body in tx.all(
            EVENTS, (start, min(start + WINDOW, through), program)
        ):
            if kind == "deposit":
                standing[declaration] = (at, person, sequence, body)
            elif declaration not in standing:
                raise BankError([_nothing_before(sequence, kind, declaration)])
            elif kind == "amend":
                standing[declaration] = (standing[declaration][0], person, sequence, body)
            else:
                del standing[declaration]
    return standing


def _rows(kept: Mapping[str, Standing], attributes: Mapping[str, Attribute]) -> pl.DataFrame:
    """Give a row for each declaration, all of whose bodies are there."""
    names = list(kept)
    bodies = [body for _, _, _, body in kept.values() if body is not None]
    frames = [values([], [], attributes)]
    for start in range(0, len(names), TOGETHER):
        part = slice(start, start + TOGETHER)
        frames.append(values(bodies[part], names[part], attributes))
    declared = typed(pl.concat(frames, how="diagonal"), attributes)
    return _ordered(declared.with_columns(_own(kept)), attributes)


def _own(kept: Mapping[str, Standing]) -> list[pl.Series]:
    """Give the columns that the bank itself knows."""
    return [
        pl.Series("declaration_id", list(kept), dtype=pl.String),
        pl.Series("person_id", [person for _, person, _, _ in kept.values()], dtype=pl.String),
        pl.Series("submitted_at", [at for at, _, _, _ in kept.values()], dtype=pl.Int64).cast(INSTANT),
    ]


def _ordered(frame: pl.DataFrame, attributes: Mapping[str, Attribute]) -> pl.DataFrame:
    """Put the columns in the order of the attributes, what no attribute knows last."""
    own = [name for name in OWN if name not in attributes]
    known = [name for name in attributes if name in frame.columns]
    return frame.select([*own, *known, *(name for name in frame.columns if name not in {*own, *known})])


def _check_erased(tx: Transaction, through: int, missing: Sequence[Standing]) -> None:
    """Refuse a bank in which a body is gone although nobody erased its person."""
    if not missing:
        return
    rows = tx.all("SELECT DISTINCT person FROM event WHERE kind = 'erase' AND sequence > ?", (through,))
    erased: set[str] = {person for (person,) in rows}
    lost = [sequence for _, person, sequence, _ in missing if person not in erased]
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
        Text(f"{len(lost)} corps absents", f"{len(lost)} bodies missing"),
        Text(
            "un corps par déclaration en vigueur, sauf effacement",
            "a body for each declaration that stands, unless erased",
        ),
        VERIFY,
        count=len(lost),
        examples=tuple(str(sequence) for sequence in lost[:5]),
    )
