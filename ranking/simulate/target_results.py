"""What a search for a target found, as a result: in words, tables and pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.simulate.cells import percent
from ranking.simulate.results import Chart, Results, Table
from ranking.simulate.target import between, frontier
from ranking.simulate.wanted import TENTHS
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    from ranking.simulate.results import Figures, Provenance
    from ranking.simulate.target import Aim
    from rules.text import Lang

SHARE = {"members": Text("Invitées de la cible", "Invited, of the target"), "invited": Text("Invitées", "Invited")}
WANTS = {
    "want": Text("Cible", "Target"),
    "at_least": Text("Au moins", "At least"),
    "at_most": Text("Au plus", "At most"),
    "members_before": Text("Avant", "Before"),
    "invited_before": Text("sur", "of"),
    "share_before": Text("Part avant", "Share before"),
    "members_after": Text("Après", "After"),
    "invited_after": Text("sur", "of"),
    "share_after": Text("Part après", "Share after"),
}
CELLS = {
    "lever": Text("Levier", "Lever"),
    "at": Text("Place dans la règle", "Place in the law"),
    "before": Text("Points de la règle", "Points of the law"),
    "after": Text("Points trouvés", "Points found"),
    "change": Text("Écart", "Change"),
}
COST = Text("Plus grand écart de points, additionné sur les leviers", "Largest change of points, summed over levers")


def results(made: Aim, provenance: Provenance) -> Results:
    """Give the result of an aim."""
    entered, left = made.moves()
    source, found = made.target.source, made.found
    figures: dict[str, Any] = {
        "met": found.steps is not None,
        "proven": found.proven,
        "cost": found.cost,
        "bound": found.bound,
        "tried": found.tried,
        "combinations": len(made.lattice),
        "equal_answers": len(found.equals),
        "invited_before": made.before.invited[0],
        "enter": entered,
        "leave": left,
    }
    counted = made.counted()
    tables = {"wants": _wants(made), "points": _points(made)}
    charts = {}
    for want in source.want:
        name = f"curve_{want.id}"
        title = Text(f"{want.title.fr} : ce que chaque écart permet", f"{want.title.en}: what each change buys")
        columns = {"cost": COST, **SHARE, "share": Text("Part", "Share")}
        frame = frontier(counted, want.id)
        shares = {"share": ("members", "invited")}
        tables[name] = Table(frame, title, columns, counts=("members", "invited"), shares=shares, rows=12)
        charts[name] = Chart(title, _curve_of(want.at_least / TENTHS), of=(name,))
    if len(source.want) > 1:
        tables["trade_off"], charts["trade_off"] = _trade_off(made, counted)
    title = Text(f"Cible : {source.title.fr}", f"Target: {source.title.en}")
    return Results(title, provenance, figures, tables, charts, _sentences, counted=("enter", "leave"))


def _sentences(said: Figures) -> Sequence[Text]:
    """Say what was found, and what is proven of it."""
    every = Text(
        f"{number(said['tried'], 'fr')} combinaisons essayées sur {number(said['combinations'], 'fr')}, de la moins "
        "coûteuse à la plus coûteuse.",
        f"{number(said['tried'], 'en')} combinations tried of {number(said['combinations'], 'en')}, cheapest first.",
    )
    return (_verdict(said), every, *(() if not said["met"] else (_moved(said),)))


def _verdict(said: Figures) -> Text:
    cost, bound = said["cost"], said["bound"]
    if not said["met"] and said["proven"]:
        return Text(
            "Aucune combinaison permise n’atteint la cible : toutes ont été essayées.",
            "No combination that is allowed meets the target: all were tried.",
        )
    if not said["met"]:
        return Text(
            f"Aucune combinaison trouvée. Prouvé : aucune de moins de {bound} points n’atteint la cible.",
            f"No combination found. Proven: none that costs less than {bound} points meets the target.",
        )
    if cost == 0:
        return Text("La règle atteint déjà la cible.", "The law meets the target already.")
    if said["proven"]:
        return Text(
            f"Le plus petit changement coûte {cost} points. Prouvé : toutes les combinaisons moins coûteuses ont été "
            "essayées, et aucune n’atteint la cible.",
            f"The smallest change costs {cost} points. Proven: every cheaper combination was tried, and none meets the "
            "target.",
        )
    return Text(
        f"Un changement de {cost} points atteint la cible ; aucun de moins de {bound} points ne l’atteint. Entre les "
        "deux, tout n’a pas été essayé : augmentez --most.",
        f"A change of {cost} points meets the target; none of less than {bound} points does. Between the two not all "
        "was tried: raise --most.",
    )


def _moved(said: Figures) -> Text:
    def shown(name: str, lang: Lang) -> str:
        return "x" if said[name] is None else number(said[name], lang)

    return Text(
        f"{shown('enter', 'fr')} personnes entrent parmi les invitées, {shown('leave', 'fr')} en sortent.",
        f"{shown('enter', 'en')} people come in among those invited, {shown('leave', 'en')} drop out.",
    )


def _wants(made: Aim) -> Table:
    rows = []
    for place, want in enumerate(made.target.source.want):
        counts = {
            f"{name}_{when}": getattr(found, name)[place]
            for when, found in (("before", made.before), ("after", made.after))
            for name in ("members", "invited")
        }
        shares = {
            f"share_{when}": counts[f"members_{when}"] / max(counts[f"invited_{when}"], 1)
            for when in ("before", "after")
        }
        ends = {"at_least": want.at_least / TENTHS, "at_most": want.at_most / TENTHS}
        rows.append({"want_fr": want.title.fr, "want_en": want.title.en, **ends, **counts, **shares})
    order = ["want_fr", "want_en", *list(WANTS)[1:]]
    parts = {f"share_{when}": (f"members_{when}", f"invited_{when}") for when in ("before", "after")}
    counted = ("members_before", "invited_before", "members_after", "invited_after")
    ends_ = {"at_least": ("", ""), "at_most": ("", "")}
    return Table(
        pl.DataFrame(rows).select(order), Text("Cibles", "Targets"), WANTS, counts=counted, shares={**parts, **ends_}
    )


def _points(made: Aim) -> Table:
    after = made.shares.values(made.best).tolist()
    places = [(move.lever, place) for move in made.target.moves for place in move.places]
    rows = [
        {
            "lever_fr": lever.title.fr,
            "lever_en": lever.title.en,
            "at": place.at,
            "before": place.base,
            "after": to,
            "change": to - place.base,
        }
        for (lever, place), to in zip(places, after, strict=True)
    ]
    return Table(pl.DataFrame(rows), Text("Points trouvés", "Points found"), CELLS, signed=("change",))


def _trade_off(made: Aim, counted: pl.DataFrame) -> tuple[Table, Chart]:
    one, other = made.target.source.want[:2]
    title = Text("Arbitrage entre deux cibles", "Trade-off between two targets")
    columns = {"cost": COST, "x": one.title.text, "y": other.title.text}
    shares = {"x": ("", ""), "y": ("", "")}
    table = Table(between(counted, one.id, other.id), title, columns, shares=shares, rows=12, persons=True)

    def build(lang: Lang, frame: pl.DataFrame) -> alt.Chart:
        import altair as alt  # noqa: PLC0415 - heavy

        chart: alt.Chart = (
            alt.Chart(frame)
            .mark_line(point=alt.OverlayMarkDef(size=50, filled=True), color="#0072B2")
            .encode(
                x=alt.X("x:Q", title=one.title.text.to(lang), axis=alt.Axis(format=".1%"), scale=alt.Scale(zero=False)),
                y=alt.Y(
                    "y:Q", title=other.title.text.to(lang), axis=alt.Axis(format=".1%"), scale=alt.Scale(zero=False)
                ),
                order="x:Q",
            )
            .properties(width=560, height=300)
        )
        return chart

    return table, Chart(title, build, of=("trade_off",))


def _curve_of(wanted: float) -> Any:  # noqa: ANN401 - a builder of charts
    """Draw the share that each cost buys, and the one that is wanted."""

    def build(lang: Lang, frame: pl.DataFrame) -> alt.LayerChart:
        import altair as alt  # noqa: PLC0415 - heavy

        share = alt.Axis(format=".0%")
        bought = alt.Chart(frame).mark_line(interpolate="step-after", point=True, color="#0072B2")
        bought = bought.encode(
            x=alt.X("cost:Q", title=COST.to(lang)),
            y=alt.Y(
                "share:Q",
                title=Text("Part des invitées", "Share of those invited").to(lang),
                axis=share,
                scale=alt.Scale(zero=False),
            ),
        )
        text = Text(f"cible {percent(wanted, 'fr')}", f"target {percent(wanted, 'en')}").to(lang)
        goal = pl.DataFrame({"share": [wanted], "text": [text]})
        line = alt.Chart(goal).mark_rule(strokeDash=[6, 4], color="#D55E00").encode(y="share:Q")
        word = alt.Chart(goal).mark_text(align="left", dx=4, dy=-7, color="#D55E00", fontSize=12)
        word = word.encode(y="share:Q", x=alt.value(0), text="text:N")
        layered = alt.LayerChart(layer=[bought, *([line, word] if wanted else [])])
        chart: alt.LayerChart = layered.properties(width=560, height=260)
        return chart

    return build
