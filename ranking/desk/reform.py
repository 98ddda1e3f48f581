"""What a reform would do: the round as a draft of the law makes it, against the round under the law in force."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import polars as pl

from ranking.desk import shown
from ranking.desk.draft import scenario
from ranking.page import Grid
from ranking.receipt import of_instruction
from ranking.round import run_round
from ranking.simulate.cells import decimal, grid, percent
from ranking.simulate.changes import Changes
from ranking.simulate.compare import Comparison, compare
from ranking.simulate.compare_results import results
from ranking.simulate.groups_of import Attributes
from ranking.simulate.results import Provenance
from rules.text import Text, number, same, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ranking.desk.draft import Draft
    from ranking.desk.opened import Opened
    from ranking.page import Block
    from ranking.simulate.groups_of import Grouping
    from ranking.simulate.results import Results
    from rules.scenario import Scenario
    from rules.text import Lang

VARIANTS = ("A", "B", "C")
UNNAMED = Text("Réforme à l’essai", "Reform on trial")
EMPTY = Text(
    "Déplacez un nombre ci-dessus, ou partez d’un scénario : le résultat paraît ici.",
    "Move a number above, or begin with a scenario: the result appears here.",
)
FIGURES = {
    "gained": Text("Entrent", "Come in"),
    "lost": Text("Sortent", "Leave"),
    "after": Text("Personnes invitées", "People invited"),
    "cut_offs": Text("Seuils qui montent / descendent", "Cut-offs that rise / fall"),
    "mean_change": Text("Écart moyen du pointage", "Mean change of score"),
}
PICTURES = ("groups", "cut_offs", "flows")


@dataclass(frozen=True, eq=False)
class Reform:
    """A reform on a pool: what it changes, and the two rounds compared."""

    opened: Opened
    changes: Changes
    found: Comparison

    @cached_property
    def results(self) -> Results:
        """The result as ``tirage simulate compare`` gives it, without what takes longer."""
        opened, changes = self.opened, self.changes
        base = opened.instruction
        said = {one.title.en: one.hash for one in changes.scenarios}
        sides = {"before": base, "after": changes.after}
        provenance = Provenance(
            "desk",
            {"pool": opened.file.name, "instruction": opened.instruction_file.name},
            base.source.program,
            {when: str(side.regulation.day) for when, side in sides.items()},
            {when: side.regulation.hash for when, side in sides.items()},
            {when: of_instruction(side) for when, side in sides.items()},
            said,
            opened.pool.fingerprint,
        )
        return results(self.found, changes, groupings(opened, changes.parts), provenance)


@lru_cache(maxsize=2)
def _attributes(opened: Opened) -> Attributes:
    return Attributes(opened.pool.frame, opened.instruction.regulation, opened.instruction.facts_on)


@lru_cache(maxsize=64)
def _grouping(opened: Opened, name: str) -> Grouping:
    return _attributes(opened).by([name])[0]


def groupings(opened: Opened, parts: Sequence[str]) -> list[Grouping]:
    """Group the people of a pool by what is worth looking at; each grouping is made once for a pool."""
    return [_grouping(opened, name) for name in _attributes(opened).usual(opened.instruction, parts)]


def reform(opened: Opened, draft: Draft) -> Reform:
    """Run the round under a draft and compare. The same numbers on the same pool are run once."""
    return _reform(opened, draft.scenario(UNNAMED))


def _reform(opened: Opened, wanted: Scenario) -> Reform:
    return _run(opened, wanted.hash, _Held(wanted))


@dataclass(frozen=True, eq=False)
class _Held:
    """A scenario that a cache looks up by its hash alone."""

    scenario: Scenario

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.scenario.hash == other.scenario.hash

    def __hash__(self) -> int:
        return hash(self.scenario.hash)


@lru_cache(maxsize=6)
def _run(opened: Opened, _hash: str, held: _Held) -> Reform:
    changes = Changes(opened.instruction, None, (held.scenario,))
    return Reform(opened, changes, compare(opened.base, run_round(changes.after, opened.pool)))


def figures(made: Reform, lang: Lang) -> str:
    """Write the key figures of a reform as HTML."""
    said = made.results.figures
    before = Text("{} avant", "{} before").to(lang).format(number(said["before"], lang))
    share = percent(said["lost"] / max(said["before"], 1), lang)
    of = Text("des personnes invitées", "of those invited").to(lang)
    each = [
        (FIGURES["gained"].to(lang), number(said["gained"], lang), ""),
        (FIGURES["lost"].to(lang), number(said["lost"], lang), f"{share} {of}"),
        (FIGURES["after"].to(lang), number(said["after"], lang), before),
        (FIGURES["cut_offs"].to(lang), f"{said['cut_offs_up']} / {said['cut_offs_down']}", _most(said, lang)),
        (FIGURES["mean_change"].to(lang), decimal(said["mean_change"] or 0.0, lang, sign="+"), ""),
    ]
    return shown.figures(each)


def _most(said: Mapping[str, int], lang: Lang) -> str:
    most = said["largest_move_of_a_cut_off"]
    return Text("au plus {}", "at most {}").to(lang).format(signed(most)) if most else ""


def sentences(made: Reform, lang: Lang) -> str:
    """Say in words what a reform does."""
    return "".join(shown.text(one.to(lang)) for one in made.results.sentences(made.results.figures))


def pictures(made: Reform, lang: Lang) -> str:
    """Draw who comes in and leaves, cut-offs, and flows, as HTML."""
    found = made.results
    drawn: list[Block] = [
        shown.drawing(found.drawn(name, lang), found.charts[name].title.to(lang), lang)
        for name in PICTURES
        if name in found.charts
    ]
    return shown.blocks(drawn)


def tables(made: Reform, lang: Lang) -> str:
    """Write the selections and the groups as HTML tables."""
    found = made.results.tables
    return shown.blocks([grid(found[name], lang) for name in ("selections", "groups") if name in found])


def moved(draft: Draft, lang: Lang) -> str:
    """Write the numbers that a draft moves beside those of the law."""
    columns = Text("Où|En vigueur|À l’essai|Écart", "Where|In force|On trial|Change").to(lang).split("|")
    rows = tuple(
        (
            f"{_part(draft, key).to(lang)} – {draft.cells[key].title.to(lang)}",
            number(draft.cells[key].points, lang),
            number(to, lang),
            signed(to - draft.cells[key].points),
        )
        for key, to in draft.moved.items()
    )
    title = Text("Ce qui change dans la règle", "What changes in the law").to(lang)
    return shown.blocks([Grid(title, tuple(columns), rows, right=(1, 2, 3))]) if rows else ""


def _part(draft: Draft, key: str) -> Text:
    return draft.law.parts[key.split(".")[1]].title


def side_by_side(opened: Opened, draft: Draft, variants: Mapping[str, Mapping[str, int]], lang: Lang) -> str:
    """Compare variants, each against the law in force: a column each."""
    made = {
        name: _reform(opened, scenario(draft.law, draft.cells, numbers, same(name)))
        for name, numbers in variants.items()
        if numbers
    }
    if not made:
        return ""
    law = Text("En vigueur", "In force").to(lang)
    heads = ("", law, *(f"{Text('Variante', 'Variant').to(lang)} {name}" for name in made))
    rows = [
        (Text("Nombres déplacés", "Numbers moved").to(lang), "–", *(str(len(variants[name])) for name in made)),
        *_counts(made, lang),
    ]
    tables_ = [Grid("", heads, tuple(rows), tuple(range(1, len(heads))))]
    tables_ += [_cut_offs(made, heads, lang), _groups(made, heads, lang)]
    return shown.blocks(tables_)


def _counts(made: Mapping[str, Reform], lang: Lang) -> list[tuple[str, ...]]:
    first = next(iter(made.values())).results.figures
    rows = [
        (
            FIGURES["after"].to(lang),
            number(first["before"], lang),
            *(number(one.results.figures["after"], lang) for one in made.values()),
        )
    ]
    for name in ("gained", "lost"):
        counts = (number(one.results.figures[name], lang) for one in made.values())
        rows.append((FIGURES[name].to(lang), "–", *counts))
    means = (decimal(one.results.figures["mean_change"] or 0.0, lang, sign="+") for one in made.values())
    return [*rows, (FIGURES["mean_change"].to(lang), "–", *means)]


def _cut_offs(made: Mapping[str, Reform], heads: tuple[str, ...], lang: Lang) -> Grid:
    each = [one.found.selections for one in made.values()]
    titles = {one.id: one.title.text.to(lang) for one in next(iter(made.values())).opened.instruction.selections}
    rows = []
    for place, first in enumerate(each[0]):
        cells = (f"{_cut(one[place].cut_off[1])}{_aside(one[place].move)}" for one in each)
        rows.append((f"{first.id}  {titles.get(first.id, '')}", _cut(first.cut_off[0]), *cells))
    title = Text("Seuils", "Cut-offs").to(lang)
    return Grid(title, (Text("Exercice", "Selection").to(lang), *heads[1:]), tuple(rows), tuple(range(1, len(heads))))


def _cut(score: int | None) -> str:
    return "–" if score is None else str(score)


def _aside(move: int | None) -> str:
    return f" ({signed(move)})" if move else ""


def _groups(made: Mapping[str, Reform], heads: tuple[str, ...], lang: Lang, most: int = 12) -> Grid:
    """Give the share of the invited of the groups whose share moves most under any variant."""
    keys = ["attribute", "value"]
    wanted = pl.col(f"group_{lang}").alias("group")
    frames = [
        one.results.tables["groups"].frame.select(
            *keys, wanted, "share_before", pl.col("share_after").alias(f"share {name}")
        )
        for name, one in made.items()
    ]
    both = frames[0]
    for one in frames[1:]:
        both = both.join(one.drop("group", "share_before"), on=keys, how="inner", maintain_order="left")
    far = pl.max_horizontal((pl.col(f"share {name}") - pl.col("share_before")).abs() for name in made)
    top = both.with_columns(far.alias("far")).sort("far", descending=True, maintain_order=True).head(most)
    rows = tuple(
        (row["group"], *(percent(row[name], lang) for name in ("share_before", *(f"share {one}" for one in made))))
        for row in top.to_dicts()
    )
    title = Text("Part des personnes invitées, par groupe", "Share of those invited, by group").to(lang)
    return Grid(title, (Text("Groupe", "Group").to(lang), *heads[1:]), rows, tuple(range(1, len(heads))))
