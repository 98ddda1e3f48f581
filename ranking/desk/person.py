"""One declaration at the desk: its score row by row, its streams, what next, where it stood, and the letter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ranking.cli.explain import ANSWERS
from ranking.columns import ID
from ranking.desk import place, shelf, shown
from ranking.outcomes import Outcome
from ranking.page import Grid, Heading, Line
from ranking.why import distances, find, outcome_in, sentences, tried_in, why
from rules.explain import explain
from rules.text import Text, number, written
from rules.titles import colon
from rules.what_next import next_steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.desk.opened import Opened
    from ranking.page import Block
    from ranking.why import Tried
    from rules.explain import Explanation, Points, Step
    from rules.text import Lang
    from rules.what_next import NextStep

EMPTY = Text(
    "Écrivez un numéro de déclaration : son pointage, ses volets et sa place paraissent ici.",
    "Write the number of a declaration: its score, streams and standing appear here.",
)


@dataclass(frozen=True, eq=False)
class Person:
    """A declaration of an open pool, under the law of its instruction; ``round_folder``: a past round, or empty."""

    opened: Opened
    declaration_id: str
    declaration: dict[str, Any]
    round_folder: str

    @cached_property
    def explained(self) -> Explanation:
        """Why it has its score and its streams."""
        return explain(self.declaration, self.opened.instruction.regulation, self.opened.instruction.facts_on)

    @cached_property
    def steps(self) -> tuple[NextStep, ...]:
        """What next, largest gain first."""
        return next_steps(self.declaration, self.opened.instruction.regulation, self.opened.instruction.facts_on)

    @property
    def tried(self) -> tuple[Tried, ...]:
        """What the past round made of it."""
        return tried_in(Path(self.round_folder), self.declaration, self.explained.score) if self.round_folder else ()


def person(opened: Opened, declaration_id: str, round_folder: str | None) -> Person:
    """Find a declaration by its number. A number that nobody has is a PoolError that names the nearest."""
    wanted = declaration_id.strip()
    return Person(opened, wanted, find(opened.base, wanted), round_folder or "")


def examples(opened: Opened) -> str:
    """Name one who would be invited and one who would not, to begin with."""
    sheet = opened.base.sheet.outcome
    chosen = [
        int(found[0])
        for found in (np.flatnonzero(sheet == Outcome.invited), np.flatnonzero(sheet == Outcome.below_cut_off))
        if len(found)
    ]
    return ", ".join(opened.pool.frame[ID][one] for one in chosen)


def head(who: Person, lang: Lang) -> list[tuple[str, str, str]]:
    """Give the key figures: score, place among those who take part, outcome if the round were run today."""
    done = who.opened.base
    row = who.opened.pool.frame[ID].to_list().index(who.declaration_id)
    live = np.flatnonzero(done.sheet.outcome > Outcome.excluded)
    order = done.standing.ordered(live)
    at = np.flatnonzero(order == row)
    of = Text("de {}", "of {}").to(lang).format(number(len(order), lang))
    rank = number(int(at[0]) + 1, lang) if len(at) else "–"
    most = who.explained.groups[-1].cap
    return [
        (Text("Pointage", "Score").to(lang), number(who.explained.score, lang), _most(most, lang)),
        (Text("Rang dans la banque", "Rank in the pool").to(lang), rank, of if len(at) else ""),
    ]


def _most(cap: int | None, lang: Lang) -> str:
    return "" if cap is None else Text("sur {}", "of {}").to(lang).format(number(cap, lang))


def outcome(who: Person, lang: Lang) -> list[str]:
    """Say what the round would make of it today, and each selection that was for it."""
    return list(sentences(why(who.opened.base, who.declaration_id), lang))


def points(who: Person, lang: Lang) -> Iterator[Block]:
    """Write the score: a row for each reading of a table, with its provision; what caps took; then each group."""
    found = who.explained
    columns = Text("Critère|Fait|Ligne|Points|Disposition", "Criterion|Fact|Row|Points|Provision").to(lang).split("|")
    by_id = {one.id: one for one in found.criteria}
    for group in found.groups:
        rows = [row for member in group.members if member in by_id for row in _rows(by_id[member], lang)]
        inner = {one.id: one for one in found.groups}
        rows += [
            (inner[one].title.to(lang), "", "", number(inner[one].points, lang), "")
            for one in group.members
            if one in inner
        ]
        cap = "" if group.cap is None else Text("plafond ", "cap ").to(lang) + number(group.cap, lang)
        rows.append((group.title.to(lang), "", cap, number(group.points, lang), _taken(group.taken_by_cap, lang)))
        yield Grid(group.title.to(lang), tuple(columns), tuple(rows), (3,), (len(rows) - 1,))


def _rows(source: Points, lang: Lang) -> Iterator[tuple[str, ...]]:
    provision = source.cite.provision if source.cite else ""
    if not source.steps:
        none = Text("ne s’applique pas", "does not apply").to(lang)
        yield source.title.to(lang), none, "", "0", provision
    for step in source.steps:
        yield source.title.to(lang), _facts(step, lang), step.row_words.to(lang), number(step.points, lang), provision
    if source.taken_by_cap:
        took = Text("le plafond retire", "the cap takes away").to(lang)
        yield source.title.to(lang), took, "", number(-source.taken_by_cap, lang).replace("-", "−"), provision


def _facts(step: Step, lang: Lang) -> str:
    return "\n".join(f"{one.title.to(lang)}{colon(lang)}{one.shown.to(lang)}" for one in step.facts)


def _taken(points_: int, lang: Lang) -> str:
    said = Text("le plafond retire {} points", "the cap takes {} points away").to(lang)
    return said.format(number(points_, lang)) if points_ else ""


def streams(who: Person, lang: Lang) -> Grid:
    """Write whether each stream is open to it, and the requirements that decided."""
    columns = Text(
        "Volet|Admissible|Conditions non remplies|Disposition", "Stream|Eligible|Requirements not met|Provision"
    )
    rows = tuple(
        (
            one.title.to(lang),
            ANSWERS[one.holds].to(lang),
            "\n".join(answer.title.to(lang) for answer in one.decisive),
            "\n".join(dict.fromkeys(answer.cite.provision for answer in one.decisive)),
        )
        for one in who.explained.streams
    )
    return Grid(Text("Volets", "Streams").to(lang), tuple(columns.to(lang).split("|")), rows)


def what_next(who: Person, lang: Lang) -> Grid:
    """Write what a better value of each fact would add, by itself."""
    columns = Text("Fait|Aujourd’hui|Ligne suivante|Ajouterait", "Fact|Today|Next row|Would add").to(lang).split("|")
    rows = tuple(
        (one.title.to(lang), one.now.to(lang), one.better.to(lang), f"+{number(one.gain, lang)}")
        for one in who.steps[:10]
    )
    title = Text("Et ensuite ? (chacun à lui seul)", "What next? (each by itself)").to(lang)
    return Grid(title, tuple(columns), rows, right=(3,))


def past(who: Person, lang: Lang) -> Iterator[Block]:
    """Say what each round kept in the folder made of it, and how far it was from the cut-offs of the one chosen."""
    kept = shelf.rounds()
    if not kept:
        yield Line(Text("Aucune ronde dans le dossier de travail.", "No round in the working folder.").to(lang), "dim")
        return
    rows = tuple(
        (name, outcome_in(Path(folder), who.declaration_id, lang), _rank_in(Path(folder), who.declaration_id, lang))
        for name, folder in kept.items()
    )
    columns = Text("Ronde|Issue|Rang", "Round|Outcome|Rank").to(lang).split("|")
    yield Grid(Text("Dans les rondes passées", "In past rounds").to(lang), tuple(columns), rows, right=(2,))
    if who.tried:
        yield Heading(Text("Distance aux seuils", "Distance to the cut-offs").to(lang), 3)
        for line in distances(who.tried, lang):
            yield Line(line)


def _rank_in(folder: Path, declaration_id: str, lang: Lang) -> str:
    """Give the rank of a declaration among those that its selection invited; a dash where it was not invited."""
    invited = pl.read_parquet(folder / "invitations.parquet", columns=["selection", "rank", ID])
    own = invited.filter(pl.col(ID) == declaration_id)
    if own.is_empty():
        return "–"
    of = invited.filter(pl.col("selection") == own["selection"][0]).height
    said = Text("{} sur {}", "{} of {}").to(lang)
    return said.format(number(own["rank"][0], lang), number(of, lang))


def footing(who: Person, lang: Lang) -> str:
    """Say which law and which day of facts the score rests on."""
    found = who.explained
    law_on, facts = written(found.law_on, lang), written(found.facts_on, lang)
    said = Text("Règle du {}, empreinte {} ; faits au {}.", "Law of {}, fingerprint {}; facts on {}.")
    return said.to(lang).format(law_on, found.law_hash[:16], facts)


def letter(who: Person, lang: Lang) -> bytes:
    """Write the letter as PDF."""
    from ranking.report import letter as letters  # noqa: PLC0415 - heavy

    path = place.private() / "letter.pdf"
    letters.save(who.explained, who.opened.instruction.regulation, who.steps, who.tried, path, lang)
    return path.read_bytes()


def sections(who: Person, lang: Lang) -> str:
    """Show everything about a declaration, as HTML: the answer first, the rows and provisions after it."""
    said = "".join(shown.text(line) for line in outcome(who, lang))
    rows = Text("Chaque ligne, chaque disposition", "Each row, each provision").to(lang)
    return shown.page(
        shown.figures(head(who, lang)),
        said,
        shown.text(footing(who, lang), "dim"),
        shown.details(rows, shown.blocks(points(who, lang)), opened=True),
        shown.blocks([streams(who, lang), what_next(who, lang), *past(who, lang)]),
    )
