"""The charts of a projection: paths with their bands, chances by score. Each is a function of language and table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.chart import OKABE_ITO
from rules.text import Lang, Text

if TYPE_CHECKING:
    import altair as alt

ROUNDS = Text("Rondes depuis l’entrée dans la banque", "Rounds since entering the pool")
COLORS = [OKABE_ITO["blue"], OKABE_ITO["vermillion"], OKABE_ITO["green"], OKABE_ITO["purple"]]
DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
WIDE, HIGH = 640, 300
FEWEST = 20


def backlog(lang: Lang, frame: pl.DataFrame) -> Any:  # noqa: ANN401 - altair’s layers are untyped
    """Draw how many wait at each round: median, and a band from 5 to 95 %."""
    import altair as alt  # noqa: PLC0415 - heavy

    title = Text("Déclarations en attente", "Declarations waiting").to(lang)
    shape = alt.Chart(frame).encode(x=_day(), **_law(frame, lang))
    band = shape.mark_area(opacity=0.25, stroke=None).encode(
        y=alt.Y("waiting_low:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format=",.0f")),
        y2="waiting_high:Q",
    )
    line = shape.mark_line(point=True).encode(y="waiting:Q", **_dash(frame, lang))
    return (band + line).properties(width=WIDE, height=HIGH)


def cut_offs(lang: Lang, frame: pl.DataFrame) -> Any:  # noqa: ANN401 - altair’s layers are untyped
    """Draw the cut-off of each selection over the rounds, each in a small picture of its own."""
    import altair as alt  # noqa: PLC0415 - heavy

    shown = frame.filter(pl.col("cut_off").is_not_null())
    title = Text("Seuil", "Cut-off").to(lang)
    shape = alt.Chart(shown).encode(x=_day(ticks=3), **_law(frame, lang))
    band = shape.mark_area(opacity=0.25, stroke=None).encode(
        y=alt.Y("cut_off_low:Q", title=title, scale=alt.Scale(zero=False)), y2="cut_off_high:Q"
    )
    line = shape.mark_line(point=alt.OverlayMarkDef(size=12)).encode(y="cut_off:Q", **_dash(frame, lang))
    return (
        (band + line)
        .properties(width=150, height=100)
        .facet(alt.Facet("selection:N", title=Text("Exercice", "Selection").to(lang)), columns=4)
    )


def chances(lang: Lang, frame: pl.DataFrame) -> Any:  # noqa: ANN401 - altair’s layers are untyped
    """Draw the chance of having been invited by the end of the horizon, by score at entry."""
    import altair as alt  # noqa: PLC0415 - heavy

    last = _enough(frame).filter(pl.col("step") == pl.col("step").max())
    rounds = last["step"].to_list()[0] if last.height else 0
    title = Text(f"Chance en {rounds} rondes, %", f"Chance in {rounds} rounds, %").to(lang)
    shape = alt.Chart(last).encode(x=alt.X("band:Q", title=_band(frame).to(lang)), **_law(frame, lang))
    band = shape.mark_area(opacity=0.25, stroke=None).encode(
        y=alt.Y("chance_low:Q", title=title, scale=alt.Scale(domain=[0, 100])), y2="chance_high:Q"
    )
    line = shape.mark_line(point=True).encode(y="chance:Q", **_dash(frame, lang))
    return (band + line).properties(width=WIDE, height=HIGH)


def waits(lang: Lang, frame: pl.DataFrame) -> Any:  # noqa: ANN401 - altair’s facets are untyped
    """Draw, for each score band and number of rounds, the chance of having been invited by then."""
    import altair as alt  # noqa: PLC0415 - heavy

    frame = _enough(frame)
    width = int(frame["width"][0]) if frame.height else 1
    bands = frame["band"].to_list() or [0]
    rows = (max(bands) - min(bands)) // width + 1
    squares = alt.Chart(frame.with_columns(top=pl.col("band") + width)).mark_rect(stroke="white", strokeWidth=0.5)
    drawn = squares.encode(
        x=alt.X("step:O", title=ROUNDS.to(lang), axis=alt.Axis(labelAngle=0)),
        y=alt.Y("band:Q", title=_band(frame).to(lang), scale=alt.Scale(zero=False, nice=False)),
        y2="top:Q",
        color=alt.Color(
            "chance:Q",
            title=Text("Chance, %", "Chance, %").to(lang),
            scale=alt.Scale(scheme="viridis", domain=[0, 100]),
        ),
    ).properties(width=WIDE // 2 if frame["law"].n_unique() > 1 else WIDE, height=max(160, 18 * rows))
    if frame["law"].n_unique() > 1:
        header = alt.Header(labelLimit=WIDE // 2)
        return drawn.facet(column=alt.Column(f"legend_{lang}:N", title=None, sort=_names(frame, lang), header=header))
    return drawn


def _band(frame: pl.DataFrame) -> Text:
    """Name the axis of score bands, each of which stands at its lower end."""
    width = frame["width"].to_list()[0] if frame.height else 0
    return Text(f"Pointage à l’entrée, par tranches de {width}", f"Score at entry, in bands of {width}")


def _enough(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out the bands of too few declarations to draw."""
    return frame.filter(pl.col("at_risk").first().over("law", "band", order_by="step") >= FEWEST)


def _day(ticks: int = 12) -> alt.X:
    import altair as alt  # noqa: PLC0415 - heavy

    axis = alt.Axis(format="%Y-%m", labelAngle=-45, tickCount=ticks)
    return alt.X("day:T", title=None, axis=axis)


def _names(frame: pl.DataFrame, lang: Lang) -> list[str]:
    names: list[str] = frame.sort("law")[f"legend_{lang}"].unique(maintain_order=True).to_list()
    return names


def _law(frame: pl.DataFrame, lang: Lang) -> dict[str, Any]:
    """Colour by law, with a legend only where there are several."""
    import altair as alt  # noqa: PLC0415 - heavy

    names = _names(frame, lang)
    legend = alt.Legend(
        title=None, orient="top", labelLimit=WIDE, symbolOpacity=1, symbolType="stroke", symbolStrokeWidth=3
    )
    colors = alt.Scale(domain=names, range=_of(COLORS, names))
    return {"color": alt.Color(f"legend_{lang}:N", scale=colors, legend=legend if len(names) > 1 else None)}


def _dash(frame: pl.DataFrame, lang: Lang) -> dict[str, Any]:
    """Dash by law too, so that print without colour tells them apart."""
    import altair as alt  # noqa: PLC0415 - heavy

    names = _names(frame, lang)
    return {
        "strokeDash": alt.StrokeDash(
            f"legend_{lang}:N", scale=alt.Scale(domain=names, range=_of(DASHES, names)), legend=None
        )
    }


def _of(each: list[Any], names: list[str]) -> list[Any]:
    return [each[number % len(each)] for number in range(len(names))]
