"""The pictures of a sweep: one range as lines, two as a map of colours, more as bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.chart import OKABE_ITO, SEQUENTIAL
from rules.text import Text

if TYPE_CHECKING:
    import altair as alt

    from rules.text import Lang

MOST_BARS = 30
STEP = "format(datum.value, '~g')"  # as numbers of the language, though the axis is of labels
CHANGED = Text("Entrent", "Come in")


def gained(lang: Lang, variants: pl.DataFrame, ranges: list[Text]) -> alt.TopLevelMixin:
    """Draw how many people come in: by one range, by two, or variant by variant."""
    steps = [f"step_{place}" for place in range(len(ranges))]
    tried = variants.drop_nulls([*steps, "gained"])
    if len(ranges) == 1 and tried.height > 1:
        return _line(lang, tried, ranges[0])
    if len(ranges) == 2 and tried.height > 3:
        return _map(lang, tried, ranges)
    return _bars(lang, variants)


def _line(lang: Lang, tried: pl.DataFrame, title: Text) -> alt.Chart:
    import altair as alt  # noqa: PLC0415 - heavy

    drawn: alt.Chart = (
        alt.Chart(tried)
        .mark_line(point=True, color=OKABE_ITO["blue"])
        .encode(alt.X("step_0:Q", title=title.to(lang)), alt.Y("gained:Q", title=CHANGED.to(lang)).axis(format=",d"))
        .properties(width=560, height=320)
    )
    return drawn


def _map(lang: Lang, tried: pl.DataFrame, ranges: list[Text]) -> alt.LayerChart:
    import altair as alt  # noqa: PLC0415 - heavy

    high = (tried["gained"].max() or 0, tried["gained"].min() or 0)
    middle = (float(str(high[0])) + float(str(high[1]))) / 2
    across = alt.X("step_0:O", title=ranges[0].to(lang)).axis(labelAngle=0, labelExpr=STEP)
    down = alt.Y("step_1:O", title=ranges[1].to(lang), sort="descending").axis(labelExpr=STEP)
    cells = alt.Chart(tried).mark_rect(stroke="white")
    said = alt.Chart(tried).mark_text(fontSize=12)
    made: alt.LayerChart = cells.encode(
        across, down, alt.Color("gained:Q", title=CHANGED.to(lang), scale=alt.Scale(scheme=SEQUENTIAL))
    ) + said.encode(
        across,
        down,
        alt.Text("gained:Q", format=",d"),
        color=alt.condition(alt.datum.gained > middle, alt.value("black"), alt.value("white")),
    )
    sized: alt.LayerChart = made.properties(width=alt.Step(72), height=alt.Step(44))
    return sized


def _bars(lang: Lang, variants: pl.DataFrame) -> alt.Chart:
    import altair as alt  # noqa: PLC0415 - heavy

    most = variants.drop_nulls("gained").sort("gained", "variant", descending=[True, False]).head(MOST_BARS)
    drawn: alt.Chart = (
        alt.Chart(most)
        .mark_bar(color=OKABE_ITO["blue"])
        .encode(
            alt.X("gained:Q", title=CHANGED.to(lang)).axis(format=",d"),
            alt.Y(f"title_{lang}:N", title=None, sort=most[f"title_{lang}"].to_list()).axis(labelLimit=420),
        )
        .properties(width=420, height=alt.Step(20))
    )
    return drawn


def cut_offs(lang: Lang, found: pl.DataFrame) -> alt.LayerChart:
    """Draw the span of each cut-off over the variants, and where the law puts it."""
    import altair as alt  # noqa: PLC0415 - heavy

    known = found.drop_nulls("cut_off")
    spans = known.group_by("selection", maintain_order=True).agg(
        pl.col("cut_off").min().alias("low"),
        pl.col("cut_off").max().alias("high"),
        pl.col("cut_off").filter(pl.col("variant") == 0).first().alias("law"),
    )
    names = {"span": Text("toutes les variantes", "all variants").to(lang), "law": Text("la règle", "the law").to(lang)}
    rows = alt.Y("selection:N", title=None, sort=spans["selection"].to_list())
    scale = alt.Scale(domain=list(names.values()), range=[OKABE_ITO["sky"], "#000000"])
    bars = (
        alt.Chart(spans.with_columns(pl.lit(names["span"]).alias("what")))
        .mark_bar(height=10)
        .encode(
            alt.X("low:Q", title=Text("Seuil", "Cut-off").to(lang), scale=alt.Scale(zero=False)),
            rows,
            alt.X2("high:Q"),
            alt.Color("what:N", title=None, scale=scale).legend(orient="top"),
        )
    )
    law = (
        alt.Chart(spans.with_columns(pl.lit(names["law"]).alias("what")))
        .mark_tick(thickness=3, height=18)
        .encode(alt.X("law:Q"), rows, alt.Color("what:N", title=None, scale=scale))
    )
    made: alt.LayerChart = (bars + law).properties(width=520, height=alt.Step(24))
    return made
