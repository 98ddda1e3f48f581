"""A round at the desk: run into a folder and the ledger, verified, approved by two people, released, filed."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ranking.cli import recorded
from ranking.cli.release import STATES
from ranking.cli.report import acts_in
from ranking.cli.verify import ROADS, answer, ending
from ranking.desk import place, shown
from ranking.desk.opened import by_columns
from ranking.disclosure import LEAST
from ranking.kept import read_kept
from ranking.ledger import rounds
from ranking.ledger.file import opened as opened_ledger
from ranking.page import Grid, html
from ranking.report import minutes
from ranking.verify import record
from ranking.verify.both import verify
from rules.faults import TirageError
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.desk.opened import Opened
    from ranking.desk.shown import Tried
    from ranking.ledger.book import Draft
    from ranking.page import Block
    from ranking.verify.both import Verification
    from rules.text import Lang

LEDGER = "ledger.duckdb"
NEITHER: dict[str, rounds.Rule | None] = {"after_decline": None, "after_silence": None}
WHERE = Text(
    "La ronde s’écrit dans le dossier de travail et s’inscrit au registre comme ébauche. "
    "Elle n’invite encore personne.",
    "The round is written in the working folder, and recorded in the ledger as a draft. It invites nobody yet.",
)
NOT_YET = Text(
    "La ronde n’est pas encore exécutée : vérifier, approuver et publier paraissent ensuite.",
    "The round has not been run yet: verifying, approving and releasing appear after that.",
)
TWO = Text(
    "Deux personnes différentes approuvent ; publier invite, et ne se reprend pas.",
    "Two different people approve; releasing invites, and cannot be taken back.",
)
RELEASED = Text("La ronde est publiée.", "The round is released.")
UNRELEASED = Text(
    "La ronde n’est pas publiée : ces papiers sont ceux d’une ébauche.",
    "The round is not released: these papers are those of a draft.",
)


@dataclass(frozen=True)
class Filed:
    """A round that was run at the desk: its folder, the file of the pool on which it was run, and its columns."""

    folder: Path
    pool_file: Path
    columns: Path | None = None


def ledger() -> Path:
    """Name the ledger of the desk."""
    return place.folder() / LEDGER


def folder_of(name: str) -> Path:
    """Give the folder of a round of this name; what no folder may be called is left out of it."""
    return place.folder() / (re.sub(r"[^\w.-]+", "-", name).strip(".-") or "round")


def run(opened: Opened, name: str, *, again: bool) -> Filed:
    """Run a round into its folder and, as a draft, into the ledger. Rows kept apart take no part.

    A pool that would go when the desk is closed is copied beside the folder as it is: a round is verified on it.
    """
    folder = folder_of(name)
    file = opened.file
    if file.is_relative_to(place.private()):
        file = folder.with_name(f"{folder.name}-pool{file.suffix}")
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(opened.file, file)
    how = recorded.Recording(ledger(), recorded.now(), again, NEITHER, None)
    recorded.run(opened.instruction, opened.pool, folder, how)
    return Filed(folder, file, opened.columns)


def check(filed: Filed, lang: Lang) -> tuple[Verification, list[Block]]:
    """Verify a round by both roads, keep what was found in its folder, and write it as a table."""
    with by_columns(filed.columns):
        found = verify(str(filed.folder), str(filed.pool_file), str(ledger()))
    record.keep(found, filed.folder)
    columns = Text("Chemin|Propriété|Comparé|Chiffre|Concorde", "Road|Property|Compared|Figure|Agrees")
    rows = tuple(
        (
            ROADS[one.kind.road].to(lang),
            one.title.to(lang),
            one.kind.says.to(lang),
            one.figure.to(lang),
            answer(one).to(lang),
        )
        for one in found.findings
    )
    title = Text(f"Vérification de la ronde {found.round}", f"Verification of the round {found.round}").to(lang)
    return found, [
        Grid(title, tuple(columns.to(lang).split("|")), rows, right=(3,), note=" ".join(ending(found, lang)))
    ]


def approve(filed: Filed, by: str) -> None:
    """Note that a person approves a round. A LedgerError says why not."""
    with opened_ledger(ledger(), write=True) as book:
        rounds.approve(book, filed.folder, by, recorded.now())


def release(filed: Filed) -> None:
    """Release a round that two people approved: from then on its people are invited. A LedgerError says why not."""
    with opened_ledger(ledger(), write=True) as book:
        rounds.release(book, filed.folder, recorded.now())


def state(filed: Filed, lang: Lang) -> tuple[str, Iterator[Block]]:
    """Say what a round is in the ledger (its state, for a program), and write it."""
    with opened_ledger(ledger()) as book:
        draft = book.book.drafts[rounds.draft_of(book, filed.folder)]
        return draft.shown, iter([_state(draft, book.head, lang)])


def _state(draft: Draft, head: str, lang: Lang) -> Grid:
    rows = (
        (Text("Ronde", "Round").to(lang), f"{draft.program} · {draft.round}"),
        (Text("État", "State").to(lang), STATES[draft.shown].to(lang)),
        (Text("Approuvée par", "Approved by").to(lang), ", ".join(draft.approvals) or "–"),
        (Text("Personnes", "People").to(lang), number(len(draft.people), lang)),
        (Text("Tête du registre", "Head of the ledger").to(lang), head),
    )
    return Grid("", (Text("Au registre", "In the ledger").to(lang), ""), rows)


def paper(filed: Filed, lang: Lang, kind: str) -> bytes:
    """Write the minutes of a round: ``pdf`` or ``html``."""
    from ranking.report import pdf  # noqa: PLC0415 - heavy

    kept = read_kept(filed.folder)
    table = filed.folder / "distribution.parquet"
    distribution = pl.read_parquet(table) if table.is_file() else None
    held = minutes.Filed(kept, distribution, record.read(filed.folder), acts_in(ledger(), filed.folder))
    blocks, title = minutes.minutes(held, lang), held.title.to(lang)
    if kind == "html":
        return html(blocks, title, lang).encode()
    path = place.private() / f"{filed.folder.name}.pdf"
    pdf.save(blocks, title, f"{kept.receipt['program']} · {kept.receipt['round']}", path, lang)
    return path.read_bytes()


def invitations(filed: Filed, lang: Lang) -> bytes:
    """Write the lists of those invited as xlsx, for the people who send letters."""
    from ranking.report import lists  # noqa: PLC0415 - heavy

    path = place.private() / f"{filed.folder.name}-{lang}.xlsx"
    lists.save_xlsx(lists.lists_of(read_kept(filed.folder), lang), path, together=False)
    return path.read_bytes()


def publication(filed: Filed) -> bytes:
    """Write what the public may see of a round, as the zip of its folder."""
    from ranking.report import pack  # noqa: PLC0415 - heavy

    folder = place.private() / f"{filed.folder.name}-publication"
    shutil.rmtree(folder, ignore_errors=True)
    pack.save(read_kept(filed.folder), folder, LEAST, rounding=False)
    return Path(shutil.make_archive(str(folder), "zip", folder)).read_bytes()


def receipt(filed: Filed) -> bytes:
    """Give the receipt of a round."""
    return (filed.folder / "receipt.json").read_bytes()


def filing(state: str) -> Text:
    """Say what the papers of a round are worth in its state."""
    return RELEASED if state == "released" else UNRELEASED


def verdict(tried: Tried[tuple[Verification, list[Block]]], lang: Lang) -> str:
    """Show what a verification found, as HTML."""
    if tried.value is None:
        return tried.trouble
    found, written = tried.value
    said = shown.notice("good" if found.agrees else "wrong", ending(found, lang)[0])
    faults = [finding.fault for finding in found.failed if finding.fault is not None]
    told = shown.faults(TirageError(faults), lang) if faults else ""
    return said + told + shown.details(Text("Chaque propriété", "Each property").to(lang), shown.blocks(written))
