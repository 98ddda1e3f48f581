"""``tirage simulate size``: how many to invite for a target."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import results, words
from rules.text import Text, number

if TYPE_CHECKING:
    import altair as alt
    import polars as pl

    from ranking.simulate.results import Results
    from ranking.simulate.size import Household, Sizing, Uptake
    from rules.text import Lang

POINTS = 60
FRACTION = click.FloatRange(0, 1, min_open=True, max_open=True)


@words.command(
    Text(
        "Combien inviter pour une cible : au moins la cible, au plus la cible, la cible en moyenne, et chaque risque. "
        "Le taux d’acceptation est connu (loi binomiale), ou incertain (bêta-binomiale).",
        "How many to invite for a target: at least the target, at most it, the target on average, and each risk. "
        "The uptake is known (binomial), or uncertain (beta-binomial).",
    ),
    "tirage simulate size --target 2000 --uptake 0.694 --risk 0.05",
)
@words.option(
    "--target",
    type=click.IntRange(1, 1_000_000),
    required=True,
    words=Text(
        "Cible : dossiers, ou personnes avec --people-per-file.", "Target: files, persons with --people-per-file."
    ),
)
@words.option(
    "--uptake", type=FRACTION, words=Text("Part des invitations acceptées.", "Share of invitations taken up.")
)
@words.option(
    "--uptake-evidence",
    metavar="ACCEPTED/INVITED",
    words=Text("Ce qu’une ronde passée a donné : 1388/2000.", "What an earlier round gave: 1388/2000."),
)
@words.option(
    "--uptake-deviation",
    type=FRACTION,
    words=Text("Écart-type du taux d’une ronde à l’autre.", "Standard deviation of the uptake between rounds."),
)
@words.option("--risk", type=FRACTION, default=0.05, show_default=True, words=Text("Risque accepté.", "Risk accepted."))
@words.option(
    "--people-per-file",
    default="1",
    show_default=True,
    metavar="NUMBER",
    words=Text(
        "Personnes par dossier : une moyenne (1.9), ou des parts (1:0.5,2:0.3,3:0.2).",
        "Persons a file: a mean (1.9), or shares (1:0.5,2:0.3,3:0.2).",
    ),
)
@results.options
def size(
    target: int,
    uptake: float | None,
    uptake_evidence: str | None,
    uptake_deviation: float | None,
    risk: float,
    people_per_file: str,
    out: str | None,
    formats: tuple[str, ...],
    lang: Lang,
    **delivery: Any,  # noqa: ANN401 - passed on
) -> None:
    """Find how many to invite."""
    from ranking.simulate.results import Provenance  # noqa: PLC0415 - heavy
    from ranking.simulate.size import Sizing  # noqa: PLC0415

    rate = _uptake(uptake, uptake_evidence, uptake_deviation, lang)
    sizing = Sizing(target, rate, _household(people_per_file, lang))
    said = {
        "target": target,
        "uptake": uptake,
        "uptake_evidence": uptake_evidence,
        "uptake_deviation": uptake_deviation,
        "risk": risk,
        "people_per_file": people_per_file,
    }
    made = _results(sizing, risk, Provenance("simulate size", said), persons=people_per_file != "1")
    results.deliver(made, out, formats, lang, **delivery)


def _uptake(rate: float | None, evidence: str | None, deviation: float | None, lang: Lang) -> Uptake:
    """Read the uptake: one of the ways to give it."""
    from ranking.simulate.size import Uptake  # noqa: PLC0415 - heavy

    if (rate is None) == (evidence is None) or (evidence and deviation):
        one = Text(
            "donnez --uptake (avec --uptake-deviation, ou sans), ou --uptake-evidence",
            "give --uptake (with --uptake-deviation or without), or --uptake-evidence",
        )
        raise click.UsageError(one.to(lang))
    if evidence is not None:
        accepted, _, invited = evidence.partition("/")
        if (
            not (accepted.isdecimal() and invited.isdecimal())
            or not 0 <= int(accepted) <= int(invited)
            or invited == "0"
        ):
            raise click.UsageError(Text("--uptake-evidence : 1388/2000", "--uptake-evidence: 1388/2000").to(lang))
        return Uptake.of_evidence(int(accepted), int(invited))
    rate = rate or 0.0
    if deviation is None:
        return Uptake(rate)
    most = (rate * (1 - rate)) ** 0.5
    if deviation >= most:
        wrong = Text(
            f"--uptake-deviation : moins de {most:.3f} pour ce taux",
            f"--uptake-deviation: under {most:.3f} at this rate",
        )
        raise click.UsageError(wrong.to(lang))
    return Uptake.of_spread(rate, deviation)


def _household(said: str, lang: Lang) -> Household:
    """Read persons a file: a mean, or shares of files with 1, 2, … persons."""
    from ranking.simulate.size import Household  # noqa: PLC0415 - heavy

    try:
        if ":" not in said:
            mean = Fraction(said)
            if mean >= 1:
                return Household(mean)
        else:
            pairs = dict(pair.split(":") for pair in said.split(","))
            shares = {int(persons): Fraction(share) for persons, share in pairs.items()}
            if min(shares) >= 1 and max(shares) <= 20 and min(shares.values()) >= 0 and sum(shares.values()) == 1:
                return Household(shares=tuple(float(shares.get(n, 0)) for n in range(1, max(shares) + 1)))
    except (ValueError, ZeroDivisionError):
        pass
    wrong = Text(
        "--people-per-file : une moyenne d’au moins 1 (1.9), ou des parts dont la somme est 1 (1:0.5,2:0.3,3:0.2)",
        "--people-per-file: a mean of at least 1 (1.9), or shares that add up to 1 (1:0.5,2:0.3,3:0.2)",
    )
    raise click.UsageError(wrong.to(lang))


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


def _results(sizing: Sizing, risk: float, provenance: Any, *, persons: bool) -> Results:  # noqa: ANN401 - Provenance
    import polars as pl  # noqa: PLC0415 - heavy

    from ranking.simulate.cells import decimal, percent  # noqa: PLC0415
    from ranking.simulate.results import Chart, Results, Table  # noqa: PLC0415

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
    from ranking.simulate.cells import percent  # noqa: PLC0415 - heavy

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
    from ranking.simulate.cells import percent  # noqa: PLC0415 - heavy

    sure = "" if name == "expected" else " ({})"
    said = QUESTIONS[name]
    return {
        "question_fr": said.fr + sure.format(f"sûr à {percent(1 - risk, 'fr', 0)}"),
        "question_en": said.en + sure.format(f"{percent(1 - risk, 'en', 0)} sure"),
    }


def _curve(sizing: Sizing, sizes: dict[str, int]) -> pl.DataFrame:
    """Compute both risks around the answers."""
    import polars as pl  # noqa: PLC0415 - heavy

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
    words_ = alt.Chart(sizes).mark_text(align="center", angle=270, dy=-5, color=GREY, fontSize=11, baseline="bottom")
    named = words_.encode(across, alt.Text(f"question_{lang}:N"), y=alt.value(110))
    drawn: alt.LayerChart = (lines + marks + named).properties(width=620, height=340)
    return drawn
