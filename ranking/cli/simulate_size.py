"""``tirage simulate size``: how many to invite for a target."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ranking.cli import results, words
from rules.text import Text

if TYPE_CHECKING:
    from ranking.simulate.size import Household, Uptake
    from rules.text import Lang

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
    from ranking.simulate import size_results  # noqa: PLC0415 - heavy
    from ranking.simulate.results import Provenance  # noqa: PLC0415
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
    made = size_results.results(sizing, risk, Provenance("simulate size", said), persons=people_per_file != "1")
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
