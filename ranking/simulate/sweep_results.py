"""The result of a sweep: for each variant of points, cut-offs, who comes in, who leaves, shares of the invited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl

from ranking.simulate import sweep_charts as charts
from ranking.simulate.cells import count_words
from ranking.simulate.results import Chart, Results, Table
from rules.text import Text, number, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ranking.simulate.groups_of import Grouping
    from ranking.simulate.results import Provenance
    from ranking.simulate.rounds import Rounds
    from ranking.simulate.sweep_file import Range, Swept

COLUMNS = {
    "variant": Text("Numéro", "Number"),
    "title": Text("Variante", "Variant"),
    "after": Text("Invitées", "Invited"),
    "kept": Text("Restent", "Stay in"),
    "gained": Text("Entrent", "Come in"),
    "lost": Text("Sortent", "Leave"),
    "lowest_move": Text("Seuils : plus grande baisse", "Cut-offs: largest fall"),
    "highest_move": Text("plus grande hausse", "largest rise"),
    "selection": Text("Exercice", "Selection"),
    "cut_off": Text("Seuil", "Cut-off"),
    "move": Text("Écart", "Move"),
    "taken": Text("Invitées", "Invited"),
    "group": Text("Groupe", "Group"),
    "share": Text("Part des invitées", "Share of the invited"),
    "change": Text("Écart de la part, en points", "Change of the share, in points"),
}
ROWS = 25


class One(NamedTuple):
    """What a variant did: who is invited, and each cut-off, by selection."""

    invited: np.ndarray
    cut_offs: dict[str, int | None]
    taken: dict[str, int]


def of_variant(rounds: Rounds, number: int) -> One:
    """Run a variant, and keep what is told of it."""
    found = dict(zip([one.id for one in rounds.instruction.selections], rounds.results(number), strict=True))
    cut_offs, taken = ({name: one[place] for name, one in found.items()} for place in (1, 0))
    return One(rounds.taken(number) >= 0, cut_offs, {name: count or 0 for name, count in taken.items()})


def results(
    swept: Swept,
    rounds: Rounds,
    groupings: Sequence[Grouping],
    provenance: Provenance,
    tell: Callable[[int, int], None] = lambda *_: None,
) -> Results:
    """Run every variant of a sweep, whole; ``tell`` is told how many are done, and of how many."""
    base = of_variant(rounds, 0)
    variants: list[dict[str, Any]] = []
    cut_offs: list[dict[str, Any]] = []
    shares: list[pl.DataFrame] = []
    total = len(swept.variants)
    for variant in range(total):
        one = base if variant == 0 else of_variant(rounds, variant)
        named = {"variant": variant, "title_fr": swept.titles[variant].fr, "title_en": swept.titles[variant].en}
        variants.append(named | _counts(one, base) | _moves(one, base))
        cut_offs += [named | row for row in _cut_offs(one, base)]
        shares += [_shares(one, base, grouping, named) for grouping in groupings]
        tell(variant + 1, total)
    steps = {f"step_{place}": [each[place] for each in swept.steps] for place in range(len(swept.source.range))}
    frame = pl.DataFrame(variants).with_columns(_steps(name, values) for name, values in steps.items())
    ranges = {f"step_{place}": _of_range(one) for place, one in enumerate(swept.source.range)}
    tables = {
        "variants": _variants(frame, ranges, named=bool(swept.source.variant)),
        "cut_offs": _table_of_cut_offs(cut_offs),
    }
    if shares:
        tables["shares"] = _table_of_shares(pl.concat(shares))
    made = {
        "variants": Chart(
            Text("Personnes qui entrent, selon la variante", "People who come in, by variant"),
            lambda lang, shown: charts.gained(lang, shown, list(ranges.values())),
            ("variants",),
        ),
        "cut_offs": Chart(Text("Seuils selon la variante", "Cut-offs by variant"), charts.cut_offs, ("cut_offs",)),
    }
    figures = {"variants": total, "before": int(base.invited.sum())}
    return Results(
        swept.source.title.text,
        provenance,
        figures,
        tables,
        made,
        lambda said: _sentences(said, frame),
        counted=("before",),
    )


def _sentences(said: dict[str, Any], frame: pl.DataFrame) -> list[Text]:
    before = count_words(said["before"])
    fall, rise = frame["lowest_move"].min() or 0, frame["highest_move"].max() or 0
    return [
        Text(
            f"{number(said['variants'] - 1, 'fr')} variantes et la règle ; {before.fr} personnes "
            "invitées sous la règle.",
            f"{number(said['variants'] - 1, 'en')} variants and the law; {before.en} people invited under the law.",
        ),
        Text(
            f"Les seuils vont de {signed(int(str(fall)))} à {signed(int(str(rise)))} selon la variante.",
            f"Cut-offs move from {signed(int(str(fall)))} to {signed(int(str(rise)))} across variants.",
        ),
    ]


def _counts(one: One, base: One) -> dict[str, int]:
    both = int((one.invited & base.invited).sum())
    after, before = int(one.invited.sum()), int(base.invited.sum())
    return {"after": after, "kept": both, "gained": after - both, "lost": before - both}


def _moves(one: One, base: One) -> dict[str, int]:
    moves = [move for name in base.cut_offs if (move := _move(one, base, name)) is not None]
    return {"lowest_move": min([0, *moves]), "highest_move": max([0, *moves])}


def _move(one: One, base: One, name: str) -> int | None:
    was, now = base.cut_offs[name], one.cut_offs[name]
    return None if was is None or now is None else now - was


def _cut_offs(one: One, base: One) -> list[dict[str, Any]]:
    return [
        {"selection": name, "taken": one.taken[name], "cut_off": cut_off, "move": _move(one, base, name)}
        for name, cut_off in one.cut_offs.items()
    ]


def _shares(one: One, base: One, by: Grouping, named: dict[str, Any]) -> pl.DataFrame:
    """Count the invited of each value of an attribute under a variant."""
    width = len(by.values)
    now = np.bincount(by.codes[one.invited], minlength=width)
    was = np.bincount(by.codes[base.invited], minlength=width)
    share, before = now / max(now.sum(), 1), was / max(was.sum(), 1)
    return pl.DataFrame(
        {
            **{key: [value] * width for key, value in named.items()},
            "attribute": [by.name] * width,
            "value": list(by.values),
            "group_fr": [f"{by.title.fr} : {title.fr}" for title in by.titles],
            "group_en": [f"{by.title.en}: {title.en}" for title in by.titles],
            "taken": now,
            "share": share,
            "change": (share - before) * 100,
        }
    )


def _steps(name: str, values: Sequence[float | None]) -> pl.Series:
    """Give the steps of a range as a column: whole numbers where they all are."""
    whole = all(value is None or value.is_integer() for value in values)
    return pl.Series(name, values, dtype=pl.Float64).cast(pl.Int64 if whole else pl.Float64)


def _of_range(one: Range) -> Text:
    """Head the column of a range: its title, and × where the points of the law are multiplied."""
    title = one.title.text
    return title if one.times is None else Text(f"{title.fr}, fois", f"{title.en}, times")


def _variants(frame: pl.DataFrame, ranges: dict[str, Text], *, named: bool) -> Table:
    """Make the table of variants: by their steps, or by their titles where some variant has no step."""
    names = ("variant", "title", "after", "kept", "gained", "lost", "lowest_move", "highest_move")
    rest = [name for name in frame.columns if name not in ("variant", *ranges)]
    return Table(
        frame.select("variant", *ranges, *rest),
        Text("Variantes", "Variants"),
        {name: COLUMNS[name] for name in names} | ranges,
        counts=("after", "kept", "gained", "lost"),
        sums={"after": ("kept", "gained")},
        within=("variant",),
        signed=("lowest_move", "highest_move"),
        codes=("kept", *(ranges if named or not ranges else ("title_fr", "title_en"))),
        safe=("lowest_move", "highest_move", *ranges),
        rows=ROWS,
    )


def _table_of_cut_offs(rows: list[dict[str, Any]]) -> Table:
    names = ("variant", "title", "selection", "taken", "cut_off", "move")
    schema = dict.fromkeys(("variant", "taken", "cut_off", "move"), pl.Int64)
    return Table(
        pl.DataFrame(rows, schema_overrides=schema),
        Text("Seuils par exercice", "Cut-offs by selection"),
        {name: COLUMNS[name] for name in names},
        counts=("taken",),
        within=("variant",),
        signed=("move",),
        safe=("cut_off", "move"),
        rows=0,
    )


def _table_of_shares(frame: pl.DataFrame) -> Table:
    far = frame.with_columns(pl.col("change").abs().alias("far"))
    ordered = far.sort(["far", "variant"], descending=[True, False], maintain_order=True).drop("far")
    return Table(
        ordered,
        Text("Parts des invitées qui changent le plus", "Shares of the invited that change most"),
        {name: COLUMNS[name] for name in ("variant", "title", "group", "taken", "share", "change")},
        counts=("taken",),
        within=("variant", "attribute"),
        percents=("share",),
        signed=("change",),
        codes=("attribute", "value", "title_fr", "title_en"),
        rows=10,
    )
