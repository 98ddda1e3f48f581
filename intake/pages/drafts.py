"""Drafts: what was typed on each page, kept before it is checked, until it is deposited or given up.

Two tabs may save the same page. Nothing is lost: the later one stands, and the one that it replaced is kept beside it
until the person has seen both.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from intake.canonical import canonical

if TYPE_CHECKING:
    from collections.abc import Mapping

    from intake.pages.answers import Typed
    from intake.store import Transaction

REPLACED = "~"  # after the name of a page: what another tab had saved
BASE = "#base"  # the event of the declaration that is being amended: its sequence, 0 for a new one
IDENTITY = ""  # in place of a program: who the person is, kept under the account until it is accepted
NONE_SEEN = "-"


@dataclass(frozen=True)
class Kept:
    """What is kept of a page, and when it was typed."""

    typed: Typed
    at: int

    @property
    def seen(self) -> str:
        """A short digest, by which a form says which answers it was shown with."""
        return _digest(self.typed)


@dataclass(frozen=True)
class Draft:
    """All that a person has typed and not deposited, by page."""

    pages: Mapping[str, Kept]
    replaced: Mapping[str, Kept]
    base: int

    @property
    def typed(self) -> Typed:
        """All answers together."""
        return {name: answer for kept in self.pages.values() for name, answer in kept.typed.items()}

    @property
    def seen(self) -> str:
        """A short digest of all answers, and of what they are to replace."""
        return _digest([self.base, {page: kept.typed for page, kept in self.pages.items()}])

    @property
    def last_page(self) -> str | None:
        """The page that was saved last."""
        return max(self.pages, key=lambda page: self.pages[page].at, default=None)

    def seen_of(self, page: str) -> str:
        """The digest of one page."""
        return self.pages[page].seen if page in self.pages else NONE_SEEN


def read(tx: Transaction, person: str, program: str) -> Draft:
    """Read the draft of a person in a program; an empty one where there is none."""
    rows = tx.all("SELECT page, typed, at FROM draft WHERE person = ? AND program = ?", (person, program))
    kept = {page: Kept(json.loads(bytes(typed)), at) for page, typed, at in rows}
    base = kept.pop(BASE).typed["sequence"] if BASE in kept else "0"
    return Draft(
        {page: one for page, one in kept.items() if not page.endswith(REPLACED)},
        {page.removesuffix(REPLACED): one for page, one in kept.items() if page.endswith(REPLACED)},
        int(base),
    )


def keep(tx: Transaction, at: int, person: str, program: str, page: str, typed: Typed, seen: str) -> bool:
    """Keep what was typed on a page. True where another tab had saved something else since ``seen``: both are kept."""
    there = read(tx, person, program).pages.get(page)
    other = there is not None and there.typed != typed and seen != there.seen
    if there is not None and other:
        put(tx, there.at, person, program, page + REPLACED, there.typed)
    put(tx, at, person, program, page, typed)
    return other


def put(tx: Transaction, at: int, person: str, program: str, page: str, typed: Typed) -> None:
    """Keep a page as it is; nothing of somebody who was erased meanwhile."""
    if tx.one("SELECT 1 FROM account WHERE account = ? OR person = ?", (person, person)) is None:
        return
    tx.run(
        "INSERT INTO draft (person, program, page, typed, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (person, program, page) DO UPDATE SET typed = excluded.typed, at = excluded.at",
        (person, program, page, canonical(typed), at),
    )


def settle(tx: Transaction, at: int, person: str, program: str, page: str, *, other: bool) -> None:
    """End a conflict of two tabs: the answers that stand are kept, or those of the ``other`` tab are taken back."""
    there = read(tx, person, program).replaced.get(page)
    if there is not None and other:
        put(tx, at, person, program, page, there.typed)
    tx.run("DELETE FROM draft WHERE person = ? AND program = ? AND page = ?", (person, program, page + REPLACED))


def begin_from(tx: Transaction, at: int, person: str, program: str, sequence: int, pages: Mapping[str, Typed]) -> None:
    """Begin a draft from what stands in the bank since an event."""
    for page, typed in pages.items():
        put(tx, at, person, program, page, typed)
    rebase(tx, at, person, program, sequence)


def rebase(tx: Transaction, at: int, person: str, program: str, sequence: int) -> None:
    """Say which event the draft is to replace: 0, none."""
    put(tx, at, person, program, BASE, {"sequence": str(sequence)})


def drop(tx: Transaction, person: str, program: str) -> None:
    """Forget a draft: it has been deposited, or given up."""
    tx.run("DELETE FROM draft WHERE person = ? AND program = ?", (person, program))


def _digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()[:16]
