"""Charts of the backtests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.chart import GREY, OKABE_ITO
from rules.text import Lang, Text

if TYPE_CHECKING:
    import altair as alt

WIDE, HIGH = 640, 340
LEAST, MOST = 100, 950
SCORE = Text("Pointage minimal", "Minimum score")
DAY = Text("Jour de la ronde", "Day of the round")
BAND = Text("Tranche du pointage", "Band of the score")
CANDIDATES = Text("Variation du nombre de candidats", "Change in the number of candidates")
PEOPLE = Text("Personnes", "People")
PUBLISHED_IN = Text("publié, dans l’intervalle", "published, inside the interval")
PUBLISHED_OUT = Text("publié, hors de l’intervalle", "published, outside the interval")
INTERVAL = Text("intervalle des tranches", "interval of the bands")
FORESEEN = Text("prévu, et son intervalle de 80 %", "foreseen, with its 80% interval")
ACTUAL = Text("publié", "published")
BY_LAW = Text(
    "effet de la règle seule (trait : part des offres, de la moitié au double)",
    "the law alone (line: share of offers, from half to twice)",
)
CHANGED = Text("changement publié, du 16 mars au 13 avril 2025", "published change, 16 March to 13 April 2025")
TAKEN = Text(
    "invitées selon le rang, prises aussi par ordre d’arrivée (trait : 90 % des répétitions)",
    "invited by rank, taken by arrival too (line: 90% of replications)",
)
LOST = Text("invitées selon le rang, perdues par ordre d’arrivée", "invited by rank, lost by arrival")
GAINED = Text("prises par ordre d’arrivée seulement", "taken by arrival only")


def calibration(lang: Lang, tested: pl.DataFrame, category: str) -> alt.LayerChart:
    """Draw the interval of each round of a category, and the published minimum in or out of it."""
    import altair as alt  # noqa: PLC0415 - heavy

    rows = tested.filter(pl.col("category") == category, pl.col("inside").is_not_null()).with_columns(
        state=pl.when("inside").then(pl.lit(PUBLISHED_IN.to(lang))).otherwise(pl.lit(PUBLISHED_OUT.to(lang))),
        bar=pl.lit(INTERVAL.to(lang)),
    )
    across = alt.X("round_date:T", title=DAY.to(lang), scale=alt.Scale(nice="month")).axis(
        format="%Y-%m", tickCount=10, labelAngle=-30
    )
    names = [INTERVAL.to(lang), PUBLISHED_IN.to(lang), PUBLISHED_OUT.to(lang)]
    colors = alt.Scale(domain=names, range=["#9a9a9a", OKABE_ITO["blue"], OKABE_ITO["vermillion"]])
    shapes = alt.Scale(domain=names, range=["stroke", "circle", "triangle-up"])
    up = alt.Y("low:Q", title=SCORE.to(lang), scale=alt.Scale(zero=False))
    bars = (
        alt.Chart(rows)
        .mark_rule(strokeWidth=3, opacity=0.7)
        .encode(across, up, y2="high:Q", color=alt.Color("bar:N", scale=colors, title=None))
    )
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=55, opacity=1)
        .encode(
            across,
            alt.Y("min_score:Q"),
            alt.Color("state:N", scale=colors, title=None).legend(orient="top", columns=3),
            alt.Shape("state:N", scale=shapes).legend(None),
        )
    )
    drawn: alt.LayerChart = (bars + points).properties(width=WIDE, height=HIGH)
    return drawn


def forecasts(lang: Lang, made: pl.DataFrame, category: str) -> alt.LayerChart:
    """Draw the forecast of each round of a category with its interval, and what was published."""
    import altair as alt  # noqa: PLC0415 - heavy

    rows = made.filter(pl.col("category") == category, pl.col("method") == "refill").with_columns(
        foreseen=pl.lit(FORESEEN.to(lang)), actual=pl.lit(ACTUAL.to(lang))
    )
    across = alt.X("round_date:T", title=DAY.to(lang), scale=alt.Scale(nice="month")).axis(
        format="%Y-%m", tickCount=10, labelAngle=-30
    )
    names = [FORESEEN.to(lang), ACTUAL.to(lang)]
    colors = alt.Scale(domain=names, range=[OKABE_ITO["sky"], OKABE_ITO["black"]])
    up = alt.Y("low:Q", title=SCORE.to(lang), scale=alt.Scale(zero=False))
    bars = (
        alt.Chart(rows.filter(pl.col("low").is_not_null()))
        .mark_rule(strokeWidth=4, opacity=0.55)
        .encode(across, up, y2="high:Q", color=alt.Color("foreseen:N", scale=colors, title=None).legend(orient="top"))
    )
    ticks = (
        alt.Chart(rows)
        .mark_point(shape="stroke", size=110, strokeWidth=2.5, color=OKABE_ITO["blue"])
        .encode(across, alt.Y("point:Q"))
    )
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=42, opacity=1)
        .encode(across, alt.Y("min_score:Q"), alt.Color("actual:N", scale=colors, title=None))
    )
    drawn: alt.LayerChart = (bars + ticks + points).properties(width=WIDE, height=HIGH)
    return drawn


def reform(lang: Lang, bands: pl.DataFrame) -> alt.LayerChart:
    """Draw, band by band, the published change and that of the law alone, with its range."""
    import altair as alt  # noqa: PLC0415 - heavy

    names = [CHANGED.to(lang), BY_LAW.to(lang)]
    long = pl.concat(
        [
            bands.select("band", "low", pl.lit(names[0]).alias("what"), pl.col("published").alias("change")),
            bands.select("band", "low", pl.lit(names[1]).alias("what"), pl.col("law_1").cast(pl.Int64).alias("change")),
        ]
    )
    order = bands.sort("low")["band"].to_list()
    scale = alt.Scale(domain=names, range=[OKABE_ITO["sky"], OKABE_ITO["vermillion"]])
    across = alt.X("band:N", sort=order, title=BAND.to(lang)).axis(labelAngle=-45)
    side = alt.XOffset("what:N", sort=names)
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            across,
            alt.Y("change:Q", title=CANDIDATES.to(lang)).axis(format=",d"),
            side,
            alt.Color("what:N", scale=scale, title=None).legend(orient="top", columns=1, labelLimit=520),
        )
    )
    ends = bands.with_columns(what=pl.lit(names[1]))
    lines = (
        alt.Chart(ends)
        .mark_rule(color=OKABE_ITO["black"], strokeWidth=1.5)
        .encode(across, alt.Y("law_0_5:Q"), side, y2="law_2:Q")
    )
    drawn: alt.LayerChart = (bars + lines).properties(width=WIDE, height=HIGH)
    return drawn


def arrivals(lang: Lang, summed: pl.DataFrame) -> alt.LayerChart:
    """Draw, by band of the score, who is invited by rank and lost by arrival, and who is taken by arrival alone."""
    import altair as alt  # noqa: PLC0415 - heavy

    rows = summed.filter(pl.col("way") == "blind").with_columns(kept=pl.col("ranked") - pl.col("lost"))
    names = {"kept": TAKEN.to(lang), "lost": LOST.to(lang), "gained": GAINED.to(lang)}
    colors = alt.Scale(
        domain=list(names.values()), range=[OKABE_ITO["blue"], OKABE_ITO["vermillion"], OKABE_ITO["yellow"]]
    )
    long = (
        rows.select("band", *(pl.col(key).cast(pl.Float64).alias(title) for key, title in names.items()))
        .unpivot(index="band", variable_name="what", value_name="people")
        .with_columns(
            place=pl.col("what").replace_strict(
                {title: n for n, title in enumerate(names.values())}, return_dtype=pl.Int32
            )
        )
        .filter(pl.col("people") > 0)
    )
    order = rows.sort("band")["band"].to_list()
    across = alt.X(
        "band:O", sort=order, title=Text("Pointage, par tranche de 50", "Score, in bands of 50").to(lang)
    ).axis(labelAngle=0)
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            across,
            alt.Y("people:Q", title=PEOPLE.to(lang), stack=True).axis(format=",d"),
            alt.Color("what:N", scale=colors, title=None).legend(orient="top", columns=1, labelLimit=520),
            order="place:O",
        )
    )
    ends = rows.filter(pl.col("ranked") > 0).with_columns(
        least=pl.col("ranked") - pl.col("lost_high"), most=pl.col("ranked") - pl.col("lost_low")
    )
    lines = (
        alt.Chart(ends).mark_rule(color=OKABE_ITO["black"], strokeWidth=2).encode(across, alt.Y("least:Q"), y2="most:Q")
    )
    drawn: alt.LayerChart = (bars + lines).properties(width=WIDE, height=HIGH)
    return drawn


def minima(lang: Lang, selections: pl.DataFrame) -> alt.LayerChart:
    """Draw published minima against those of the synthetic pool, selection by selection."""
    import altair as alt  # noqa: PLC0415 - heavy

    titles = {
        "published": Text("instruction publiée", "published instruction"),
        "inferred": Text("en partie déduite", "inferred in part"),
    }
    rows = selections.filter(pl.col("difference").is_not_null(), pl.col("mechanism") == "count").with_columns(
        reading=pl.col("certainty").replace_strict(
            {key: one.to(lang) for key, one in titles.items()}, return_dtype=pl.String
        )
    )
    names = [one.to(lang) for one in titles.values()]
    colors = alt.Scale(domain=names, range=[OKABE_ITO["blue"], OKABE_ITO["vermillion"]])
    ends = pl.DataFrame({"at": [LEAST, MOST]})
    scale = alt.Scale(domain=[LEAST, MOST], nice=False)
    line = (
        alt.Chart(ends)
        .mark_line(color=GREY, strokeDash=[4, 3])
        .encode(alt.X("at:Q", scale=scale), alt.Y("at:Q", scale=scale))
    )
    points = (
        alt.Chart(rows)
        .mark_point(filled=True, size=60, opacity=0.8)
        .encode(
            alt.X("published_min_score:Q", scale=scale, title=Text("Minimum publié", "Published minimum").to(lang)),
            alt.Y(
                "min_score:Q",
                scale=scale,
                title=Text("Minimum sur la banque synthétique", "Minimum on the synthetic pool").to(lang),
            ),
            alt.Color("reading:N", scale=colors, title=None).legend(orient="top"),
            alt.Shape("reading:N", scale=alt.Scale(domain=names, range=["circle", "triangle-up"])).legend(None),
        )
    )
    drawn: alt.LayerChart = (line + points).properties(width=460, height=420)
    return drawn
