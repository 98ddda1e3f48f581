"""The backtest of Québec: rounds run again on a synthetic pool, first come against ranked, contradictions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.published import contradictions, quebec_rounds
from ranking.simulate.backtest import first_come, pictures, rounds_of_quebec
from ranking.simulate.backtest.tables import contradiction_table
from ranking.simulate.cells import decimal, percent
from ranking.simulate.results import Chart, Provenance, Results, Table
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Callable

    from ranking.simulate.results import Figures

PROGRAMS = ("quebec/pstq", "quebec/prtq")
SIZE = 150_000
"""No size of the bank was published; at this one the synthetic cut-offs of April 2026 are near the published ones."""
TITLE = Text("PSTQ : ce que disent les rondes passées", "PSTQ: what past rounds say")
WAYS = {
    "blind": Text("au hasard", "by chance"),
    "near_first": Text("deux fois plus vite pour qui séjourne au Québec", "twice as fast for those staying in Québec"),
}


def results(
    size: int,
    replications: int,
    seed: int,
    provenance: Provenance,
    done: Callable[[int, int], None] = lambda *_: None,
) -> Results:
    """Run the whole backtest. ``done(n, of)`` is told after each round and each replication."""
    whole = len(rounds_of_quebec.instruction_files()) + replications
    selections = rounds_of_quebec.run_all(size, seed, lambda n, _: done(n, whole))
    intake = first_come.Intake()
    runs = first_come.compare(intake, replications, seed, lambda n, _: done(whole - replications + n, whole))
    arrivals = first_come.summary(runs)
    made = {
        "rounds": _selections(selections, size),
        "streams": _streams(by_stream(selections)),
        "first_come": _arrivals(arrivals, intake, replications),
        "contradictions": contradiction_table(*PROGRAMS),
    }
    charts = {
        "first_come": Chart(
            Text("Par ordre d’arrivée ou par rang : qui est pris", "First come or ranked: who is taken"),
            pictures.arrivals,
            of=("first_come",),
        ),
        "minima": Chart(
            Text(
                "Minimums publiés et minimums sur la banque synthétique",
                "Published minima and minima on the synthetic pool",
            ),
            pictures.minima,
            of=("rounds",),
        ),
    }
    return Results(TITLE, provenance, figures(selections, runs, intake), made, charts, sentences)


def by_stream(selections: pl.DataFrame) -> pl.DataFrame:
    """Set the published total of each stream beside those that its selections take and those the pool gave."""
    totals = quebec_rounds().filter(pl.col("program") == "pstq", pl.col("selection").is_null())
    published = totals.select(round=pl.col("round_date").cast(pl.String), stream="stream", published="invitations")
    summed = (
        selections.with_columns(stream=pl.col("selection").str.split(".").list.first())
        .group_by("round", "stream", maintain_order=True)
        .agg(asked=pl.col("size").sum(), open=pl.col("size").is_null().any(), taken=pl.col("invitations").sum())
    )
    asked = pl.when(pl.col("open")).then(None).otherwise("asked").alias("asked")
    return summed.join(published, on=["round", "stream"], how="left", maintain_order="left").select(
        "round", "stream", "published", asked, "taken"
    )


def figures(selections: pl.DataFrame, runs: pl.DataFrame, intake: first_come.Intake) -> Figures:
    """Give the figures that matter, for machines and for the sentences."""
    counted = selections.filter(pl.col("mechanism") == "count")
    sums = runs.group_by("way", "replication").agg(pl.col("ranked", "taken", "lost").sum(), pl.col("last").first())
    ways = {
        way: {
            "lost": part["lost"].mean(),
            "lost_low": part["lost"].quantile(0.05, "nearest"),
            "lost_high": part["lost"].quantile(0.95, "nearest"),
            "hours": float(part["last"].to_numpy().mean()) / 60,
        }
        for (way,), part in sums.sort("way").group_by("way", maintain_order=True)
    }
    gaps = counted["difference"].drop_nulls().abs()
    by_reading = counted.group_by("certainty").agg(pl.col("difference").abs().median()).sort("certainty")
    return {
        "rounds": selections["round"].n_unique(),
        "selections": selections.height,
        "inferred": selections.filter(pl.col("certainty") == "inferred").height,
        "filled": counted.filter(pl.col("invitations") == pl.col("size")).height,
        "with_a_count": counted.height,
        "median_difference": gaps.median(),
        "median_difference_by_reading": dict(by_reading.iter_rows()),
        "places": intake.places,
        "people": intake.people,
        "by_arrival": ways,
        "contradictions": contradictions().filter(pl.col("program").is_in(PROGRAMS)).height,
    }


def sentences(given: Figures) -> list[Text]:
    """Say what was found."""
    blind, near = (given["by_arrival"][way] for way in ("blind", "near_first"))
    places = given["places"]
    share = blind["lost"] / places
    return [
        Text(
            f"{given['rounds']} rondes, {given['selections']} exercices, dont {given['inferred']} en partie déduits. "
            "La banque est synthétique : les seuils ne prouvent rien, ils disent si les instructions se lisent et se "
            "remplissent.",
            f"{given['rounds']} rounds, {given['selections']} selections, {given['inferred']} of them inferred in "
            "part. The pool is synthetic: its cut-offs prove nothing, they say whether the instructions can be read "
            "and filled.",
        ),
        Text(
            f"Exercices à nombre fixé : {given['filled']} sur {given['with_a_count']} remplis ; l’écart médian entre "
            "le minimum publié et celui de la banque synthétique est de "
            f"{decimal(given['median_difference'], 'fr', 0)} points.",
            f"Selections of a fixed size: {given['filled']} of {given['with_a_count']} filled; the median gap between "
            f"the published minimum and that of the synthetic pool is {decimal(given['median_difference'], 'en', 0)} "
            "points.",
        ),
        Text(
            f"Par ordre d’arrivée, {number(places, 'fr')} places pour {number(given['people'], 'fr')} personnes : "
            f"{number(round(blind['lost']), 'fr')} des {number(places, 'fr')} mieux classées n’entrent pas (de "
            f"{number(int(blind['lost_low']), 'fr')} à {number(int(blind['lost_high']), 'fr')} selon les tirages), "
            f"soit {percent(share, 'fr', 0)}. Si qui séjourne au Québec arrive deux fois plus vite : "
            f"{number(round(near['lost']), 'fr')}.",
            f"By arrival, {number(places, 'en')} places for {number(given['people'], 'en')} people: "
            f"{number(round(blind['lost']), 'en')} of the {number(places, 'en')} best ranked do not get in "
            f"({number(int(blind['lost_low']), 'en')} to {number(int(blind['lost_high']), 'en')} by the draws), that "
            f"is {percent(share, 'en', 0)}. If those staying in Québec arrive twice as fast: "
            f"{number(round(near['lost']), 'en')}.",
        ),
        Text(
            f"{given['contradictions']} chiffres publiés de Québec en contredisent d’autres ; ils sont listés, et "
            "restent tels quels.",
            f"{given['contradictions']} published figures of Québec contradict others; they are listed, and stay as "
            "they are.",
        ),
    ]


def _selections(selections: pl.DataFrame, size: int) -> Table:
    columns = {
        "round": Text("Ronde", "Round"),
        "selection": Text("Exercice", "Selection"),
        "title": Text("Qui", "Who"),
        "certainty": Text("Lecture", "Reading"),
        "size": Text("Demandées", "Asked"),
        "published_invitations": Text("Publiées", "Published"),
        "invitations": Text("Prises", "Taken"),
        "published_min_score": Text("Minimum publié", "Published minimum"),
        "min_score": Text("Minimum synthétique", "Synthetic minimum"),
        "difference": Text("Écart", "Gap"),
        "candidates": Text("Candidates", "Candidates"),
    }
    readings = {"published": Text("publiée", "published"), "inferred": Text("déduite en partie", "inferred in part")}
    said = [
        pl.col("certainty")
        .replace_strict({key: one.to(lang) for key, one in readings.items()}, return_dtype=pl.String)
        .alias(f"certainty_{lang}")
        for lang in ("fr", "en")
    ]
    frame = selections.with_columns(said).select(
        "round",
        "selection",
        "title_fr",
        "title_en",
        "certainty_fr",
        "certainty_en",
        pl.exclude("round", "selection", "title_fr", "title_en", "certainty_fr", "certainty_en"),
    )
    note = Text(
        f"Banque synthétique de {number(size, 'fr')} déclarations, la même à chaque ronde, que personne n’a quittée. "
        "Sans nombre demandé, tous ceux qui atteignent le minimum publié sont pris : son écart ne dit rien.",
        f"Synthetic pool of {number(size, 'en')} declarations, the same in each round, which nobody has left. Where "
        "no number is asked for, all who reach the published minimum are taken: its gap says nothing.",
    )
    title = Text(
        "Chaque exercice, publié et sur la banque synthétique", "Each selection, published and on the synthetic pool"
    )
    return Table(frame, title, columns, signed=("difference",), codes=("certainty", "mechanism"), rows=140, note=note)


def _streams(streams: pl.DataFrame) -> Table:
    columns = {
        "round": Text("Ronde", "Round"),
        "stream": Text("Volet", "Stream"),
        "published": Text("Total publié", "Published total"),
        "asked": Text("Total des exercices", "Total of the selections"),
        "taken": Text("Prises sur la banque synthétique", "Taken on the synthetic pool"),
    }
    title = Text(
        "Chaque volet : total publié et somme des exercices", "Each stream: published total and sum of selections"
    )
    return Table(streams, title, columns, rows=60)


def _arrivals(arrivals: pl.DataFrame, intake: first_come.Intake, replications: int) -> Table:
    columns = {
        "way": Text("Arrivée", "Arrival"),
        "band": Text("Tranche du pointage, à partir de", "Band of the score, from"),
        "candidates": Text("Candidates", "Candidates"),
        "ranked": Text("Par rang", "By rank"),
        "taken": Text("Par arrivée", "By arrival"),
        "taken_low": Text("de", "from"),
        "taken_high": Text("à", "to"),
        "lost": Text("Perdues", "Lost"),
        "lost_low": Text("de", "from"),
        "lost_high": Text("à", "to"),
        "gained": Text("Prises par arrivée seulement", "By arrival only"),
        "gained_low": Text("de", "from"),
        "gained_high": Text("à", "to"),
    }
    frame = arrivals.with_columns(
        pl.col("way")
        .replace_strict({key: one.to(lang) for key, one in WAYS.items()}, return_dtype=pl.String)
        .alias(f"way_{lang}")
        for lang in ("fr", "en")
    ).select("way_fr", "way_en", pl.exclude("way_fr", "way_en"))
    note = Text(
        f"{number(intake.people, 'fr')} personnes synthétiques, {number(intake.places, 'fr')} places, "
        f"{intake.sessions} sessions à la fois, un formulaire d’une heure, {replications} répétitions ; « de … à » : "
        "90 % d’entre elles. Chiffres de juin 2016 pour les places, les comptes et les sessions ; la grille est "
        "celle du PSTQ ; l’ordre d’arrivée est une hypothèse.",
        f"{number(intake.people, 'en')} synthetic people, {number(intake.places, 'en')} places, {intake.sessions} "
        f"sessions at once, a form of an hour, {replications} replications; “from … to”: 90% of them. Figures of June "
        "2016 for places, accounts and sessions; the grid is that of the PSTQ; the order of arrival is an assumption.",
    )
    title = Text(
        "Mon projet Québec contre une ronde classée, par pointage", "Mon projet Québec against a ranked round, by score"
    )
    return Table(frame, title, columns, codes=("way",), rows=60, note=note)
