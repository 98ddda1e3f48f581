"""What the backtest of Express Entry found, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.simulate.backtest import calibration
from ranking.simulate.backtest.tables import METHODS
from ranking.simulate.cells import decimal, percent
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.simulate.results import Figures


def sentences(given: Figures) -> list[Text]:
    """Say what was found."""
    return [
        *_of_calibration(given),
        _of_forecast(given),
        _of_nominees(given),
        _of_reform(given),
        _of_contradictions(given),
    ]


def _of_calibration(given: Figures) -> list[Text]:
    general = given["calibration"]["general"]
    rest = [one for name, one in given["calibration"].items() if name not in calibration.EVERYONE]
    inside, tested = (sum(one[key] for one in rest) for key in ("inside", "tested"))
    late, of_late = (sum(one[key] for one in rest) for key in ("inside_since_2025", "since_2025"))
    without = sum(one["rounds"] - one["tested"] for one in rest)
    nominees = given["calibration"]["pnp"]
    fr = decimal(general["width"], "fr", 0), decimal(general["width"], "en", 0)
    return [
        Text(
            "Rondes générales : le seuil publié tombe dans l’intervalle que les tranches permettent "
            f"{general['inside']} fois sur {general['tested']}, sans aucune hypothèse ; l’intervalle compte {fr[0]} "
            "points en moyenne.",
            f"General rounds: the published cut-off lies in the interval that the bands allow {general['inside']} "
            f"times out of {general['tested']}, with no assumption at all; the interval has {fr[1]} points on average.",
        ),
        Text(
            f"Programmes et catégories, avec une part supposée d’après leurs seules rondes passées : {inside} sur "
            f"{tested} ({late} sur {of_late} depuis 2025) ; {without} rondes n’ont pas de passé qui l’apprenne. Les "
            "intervalles y sont larges.",
            f"Programs and categories, with a share assumed from their past rounds alone: {inside} out of {tested} "
            f"({late} out of {of_late} since 2025); {without} rounds have no past to teach one. The intervals there "
            "are wide.",
        ),
        Text(
            f"Désignations : {nominees['inside']} sur {nominees['tested']}, ce qui ne prouve rien, car une "
            "désignation place à elle seule au-dessus de 600. Ce qui se vérifie est le nombre : les tranches "
            f"contenaient assez de candidats désignés {nominees['enough']} fois ; les autres sont parmi les "
            "exceptions.",
            f"Nominees: {nominees['inside']} out of {nominees['tested']}, which proves nothing, because a nomination "
            "alone puts one above 600. What can be checked is the count: the bands held enough nominees "
            f"{nominees['enough']} times; the others are among the exceptions.",
        ),
    ]


def _row(given: Figures, category: str, period: str, method: str) -> Mapping[str, Any]:
    rows: list[Mapping[str, Any]] = given["forecast"]
    return next(r for r in rows if (r["category"], r["period"], r["method"]) == (category, period, method))


def _of_forecast(given: Figures) -> Text:
    errors = {m: _row(given, "all_but_pnp", "since_2025", m)["error"] for m in METHODS}
    model = _row(given, "all_but_pnp", "since_2025", "refill")
    share = model["inside"] / model["with_interval"]
    earlier = _row(given, "all_but_pnp", "until_2024", "refill")
    before = earlier["inside"] / earlier["with_interval"]
    better = errors["refill"] < min(errors["last"], errors["mean_3"])
    verdict = (
        Text("meilleur que les deux prévisions naïves", "better than both naive forecasts")
        if better
        else Text("pas meilleur qu’une prévision naïve", "no better than a naive forecast")
    )
    said = {m: (decimal(e, "fr"), decimal(e, "en")) for m, e in errors.items()}
    return Text(
        f"Prévision, rondes depuis 2025 hors désignations : le modèle se trompe de {said['refill'][0]} points en "
        f"moyenne, le dernier seuil de {said['last'][0]}, la moyenne des trois derniers de {said['mean_3'][0]} : "
        f"{verdict.fr}. Son intervalle de 80 % contient {percent(share, 'fr', 0)} des seuils "
        f"({percent(before, 'fr', 0)} de 2022 à 2024).",
        f"Forecast, rounds since 2025 but nominees: the model is off by {said['refill'][1]} points on average, the "
        f"last cut-off by {said['last'][1]}, the mean of the last three by {said['mean_3'][1]}: {verdict.en}. Its 80% "
        f"interval holds {percent(share, 'en', 0)} of the cut-offs ({percent(before, 'en', 0)} from 2022 to 2024).",
    )


def _of_nominees(given: Figures) -> Text:
    errors = {m: _row(given, "pnp", "all", m)["error"] for m in METHODS}
    best = min(errors, key=lambda m: errors[m])
    fr = {m: decimal(e, "fr") for m, e in errors.items()}
    en = {m: decimal(e, "en") for m, e in errors.items()}
    if best == "refill":
        return Text(
            f"Désignations : le modèle se trompe de {fr['refill']} points.",
            f"Nominees: the model is off by {en['refill']} points.",
        )
    return Text(
        f"Désignations, depuis 2022 : le modèle ({fr['refill']} points d’erreur) n’est pas meilleur qu’une prévision "
        f"naïve ({fr[best]}) ; ces rondes invitent presque tous les candidats désignés, et leur seuil ne se prévoit "
        "pas ainsi.",
        f"Nominees, since 2022: the model (error of {en['refill']} points) is no better than a naive forecast "
        f"({en[best]}); these rounds invite nearly every nominee, and their cut-off cannot be foreseen in this way.",
    )


def _of_reform(given: Figures) -> Text:
    top = given["reform_501_600"]
    low, mid, high, published = (abs(top[key]) for key in ("law_0_5", "law_1", "law_2", "published"))
    needed = top["offers_1"] * published / mid
    return Text(
        f"Offres d’emploi, tranche de 501 à 600 : la règle seule aurait fait perdre {number(mid, 'fr')} candidats (de "
        f"{number(low, 'fr')} à {number(high, 'fr')} selon la part des offres, supposée) ; la baisse publiée est de "
        f"{number(published, 'fr')}, avec deux rondes et quatre semaines d’arrivées entre les deux comptes. Pour "
        f"qu’elle l’explique seule, il faudrait que {percent(needed, 'fr', 0)} de la tranche ait eu une offre.",
        f"Job offers, band 501 to 600: the law alone would have taken away {number(mid, 'en')} candidates "
        f"({number(low, 'en')} to {number(high, 'en')} by the share of offers, which is assumed); the published fall "
        f"is {number(published, 'en')}, with two rounds and four weeks of arrivals between the two counts. To explain "
        f"it alone, {percent(needed, 'en', 0)} of the band would have had to hold an offer.",
    )


def _of_contradictions(given: Figures) -> Text:
    count = given["contradictions"]
    return Text(
        f"{count} chiffres publiés d’Entrée express en contredisent d’autres ; ils sont listés, et restent tels quels.",
        f"{count} published figures of Express Entry contradict others; they are listed, and stay as they are.",
    )
