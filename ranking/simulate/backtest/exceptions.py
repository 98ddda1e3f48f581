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
    more, when = row["size"] - row["took_high"], _when(row["lag"])
    fr = f"{number(more, 'fr')} invitation(s) de plus que de candidats comptés au-dessus de 600, {when.fr} : "
    en = f"{number(more, 'en')} invitation(s) more than candidates counted above 600, {when.en}: "
    if row["lag"]:
        why = Text("sans doute des désignations arrivées entre-temps.", "probably nominations that came in meanwhile.")
    else:
        why = Text(
            "le compte a précédé la ronde de quelques heures, ou les deux se contredisent.",
            "the count was made some hours before the round, or the two contradict each other.",
        )
    return Text(fr + why.fr, en + why.en)


def _contradicted(row: Mapping[str, Any]) -> Text:
    """The bands alone put the cut-off elsewhere."""
    size, score, when = row["size"], row["min_score"], _when(row["lag"])
    if score < row["low"]:
        there, more = row["above"], row["above"] - size
        return Text(
            f"{number(there, 'fr')} candidats comptés {when.fr} au-dessus de {score}, et {number(size, 'fr')} "
            f"invitations jusqu’à {score} : {number(more, 'fr')} d’entre eux n’étaient plus à inviter, ou les "
            "chiffres se contredisent.",
            f"{number(there, 'en')} candidates counted {when.en} above {score}, and {number(size, 'en')} invitations "
            f"down to {score}: {number(more, 'en')} of them were no longer to be invited, or the figures contradict "
            "each other.",
        )
    there = row["at_or_above"]
    return Text(
        f"{number(there, 'fr')} candidats comptés {when.fr} dans les tranches qui atteignent {score}, et "
        f"{number(size, 'fr')} invitations : les autres sont arrivés ensuite, ou les chiffres se contredisent.",
        f"{number(there, 'en')} candidates counted {when.en} in the bands that reach {score}, and "
        f"{number(size, 'en')} invitations: the others came later, or the figures contradict each other.",
    )


def _when(lag: int) -> Text:
    """Say when the pool was counted."""
    if not lag:
        return Text("le jour même", "on the day itself")
    return Text("la veille", "the day before") if lag == 1 else Text(f"{lag} jours avant", f"{lag} days before")


def _other_share(row: Mapping[str, Any]) -> Text:
    """The share that the round implies is not one of those assumed."""
    low, high, own = row["share_low"], row["share_high"], row["implied_share"]
    fr = (
        f"Part supposée de la catégorie : de {percent(low, 'fr', 2)} à {percent(high, 'fr', 2)}, d’après ses rondes "
        f"passées ; celle que cette ronde suppose : {percent(own, 'fr', 2)}."
    )
    en = (
        f"Assumed share of the category: {percent(low, 'en', 2)} to {percent(high, 'en', 2)}, from its past rounds; "
        f"the share that this round implies: {percent(own, 'en', 2)}."
    )
    why = _why(row, low, own, high)
    return Text(f"{fr} {why.fr}", f"{en} {why.en}")


def _why(row: Mapping[str, Any], low: float, own: float, high: float) -> Text:
    """Say what of the round goes with a share that is not one of those assumed."""
    if low <= own <= high:
        return Text(
            "L’écart vient de l’étalement, supposé égal, dans la tranche.",
            "The gap comes from the even spread that is assumed within the band.",
        )
    if row["new_version"]:
        return Text("La définition de la catégorie a changé.", "The definition of the category changed.")
    if own < low:
        return Text(
            f"La ronde précédente, {row['days_since']} jours avant, avait pris les mieux classés jusqu’à "
            f"{row['last_score']}.",
            f"The last round, {row['days_since']} days before, had taken the best down to {row['last_score']}.",
        )
    if row["days_since"] > LONG or row["min_score"] >= row["last_score"]:
        return Text(
            f"{row['days_since']} jours depuis la ronde précédente : la catégorie s’était reconstituée.",
            f"{row['days_since']} days since the last round: the category had filled up again.",
        )
    return Text(
        f"Cette ronde est descendue plus bas que la précédente ({row['last_score']}), là où la catégorie n’avait pas "
        "été prise.",
        f"This round went lower than the last one ({row['last_score']}), where the category had not been taken.",
    )
