"""The tables of a comparison: selections, groups, flows, changes, orders, who is near a cut-off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.simulate.flows import BAND, MOVES, PARTS, SUMS, flows, groups
from ranking.simulate.results import Table
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from ranking.instruction import Instruction
    from ranking.simulate.changes import Changes
    from ranking.simulate.compare import Comparison
    from ranking.simulate.elasticity import OnePoint, Stake
    from ranking.simulate.groups_of import Grouping
    from ranking.simulate.orders import Orders

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


def _titles(names: Sequence[str], instruction: Instruction) -> list[pl.Series]:
    by = {one.id: one.title.text for one in instruction.selections}
    return [
        pl.Series("title_fr", [by[name].fr if name in by else name for name in names], dtype=pl.String),
        pl.Series("title_en", [by[name].en if name in by else name for name in names], dtype=pl.String),
    ]


def selections_table(found: Comparison) -> Table:
    """Say what became of each selection."""
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


def groups_table(found: Comparison, groupings: Sequence[Grouping]) -> Table:
    """Say who comes in and who leaves, by the values of attributes."""
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


def flows_table(found: Comparison) -> Table:
    """Count people by score band before and after."""
    return Table(
        flows(found),
        Text(f"D’une tranche de {BAND} points à l’autre", f"From one band of {BAND} points to another"),
        columns("band_before", "band_after", *SUMS, *PARTS),
        counts=(*SUMS, *PARTS),
        sums=SUMS,
        rows=0,
    )


def changes_table(decomposed: Mapping[str, Sequence[Fraction]], changes: Changes, found: Comparison) -> Table:
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


def orders_table(tried: Orders, after: Instruction) -> Table:
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


def stakes_table(found: Sequence[Stake], after: Instruction) -> Table:
    """Say who is near a cut-off."""
    frame = pl.DataFrame(found, orient="row", schema=["selection", "cut_off", "next_score", "to_lower", "one", "near"])
    return Table(
        frame.with_columns(*_titles(frame["selection"].to_list(), after)),
        Text("Près du seuil : une place de plus, un point de plus", "Near the cut-off: one more place, one more point"),
        columns("selection", "cut_off", "next_score", "to_lower", "one", "near", "title"),
        counts=("one", "near"),
        safe=("cut_off",),
        codes=("title_fr", "title_en"),
    )


def points_table(found: Sequence[OnePoint], after: Instruction) -> Table:
    """Say what one more point of each criterion does, those that move most people first."""
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
