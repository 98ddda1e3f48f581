"""``tirage score``: points, score and eligibility of every declaration of a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click
import polars as pl

from ranking import scoring, streamed
from ranking.cli import terminal, words
from ranking.column_map import current
from ranking.columns import ROW
from ranking.pieces import SUFFIX, are_several, find, is_parquet
from ranking.pool import check_pool, read_pool
from ranking.streamed import ScoredFile
from rules import load
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

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
@words.reads_pools
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
    with terminal.step(Text("Lecture, vérification et calcul", "Read, checked and scored"), lang):
        score_into = _in_memory
        if is_parquet(file) and current().columns is None and path.suffix.lower() == SUFFIX:
            straight = engine == "polars" or (engine == "duckdb" and kept is None)
            score_into = _from_parquet if straight else _in_memory
        done = score_into(file, path, regulation, facts_on or on, engine, breakdown=not no_breakdown, kept=kept)
    terminal.report_pool(done, lang, quarantine)
    figures = {
        "file": out,
        "scored": done.scored,
        "quarantined": done.quarantine.height,
        "law": regulation.hash,
        "lowest": done.counts["score"].min(),
        "median": done.median,
        "highest": done.counts["score"].max(),
    }
    if as_json:
        terminal.print_json(figures)
        return
    count = Text(number(done.scored, "fr"), number(done.scored, "en"))
    click.echo(
        Text(
            f"{out} : {count.fr} déclarations, de {figures['lowest']} à {figures['highest']} points",
            f"{out}: {count.en} declarations, from {figures['lowest']} to {figures['highest']} points",
        ).to(lang)
        if done.scored
        else Text(f"{out} : aucune déclaration", f"{out}: no declaration").to(lang)
    )


def _from_parquet(
    file: str, out: Path, regulation: Regulation, facts_on: date, engine: str, *, breakdown: bool, kept: Path | None
) -> ScoredFile:
    """Score straight from Parquet, in memory that does not grow with the pool."""
    if engine == "polars":
        done = streamed.score_file(
            file, regulation, out, facts_on=facts_on, breakdown=breakdown, quarantine=kept is not None
        )
        if kept:
            terminal.save(done.quarantine, kept)
        return done
    from ranking import second  # noqa: PLC0415 - DuckDB takes time to load

    checked = streamed.check_file(file, regulation, facts_on=facts_on)
    second.score_file(file, regulation, out, facts_on=facts_on, breakdown=breakdown)
    return replace(checked, counts=streamed.counted(pl.scan_parquet(out)))


def _in_memory(
    file: str, out: Path, regulation: Regulation, facts_on: date, engine: str, *, breakdown: bool, kept: Path | None
) -> ScoredFile:
    """Read the pool, then score it with one of the engines; the second is loaded when it is asked for."""
    if are_several(file):
        found = find(file)
        raw, mapped = found.scan().drop(ROW).collect(), current().columns
        raw = raw if mapped is None else mapped.applied(raw, found.shown)
        pool = check_pool(raw, regulation, shown=found.shown, quarantine=kept is not None, facts_on=facts_on)
    else:
        pool = read_pool(file, regulation, quarantine=kept is not None, facts_on=facts_on)
    scored = _scored(pool.frame, regulation, facts_on, engine, breakdown=breakdown)
    if kept:
        terminal.save(pool.quarantine, kept)
    terminal.save(scored, out)
    return ScoredFile(
        streamed.counted(scored.lazy()), pool.quarantine, pool.faults, unknown=pool.unknown, absent=pool.absent
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
