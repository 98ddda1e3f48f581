"""The pictures of a comparison: cut-offs, who comes in and leaves, the flow of scores, what each change adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import polars as pl

from ranking.chart import GREY, OKABE_ITO
from ranking.simulate.flows import BAND
from rules.text import Text, signed

if TYPE_CHECKING:
    import altair as alt

    from rules.text import Lang

MOST_GROUPS = 14
STEPS = 24
PLACES = ("left", "right", "low", "high", "edge", "middle")
BLOCK = pl.Schema({"side": pl.String(), "label": pl.String(), **{place: pl.Float64() for place in PLACES}})
GAP = 0.02
SIDES: tuple[tuple[str, Literal["left", "right"], int], ...] = (("before", "right", -1), ("after", "left", 1))
BEFORE, AFTER = Text("avant", "before"), Text("après", "after")
MOVES = {
    "kept": Text("reste invitée", "stays in"),
    "gained": Text("entre", "comes in"),
    "lost": Text("sort", "leaves"),
}
COLORS = {"kept": OKABE_ITO["sky"], "gained": OKABE_ITO["green"], "lost": OKABE_ITO["vermillion"]}


def cut_offs(lang: Lang, selections: pl.DataFrame) -> alt.LayerChart:
    """Draw the cut-off of each selection before and after, joined."""
    import altair as alt  # noqa: PLC0415 - heavy

    known = selections.drop_nulls(["cut_off_before", "cut_off_after"])
    known = known.with_columns(
        (pl.col("selection") + "  " + pl.col(f"title_{lang}")).alias("name"),
        pl.Series("said", [signed(move) if move else "" for move in known["move"]], dtype=pl.String),
        pl.max_horizontal("cut_off_before", "cut_off_after").alias("right"),
    )
    names = {"cut_off_before": BEFORE.to(lang), "cut_off_after": AFTER.to(lang)}
    longer = known.select("name", *names).rename(names).unpivot(index="name", variable_name="when", value_name="score")
    rows = alt.Y("name:N", title=None, sort=known["name"].to_list()).axis(labelLimit=420)
    scale = alt.Scale(domain=list(names.values()), range=[GREY, OKABE_ITO["blue"]])
    shapes = alt.Scale(domain=list(names.values()), range=["circle", "diamond"])
    title = Text("Seuil", "Cut-off").to(lang)
    points = (
        alt.Chart(longer)
        .mark_point(filled=True, size=90, opacity=1)
        .encode(
            alt.X("score:Q", title=title, scale=alt.Scale(zero=False)),
            rows,
            alt.Color("when:N", title=None, scale=scale).legend(orient="top"),
            alt.Shape("when:N", title=None, scale=shapes),
        )
    )
    joins = alt.Chart(known).mark_rule(color=GREY).encode(alt.X("cut_off_before:Q"), rows, alt.X2("cut_off_after:Q"))
    said = (
        alt.Chart(known).mark_text(align="left", dx=9, fontSize=11).encode(alt.X("right:Q"), rows, alt.Text("said:N"))
    )
    made: alt.LayerChart = (joins + points + said).properties(width=460, height=alt.Step(26))
    return made


def winners_and_losers(lang: Lang, groups: pl.DataFrame) -> alt.LayerChart:
    """Draw who comes in to the right and who leaves to the left, for the groups whose share moves most."""
    import altair as alt  # noqa: PLC0415 - heavy

    top = groups.drop_nulls(["gained", "lost"]).head(MOST_GROUPS)
    name = pl.col(f"group_{lang}").alias("name")
    signs = {"gained": 1, "lost": -1}
    longer = pl.concat(
        top.select(
            name,
            pl.lit(MOVES[kind].to(lang)).alias("change"),
            (pl.col(kind) * sign).alias("people"),
            pl.col(kind).alias("count"),
        )
        for kind, sign in signs.items()
    )
    scale = alt.Scale(domain=[MOVES[kind].to(lang) for kind in signs], range=[COLORS[kind] for kind in signs])
    rows = alt.Y("name:N", title=None, sort=longer["name"].unique(maintain_order=True).to_list()).axis(labelLimit=420)
    across = alt.X("people:Q", title=Text("Personnes", "People").to(lang)).axis(
        labelExpr=f"replace(format(abs(datum.value), ',d'), ',', '{Text(' ', ',').to(lang)}')"
    )
    bars = (
        alt.Chart(longer)
        .mark_bar()
        .encode(across, rows, alt.Color("change:N", title=None, scale=scale).legend(orient="top"))
    )
    zero = alt.Chart(pl.DataFrame({"zero": [0]})).mark_rule(color="black").encode(alt.X("zero:Q"))
    made: alt.LayerChart = (bars + zero).properties(width=460, height=alt.Step(24))
    return made


def flow(lang: Lang, flows: pl.DataFrame) -> alt.LayerChart:
    """Draw ribbons from score band to score band, for those invited before or after: width is people."""
    import altair as alt  # noqa: PLC0415 - heavy

    ribbons, blocks = _ribbons(flows)
    scale = alt.Scale(domain=[MOVES[kind].to(lang) for kind in COLORS], range=list(COLORS.values()))
    ribbons = ribbons.with_columns(
        pl.col("kind").replace_strict({kind: said.to(lang) for kind, said in MOVES.items()}).alias("change")
    )
    wide = alt.Scale(domain=[-0.12, 1.12])
    across = alt.X("x:Q", axis=None, scale=wide)
    areas = (
        alt.Chart(ribbons)
        .mark_area(opacity=0.75, interpolate="monotone")
        .encode(
            across,
            alt.Y("low:Q", axis=None, scale=alt.Scale(domain=[0, 1.05], nice=False)),
            alt.Y2("high:Q"),
            alt.Color("change:N", title=None, scale=scale).legend(orient="top"),
            alt.Detail("ribbon:N"),
        )
    )
    bars = (
        alt.Chart(blocks)
        .mark_rect(color="#333333")
        .encode(alt.X("left:Q", scale=wide), alt.X2("right:Q"), alt.Y("low:Q"), alt.Y2("high:Q"))
    )
    tall = blocks.filter(pl.col("high") - pl.col("low") > 0.012)
    labels = [
        alt.Chart(tall.filter(pl.col("side") == side)).mark_text(align=align, dx=6 * sign, fontSize=11)
        for side, align, sign in SIDES
    ]
    left, right = (one.encode(alt.X("edge:Q"), alt.Y("middle:Q"), alt.Text("label:N")) for one in labels)
    heads = pl.DataFrame(
        {
            "x": [0.0, 1.0],
            "y": [1.03, 1.03],
            "said": [
                Text("Pointage avant", "Score before").to(lang),
                Text("Pointage après", "Score after").to(lang),
            ],
        }
    )
    named = alt.Chart(heads).mark_text(fontWeight="bold").encode(alt.X("x:Q"), alt.Y("y:Q"), alt.Text("said:N"))
    made: alt.LayerChart = (areas + bars + left + right + named).properties(width=560, height=520)
    return made


def _ribbons(flows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lay out the bands of both sides, highest scores on top, and the ribbons between them."""
    kinds = list(COLORS)
    longer = flows.drop_nulls(["band_before", "band_after"]).unpivot(
        on=kinds, index=["band_before", "band_after"], variable_name="kind", value_name="count"
    )
    longer = longer.filter(pl.col("count") > 0).with_columns(
        pl.col("kind").replace_strict({kind: place for place, kind in enumerate(kinds)}).alias("place")
    )
    total = max(int(longer["count"].sum()), 1)
    spots: dict[str, dict[tuple[int, int, str], tuple[float, float]]] = {}
    blocks = []
    for side, own, other in (("before", "band_before", "band_after"), ("after", "band_after", "band_before")):
        bands = sorted(longer[own].unique().to_list())
        room = 1 - GAP * max(len(bands) - 1, 0)
        at, spots[side] = 0.0, {}
        for band in bands:
            begin = at
            for row in longer.filter(pl.col(own) == band).sort(other, "place").to_dicts():
                end = at + row["count"] / total * room
                spots[side][row["band_before"], row["band_after"], row["kind"]] = (at, end)
                at = end
            blocks.append(_block(side, band, begin, at))
            at += GAP
    rows = [
        (f"{key[0]} {key[1]} {key[2]}", key[2], *point)
        for key, ends in spots["before"].items()
        for point in _curve(ends, spots["after"][key])
    ]
    schema = {"ribbon": pl.String, "kind": pl.String, "x": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row"), pl.DataFrame(blocks, schema=BLOCK)


def _block(side: str, band: int, low: float, high: float) -> dict[str, str | float]:
    left = -0.015 if side == "before" else 1.0
    edge = -0.015 if side == "before" else 1.015
    middle = (low + high) / 2
    named: dict[str, str | float] = {
        "side": side,
        "label": f"{band}–{band + BAND - 1}",
        "left": left,
        "right": left + 0.015,
    }
    return {**named, "low": low, "high": high, "edge": edge, "middle": middle}


def _curve(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float, float]]:
    """Give the points of a ribbon: it leaves and arrives level."""
    steps = np.linspace(0, 1, STEPS)
    bend = steps * steps * (3 - 2 * steps)
    low, high = (start[place] + (end[place] - start[place]) * bend for place in (0, 1))
    return list(zip(steps.tolist(), low.tolist(), high.tolist(), strict=True))


def effects(lang: Lang, changes: pl.DataFrame) -> alt.FacetChart:
    """Draw what each change adds: to people who come in, to the mean score, to each cut-off."""
    import altair as alt  # noqa: PLC0415 - heavy

    changes = changes.filter(pl.col("effect").abs().max().over("measure") > 0)
    order = changes[f"measure_{lang}"].unique(maintain_order=True).to_list()
    names = changes[f"change_{lang}"].unique(maintain_order=True).to_list()
    bars = (
        alt.Chart(changes)
        .mark_bar()
        .encode(
            alt.X("effect:Q", title=None).axis(tickCount=4),
            alt.Y(f"change_{lang}:N", title=None, sort=names).axis(labels=False, ticks=False, domain=False),
            alt.Color(f"change_{lang}:N", title=None, sort=names).legend(orient="top", columns=1, labelLimit=600),
        )
        .properties(width=190, height=alt.Step(16))
    )
    made: alt.FacetChart = bars.facet(alt.Facet(f"measure_{lang}:N", title=None, sort=order), columns=3).resolve_scale(
        x="independent"
    )
    return made
