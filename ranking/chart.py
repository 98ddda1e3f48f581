"""Charts: one look for all, numbers as readers of a language write them, a watermark; SVG and PNG."""

from __future__ import annotations

import re
import zlib
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from rules.text import Lang, Text

if TYPE_CHECKING:
    import altair as alt

WATERMARK = Text("SIMULATION – pas une décision", "SIMULATION – not a decision")
OKABE_ITO = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "yellow": "#E69F00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "black": "#000000",
}
"""Colours that people who see few colours tell apart (Okabe and Ito 2008)."""
SEQUENTIAL: Literal["viridis"] = "viridis"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
SCALE = 2.0
GREY = "#595959"
NUMBERS: dict[Lang, dict[str, Any]] = {
    "fr": {
        "decimal": ",",
        "thousands": "\u00a0",
        "grouping": [3],
        "currency": ["", "\u00a0$"],
        "percent": "\u00a0%",
        "minus": "−",
    },
    "en": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "percent": "%", "minus": "−"},
}
DAYS: dict[Lang, Literal["fr-CA", "en-CA"]] = {"fr": "fr-CA", "en": "en-CA"}


def config() -> dict[str, Any]:
    """Give the look of every chart: plain, dark on white, readable in print without colour."""
    text = {"labelFont": FONT, "titleFont": FONT, "labelColor": "#1a1a1a", "titleColor": "#1a1a1a"}
    return {
        "font": FONT,
        "background": "white",
        "padding": 12,
        "view": {"stroke": None},
        "axis": {
            **text,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "gridColor": "#e3e3e3",
            "labelFlush": False,
        },
        "legend": {**text, "labelFontSize": 12, "titleFontSize": 12, "labelLimit": 340, "titleFontWeight": "normal"},
        "header": {**text, "labelFontSize": 12, "titleFontSize": 12},
        "title": {
            "font": FONT,
            "subtitleFont": FONT,
            "anchor": "start",
            "frame": "group",
            "fontSize": 16,
            "subtitleFontSize": 12,
            "subtitleColor": GREY,
            "offset": 14,
        },
        "range": {"category": [color for name, color in OKABE_ITO.items() if name != "black"]},
        "line": {"strokeWidth": 2},
    }


def svg(chart: alt.TopLevelMixin, title: str, lang: Lang, *, watermark: bool = True) -> str:
    """Draw a chart as SVG under its title; with the watermark under the title and across the picture."""
    import vl_convert  # noqa: PLC0415 - heavy

    words = {"text": title} | ({"subtitle": WATERMARK.to(lang)} if watermark else {})
    spec = chart.to_dict() | {"title": words}
    spec["config"] = config() | {key: value for key, value in spec.get("config", {}).items() if key != "view"}
    drawn: str = vl_convert.vegalite_to_svg(spec, format_locale=NUMBERS[lang], time_format_locale=DAYS[lang])
    drawn = _renumbered(drawn, title)
    return _marked(drawn, WATERMARK.to(lang)) if watermark else drawn


def _renumbered(drawn: str, title: str) -> str:
    """Number the gradients and clips of a picture anew: the library counts them over all it has drawn.

    The title is in their names, so that two pictures on one page do not share them.
    """
    names: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"{found[1]}{zlib.crc32(title.encode()):08x}_{len(names)}")

    return re.sub(r"\b(gradient_|clip)[0-9]+\b", name, drawn)


def _marked(drawn: str, words: str) -> str:
    """Write words across a picture, faintly, behind nothing: whoever copies a part of it copies them too."""
    style = f'font-family="{FONT}" font-size="26" font-weight="700" fill="#000" fill-opacity="0.07"'
    place = 'x="50%" y="55%" text-anchor="middle" pointer-events="none"'
    return drawn.replace("</svg>", f"<text {place} {style}>{escape(words)}</text></svg>")


def apart(drawn: str, name: str) -> str:
    """Give the parts of a picture ids of its own, so that several pictures can stand on one page."""
    return re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", drawn)


def png(drawn: str) -> bytes:
    """Draw the SVG of a chart as PNG."""
    import vl_convert  # noqa: PLC0415 - heavy

    made: bytes = vl_convert.svg_to_png(drawn, scale=SCALE)
    return made
