"""The distribution of a pool by bands of scores: a table and a picture, the whole pool beside those invited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.page import Grid, Picture
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    import altair as alt

    from ranking.page import Block

MOST_BANDS = 16
WIDTHS = (10, 20, 25, 50, 100, 200, 250, 500)
COUNTS = ("declarations", "taking_part", "eligible", "invited")
HEADS = Text(
    "Pointage|Déclarations|Participantes|Admissibles|Invitées", "Score|Declarations|Taking part|Eligible|Invited"
)
SERIES = {
    "eligible": Text("admissibles, non invitées", "eligible, not invited"),
    "invited": Text("invitées", "invited"),
}


def ends(distribution: pl.DataFrame) -> tuple[int, int]:
    """Give the lowest and the highest score."""
    scores = distribution["score"].to_list()
    return min(scores), max(scores)


def width_of(distribution: pl.DataFrame) -> int:
    """Choose the width of bands, in points: round, and no more than sixteen bands."""
    low, high = ends(distribution)
    return next((width for width in WIDTHS if high // width - low // width < MOST_BANDS), 1000)


def by_band(distribution: pl.DataFrame, width: int) -> pl.DataFrame:
    """Add counts up by bands: ``low`` and ``high``, both in the band, and the counts. Bands with nobody are there."""
    low, high = ends(distribution)
    found = distribution.group_by(band=pl.col("score").floordiv(width)).agg(pl.col(COUNTS).sum())
    every = pl.DataFrame({"band": pl.int_range(low // width, high // width + 1, dtype=pl.Int32, eager=True)})
    filled = every.join(found, on="band", how="left", maintain_order="left").with_columns(pl.col(COUNTS).fill_null(0))
    bounds = (pl.col("band") * width).alias("low"), (pl.col("band") * width + width - 1).alias("high")
    return filled.select(*bounds, *COUNTS)


def bands(distribution: pl.DataFrame, lang: Lang) -> Iterator[Block]:
    """Give the picture and the table of a distribution; nothing of an empty pool."""
    if not distribution.height:
        return
    found = by_band(distribution, width_of(distribution))
    yield picture(found, lang)
    rows = [(f"{row[0]}–{row[1]}", *(number(count, lang) for count in row[2:])) for row in found.reverse().iter_rows()]
    totals = (number(int(found[name].sum()), lang) for name in COUNTS)
    rows.append((Text("Total", "Total").to(lang), *totals))
    yield Grid("", tuple(HEADS.to(lang).split("|")), tuple(rows), right=(1, 2, 3, 4), totals=(len(rows) - 1,))


def picture(found: pl.DataFrame, lang: Lang) -> Picture:
    """Draw eligible and invited by band."""
    from ranking import chart  # noqa: PLC0415 - heavy

    title = Text(
        "Déclarations admissibles et invitées, par pointage", "Eligible and invited declarations, by score"
    ).to(lang)
    most = found.sort("eligible", descending=True).row(0, named=True)
    said = Text(
        f"Histogramme. La bande la plus nombreuse va de {most['low']} à {most['high']} points, "
        f"avec {number(most['eligible'], 'fr')} admissibles.",
        f"Histogram. The largest band goes from {most['low']} to {most['high']} points, "
        f"with {number(most['eligible'], 'en')} eligible.",
    )
    return Picture(chart.svg(drawing(found, lang), title, lang, watermark=False), f"{title}. {said.to(lang)}")


def drawing(found: pl.DataFrame, lang: Lang) -> alt.Chart:
    """Make the chart: a bar a band, those invited on top of the other eligible ones."""
    import altair as alt  # noqa: PLC0415 - heavy

    shown = found.select(
        pl.format("{}–{}", "low", "high").alias("band"),
        (pl.col("eligible") - pl.col("invited")).clip(0).alias("eligible"),
        "invited",
    )
    names = {name: said.to(lang) for name, said in SERIES.items()}
    long = shown.unpivot(index="band", on=list(names), variable_name="who", value_name="count")
    long = long.with_columns(pl.col("who").replace_strict(names))
    axis = Text("Pointage", "Score").to(lang)
    counted = Text("Déclarations", "Declarations").to(lang)
    colours = alt.Scale(domain=list(names.values()), range=["#56B4E9", "#D55E00"])
    bars = alt.Chart(long).mark_bar()
    made: alt.Chart = bars.encode(
        x=alt.X("band:N", sort=None, title=axis, axis=alt.Axis(labelAngle=-45)),
        y=alt.Y("count:Q", title=counted, stack=True, axis=alt.Axis(format=",d")),
        color=alt.Color("who:N", scale=colours, title=None, legend=alt.Legend(orient="top")),
        order=alt.Order("who:N", sort="descending"),
    ).properties(width=620, height=260)
    return made
