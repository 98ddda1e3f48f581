"""The publication pack: a folder with what the public may see of a round, in every form that somebody asks for."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ranking import workbook
from ranking.chart import png
from ranking.disclosure import LEAST
from ranking.escaping import escaped
from ranking.faults import Fault, RoundError
from ranking.page import html, markdown
from ranking.report.publication import form
from ranking.report.publication.made import publish
from ranking.report.publication.own_lot import lot_file
from ranking.report.publication.page import SYNTHETIC, page
from ranking.report.publication.picture import picture
from ranking.report.publication.tables import tables
from rules.text import Lang, Text, same

if TYPE_CHECKING:
    from ranking.kept import Kept

MAIN, LOTS = "round", "lots"
LANGS: tuple[Lang, Lang] = ("fr", "en")
FILES = frozenset(
    [f"{name}{ending}.json" for name in (MAIN, LOTS) for ending in ("", ".schema")]
    + [f"{name}.csv" for name in ("selections", "outcomes", "exclusions", "distribution")]
    + [f"page.{lang}.{ending}" for lang in LANGS for ending in ("html", "md")]
    + [f"distribution.{lang}.{ending}" for lang in LANGS for ending in ("svg", "png")]
    + [f"tables.{lang}.xlsx" for lang in LANGS]
)
"""All that a pack may hold; a folder with anything else is left alone."""


def save(kept: Kept, folder: Path, least: int = LEAST, *, rounding: bool = False) -> form.PublishedRound:
    """Write the pack of a round, whole or not at all, and give what is published.

    The same folder of a round gives the same bytes. A folder that holds anything else than a pack is a RoundError.
    """
    check_folder(folder)
    made = publish(kept, least, rounding=rounding)
    drawn = lot_file(kept, made)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as name:
        draft = Path(name) / "pack"
        draft.mkdir()
        _write(made, drawn, draft)
        if folder.exists():
            shutil.rmtree(folder)
        draft.rename(folder)
    return made


def _write(made: form.PublishedRound, drawn: form.LotFile | None, folder: Path) -> None:
    _json(made, folder / f"{MAIN}.json")
    if drawn is not None:
        _json(drawn, folder / f"{LOTS}.json")
    found = tables(made)
    for table in found:
        escaped(table.frame).write_csv(folder / f"{table.name}.csv")
    for lang in LANGS:
        _in(made, drawn, folder, lang)
        note = (SYNTHETIC.to(lang),) if made.synthetic else ()
        title = made.title.text.to(lang)
        cover = workbook.Sheet(COVER.to(lang), (title, made.program_title.text.to(lang), *note), (), _facts(made, lang))
        sheets = (cover, *(table.sheet(lang) for table in found))
        workbook.save(sheets, folder / f"tables.{lang}.xlsx", title)


COVER = Text("Ronde", "Round")


def _facts(made: form.PublishedRound, lang: Lang) -> list[tuple[workbook.Value, ...]]:
    least = Text("Plus petit nombre publié (x : masqué)", "Smallest count published (x: hidden)")
    return [
        (Text("Ronde", "Round").to(lang), made.round),
        (Text("Extraction de la banque", "Extraction of the pool").to(lang), made.extracted_at),
        (Text("Invitées", "Invited").to(lang), "x" if made.invited is None else made.invited),
        (least.to(lang), made.rule.least),
        (Text("Arrondi à", "Rounded to").to(lang), made.rule.rounded_to or "–"),
        (Text("Empreinte du reçu", "Fingerprint of the receipt").to(lang), made.fingerprints.receipt),
    ]


def _in(made: form.PublishedRound, drawn: form.LotFile | None, folder: Path, lang: Lang) -> None:
    """Write the page and the picture in a language."""
    shown = picture(made, lang)
    if shown is not None:
        (folder / shown.file).write_text(shown.svg, encoding="utf-8")
        (folder / shown.file).with_suffix(".png").write_bytes(png(shown.svg))
    blocks = page(made, drawn, shown, lang)
    (folder / f"page.{lang}.html").write_text(html(blocks, made.title.text.to(lang), lang), encoding="utf-8")
    (folder / f"page.{lang}.md").write_text(markdown(blocks), encoding="utf-8")


def _json(made: form.PublishedRound | form.LotFile, path: Path) -> None:
    """Write the JSON, and its schema beside."""
    for value, name in ((made.model_dump(mode="json"), path), (form.schema(type(made)), schema_beside(path))):
        name.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def schema_beside(path: Path) -> Path:
    """Name the schema of a file of the pack."""
    return path.with_suffix(".schema.json")


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything else than a pack."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    other = None if not folder.is_dir() else next((one.name for one in folder.iterdir() if one.name not in FILES), None)
    if folder.is_dir() and other is None:
        return
    found = Text(f"un dossier qui contient {other}", f"a folder that holds {other}")
    if other is None:
        found = Text("un fichier", "a file")
    expected = Text("un dossier neuf, ou une publication", "a new folder, or a publication")
    raise RoundError([Fault(same(str(folder)), found, expected, same(f"{folder}-2"))])
