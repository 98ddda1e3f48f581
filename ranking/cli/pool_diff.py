"""``tirage pool diff``: two extractions compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ranking.cli import page, terminal, words
from ranking.compare_pools import FLOW, Side, compare
from ranking.pool import read_pool
from rules import load
from rules.text import Text, number, signed
from rules.titles import input_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import polars as pl

    from ranking.compare_pools import Comparison
    from ranking.pool import Pool
    from rules.regulation import Regulation
    from rules.text import Lang

CHANGES = {
    "came": Text("arrivées", "came"),
    "left": Text("parties", "left"),
    "changed": Text("restées, modifiées", "stayed, changed"),
    "same": Text("restées, pareilles", "stayed, the same"),
}
FLOWS = Text("Avant|Parties|Arrivées|Gagnées|Perdues|Après", "Before|Left|Came|Won|Lost|After")


@words.command(
    Text(
        "Compare deux extractions d’une banque : qui est arrivé, parti, a changé quoi, et l’effet sur les pointages.",
        "Compares two extractions of a pool: who came, who left, who changed what, and what that did to scores.",
    ),
    "tirage pool diff out/p.parquet out/p2.parquet --program quebec/pstq --on 2026-04-27",
    name="diff",
)
@click.argument("before", type=click.Path())
@click.argument("after", type=click.Path())
@words.program
@words.on
@words.option(
    "--before-on",
    type=words.Day(),
    words=Text(
        "Jour de la règle et des faits de la première, si ce n’est pas le même : les âges changent alors aussi.",
        "Day of the law and facts of the first, if not the same: ages then change too.",
    ),
)
@words.option(
    "--out",
    type=click.Path(dir_okay=False),
    words=Text("Table de qui a changé, .parquet ou .csv.", "Table of who changed, .parquet or .csv."),
)
@words.reads_pools
@words.as_json
def diff(
    before: str,
    after: str,
    program: str,
    on: date,
    before_on: date | None,
    out: str | None,
    as_json: bool,
    lang: Lang,
) -> None:
    """Compare two extractions."""
    target = terminal.check_target(out, before, after) if out else None
    law = load(program)
    with terminal.step(Text("Banques lues, vérifiées et notées", "Pools read, checked and scored"), lang):
        sides = [_side(file, law.on(day), day) for file, day in ((before, before_on or on), (after, on))]
        found = compare(*sides)
    if target:
        terminal.save(changed(found), target)
    for side in sides:
        terminal.report_pool(side.pool, lang, None)
    if as_json:
        terminal.print_json(found.as_dict())
        return
    page.show(blocks(found, law.on(on), before_on not in (None, on), lang))
    if target:
        click.echo(Text(f"Table écrite : {target}", f"Table written: {target}").to(lang), err=True)


def _side(file: str, regulation: Regulation, day: date) -> Side:
    pool: Pool = read_pool(file, regulation, facts_on=day)
    return Side.of(pool, regulation, day)


def changed(found: Comparison) -> pl.DataFrame:
    """Give the rows of who came, left or changed; and those whose score alone did, as by a birthday."""
    rows = found.rows
    same_score = rows["score_before"].eq_missing(rows["score_after"])
    return rows.filter((rows["change"] != "same") | ~same_score)


def blocks(found: Comparison, regulation: Regulation, two_days: bool, lang: Lang) -> Iterator[page.Block]:
    """Write a comparison: who, what, scores, streams, bands."""
    yield _who(found, lang)
    if found.attributes.height:
        yield _what(found, regulation, lang)
    for names, said in (
        (found.columns_gone, Text("Colonnes de la première seule : ", "Columns of the first alone: ")),
        (found.columns_new, Text("Colonnes de la seconde seule : ", "Columns of the second alone: ")),
    ):
        if names:
            yield page.Line(said.to(lang) + ", ".join(names))
    yield page.Line(_scores(found, two_days).to(lang))
    if found.streams.height:
        titles = {stream.id: stream.title.to(lang) for stream in regulation.streams}
        rows = [(titles[row["stream"]], row) for row in found.streams.to_dicts()]
        yield _flows(
            Text("Admissibles, par volet", "Eligible, by stream").to(lang), Text("Volet", "Stream"), rows, lang
        )
    bands = [(f"{row['low']}–{row['high']}", row) for row in found.bands.to_dicts()]
    yield _flows(Text("Pointages, par tranche", "Scores, by band").to(lang), Text("Points", "Points"), bands, lang)


def _who(found: Comparison, lang: Lang) -> page.Grid:
    before, after = found.sizes
    counts = found.counts
    columns = Text("Déclarations|Nombre", "Declarations|Count").to(lang).split("|")
    stayed = [(CHANGES[name].to(lang), number(counts[name], lang)) for name in ("changed", "same")]
    rows = [
        (Text("première extraction", "first extraction").to(lang), number(before, lang)),
        (CHANGES["left"].to(lang), _signed("−", counts["left"], lang)),
        (CHANGES["came"].to(lang), _signed("+", counts["came"], lang)),
        (Text("seconde extraction", "second extraction").to(lang), number(after, lang)),
        *stayed,
    ]
    return page.Grid(Text("Qui", "Who").to(lang), tuple(columns), tuple(rows), right=(1,), totals=(3,))


def _signed(sign: str, count: int, lang: Lang) -> str:
    return sign + number(count, lang) if count else "0"


def _what(found: Comparison, regulation: Regulation, lang: Lang) -> page.Grid:
    columns = Text("Colonne|Titre|Déclarations|Exemples", "Column|Title|Declarations|Examples").to(lang).split("|")
    known = {*regulation.attributes, *regulation.derived}
    rows = tuple(
        (
            row["attribute"],
            input_title(row["attribute"], regulation).to(lang) if row["attribute"] in known else "–",
            number(row["declarations"], lang),
            ", ".join(row["examples"]),
        )
        for row in found.attributes.to_dicts()
    )
    return page.Grid(Text("Ce qui a changé", "What changed").to(lang), tuple(columns), rows, right=(2,))


def _scores(found: Comparison, two_days: bool) -> Text:
    counts = found.scores
    fr = [number(counts[name], "fr") for name in ("up", "down", "same")]
    en = [number(counts[name], "en") for name in ("up", "down", "same")]
    why = Text("", "")
    if not two_days:
        why = Text(
            " Les deux sont notées au même jour : seules les déclarations en décident.",
            " Both are scored on one day: the declarations alone decide.",
        )
    return Text(
        f"Pointages de qui est resté : {fr[0]} en hausse, {fr[1]} en baisse, {fr[2]} inchangés.{why.fr}",
        f"Scores of those who stayed: {en[0]} up, {en[1]} down, {en[2]} unchanged.{why.en}",
    )


def _flows(title: str, first: Text, rows: list[tuple[str, dict[str, int]]], lang: Lang) -> page.Grid:
    columns = (first.to(lang), *FLOWS.to(lang).split("|"), "Δ")
    cells = tuple(
        (name, *(number(row[key], lang) for key in FLOW), signed(row["after"] - row["before"])) for name, row in rows
    )
    return page.Grid(title, columns, cells, right=tuple(range(1, len(columns))))
