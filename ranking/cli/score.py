"""``tirage score``: points, score and eligibility of every declaration of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ranking import scoring
from ranking.cli import terminal, words
from ranking.pool import read_pool
from rules import load
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from rules.regulation import Regulation


@words.command(
    Text(
        "Calcule les points, le pointage et l’admissibilité de chaque déclaration d’une banque.",
        "Computes the points, the score and the eligibility of every declaration of a pool.",
    ),
    "tirage score out/p.parquet --program quebec/pstq --on 2026-04-27 --out out/s.parquet",
)
@click.argument("file", type=click.Path())
@words.program
@words.on
@words.facts_on
@words.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False),
    words=Text("Fichier .parquet ou .csv.", "A .parquet or .csv file."),
)
@words.option(
    "--no-breakdown",
    is_flag=True,
    words=Text("Le pointage seul, sans le détail.", "The score alone, without its parts."),
)
@words.option(
    "--engine",
    type=click.Choice(["polars", "duckdb", "spark"]),
    default="polars",
    words=Text(
        "Le moteur : les mêmes lignes dans tous ; DuckDB et Spark exécutent la règle écrite en SQL.",
        "The engine: the same rows in all; DuckDB and Spark run the law written as SQL.",
    ),
)
@words.quarantine
@words.as_json
def score(
    file: str,
    program: str,
    on: date,
    facts_on: date | None,
    out: str,
    no_breakdown: bool,
    engine: str,
    quarantine: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Score a pool."""
    path = terminal.check_target(out, file)
    kept = terminal.check_target(quarantine, file, out) if quarantine else None
    regulation = load(program).on(on)
    with terminal.step(Text("Lecture et vérification", "Read and checked"), lang):
        pool = read_pool(file, regulation, quarantine=kept is not None, facts_on=facts_on or on)
        if kept:
            terminal.save(pool.quarantine, kept)
    with terminal.step(Text("Calcul", "Scored"), lang):
        scored = _scored(pool.frame, regulation, facts_on or on, engine, breakdown=not no_breakdown)
        terminal.save(scored, path)
    terminal.report_pool(pool, lang, quarantine)
    figures = {
        "file": out,
        "scored": scored.height,
        "quarantined": pool.quarantine.height,
        "law": regulation.hash,
        "lowest": scored["score"].min(),
        "median": scored["score"].median(),
        "highest": scored["score"].max(),
    }
    if as_json:
        terminal.print_json(figures)
        return
    count = Text(number(scored.height, "fr"), number(scored.height, "en"))
    click.echo(
        Text(
            f"{out} : {count.fr} déclarations, de {figures['lowest']} à {figures['highest']} points",
            f"{out}: {count.en} declarations, from {figures['lowest']} to {figures['highest']} points",
        ).to(lang)
        if scored.height
        else Text(f"{out} : aucune déclaration", f"{out}: no declaration").to(lang)
    )


def _scored(
    frame: pl.DataFrame, regulation: Regulation, facts_on: date, engine: str, *, breakdown: bool
) -> pl.DataFrame:
    """Score with one of the engines; the others than polars are loaded when they are asked for."""
    if engine == "polars":
        return scoring.score(frame, regulation, facts_on=facts_on, breakdown=breakdown)
    from ranking import second, spark  # noqa: PLC0415 - DuckDB takes time to load

    if engine == "spark":
        with spark.local_session() as session:
            scored = spark.score(frame, regulation, session, facts_on=facts_on)
    else:
        scored = second.score(frame, regulation, facts_on=facts_on)
    return scored if breakdown else scored.select("declaration_id", "score")
