"""The picture of a publication: the counts by band as they are published, and an x where one is hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking import chart
from ranking.page import Picture
from rules.text import Lang, Text

if TYPE_CHECKING:
    import altair as alt

    from ranking.report.publication import form

TITLE = Text("Déclarations admissibles et invitées, par pointage", "Eligible and invited declarations, by score")
SERIES = {
    "eligible": (Text("admissibles", "eligible"), chart.OKABE_ITO["sky"]),
    "invited": (Text("dont invitées", "invited among them"), chart.OKABE_ITO["vermillion"]),
}
WIDE, NARROW = 0.85, 0.5


def picture(made: form.PublishedRound, lang: Lang) -> Picture | None:
    """Draw eligible and invited by band; a hidden count has no bar. None where no count of a band is shown."""
    shown = [one for one in made.bands if one.eligible is not None]
    if not shown:
        return None
    most = max(shown, key=lambda one: one.eligible or 0)
    hidden = sum(one.eligible is None or one.invited is None for one in made.bands)
    said = Text(
        f"Histogramme. La bande la plus nombreuse de celles publiées va de {most.low} à {most.high} points. "
        f"Bandes où un nombre est masqué (x) : {hidden}.",
        f"Histogram. The largest of the bands published goes from {most.low} to {most.high} points. "
        f"Bands where a count is hidden (x): {hidden}.",
    )
    drawn = chart.svg(drawing(made.bands, lang), TITLE.to(lang), lang, watermark=False)
    return Picture(drawn, f"{TITLE.to(lang)}. {said.to(lang)}", f"distribution.{lang}.svg")


def drawing(bands: tuple[form.Band, ...], lang: Lang) -> alt.LayerChart:
    """Make the chart: those invited before those eligible, and an x over a band with a hidden count."""
    import altair as alt  # noqa: PLC0415 - heavy

    order = [f"{one.low}–{one.high}" for one in bands]
    names = [title.to(lang) for title, _ in SERIES.values()]
    colours = alt.Scale(domain=names, range=[colour for _, colour in SERIES.values()])
    axis = alt.Axis(labelAngle=-45)
    x = alt.X("band:N", scale=alt.Scale(domain=order), title=Text("Pointage", "Score").to(lang), axis=axis)
    y = alt.Y("count:Q", title=Text("Déclarations", "Declarations").to(lang), axis=alt.Axis(format=",d"))
    layers: list[alt.Chart] = []
    for (column, (title, _)), width in zip(SERIES.items(), (WIDE, NARROW), strict=True):
        counts = [(band, getattr(one, column)) for band, one in zip(order, bands, strict=True)]
        rows = [(band, count, title.to(lang)) for band, count in counts if count is not None]
        schema = {"band": pl.String, "count": pl.Int64, "who": pl.String}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        colour = alt.Color("who:N", scale=colours, title=None, legend=alt.Legend(orient="top"))
        layers.append(alt.Chart(frame).mark_bar(width=alt.RelativeBandSize(width)).encode(x=x, y=y, color=colour))
    marks = [
        (band, one.eligible or 0, "x")
        for band, one in zip(order, bands, strict=True)
        if one.eligible is None or one.invited is None
    ]
    if marks:
        frame = pl.DataFrame(marks, schema=["band", "count", "mark"], orient="row")
        layers.append(alt.Chart(frame).mark_text(dy=-8, fontSize=13, aria=False).encode(x=x, y=y, text="mark:N"))
    return alt.LayerChart(layer=layers).properties(width=620, height=260)
