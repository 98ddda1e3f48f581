"""Why a published cut-off is not where the bands say: each exception with its own figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.simulate.backtest.calibration import EVERYONE
from ranking.simulate.cells import percent
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Mapping

LONG = 60
"""Days without a round of a category, after which its share has had time to grow."""


def exceptions(tested: pl.DataFrame) -> pl.DataFrame:
    """Give each round whose minimum lies outside, or that invited more than were counted, with its explanation."""
    short = pl.col("category").is_in(EVERYONE) & (pl.col("took_high") < pl.col("size"))
    found = tested.filter(~pl.col("inside").fill_null(value=True) | short)
    said = [explained(row) for row in found.iter_rows(named=True)]
    return found.select("round", "round_date", "category", "size", "min_score", "low", "high").with_columns(
        pl.Series("why_fr", [one.fr for one in said], dtype=pl.String),
        pl.Series("why_en", [one.en for one in said], dtype=pl.String),
    )


def explained(row: Mapping[str, Any]) -> Text:
    """Explain one exception."""
    if row["category"] in EVERYONE and row["took_high"] < row["size"]:
        said = _too_few(row)
    elif row["category"] in EVERYONE:
        said = _contradicted(row)
    else:
        said = _other_share(row)
    if "withdrawn" in (row["flags"] or ""):
        said = Text(
            f"{said.fr} Distribution retirée ensuite par le ministère.",
            f"{said.en} The ministry later withdrew the distribution.",
        )
    return said


def _too_few(row: Mapping[str, Any]) -> Text:
    """More were invited than were counted: nominations after the count, or a count that contradicts the round."""
    more, lag = row["size"] - row["took_high"], row["lag"]
    if lag:
        return Text(
            f"{number(more, 'fr')} invitations de plus que de candidats comptés au-dessus de 600, {lag} jour(s) "
            "avant : "
            "des désignations sont arrivées entre-temps.",
            f"{number(more, 'en')} more invitations than candidates counted above 600, {lag} day(s) before: "
            "nominations "
            "came in meanwhile.",
        )
    return Text(
        f"{number(more, 'fr')} invitations de plus que de candidats comptés au-dessus de 600 le jour même : le "
        "compte a "
        "précédé la ronde de quelques heures, ou les deux se contredisent.",
        f"{number(more, 'en')} more invitations than candidates counted above 600 on the same day: the count was made "
        "some hours before the round, or the two contradict each other.",
    )


def _contradicted(row: Mapping[str, Any]) -> Text:
    """The bands alone put the cut-off elsewhere."""
    size, score = row["size"], row["min_score"]
    if score < row["low"]:
        return Text(
            f"Les tranches au-dessus de {score} contiennent {number(row['above'], 'fr')} candidats, et "
            f"{number(size, 'fr')} "
            f"invitations sont descendues jusqu’à {score} : {number(row['above'] - size, 'fr')} de ceux qui furent "
            "comptés "
            f"{row['lag']} jour(s) avant n’étaient plus à inviter, ou les deux chiffres se contredisent.",
            f"The bands above {score} hold {number(row['above'], 'en')} candidates, and {number(size, 'en')} "
            "invitations went "
            f"down to {score}: {number(row['above'] - size, 'en')} of those counted {row['lag']} day(s) before were no "
            "longer to be invited, or the two figures contradict each other.",
        )
    return Text(
        f"Les tranches qui atteignent {score} contiennent {number(row['at_or_above'], 'fr')} candidats pour "
        f"{number(size, 'fr')} invitations : les autres sont arrivés en {row['lag']} jour(s), ou les chiffres se "
        "contredisent.",
        f"The bands that reach {score} hold {number(row['at_or_above'], 'en')} candidates for {number(size, 'en')} "
        f"invitations: the others came within {row['lag']} day(s), or the figures contradict each other.",
    )


def _other_share(row: Mapping[str, Any]) -> Text:
    """The share that the round implies is not one of those assumed."""
    low, high, own = row["share_low"], row["share_high"], row["implied_share"]
    fr = (
        f"Part supposée de la catégorie : de {percent(low, 'fr', 2)} à {percent(high, 'fr', 2)}, d’après ses rondes "
        f"passées ; celle que cette ronde suppose : {percent(own, 'fr', 2)}."
    )
    en = (
        f"Assumed share of the category: {percent(low, 'en', 2)} to {percent(high, 'en', 2)}, from its past rounds; "
        "the share "
        f"that this round implies: {percent(own, 'en', 2)}."
    )
    if row["days_since"] is not None and row["days_since"] > LONG:
        fr += f" {row['days_since']} jours depuis la dernière : la catégorie s’était reconstituée."
        en += f" {row['days_since']} days since the last one: the category had filled up again."
    elif own < low:
        fr += " Une ronde récente avait déjà pris les mieux classés de la catégorie, ou sa définition a changé."
        en += " A recent round had already taken the best of the category, or its definition changed."
    elif low <= own <= high:
        fr += " L’écart vient de l’étalement supposé égal dans la tranche."
        en += " The gap comes from the even spread that is assumed within the band."
    return Text(fr, en)
