"""The charts of responses: what they undo at each share, and the target before, after and with them."""

from __future__ import annotations

from typing import Any

import polars as pl

from ranking.chart import OKABE_ITO
from rules.text import Lang, Text

WIDE, HIGH = 560, 280
KINDS = (
    ("share_undone", Text("De qui est invité", "Of who is invited"), OKABE_ITO["blue"], [1, 0]),
    ("target_undone", Text("De la cible", "Of the target"), OKABE_ITO["vermillion"], [6, 3]),
)


def undone(lang: Lang, frame: pl.DataFrame) -> Any:  # noqa: ANN401 - altair’s charts are untyped
    """Draw the part of the effect that is undone, by the share of people who respond."""
    import altair as alt  # noqa: PLC0415 - heavy

    kinds = [one for one in KINDS if one[0] in frame.columns]
    lines = pl.concat(
        frame.select("share", pl.col(name).alias("undone"), pl.lit(title.to(lang)).alias("of"))
        for name, title, _, _ in kinds
    ).drop_nulls()
    names = [title.to(lang) for _, title, _, _ in kinds]
    colors = alt.Scale(domain=names, range=[color for _, _, color, _ in kinds])
    dashes = alt.Scale(domain=names, range=[dash for _, _, _, dash in kinds])
    legend = alt.Legend(title=None, orient="top", symbolType="stroke") if len(kinds) > 1 else None
    return (
        alt.Chart(lines)
        .mark_line(point=True)
        .encode(
            x=alt.X("share:Q", title=Text("Part qui réagit, %", "Share who respond, %").to(lang)),
            y=alt.Y("undone:Q", title=Text("Part défaite, %", "Part undone, %").to(lang)),
            color=alt.Color("of:N", scale=colors, legend=legend),
            strokeDash=alt.StrokeDash("of:N", scale=dashes, legend=None),
        )
        .properties(width=WIDE, height=HIGH)
    )


def target(lang: Lang, frame: pl.DataFrame) -> Any:  # noqa: ANN401 - altair’s layers are untyped
    """Draw the share of the target among those invited: before, after, with responses."""
    import altair as alt  # noqa: PLC0415 - heavy

    shape = alt.Chart(frame).encode(
        y=alt.Y(f"moment_{lang}:N", title=None, sort=None, axis=alt.Axis(labelLimit=300)),
        x=alt.X(
            "share:Q",
            title=Text("Part des personnes invitées, %", "Share of those invited, %").to(lang),
            scale=alt.Scale(domain=[0, 100]),
        ),
    )
    bars = shape.mark_bar(color=OKABE_ITO["blue"], size=24)
    words = shape.mark_text(align="left", dx=4, fontSize=12).encode(text=alt.Text("share:Q", format=".1f"))
    return (bars + words).properties(width=WIDE, height=44 * frame.height)
