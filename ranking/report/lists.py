"""The lists of a round for the people who send letters: who is invited, selection by selection, and nobody else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import polars as pl

from ranking import fingerprint, workbook
from ranking.escaping import escaped
from ranking.faults import Fault, RoundError
from ranking.receipt import RECEIPT
from ranking.report.minutes import instant
from ranking.report.publication.made import synthetic
from ranking.report.publication.page import SYNTHETIC
from rules.text import Lang, Text, same, written

if TYPE_CHECKING:
    from pathlib import Path

    from ranking.kept import Kept

CONFIDENTIAL = Text("Confidentiel : renseignements personnels.", "Confidential: personal information.")
COVER, INVITED = Text("Ronde", "Round"), Text("Invitées", "Invited")


@dataclass(frozen=True)
class Lists:
    """Those invited, in one language: a frame whose columns have the headings that people read.

    ``frame`` has instants on the clock of the program, without their offset, which stands beside them.
    """

    kept: Kept
    lang: Lang
    frame: pl.DataFrame

    @property
    def headings(self) -> dict[str, str]:
        """The heading of each column."""
        zone = self.kept.instruction.regulation.source.time_zone
        found = {
            "selection": Text("Exercice", "Selection"),
            "title": Text("Titre de l’exercice", "Title of the selection"),
            "rank": Text("Rang", "Rank"),
            "declaration_id": Text("Numéro de la déclaration", "Declaration number"),
            "person_id": Text("Numéro de la personne", "Person number"),
            "score": Text("Pointage", "Score"),
            "submitted_at": Text(f"Déposée le ({zone})", f"Submitted ({zone})"),
            "offset": Text("Décalage", "Offset"),
            "label": Text("Invitée au titre de", "Invited under"),
        }
        return {name: found[name].to(self.lang) for name in self.frame.columns}


def lists_of(kept: Kept, lang: Lang) -> Lists:
    """Make the lists of a round; a RoundError where those of the folder are not the receipt's."""
    _check(kept)
    zone, titles = kept.instruction.regulation.source.time_zone, _titles(kept, lang)
    local = pl.col("submitted_at").dt.convert_time_zone(zone)
    offset = local.dt.to_string("%:z").alias("offset")
    columns = [
        "selection",
        pl.col("selection").replace_strict(titles, return_dtype=pl.String).alias("title"),
        "rank",
        "declaration_id",
        "person_id",
        "score",
        local.dt.replace_time_zone(None),
        offset,
        *([_label(kept, lang)] if "label" in kept.invitations.columns else []),
    ]
    return Lists(kept, lang, kept.invitations.select(columns))


def _label(kept: Kept, lang: Lang) -> pl.Expr:
    """Give the title of the class or stream under which each is invited; its id where it has none."""
    law = kept.instruction.regulation
    known = {one.id: one.title.to(lang) for one in law.streams} | {one.id: one.title.to(lang) for one in law.labels}
    return pl.col("label").replace(known) if known else pl.col("label")


def _titles(kept: Kept, lang: Lang) -> dict[str, str]:
    return {one.id: one.title.text.to(lang) for one in kept.instruction.selections}


def _check(kept: Kept) -> None:
    """Refuse lists that are not those of the receipt: letters would go to others than those who were invited."""
    if fingerprint.of_frame(kept.invitations, ["selection", "rank"]) == kept.receipt["fingerprints"]["invitations"]:
        return
    found = Text("des invitations qui ne sont pas celles du reçu", "invitations that are not those of the receipt")
    expected = Text("le dossier tel que la ronde l’a écrit", "the folder as the round wrote it")
    write = Text("tirage round verify dit ce qui a changé", "tirage round verify says what changed")
    raise RoundError([Fault(same(str(kept.folder / "invitations.parquet")), found, expected, write)])


def save_csv(lists: Lists, path: Path) -> None:
    """Write one list with a column of selections, its instants with their offset, marked as UTF-8 for spreadsheets."""
    zone = lists.kept.instruction.regulation.source.time_zone
    at = lists.kept.invitations["submitted_at"].dt.convert_time_zone(zone)
    frame = lists.frame.with_columns(at.alias("submitted_at")).rename(lists.headings).drop(lists.headings["offset"])
    path.parent.mkdir(parents=True, exist_ok=True)
    escaped(frame).write_csv(path, include_bom=True)


def save_xlsx(lists: Lists, path: Path, *, together: bool) -> None:
    """Write a workbook: a cover, then a sheet for each selection that invited somebody, or one sheet for all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sheets = [_together(lists)] if together else _apart(lists)
    workbook.save([_cover(lists), *sheets], path, lists.kept.instruction.source.title.text.to(lists.lang))


def _together(lists: Lists) -> workbook.Sheet:
    title = INVITED.to(lists.lang)
    return workbook.Sheet(title, (title,), tuple(lists.headings.values()), lists.frame.rows())


def _apart(lists: Lists) -> list[workbook.Sheet]:
    heads = tuple(heading for name, heading in lists.headings.items() if name not in ("selection", "title"))
    found = []
    for name, title in _titles(lists.kept, lists.lang).items():
        rows = lists.frame.filter(pl.col("selection") == name).drop("selection", "title").rows()
        if rows:
            found.append(workbook.Sheet(name, (f"{name} – {title}",), heads, rows))
    return found


def _cover(lists: Lists) -> workbook.Sheet:
    kept, lang = lists.kept, lists.lang
    source, law, receipt = kept.instruction.source, kept.instruction.regulation, kept.receipt
    lines = [source.title.text.to(lang), law.title.to(lang), CONFIDENTIAL.to(lang)]
    lines += [SYNTHETIC.to(lang)] if synthetic(kept) else []
    extracted = instant(datetime.fromisoformat(receipt["extracted_at"]), law.source.time_zone, lang)
    counts = dict(kept.invitations.group_by("selection", maintain_order=True).len().iter_rows())
    facts: list[tuple[workbook.Value, ...]] = [
        (Text("Ronde", "Round").to(lang), source.id),
        (Text("Règle en vigueur le", "Law in force on").to(lang), written(date.fromisoformat(receipt["law_on"]), lang)),
        (Text("Banque extraite le", "Pool extracted").to(lang), extracted),
        (Text("Empreinte du reçu (SHA-256)", "Fingerprint of the receipt (SHA-256)").to(lang), receipt_of(kept)),
        (
            Text("Empreinte des invitations", "Fingerprint of the invitations").to(lang),
            receipt["fingerprints"]["invitations"],
        ),
        (INVITED.to(lang), kept.invitations.height),
        *((f"{name} – {title}", counts.get(name, 0)) for name, title in _titles(kept, lang).items()),
    ]
    return workbook.Sheet(COVER.to(lang), tuple(lines), (), facts)


def receipt_of(kept: Kept) -> str:
    """Give the SHA-256 of the bytes of the receipt, as any tool computes it."""
    return hashlib.sha256((kept.folder / RECEIPT).read_bytes()).hexdigest()


__all__ = ["Lists", "lists_of", "receipt_of", "save_csv", "save_xlsx"]
