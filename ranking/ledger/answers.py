"""Answers of invited people, read from a file: every bad row at once, and nothing imported unless all are good.

Columns: ``declaration_id`` or ``person_id`` (or both), ``round`` (the id of the instruction), ``answer`` (accepted,
declined, expired, withdrawn, cancelled), ``at`` (an instant with its offset), and ``program`` where the ledger holds
rounds of several programs under one id. A row that the ledger already holds is left out, and counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.faults import Fault, LedgerError
from ranking.ledger import chain
from ranking.ledger.book import AFTER, ANSWERS
from ranking.pool import read_file
from rules.faults import meant
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.ledger.book import Book, Invitation

NEEDED = ("round", "answer", "at")
NUMBERS = ("declaration_id", "person_id")
ANSWER_COLUMNS = ("draft", "declaration_id", "person_id", "answer", "answered_at")
Row = dict[str, str | None]
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Answers:
    """What a file of answers holds: what to import, the rows already known, and the bad ones with their reasons."""

    columns: dict[str, list[Any]]
    known: int
    bad: pl.DataFrame
    faults: tuple[Fault, ...]

    @property
    def count(self) -> int:
        """How many answers there are to import."""
        return len(self.columns["answer"])


class _Bad(Exception):  # noqa: N818 - not an error that anyone sees: a reason for one row
    """Why a row is bad."""

    def __init__(self, found: Text, expected: Text, write: Text, kind: str) -> None:
        super().__init__(kind)
        self.fault = (found, expected, write)
        self.kind = kind


def read_answers(path: Path, book: Book) -> Answers:
    """Read a file of answers against the book. Raises PoolError or LedgerError where columns are missing."""
    raw = read_file(path)
    _check_columns(raw, path.name)
    text = raw.with_columns([_text(raw[name]) for name in raw.columns if name in {*NEEDED, *NUMBERS, "program"}])
    rows: list[Row] = text.to_dicts()
    order = sorted(range(len(rows)), key=lambda number: (_instant_or_none(rows[number]) or LAST, number))
    reader = _Reader(book)
    good: list[tuple[Any, ...]] = []
    reasons: dict[int, _Bad] = {}
    for number in order:
        try:
            found = reader.read(rows[number])
        except _Bad as bad:
            reasons[number] = bad
        else:
            good += [found] if found else []
    columns = dict(zip(ANSWER_COLUMNS, map(list, zip(*good, strict=True)), strict=True)) if good else _nothing()
    bad_rows = sorted(reasons)
    said = [
        Text(*(" · ".join(part.to(lang) for part in reasons[n].fault[:2]) for lang in ("fr", "en"))) for n in bad_rows
    ]
    kept = raw[bad_rows].with_columns(
        pl.Series("row", [n + 1 for n in bad_rows], dtype=pl.Int64),
        pl.Series("reasons_fr", [one.fr for one in said], dtype=pl.String),
        pl.Series("reasons_en", [one.en for one in said], dtype=pl.String),
    )
    known = len(rows) - len(good) - len(bad_rows)
    return Answers(columns, known, kept, tuple(_faults(reasons, path.name)))


def _nothing() -> dict[str, list[Any]]:
    return {name: [] for name in ANSWER_COLUMNS}


def _check_columns(raw: pl.DataFrame, name: str) -> None:
    missing = [column for column in NEEDED if column not in raw.columns]
    if not set(NUMBERS) & set(raw.columns):
        missing.append("declaration_id")
    if missing:
        wanted = ", ".join(missing)
        found = Text(f"colonnes absentes : {wanted}", f"columns missing: {wanted}")
        expected = Text(
            "declaration_id ou person_id, round, answer, at", "declaration_id or person_id, round, answer, at"
        )
        write = Text(f"ajoutez {wanted}", f"add {wanted}")
        raise LedgerError([Fault(same(name), found, expected, write)])


def _text(column: pl.Series) -> pl.Series:
    """Give a column as text without spaces around it, nothing as null; an instant keeps its offset, if it has one."""
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f%:z" if column.dtype.time_zone else "%Y-%m-%dT%H:%M:%S%.f")
    text = column.cast(pl.String).str.strip_chars()
    return pl.select(pl.when(pl.lit(text) != "").then(pl.lit(text)).alias(column.name)).to_series()


def _instant_or_none(row: Row) -> datetime | None:
    """Read an instant; one without an offset, or that cannot be read, is none."""
    try:
        read = datetime.fromisoformat(row["at"] or "")
    except ValueError:
        return None
    return read if read.tzinfo is not None else None


class _Reader:
    """Reads rows in the order of their instants, each against the book and the rows before it."""

    def __init__(self, book: Book) -> None:
        self.by_number: defaultdict[tuple[str, str, str], list[tuple[str, Invitation]]] = defaultdict(list)
        self.after: dict[tuple[int, str], tuple[str, datetime]] = {}
        for draft in book.drafts.values():
            for invitation in draft.invitations:
                for column in NUMBERS:
                    number = getattr(invitation, column)
                    if number:
                        self.by_number[column, draft.round, number].append((draft.program, invitation))

    def read(self, row: Row) -> tuple[Any, ...] | None:
        """Give the columns of an answer, None where the ledger holds it already; raise why it is bad."""
        answer, instant = self._answer(row), self._instant(row)
        invitation = self._invitation(row)
        if (answer, instant) in invitation.answers:
            return None
        key = (invitation.draft, invitation.declaration_id)
        last = invitation.answers[-1][1] if invitation.answers else invitation.invited_at
        before, since = self.after.get(key, (invitation.status, last))
        if answer not in AFTER[before]:
            after = ", ".join(AFTER[before])
            expected = same(after) if after else Text("plus aucune réponse", "no further answer")
            found = Text(f"« {answer} » après « {before} »", f"“{answer}” after “{before}”")
            write = Text("retirez cette ligne", "take this row out")
            raise _Bad(found, expected, write, f"{answer} after {before}")
        if instant < since or (before != "open" and instant == since):
            found = Text(
                "une réponse avant l’invitation, ou avant la précédente",
                "an answer before the invitation, or before the last one",
            )
            expected = Text("un instant plus tard", "a later instant")
            raise _Bad(found, expected, Text("vérifiez l’instant", "check the instant"), "too early")
        self.after[key] = (answer, instant)
        return (invitation.draft, invitation.declaration_id, invitation.person_id, answer, chain.written(instant))

    def _answer(self, row: Row) -> str:
        answer = row["answer"] or ""
        if answer not in ANSWERS:
            found = Text(f"réponse inconnue : « {answer} »", f"unknown answer: “{answer}”")
            expected = Text(f"l’un de : {', '.join(ANSWERS)}", f"one of: {', '.join(ANSWERS)}")
            raise _Bad(found, expected, meant(answer, ANSWERS), f"unknown {answer}")
        return answer

    def _instant(self, row: Row) -> datetime:
        instant = _instant_or_none(row)
        if instant is None:
            found = Text("un instant illisible ou sans décalage", "an instant unreadable, or bare")
            expected = Text("un instant avec décalage", "an instant with its offset")
            raise _Bad(found, expected, same("2026-05-12T09:30:00-04:00"), "instant")
        return instant

    def _invitation(self, row: Row) -> Invitation:
        """Find the one invitation of a row, by every number that it gives and by its program if it has one."""
        given = [(column, row[column]) for column in NUMBERS if row.get(column)]
        found: list[tuple[str, Invitation]] = []
        for position, (column, number) in enumerate(given):
            these = self.by_number.get((column, row["round"] or "", number or ""), [])
            found = these if position == 0 else [one for one in found if one in these]
        if row.get("program"):
            found = [one for one in found if one[0] == row["program"]]
        if not found:
            expected = Text("une personne qu’une ronde publiée a invitée", "someone whom a released round invited")
            write = Text("vérifiez le numéro et la ronde", "check the number and the round")
            raise _Bad(Text("une personne jamais invitée", "someone never invited"), expected, write, "never invited")
        if len(found) > 1:
            said = Text(
                "plusieurs invitations sous ce numéro et cette ronde", "several invitations of this number and round"
            )
            expected = Text("une seule invitation", "one invitation")
            write = Text("ajoutez program, ou declaration_id", "add program, or declaration_id")
            raise _Bad(said, expected, write, "several")
        return found[0][1]


def _faults(reasons: dict[int, _Bad], name: str) -> list[Fault]:
    """Say each reason once, with how many rows have it and the first few of them."""
    kinds: defaultdict[str, list[int]] = defaultdict(list)
    for number in sorted(reasons):
        kinds[reasons[number].kind].append(number)
    made = []
    for numbers in kinds.values():
        found, expected, write = reasons[numbers[0]].fault
        count = len(numbers)
        where = Text(
            f"{name}, {count} ligne{'s' if count > 1 else ''}", f"{name}, {count} row{'s' if count > 1 else ''}"
        )
        rows = tuple(str(number + 1) for number in numbers[:3])
        made.append(Fault(where, found, expected, write, count, rows))
    return made
