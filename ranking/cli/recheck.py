"""``tirage round recheck``: an invited person scored again when the full application arrives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import page, reading, terminal, words
from ranking.cli.explain import ANSWERS
from ranking.kept import read_kept
from ranking.pool import read_file
from ranking.recheck import recheck as check_again
from rules.text import Text, signed, written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ranking.recheck import Recheck
    from rules.text import Lang

STANDS = {
    True: Text(
        "L’invitation tient : admissible et visée, jamais sous le seuil.",
        "The invitation stands: eligible and covered, never below the cut-off.",
    ),
    False: Text(
        "L’invitation ne tient pas : sous le seuil, plus admissible ou plus visée.",
        "The invitation does not stand: below the cut-off, or no longer eligible or covered.",
    ),
    None: Text("Un renseignement manque pour le dire.", "A fact is missing to tell."),
}


@words.command(
    Text(
        "Calcule de nouveau le pointage d’une personne invitée, à l’arrivée de la demande complète : faits et règle "
        "des deux instants, champ par champ.",
        "Scores an invited person again when the full application arrives: facts and law of both instants, field by "
        "field.",
    ),
    "tirage round recheck out/r1 S0000001 --pool out/full.parquet --before out/p.parquet --at 2026-08-30",
)
@click.argument("folder", type=click.Path())
@click.argument("declaration_id")
@words.option(
    "--pool",
    "pool_file",
    required=True,
    type=click.Path(),
    words=Text("Les demandes complètes, telles que prouvées.", "The full applications, as proven."),
)
@reading.before
@words.option(
    "--at",
    type=words.Day(),
    words=Text("Jour de la demande ; sinon celui de la ronde.", "Day of the application; else that of the round."),
)
@words.reads_pools
@words.as_json
def recheck(
    folder: str,
    declaration_id: str,
    pool_file: str,
    before_file: str | None,
    at: date | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Score an invited person again."""
    kept = read_kept(folder)
    before = read_file(Path(before_file)) if before_file else None
    found = check_again(kept, declaration_id, read_file(Path(pool_file)), at=at, before=before)
    if as_json:
        terminal.print_json(values(found))
        return
    page.show(blocks(found, lang))


def values(found: Recheck) -> dict[str, Any]:
    """Give a recheck as plain values."""
    instants = [
        {
            "id": one.id,
            "facts_on": one.facts_on,
            "law_on": one.law_on,
            "law": one.explained.law_hash,
            "score": one.score,
            "points": {criterion.id: criterion.points for criterion in one.explained.criteria},
            "eligible": one.eligible,
            "at_or_above_cut_off": found.above(one),
        }
        for one in found.instants
    ]
    fields = None
    if found.fields is not None:
        fields = [
            {"attribute": f.name, "declared": f.declared._asdict(), "proven": f.proven._asdict()} for f in found.fields
        ]
    head = {name: getattr(found, name) for name in ("declaration_id", "selection", "rank", "score", "cut_off")}
    return {**head, "stands": found.stands, "instants": instants, "fields": fields}


def blocks(found: Recheck, lang: Lang) -> Iterator[page.Block]:
    """Write a recheck: the readings, the fields that differ, the points that moved, the conclusion."""
    title = Text(
        f"Déclaration {found.declaration_id}, invitée à l’exercice {found.selection} au rang {found.rank}",
        f"Declaration {found.declaration_id}, invited in selection {found.selection} at rank {found.rank}",
    )
    yield page.Heading(title.to(lang), 1)
    yield _readings(found, lang)
    yield from _fields(found, lang)
    yield from _points(found, lang)
    yield page.Line(STANDS[found.stands].to(lang))


def _readings(found: Recheck, lang: Lang) -> page.Grid:
    columns = Text(
        "Lecture|Faits au|Règle du|Points|Seuil|Écart|Admissible et visée",
        "Reading|Facts on|Law of|Points|Cut-off|Gap|Eligible and covered",
    )
    rows = tuple(
        (
            one.title.to(lang),
            written(one.facts_on, lang),
            written(one.law_on, lang),
            str(one.score),
            str(found.cut_off),
            signed(one.score - found.cut_off),
            ANSWERS[one.eligible].to(lang),
        )
        for one in found.instants
    )
    note = Text(f"À l’invitation : {found.score} points.", f"At the invitation: {found.score} points.").to(lang)
    return page.Grid("", tuple(columns.to(lang).split("|")), rows, right=(3, 4, 5), note=note)


def _fields(found: Recheck, lang: Lang) -> Iterator[page.Block]:
    if found.fields is None:
        said = Text(
            "Ce qui était déclaré n’est pas dans le dossier : --before FICHIER le donne, champ par champ.",
            "What was declared is not in the folder: --before FILE gives it, field by field.",
        )
        yield page.Line(said.to(lang), "dim")
        return
    if not found.fields:
        yield page.Line(Text("Prouvé comme déclaré, champ par champ.", "Proven as declared, field by field.").to(lang))
        return
    columns = Text("Champ|Titre|Déclaré|Prouvé", "Field|Title|Declared|Proven").to(lang).split("|")
    rows = tuple((f.name, f.title.to(lang), f.declared.to(lang), f.proven.to(lang)) for f in found.fields)
    yield page.Grid(Text("Ce qui diffère", "What differs").to(lang), tuple(columns), rows)


def _points(found: Recheck, lang: Lang) -> Iterator[page.Block]:
    """Write the points of each criterion in every reading, those of criteria that moved alone, then the total."""
    readings = [{one.id: one for one in instant.explained.criteria} for instant in found.instants]
    rows = []
    for criterion in found.instants[0].explained.criteria:
        points = [reading[criterion.id].points for reading in readings if criterion.id in reading]
        if len(set(points)) > 1:
            rows.append((criterion.title.to(lang), *map(str, points)))
    if not rows:
        return
    rows.append((Text("Total", "Total").to(lang), *(str(instant.score) for instant in found.instants)))
    columns = (Text("Critère", "Criterion").to(lang), *(one.title.to(lang) for one in found.instants))
    right = tuple(range(1, len(columns)))
    title = Text("Points qui ont changé", "Points that moved").to(lang)
    yield page.Grid(title, columns, tuple(rows), right, totals=(len(rows) - 1,))
