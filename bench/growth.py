"""The picture of growth: time against declarations for each way to score, and against variants for a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import altair as alt

from bench.laws import EXPRESS_ENTRY
from bench.peers import PEERS
from bench.scoring import TIRAGE

if TYPE_CHECKING:
    from collections.abc import Iterable

PICTURE = Path(__file__).parent / "growth.svg"
WIDTH, HEIGHT = 400, 380
INK = "#222222"
ANEW = {"tirage, each anew": "tirage, each anew", "polars when/then": "when/then, each anew"}
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
GREY, DARK, BROWN = "#8C8C8C", "#000000", "#8B5A2B"
STAR = "M0,-1L.24,-.32L.95,-.31L.38,.12L.59,.81L0,.4L-.59,.81L-.38,.12L-.95,-.31L-.24,-.32Z"
SALTIRE = "M-1,-.7L-.7,-1L0,-.3L.7,-1L1,-.7L.3,0L1,.7L.7,1L0,.3L-.7,1L-1,.7L-.3,0Z"
STYLES = {
    TIRAGE: (BLUE, "circle"),
    "polars when/then": (VERMILION, "square"),
    "polars replace_strict": (ORANGE, "triangle-up"),
    "DuckDB CASE": (GREEN, "diamond"),
    "pandas np.select": (PURPLE, "triangle-down"),
    "OpenFisca-core": (BROWN, "cross"),
    "GoRules zen-engine": (DARK, STAR),
    "numba kernel": (SKY, "triangle-left"),
    "numba kernel, threads": (GREY, "triangle-right"),
    "C kernel": (DARK, SALTIRE),
}
"""A colour that the colour-blind tell apart (Okabe and Ito) and a shape, so that a print without colour reads too."""


def write(found: dict[str, Any]) -> None:
    """Draw both charts side by side, as SVG."""
    both = alt.hconcat(declarations(found["scoring"]), variants(found["sweep"]), background="white")
    apart = both.resolve_scale(color="independent", shape="independent", strokeWidth="independent")
    axis = {"gridColor": "#e4e4e4", "domainColor": INK, "labelColor": INK, "titleColor": INK, "labelFontSize": 11}
    plain = apart.configure_axis(**axis, titleFontSize=12).configure_view(stroke=None)
    legend = plain.configure_legend(labelColor=INK, labelFontSize=11, symbolSize=70)
    legend.configure_title(color=INK, fontSize=13, anchor="start").save(PICTURE)


def _axis(title: str, values: Iterable[float], field: str, kind: type[alt.X | alt.Y]) -> Any:
    """Make an axis of powers of ten that holds all values."""
    low, high = min(values), max(values)
    domain = [10 ** _floor(low), 10 ** (_floor(high * 0.999) + 1)]
    ticks = [10.0**power for power in range(_floor(low), _floor(domain[1]) + 1)]
    axis = alt.Axis(title=title, values=ticks, labelExpr=LABELS)
    return kind(f"{field}:Q", scale=alt.Scale(type="log", domain=domain, nice=False), axis=axis)


LABELS = (
    "datum.value >= 1e6 ? format(datum.value / 1e6, ',') + ' M' : datum.value >= 1e3 ? format(datum.value / 1e3, ',')"
    " + ' k' : format(datum.value, ',')"
)


def _floor(value: float) -> int:
    power = 0
    while 10 ** (power + 1) <= value:
        power += 1
    while 10**power > value:
        power -= 1
    return power


def _lines(
    rows: list[dict[str, Any]], x: Any, y: Any, styles: dict[str, tuple[str, str]], title: str
) -> alt.LayerChart:
    """Draw a line and its points for each name, the legend in the order of the lines at their right ends."""
    last = {name: max((row for row in rows if row["name"] == name), key=lambda row: row["x"]) for name in styles}
    order = sorted(styles, key=lambda name: last[name]["y"] / last[name]["x"], reverse=True)
    colours = alt.Scale(domain=order, range=[styles[name][0] for name in order])
    shapes = alt.Scale(domain=order, range=[styles[name][1] for name in order])
    legend = alt.Legend(title=None, orient="right", rowPadding=4)
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y, color=alt.Color("name:N", scale=colours, legend=legend))
    marks = base.mark_point(filled=True, size=55, opacity=1).encode(
        shape=alt.Shape("name:N", scale=shapes, legend=legend)
    )
    thick = alt.condition(f"datum.name === {TIRAGE!r}", alt.value(3), alt.value(1.5))
    lines = base.mark_line().encode(strokeWidth=thick)
    return (lines + marks).properties(width=WIDTH, height=HEIGHT, title=title)


def declarations(scored: list[dict[str, Any]]) -> alt.LayerChart:
    """Draw the time of a total against the number of declarations, Express Entry."""
    rows = [
        {"name": row["contender"], "x": row["size"], "y": row["ms"]}
        for row in scored
        if row["law"] == EXPRESS_ENTRY.program and row["kind"] == "score"
    ]
    there = {row["name"] for row in rows}
    names = [name for name in (TIRAGE, *[named.title for named in PEERS]) if name in there]
    x = _axis("declarations", [row["x"] for row in rows], "x", alt.X)
    y = _axis("time of a total score, ms", [row["y"] for row in rows], "y", alt.Y)
    return _lines(rows, x, y, {name: STYLES[name] for name in names}, "Scoring, Express Entry")


def variants(swept: dict[str, Any]) -> alt.LayerChart:
    """Draw the time of a sweep against the number of variants, and of scoring each anew, in proportion."""
    rows = [{"name": "tirage, a sweep", "x": row["variants"], "y": row["ms"] / 1000} for row in swept["growth"]]
    counts = [row["variants"] for row in swept["growth"]]
    for name, rate in swept["others"].items():
        rows += [{"name": ANEW[name], "x": count, "y": count / rate} for count in counts]
    styles = {
        "tirage, a sweep": (BLUE, "circle"),
        "tirage, each anew": (SKY, "triangle-left"),
        "when/then, each anew": (VERMILION, "square"),
    }
    x = _axis("variants of the law", counts, "x", alt.X)
    y = _axis("time, s (each anew: in proportion)", [row["y"] for row in rows], "y", alt.Y)
    return _lines(rows, x, y, styles, f"A sweep, {swept['size']:,} declarations")
