"""Tables of the backtests, with their titles and what must be known to read them."""

from __future__ import annotations

import polars as pl

from ranking.published import contradictions
from ranking.simulate.backtest import calibration
from ranking.simulate.backtest.kinds import KINDS
from ranking.simulate.results import Table
from rules.text import Text

ALL_BUT_PNP = Text("toutes, sauf les désignations", "all but nominees")
METHODS = {
    "refill": Text("modèle : le bassin se remplit", "model: the pool fills up again"),
    "last": Text("naïve : le dernier seuil", "naive: the last cut-off"),
    "mean_3": Text("naïve : moyenne des trois derniers", "naive: mean of the last three"),
}
PERIODS = {
    "until_2024": Text("de 2022 à 2024", "2022 to 2024"),
    "since_2025": Text("depuis 2025", "since 2025"),
    "all": Text("depuis 2022", "since 2022"),
}
ROUND = {
    "round": Text("Ronde", "Round"),
    "round_date": Text("Jour", "Day"),
    "category": Text("Genre", "Kind"),
    "size": Text("Invitations", "Invitations"),
    "min_score": Text("Minimum publié", "Published minimum"),
    "low": Text("Intervalle, de", "Interval, from"),
    "high": Text("à", "to"),
}


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """Add the titles of the kinds of rounds, after their codes."""
    titles = {name: kind.title for name, kind in KINDS.items()} | {"all_but_pnp": ALL_BUT_PNP}
    columns = [
        pl.col("category")
        .replace_strict({name: one.to(lang) for name, one in titles.items()}, return_dtype=pl.String)
        .alias(f"category_{lang}")
        for lang in ("fr", "en")
    ]
    place = frame.columns.index("category") + 1
    return frame.with_columns(columns).select(
        *frame.columns[:place], "category_fr", "category_en", *frame.columns[place:]
    )


def calibration_table(tested: pl.DataFrame) -> Table:
    """List every round with its interval."""
    columns = {
        **ROUND,
        "counted_on": Text("Bassin compté le", "Pool counted on"),
        "lag": Text("Jours entre les deux", "Days between"),
        "inside": Text("Dedans", "Inside"),
        "took_low": Text("Invitées, bas", "Invited, low"),
        "took_high": Text("Invitées, haut", "Invited, high"),
        "share_low": Text("Part supposée, de", "Assumed share, from"),
        "share_high": Text("à", "to"),
        "implied_share": Text("Part que la ronde suppose", "Share that the round implies"),
        "days_since": Text("Jours depuis la précédente", "Days since the last"),
        "last_score": Text("Minimum de la précédente", "Minimum of the last"),
        "new_version": Text("Catégorie redéfinie", "Category redefined"),
        "above": Text("Candidats au-dessus", "Candidates above"),
        "at_or_above": Text("Candidats jusqu’au minimum", "Candidates down to it"),
        "flags": Text("Drapeaux du compte", "Flags of the count"),
    }
    note = Text(
        "Intervalle : les seuils que le moteur trouve quand chacun a le plus bas, puis le plus haut pointage de sa "
        "tranche. Au-dessus de 600 : les candidats désignés. De 0 : les candidats supposés n’auraient pas suffi. "
        "Vide : aucune ronde passée n’apprend la part de la catégorie. Les professions de la plupart des catégories "
        "n’ont pas été recueillies : une seule y tient lieu de toutes.",
        "Interval: the cut-offs that the engine finds when everyone has the lowest, then the highest score of the "
        "band. Above 600: nominees. From 0: the assumed candidates would not have been enough. Empty: no past round "
        "teaches the share of the category. The occupations of most categories were not collected: a single one "
        "stands for all.",
    )
    shares = dict.fromkeys(("share_low", "share_high", "implied_share"), ("", ""))
    title = Text("Chaque ronde et l’intervalle des tranches", "Each round and the interval of the bands")
    return Table(
        named(tested),
        title,
        columns,
        shares=shares,
        codes=("category", "flags", "above", "at_or_above"),
        rows=0,
        note=note,
    )


def by_kind_table(kinds: pl.DataFrame) -> Table:
    """Sum the calibration up by kind of round."""
    columns = {
        "category": ROUND["category"],
        "rounds": Text("Rondes", "Rounds"),
        "tested": Text("Éprouvées", "Tested"),
        "inside": Text("Dedans", "Inside"),
        "width": Text("Largeur moyenne (points)", "Mean width (points)"),
        "enough": Text("Assez de candidats comptés", "Enough candidates counted"),
        "since_2025": Text("Éprouvées depuis 2025", "Tested since 2025"),
        "inside_since_2025": Text("Dedans depuis 2025", "Inside since 2025"),
    }
    note = Text(
        "Hypothèse des programmes et catégories : la même part dans chaque tranche sous 601, entre la plus petite et "
        f"la plus grande des {calibration.WINDOW} dernières rondes du genre, élargies d’un quart. Elle ne vient que "
        "de rondes passées.",
        "Assumption for programs and categories: the same share in each band below 601, between the smallest and the "
        f"largest of the last {calibration.WINDOW} rounds of the kind, stretched by a quarter. It comes from past "
        "rounds alone.",
    )
    return Table(
        named(kinds),
        Text("Seuils publiés et intervalles, par genre", "Published cut-offs and intervals, by kind"),
        columns,
        codes=("category",),
        note=note,
    )


def exceptions_table(found: pl.DataFrame) -> Table:
    """List the exceptions with their explanations."""
    columns = {**ROUND, "why": Text("Explication", "Explanation")}
    title = Text("Les exceptions, une à une", "The exceptions, one by one")
    return Table(named(found), title, columns, codes=("category",), rows=80)


def forecasts_table(foreseen: pl.DataFrame) -> Table:
    """List every forecast."""
    columns = {
        **{name: ROUND[name] for name in ("round", "round_date", "category", "min_score", "low", "high")},
        "method": Text("Méthode", "Method"),
        "point": Text("Prévu", "Foreseen"),
        "scale": Text("Échelle du modèle (points)", "Scale of the model (points)"),
        "known": Text("Rondes connues", "Rounds known"),
        "error": Text("Erreur", "Error"),
        "inside": Text("Dedans", "Inside"),
    }
    title = Text("Chaque prévision, faite des seules rondes d’avant", "Each forecast, made from earlier rounds alone")
    return Table(named(foreseen), title, columns, signed=("error",), codes=("category",), rows=0)


def summary_table(summed: pl.DataFrame) -> Table:
    """Sum the forecasts up by period, kind and method."""
    columns = {
        "period": Text("Période", "Period"),
        "category": ROUND["category"],
        "method": Text("Méthode", "Method"),
        "rounds": Text("Rondes", "Rounds"),
        "error": Text("Erreur moyenne", "Mean error"),
        "median_error": Text("Erreur médiane", "Median error"),
        "with_interval": Text("Avec intervalle", "With an interval"),
        "inside": Text("Dedans", "Inside"),
        "width": Text("Largeur moyenne", "Mean width"),
        "better": Text("Meilleure que les naïves", "Better than naive"),
    }
    note = Text(
        "Intervalles de 80 %, faits des erreurs passées de chaque méthode. Les nombres du modèle ne viennent que de "
        "rondes passées, mais sa forme a été choisie en connaissant toutes ces rondes : aucune n’est une épreuve à "
        "l’aveugle. Le nombre à inviter est connu : il est dans l’instruction.",
        "Intervals of 80%, made from the past errors of each method. The numbers of the model come from past rounds "
        "alone, but its form was chosen knowing all these rounds: none is a blind test. How many to invite is known: "
        "it is in the instruction.",
    )
    order = pl.col("rounds").max().over("category")
    shown = named(
        summed.with_columns(order=order)
        .sort("period", "order", "category", descending=[False, True, False], maintain_order=True)
        .drop("order")
    )
    for lang in ("fr", "en"):
        shown = shown.with_columns(
            pl.col("period")
            .replace_strict({k: t.to(lang) for k, t in PERIODS.items()}, return_dtype=pl.String)
            .alias(f"period_{lang}"),
            pl.col("method")
            .replace_strict({k: t.to(lang) for k, t in METHODS.items()}, return_dtype=pl.String)
            .alias(f"method_{lang}"),
        )
    first = ["period_fr", "period_en", "category_fr", "category_en", "method_fr", "method_en"]
    shown = shown.select(*first, pl.exclude(first))
    title = Text("Prévisions, par période et par genre", "Forecasts, by period and kind")
    return Table(shown, title, columns, codes=("period", "category", "method"), rows=24, note=note)


def reform_table(bands: pl.DataFrame) -> Table:
    """Set the law alone beside the published change, band by band."""
    law = {
        "0_5": Text("la moitié", "half"),
        "1": Text("celle de la banque synthétique", "that of the synthetic pool"),
        "2": Text("le double", "twice"),
    }
    columns = {"band": Text("Tranche", "Band"), "before": Text("16 mars 2025", "16 March 2025")}
    for name, said in law.items():
        columns[f"offers_{name}"] = Text(f"Part des offres : {said.fr}", f"Share of offers: {said.en}")
        columns[f"law_{name}"] = Text("règle seule", "law alone")
    columns |= {
        "after": Text("13 avril 2025", "13 April 2025"),
        "published": Text("Changement publié", "Published change"),
        "remainder": Text("Reste", "Remainder"),
    }
    note = Text(
        "Les mêmes personnes synthétiques, au compte exact de chaque tranche, notées selon la règle de la veille "
        "puis du jour. Qui avait une offre n’est pas publié : la part par tranche est supposée. Le reste : la ronde "
        "en français (7 500 invitations à 379 et plus, tranche par tranche inconnues), les désignations, quatre "
        "semaines d’arrivées et d’échéances.",
        "The same synthetic people, at the exact count of each band, scored under the law of the eve, then of the "
        "day. Who had an offer was not published: the share by band is assumed. The remainder: the French round "
        "(7,500 invitations at 379 or more, unknown band by band), nominees, four weeks of arrivals and expiries.",
    )
    shares = {name: ("", "") for name in columns if name.startswith("offers")}
    signed = tuple(name for name in columns if name.startswith("law") or name in ("published", "remainder"))
    title = Text("Le retrait des points des offres d’emploi", "The removal of job-offer points")
    return Table(bands, title, columns, shares=shares, signed=signed, codes=("low",), note=note)


def next_table(foreseen: pl.DataFrame) -> Table:
    """List what the model foresees of the next round of each kind."""
    columns = {
        "category": ROUND["category"],
        "last_day": Text("Dernière ronde", "Last round"),
        "last_score": Text("Son minimum", "Its minimum"),
        "size": Text("Invitations, comme elle", "Invitations, as many"),
        "day": Text("Jour supposé", "Supposed day"),
        "point": Text("Prévu", "Foreseen"),
        "low": Text("de", "from"),
        "high": Text("à", "to"),
        "scale": Text("Échelle du modèle (points)", "Scale of the model (points)"),
        "known": Text("Rondes connues", "Rounds known"),
    }
    note = Text(
        "D’après les rondes publiées jusqu’au dernier jour des données, si la prochaine vient après l’écart médian "
        "des dernières et invite autant. Le 3 novembre 2026, la règle a changé.",
        "From the rounds published up to the last day of the data, if the next one comes after the median gap of the "
        "last ones and invites as many. On 3 November 2026 the law changed.",
    )
    title = Text("La ronde suivante de chaque genre", "The next round of each kind")
    return Table(named(foreseen), title, columns, codes=("category",), note=note)


def between_table(held: pl.DataFrame) -> Table:
    """List the rounds between the two counts of the reform."""
    columns = {**ROUND, "invitations": ROUND["size"]}
    title = Text("Rondes entre les deux comptes", "Rounds between the two counts")
    return Table(named(held), title, columns, codes=("category",))


def contradiction_table(*programs: str) -> Table:
    """List the published figures of some programs that contradict others."""
    columns = {
        "program": Text("Programme", "Program"),
        "round": Text("Ronde", "Round"),
        "figure": Text("Chiffre", "Figure"),
        "value": Text("Publié", "Published"),
        "other_value": Text("Et aussi", "And also"),
        "other_source": Text("Source de l’autre", "Source of the other"),
        "kept": Text("Gardé", "Kept"),
        "why": Text("Ce qui est su", "What is known"),
    }
    frame = contradictions().filter(pl.col("program").is_in(programs)).rename({"fr": "why_fr", "en": "why_en"})
    title = Text("Chiffres publiés qui se contredisent", "Published figures that contradict one another")
    return Table(frame, title, columns, codes=("program",) if len(programs) == 1 else (), rows=60)
