"""The result of a comparison: its figures, tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.simulate import compare_charts as charts
from ranking.simulate.cells import count_words, decimal, percent
from ranking.simulate.flows import BAND, MOVES, PARTS, SUMS, flows, groups
from ranking.simulate.results import Chart, Results, Table
from rules.text import Text, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from ranking.instruction import Instruction
    from ranking.simulate.changes import Changes
    from ranking.simulate.compare import Comparison
    from ranking.simulate.elasticity import OnePoint, Stake
    from ranking.simulate.groups_of import Grouping
    from ranking.simulate.orders import Orders
    from ranking.simulate.results import Figures, Provenance
    from rules.text import Lang

COLUMNS = {
    "attribute": Text("Attribut", "Attribute"),
    "value": Text("Valeur", "Value"),
    "group": Text("Groupe", "Group"),
    "people": Text("Personnes", "People"),
    "before": Text("Invitées avant", "Invited before"),
    "after": Text("Invitées après", "Invited after"),
    "kept": Text("Restent", "Stay in"),
    "gained": Text("Entrent", "Come in"),
    "lost": Text("Sortent", "Leave"),
    "neither": Text("Ni avant ni après", "In neither"),
    "up": Text("Pointage plus haut", "Score higher"),
    "down": Text("Pointage plus bas", "Score lower"),
    "unmoved": Text("Même pointage", "Same score"),
    "mean_change": Text("Écart moyen du pointage", "Mean change of score"),
    "share_before": Text("Part des invitées avant", "Share of invited before"),
    "share_after": Text("Part des invitées après", "Share of invited after"),
    "to_reserve": Text("Places qui garderaient la part", "Places that would keep the share"),
    "band_before": Text("Pointage avant, dès", "Score before, from"),
    "band_after": Text("Pointage après, dès", "Score after, from"),
    "selection": Text("Exercice", "Selection"),
    "title": Text("Titre", "Title"),
    "candidates_before": Text("Candidates avant", "Candidates before"),
    "candidates_after": Text("Candidates", "Candidates"),
    "cut_off_before": Text("Seuil avant", "Cut-off before"),
    "cut_off_after": Text("Seuil après", "Cut-off after"),
    "move": Text("Écart", "Move"),
    "keep_least": Text("Places pour le garder, de", "Places to keep it, from"),
    "keep_most": Text("à", "to"),
    "measure": Text("Mesure", "Measure"),
    "change": Text("Changement", "Change"),
    "effect": Text("Effet", "Effect"),
    "whole": Text("Effet entier", "Whole effect"),
    "order": Text("Autre ordre", "Other order"),
    "moved": Text("Prises par un autre exercice", "Taken by another selection"),
    "next_score": Text("Pointage de la place suivante", "Score of the next place"),
    "to_lower": Text("Places de plus pour abaisser le seuil", "More places to lower the cut-off"),
    "one": Text("Non prises à 1 point ou moins", "Not taken, within 1 point"),
    "near": Text("Non prises à 10 points ou moins", "Not taken, within 10 points"),
    "cut_off": Text("Seuil", "Cut-off"),
    "criterion": Text("Critère", "Criterion"),
    "holders": Text("En ont des points", "Have points of it"),
    "higher": Text("Seuils qui montent", "Cut-offs that rise"),
}
SCORES = Text("Pointage moyen de la banque", "Mean score of the pool")
NEW = Text("Personnes qui entrent", "People who come in")
GONE = Text("Personnes qui sortent", "People who leave")
MEASURES = {"score": SCORES, "gained": NEW, "lost": GONE}
CUT = Text("Seuil de l’exercice {}", "Cut-off of selection {}")


def columns(*names: str) -> dict[str, Text]:
    """Give the titles of some columns."""
    return {name: COLUMNS[name] for name in names}


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
    tables = {"selections": _selections(found), "groups": _groups(found, groupings), "flows": _flows(found)}
    if decomposed is not None:
        tables["changes"] = _changes(decomposed, changes, found)
    if tried is not None:
        tables["orders"] = _orders(tried, changes.after)
    if at_stake:
        tables["stakes"] = _stakes(at_stake, changes.after)
    if points:
        tables["points"] = _points(points, changes.after)
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


def _titles(names: Sequence[str], instruction: Instruction) -> list[pl.Series]:
    by = {one.id: one.title.text for one in instruction.selections}
    return [
        pl.Series("title_fr", [by[name].fr if name in by else name for name in names], dtype=pl.String),
        pl.Series("title_en", [by[name].en if name in by else name for name in names], dtype=pl.String),
    ]


def _selections(found: Comparison) -> Table:
    rows = [
        {
            "selection": one.id,
            "candidates_before": one.candidates[0],
            "candidates_after": one.candidates[1],
            "before": one.invited[0] or 0,
            "after": one.invited[1] or 0,
            "cut_off_before": one.cut_off[0],
            "cut_off_after": one.cut_off[1],
            "move": one.move,
            "keep_least": one.keeping and one.keeping.least,
            "keep_most": one.keeping and one.keeping.most,
        }
        for one in found.selections
    ]
    whole = dict.fromkeys(rows[0], pl.Int64) | {"selection": pl.String} if rows else {}
    frame = pl.DataFrame(rows, schema=whole)
    titles = {**{one.id: one for one in found.before.instruction.selections}}
    titles |= {one.id: one for one in found.after.instruction.selections}
    names = frame["selection"].to_list()
    said = [titles[name].title.text for name in names]
    frame = frame.with_columns(
        pl.Series("title_fr", [one.fr for one in said], dtype=pl.String),
        pl.Series("title_en", [one.en for one in said], dtype=pl.String),
    )
    return Table(
        frame.select("selection", "title_fr", "title_en", pl.exclude("selection", "title_fr", "title_en")),
        Text("Exercices", "Selections"),
        columns("selection", "title", *frame.columns[1:-2]),
        counts=("before", "after"),
        signed=("move",),
        codes=("title_fr", "title_en", "candidates_before"),
        safe=("cut_off_before", "cut_off_after", "move"),
        note=Text(
            "Places pour garder le seuil : celles de l’exercice à lui seul, les autres comme ils sont.",
            "Places to keep the cut-off: those of the selection by itself, the others as they are.",
        ),
    )


def _groups(found: Comparison, groupings: Sequence[Grouping]) -> Table:
    frame = groups(found, groupings)
    order = ["attribute", "value", "group_fr", "group_en", *SUMS, *PARTS, *MOVES]
    rest = ["share_before", "share_after", "mean_change", "to_reserve"]
    frame = frame.select(*order, *rest) if frame.height else frame
    hidden = ("attribute", "value", "people", "kept", "neither", "mean_change", *MOVES)
    return Table(
        frame,
        Text("Groupes dont la part des invitées change le plus", "Groups whose share of the invited changes most"),
        columns("attribute", "value", "group", *SUMS, *PARTS, *MOVES, *rest),
        counts=(*SUMS, *PARTS, *MOVES),
        sums=(*SUMS.items(), ("people", MOVES)),
        within=("attribute",),
        shares={"share_before": ("before", "figures.before"), "share_after": ("after", "figures.after")},
        signed=("mean_change",),
        codes=hidden,
        rows=12,
    )


def _flows(found: Comparison) -> Table:
    return Table(
        flows(found),
        Text(f"D’une tranche de {BAND} points à l’autre", f"From one band of {BAND} points to another"),
        columns("band_before", "band_after", *SUMS, *PARTS),
        counts=(*SUMS, *PARTS),
        sums=SUMS,
        rows=0,
    )


def _changes(decomposed: Mapping[str, Sequence[Fraction]], changes: Changes, found: Comparison) -> Table:
    """Say what each change adds to each measure, and the whole effect that they sum to."""
    height = found.before.pool.frame.height
    rows = []
    for name, values in decomposed.items():
        by = height if name == "score" else 1
        title = MEASURES.get(name) or _of_cut(name.removeprefix("cut_off "))
        for change, value in zip(changes.each, values, strict=True):
            said = {"measure": name, "measure_fr": title.fr, "measure_en": title.en}
            said |= {"change_fr": change.title.fr, "change_en": change.title.en}
            rows.append({**said, "effect": float(value / by), "whole": float(sum(values) / by)})
    return Table(
        pl.DataFrame(rows),
        Text("Ce que chaque changement ajoute (valeur de Shapley)", "What each change adds (Shapley value)"),
        columns("measure", "change", "effect", "whole"),
        signed=("effect", "whole"),
        codes=("measure",),
        rows=3 * len(changes.each),
        note=Text(
            "Moyenne de ce qu’un changement ajoute, sur tous les ordres où l’on pourrait les faire.",
            "What a change adds, averaged over all orders in which the changes could be made.",
        ),
        needs=("gained", "lost"),
    )


def _of_cut(name: str) -> Text:
    return Text(CUT.fr.format(name), CUT.en.format(name))


def _orders(tried: Orders, after: Instruction) -> Table:
    """Say what each other order changes, those that change most first."""
    ids = [one.id for one in after.selections]
    rows = [(_order(one.order, ids), one.gained, one.lost, one.moved) for one in tried.tried]
    schema = {"order": pl.String, "gained": pl.Int64, "lost": pl.Int64, "moved": pl.Int64}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    title = Text(
        "Si les exercices se suivaient autrement" if tried.whole else "Si deux exercices voisins étaient échangés",
        "If the selections ran in another order" if tried.whole else "If two neighbouring selections were swapped",
    )
    return Table(
        frame.sort("gained", "moved", descending=True, maintain_order=True),
        title,
        columns("order", "gained", "lost", "moved"),
        counts=("gained", "lost", "moved"),
        rows=5,
    )


def _order(order: Sequence[int], ids: Sequence[str]) -> str:
    """Write an order, or the two neighbours that it swaps."""
    apart = [place for place, one in enumerate(order) if place != one]
    chosen = apart if len(apart) == 2 and apart[1] - apart[0] == 1 and len(ids) > 5 else range(len(order))
    return ", ".join(ids[order[place]] for place in chosen)


def _stakes(found: Sequence[Stake], after: Instruction) -> Table:
    frame = pl.DataFrame(found, orient="row", schema=["selection", "cut_off", "next_score", "to_lower", "one", "near"])
    return Table(
        frame.with_columns(*_titles(frame["selection"].to_list(), after)),
        Text("Près du seuil : une place de plus, un point de plus", "Near the cut-off: one more place, one more point"),
        columns("selection", "cut_off", "next_score", "to_lower", "one", "near", "title"),
        counts=("one", "near"),
        safe=("cut_off",),
        codes=("title_fr", "title_en"),
    )


def _points(found: Sequence[OnePoint], after: Instruction) -> Table:
    parts = after.regulation.parts
    frame = pl.DataFrame(found, orient="row", schema=["code", "holders", "gained", "lost", "higher"])
    titles = [parts[name].title for name in frame["code"].to_list()]
    frame = frame.with_columns(
        pl.Series("criterion_fr", [one.fr for one in titles]), pl.Series("criterion_en", [one.en for one in titles])
    )
    ordered = frame.sort("gained", "lost", descending=True, maintain_order=True)
    return Table(
        ordered.select("code", "criterion_fr", "criterion_en", "holders", "gained", "lost", "higher"),
        Text(
            "Un point de plus à qui en a au critère : qui entre", "One more point to who has points of it: who comes in"
        ),
        columns("criterion", "holders", "gained", "lost", "higher"),
        counts=("holders", "gained", "lost"),
        safe=("higher",),
        codes=("code",),
        rows=6,
    )
