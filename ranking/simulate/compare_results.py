"""The result of a comparison: its figures, tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.simulate import compare_charts as charts
from ranking.simulate import compare_tables
from ranking.simulate.cells import count_words, decimal, percent
from ranking.simulate.flows import MOVES, PARTS, SUMS
from ranking.simulate.results import Chart, Results
from rules.text import Text, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from ranking.simulate.changes import Changes
    from ranking.simulate.compare import Comparison
    from ranking.simulate.elasticity import OnePoint, Stake
    from ranking.simulate.groups_of import Grouping
    from ranking.simulate.orders import Orders
    from ranking.simulate.results import Figures, Provenance
    from rules.text import Lang


def results(
    found: Comparison,
    changes: Changes,
    groupings: Sequence[Grouping],
    provenance: Provenance,
    decomposed: Mapping[str, Sequence[Fraction]] | None = None,
    tried: Orders | None = None,
    at_stake: Sequence[Stake] = (),
    points: Sequence[OnePoint] = (),
) -> Results:
    """Put together what a comparison found; parts that were not computed are not there."""
    tables = {
        "selections": compare_tables.selections_table(found),
        "groups": compare_tables.groups_table(found, groupings),
        "flows": compare_tables.flows_table(found),
    }
    if decomposed is not None:
        tables["changes"] = compare_tables.changes_table(decomposed, changes, found)
    if tried is not None:
        tables["orders"] = compare_tables.orders_table(tried, changes.after)
    if at_stake:
        tables["stakes"] = compare_tables.stakes_table(at_stake, changes.after)
    if points:
        tables["points"] = compare_tables.points_table(points, changes.after)
    tables = {name: table for name, table in tables.items() if table.frame.height}
    title = Text(f"Comparaison : {_title(changes, 'fr')}", f"Comparison: {_title(changes, 'en')}")
    figures = _figures(found, tried)
    by = "groups" if "groups" in tables else "flows"
    totals = {name: (by, name) for name in (*SUMS, *PARTS, *(MOVES if by == "groups" else ()))}
    counted = [name for name in (*MOVES, "orders_most_who_come_in") if name in figures and name not in totals]
    made = {
        "cut_offs": Chart(Text("Seuils avant et après", "Cut-offs before and after"), charts.cut_offs, ("selections",)),
        "groups": Chart(
            Text("Qui entre et qui sort", "Who comes in and who leaves"), charts.winners_and_losers, ("groups",)
        ),
        "flows": Chart(
            Text("D’un pointage à l’autre : les personnes invitées", "From score to score: the people invited"),
            charts.flow,
            ("flows",),
        ),
        "changes": Chart(Text("La part de chaque changement", "What each change adds"), charts.effects, ("changes",)),
    }
    shown = {name: chart for name, chart in made.items() if set(chart.of) <= set(tables)}
    if not found.counts["gained"] and not found.counts["lost"]:
        shown.pop("groups", None)
    return Results(
        title, provenance, figures, tables, shown, lambda said: _sentences(said, found), totals, tuple(counted)
    )


def _title(changes: Changes, lang: Lang) -> str:
    instead = [] if changes.instead is None else [changes.instead.source.title]
    said = [one.text.to(lang) for one in (*instead, *(scenario.title for scenario in changes.scenarios))]
    return Text(" ; ", "; ").to(lang).join(said)


def _figures(found: Comparison, tried: Orders | None) -> Figures:
    counts = found.counts
    moved = found.people["score_after"] - found.people["score_before"]
    mean = moved.mean()
    most = max((one.move for one in found.selections if one.move is not None), key=abs, default=0)
    figures: dict[str, Any] = {
        **{name: sum(counts[part] for part in parts) for name, parts in SUMS.items()},
        **counts,
        "up": found.scores["up"],
        "down": found.scores["down"],
        "unmoved": found.people.height - found.scores["up"] - found.scores["down"],
        "mean_change": round(float(mean), 6) if isinstance(mean, (int, float)) else None,
        "largest_move_of_a_cut_off": most,
        "cut_offs_up": sum((one.move or 0) > 0 for one in found.selections),
        "cut_offs_down": sum((one.move or 0) < 0 for one in found.selections),
    }
    if tried is not None:
        worst = max((one.gained for one in tried.tried), default=0)
        figures |= {"orders_tried": len(tried.tried), "orders_all": tried.whole, "orders_most_who_come_in": worst}
    return figures


def _sentences(said: Figures, found: Comparison) -> list[Text]:
    """Say what was found in words; a hidden number is “few”."""
    if not found.counts["gained"] and not found.counts["lost"] and not said["up"] and not said["down"]:
        return [Text("Personne n’est touché : ni pointage, ni invitation.", "Nobody is affected: score, invitation.")]
    n = {
        name: count_words(said[name]) for name in ("people", "up", "down", "before", "gained", "lost", "kept", "after")
    }
    mean = said["mean_change"] or 0.0
    lines = [
        Text(
            f"De {n['people'].fr} personnes qui participent, {n['up'].fr} ont un pointage plus haut, {n['down'].fr} un "
            f"plus bas ; l’écart moyen est de {decimal(mean, 'fr', sign='+')}.",
            f"Of {n['people'].en} people who take part, {n['up'].en} have a higher score, {n['down'].en} a lower one; "
            f"the mean change is {decimal(mean, 'en', sign='+')}.",
        ),
        Text(
            f"{n['gained'].fr} entrent, {n['lost'].fr} sortent, {n['kept'].fr} restent : {n['after'].fr} personnes "
            f"invitées, {n['before'].fr} avant{_turnover(said, 'fr')}.",
            f"{n['gained'].en} come in, {n['lost'].en} leave, {n['kept'].en} stay: {n['after'].en} people invited, "
            f"{n['before'].en} before{_turnover(said, 'en')}.",
        ),
    ]
    up, down, most = said["cut_offs_up"], said["cut_offs_down"], said["largest_move_of_a_cut_off"]
    if up or down:
        lines.append(
            Text(
                f"Seuils : {up} montent, {down} descendent ; le plus grand écart est de {signed(most)}.",
                f"Cut-offs: {up} rise, {down} fall; the largest move is {signed(most)}.",
            )
        )
    if "orders_tried" in said:
        lines.append(_order_sentence(said))
    return lines


def _order_sentence(said: Figures) -> Text:
    tried, whole, most = said["orders_tried"], said["orders_all"], count_words(said["orders_most_who_come_in"])
    return Text(
        f"Ordre des exercices : {'tous les ordres' if whole else 'échanger deux voisins'} ({tried} essais) "
        f"remplace au plus {most.fr} personnes invitées.",
        f"Order of selections: {'all orders' if whole else 'swapping two neighbours'} ({tried} trials) "
        f"replaces at most {most.en} people invited.",
    )


def _turnover(said: Figures, lang: Lang) -> str:
    if said["lost"] is None or not said["before"]:
        return ""
    share = percent(said["lost"] / said["before"], lang)
    return Text(f" ({share} remplacées)", f" ({share} replaced)").to(lang)
