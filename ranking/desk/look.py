"""Before a round is run: the instruction in words, what it would do, size against minimum, what surprises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking import instruction_check as checking
from ranking import receipt
from ranking.chart import GREY, OKABE_ITO
from ranking.cli.instruction import blocks as instruction_blocks
from ranking.cli.preview import blocks as preview_blocks
from ranking.desk import place
from ranking.kept import read_kept
from ranking.preview import preview
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    import altair as alt

    from ranking.desk.opened import Opened
    from ranking.instruction_check import Forecast
    from ranking.page import Block
    from ranking.preview import Preview
    from rules.text import Lang

AROUND = 2.5
"""How far beyond what is asked a curve is drawn."""
CURVES = Text("Combien seraient prises, selon le score minimal", "How many would be taken, by minimum score")
HERE = Text("Le point est ce que l’instruction prend.", "The point is what the instruction takes.")


def forecasts(opened: Opened) -> list[Forecast]:
    """Say what each selection would do on the pool; nobody is invited."""
    return checking.forecasts(opened.base)


def parts(opened: Opened, expected: list[Forecast], lang: Lang) -> tuple[list[Block], list[Block]]:
    """Say the instruction in words, with what in it the law makes impossible; then what it would do on the pool."""
    read = opened.instruction
    words = list(instruction_blocks(read, checking.findings(read), None, [], lang))
    every = list(instruction_blocks(read, checking.findings(read), opened.base, expected, lang))
    return words[1:], every[len(words) + 1 :]


def curves(opened: Opened, expected: list[Forecast], lang: Lang) -> alt.FacetChart:
    """Draw, for each selection, how many have a score or more, around what the instruction takes."""
    import altair as alt  # noqa: PLC0415 - heavy

    titles = {one.id: f"{one.id}  {one.title.text.to(lang)}" for one in opened.instruction.selections}
    frames = []
    for one in expected:
        most = max(AROUND * one.taken, 20)
        near = one.curve.filter(pl.col("at_or_above") <= most).select("score", "at_or_above")
        frames.append(
            near.with_columns(
                pl.lit(titles[one.selection]).alias("selection"),
                pl.when(pl.col("score").is_in([one.cut_off])).then(pl.lit(one.taken, pl.Int64)).alias("taken"),
            )
        )
    frame = pl.concat(frames)
    order = [titles[one.selection] for one in expected]
    score = alt.X("score:Q", title=Text("Score minimal", "Minimum score").to(lang)).scale(zero=False).axis(tickCount=4)
    count = alt.Y("at_or_above:Q", title=Text("Personnes", "People").to(lang)).axis(tickCount=3)
    line = alt.Chart().mark_line(interpolate="step-before", color=OKABE_ITO["blue"]).encode(score, count)
    point = alt.Chart().mark_point(filled=True, size=70, color=OKABE_ITO["vermillion"], opacity=1)
    point = point.encode(alt.X("score:Q"), alt.Y("taken:Q", title=""))
    layered = alt.layer(line, point, data=frame).properties(width=230, height=110)
    heads = alt.Header(labelLimit=260, labelAnchor="start", labelFontWeight="bold", labelColor=GREY)
    made: alt.FacetChart = layered.facet(
        alt.Facet("selection:N", title=None, sort=order, header=heads), columns=3
    ).resolve_scale(x="independent", y="independent")
    return made


def unusual(opened: Opened, last: str | None) -> Preview:
    """Look for who was forgotten and what changed since the last round, of which the folder may be given.

    The round that would be is kept for that in the private folder of the desk, and nowhere else.
    """
    folder = place.private() / f"preview-{opened.instruction.source.id}-{opened.pool.fingerprint[:12]}"
    receipt.save(opened.base, folder)
    return preview(read_kept(folder), opened.pool, None if not last else read_kept(last))


def unusual_blocks(found: Preview, lang: Lang) -> Iterator[Block]:
    """Write a preview, less its title."""
    made = preview_blocks(found, lang)
    next(made)
    return made
