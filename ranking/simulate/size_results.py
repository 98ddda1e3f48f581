"""The result of a size: three answers, the risks around them, a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.simulate.cells import decimal, percent
from ranking.simulate.results import Chart, Results, Table
from rules.text import Text, number

if TYPE_CHECKING:
    import altair as alt

    from ranking.simulate.results import Provenance
    from ranking.simulate.size import Sizing
    from rules.text import Lang

POINTS = 60
QUESTIONS = {
    "at_most": Text("Au plus la cible", "At most the target"),
    "expected": Text("La cible en moyenne", "The target on average"),
    "at_least": Text("Au moins la cible", "At least the target"),
}
COLUMNS = {
    "question": Text("Ce qui est voulu", "What is wanted"),
    "invitations": Text("Invitations", "Invitations"),
    "expected": Text("Attendu", "Expected"),
    "low": Text("Presque toujours de", "Almost always from"),
    "high": Text("à", "to"),
    "shortfall": Text("Risque d’être sous la cible", "Risk of being under the target"),
    "overshoot": Text("Risque de la dépasser", "Risk of going over it"),
}


def results(sizing: Sizing, risk: float, provenance: Provenance, *, persons: bool) -> Results:
    """Put together three answers, the risks around them, and whether both can be kept."""
    sizes = {"at_most": sizing.at_most(risk), "expected": sizing.expected(), "at_least": sizing.at_least(risk)}
    answers = {name: sizing.answer(count, risk) for name, count in sizes.items()}
    rows = [{"question": name, **_titles(name, risk), **vars(one)} for name, one in answers.items()]
    what = Text("personnes", "persons") if persons else Text("dossiers", "files")
    kind = Text("binomiale", "binomial") if sizing.uptake.a is None else Text("bêta-binomiale", "beta-binomial")
    note = Text(
        f"Loi {kind.fr} ; taux {percent(sizing.uptake.rate, 'fr')} ; {decimal(sizing.mean, 'fr', 2)} personne(s) par "
        f"dossier ; « presque toujours » : sauf {percent(risk, 'fr', 0)} des fois.",
        f"{kind.en.capitalize()} law; uptake {percent(sizing.uptake.rate, 'en')}; {decimal(sizing.mean, 'en', 2)} "
        f"person(s) a file; “almost always”: but for {percent(risk, 'en', 0)} of times.",
    )
    title = Text(
        f"Inviter pour une cible de {number(sizing.target, 'fr')} {what.fr}",
        f"Inviting for a target of {number(sizing.target, 'en')} {what.en}",
    )
    risks = ("shortfall", "overshoot")
    table = Table(pl.DataFrame(rows), title, COLUMNS, percents=risks, codes=("question",), note=note)
    curve = Table(
        _curve(sizing, sizes),
        Text("Risques selon le nombre d’invitations", "Risks by the number of invitations"),
        {name: COLUMNS[name] for name in ("invitations", "shortfall", "overshoot")},
        percents=risks,
        rows=0,
    )
    return Results(
        title,
        provenance,
        {name: vars(one) for name, one in answers.items()},
        {"sizes": table, "risks": curve},
        {"risks": Chart(curve.title, _chart, of=("risks", "sizes"))},
        lambda _: [_both(sizes, risk)],
    )


def _both(sizes: dict[str, int], risk: float) -> Text:
    """Say whether some number of invitations keeps both risks."""
    fr, en = percent(risk, "fr", 0), percent(risk, "en", 0)
    low, high = sizes["at_least"], sizes["at_most"]
    if low <= high:
        return Text(
            f"De {number(low, 'fr')} à {number(high, 'fr')} invitations, les deux risques sont d’au plus {fr}.",
            f"From {number(low, 'en')} to {number(high, 'en')} invitations, both risks are at most {en}.",
        )
    return Text(
        f"Aucun nombre d’invitations ne tient les deux risques à {fr} ou moins : il faut choisir lequel.",
        f"No number of invitations keeps both risks at {en} or less: one has to be chosen.",
    )


def _titles(name: str, risk: float) -> dict[str, str]:
    sure = "" if name == "expected" else " ({})"
    said = QUESTIONS[name]
    return {
        "question_fr": said.fr + sure.format(f"sûr à {percent(1 - risk, 'fr', 0)}"),
        "question_en": said.en + sure.format(f"{percent(1 - risk, 'en', 0)} sure"),
    }


def _curve(sizing: Sizing, sizes: dict[str, int]) -> pl.DataFrame:
    """Compute both risks around the answers."""
    low, high = min(sizes.values()), max(sizes.values())
    margin = max((high - low) // 3, 2)
    first, last = max(low - margin, 0), high + margin
    step = max((last - first) // POINTS, 1)
    counts = sorted({*range(first, last + 1, step), *sizes.values()})
    rows = [(count, sizing.shortfall(count), sizing.overshoot(count)) for count in counts]
    return pl.DataFrame(rows, schema=["invitations", "shortfall", "overshoot"], orient="row")


def _chart(lang: Lang, curve: pl.DataFrame, sizes: pl.DataFrame) -> alt.LayerChart:
    """Draw both risks by the number of invitations, and the three answers."""
    import altair as alt  # noqa: PLC0415 - heavy

    from ranking.chart import GREY, OKABE_ITO  # noqa: PLC0415

    names = {name: COLUMNS[name].to(lang) for name in ("shortfall", "overshoot")}
    longer = curve.rename(names).unpivot(index="invitations", variable_name="risk", value_name="share")
    colors = alt.Scale(domain=list(names.values()), range=[OKABE_ITO["blue"], OKABE_ITO["vermillion"]])
    across = alt.X("invitations:Q", title=COLUMNS["invitations"].to(lang), scale=alt.Scale(zero=False))
    lines = (
        alt.Chart(longer)
        .mark_line()
        .encode(
            across.axis(format=",d", tickCount=8),
            alt.Y("share:Q", title=Text("Probabilité", "Probability").to(lang)).axis(format=".0%"),
            alt.Color("risk:N", title=None, scale=colors).legend(orient="top"),
            alt.StrokeDash("risk:N", scale=alt.Scale(domain=list(names.values()), range=[[1, 0], [6, 3]])).legend(None),
        )
    )
    marks = alt.Chart(sizes).mark_rule(color=GREY, strokeDash=[2, 3]).encode(across)
    placed = sizes.with_columns(pl.when(pl.col("question") == "expected").then(0.78).otherwise(0.66).alias("place"))
    words_ = alt.Chart(placed).mark_text(align="center", angle=270, dy=-5, color=GREY, fontSize=11, baseline="bottom")
    named = words_.encode(across, alt.Y("place:Q"), alt.Text(f"question_{lang}:N"))
    drawn: alt.LayerChart = (lines + marks + named).properties(width=620, height=340)
    return drawn
