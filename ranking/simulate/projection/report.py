"""The result of a projection: its figures, tables and charts, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.receipt import of_instruction
from ranking.simulate.projection import charts, tables
from ranking.simulate.projection.stated import stated
from ranking.simulate.projection.totals import figures, sentences, totals
from ranking.simulate.projection.wording import both, law_name, short
from ranking.simulate.results import Chart, Provenance, Results
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from ranking.simulate.projection.setting import Setting


def report(made: Setting, kept: Mapping[str, pl.DataFrame], count: int, arguments: Mapping[str, Any]) -> Results:
    """Put the replications of a projection together."""
    rounds = len(made.when.rounds)
    found = {
        "backlog": tables.backlog(made, kept),
        "accounts": tables.accounts(made, kept),
        "selections": tables.selections(made, kept["selections"]),
        "cut_offs": tables.cut_offs(made, kept["selections"]),
        "chances": tables.chances(made, kept, by_score=True),
        "groups": tables.chances(made, kept, by_score=False),
        "waits": tables.waits(made, kept["waits"], rounds),
    }
    if len(made.instructions) > 1:
        found["differences"] = tables.differences(made, kept["invited"])
    found["assumptions"] = stated(made)
    pictures = {
        "backlog": Chart(Text("En attente à chaque ronde", "Waiting at each round"), charts.backlog, ("backlog",)),
        "cut_offs": Chart(
            Text("Seuil de chaque exercice", "Cut-off of each selection"), charts.cut_offs, ("cut_offs",)
        ),
        "chances": Chart(
            Text("Chance d’être invitée, selon le pointage", "Chance of an invitation, by score"),
            charts.chances,
            ("waits",),
        ),
        "waits": Chart(
            Text("Temps jusqu’à l’invitation, selon le pointage", "Time to invitation, by score"),
            charts.waits,
            ("waits",),
        ),
    }
    title = Text(
        f"Projection de {rounds} rondes : {made.law.title.fr}", f"Projection of {rounds} rounds: {made.law.title.en}"
    )
    others = range(1, len(made.instructions))
    laws = [law_name(made, 0), *(both(short(made, n), law_name(made, n)) for n in others)]
    return Results(
        title,
        _provenance(made, count, arguments),
        figures(made, kept, count),
        found,
        pictures,
        lambda known: list(sentences(known, laws)),
        counted=tuple(totals(made, kept)),
    )


def _provenance(made: Setting, count: int, arguments: Mapping[str, Any]) -> Provenance:
    names = [law_name(made, n).en for n in range(len(made.instructions))]
    return Provenance(
        "simulate project",
        {**arguments, "replications": count},
        made.law.program,
        {"law": str(made.law.day)},
        {name: one.regulation.hash for name, one in zip(names, made.instructions, strict=True)},
        {made.base.source.id: of_instruction(made.base)},
        {one.title.en: one.hash for one in made.scenarios},
        made.fingerprint,
        made.wanted.seed,
    )
