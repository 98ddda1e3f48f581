"""Flows: how people move from score band to score band, and what groups gain or lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.simulate.compare import GAINED, KEPT, LOST, NEITHER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ranking.simulate.compare import Comparison
    from ranking.simulate.groups_of import Grouping

BAND = 50
PARTS = (KEPT, GAINED, LOST, NEITHER)
SUMS = {"before": (KEPT, LOST), "after": (KEPT, GAINED), "people": PARTS}
MOVES = ("up", "down", "unmoved")


def flows(found: Comparison, width: int = BAND) -> pl.DataFrame:
    """Count people by score band before and after: a row for each pair of bands that someone has.

    ``band_before`` and ``band_after`` are the lowest scores of the bands, null of who takes part on one side alone.
    """
    bands = [(pl.col(f"score_{when}") // width * width).alias(f"band_{when}") for when in ("before", "after")]
    keys = ["band_before", "band_after"]
    return found.people.with_columns(bands).group_by(keys).agg(*_counted()).sort(keys, descending=True, nulls_last=True)


def groups(found: Comparison, groupings: Sequence[Grouping]) -> pl.DataFrame:
    """Count, for each value of each attribute, people, who is invited before and after, who comes in and who leaves.

    ``up``, ``down``, ``unmoved`` count people by what becomes of their score; ``mean_change`` is that of the score.
    ``to_reserve`` are the places that would have to be kept for the group to have its share of before. The values whose
    share of the invited moves most come first, by attribute where they move alike.
    """
    moved = pl.col("score_after") - pl.col("score_before")
    counts = [
        *_counted(),
        (moved > 0).sum().cast(pl.Int64).alias("up"),
        (moved < 0).sum().cast(pl.Int64).alias("down"),
        (moved.is_null() | (moved == 0)).sum().cast(pl.Int64).alias("unmoved"),
        moved.mean().alias("mean_change"),
    ]
    rows = found.people["row"].to_numpy()
    made = []
    for number, one in enumerate(groupings):
        codes = pl.Series("code", one.codes[rows])
        by = found.people.with_columns(codes).group_by("code").agg(*counts).sort("code")
        made.append(by.with_columns(*_names(one, by["code"].to_list(), number)))
    if not made:
        return pl.DataFrame()
    total = {name: max(sum(found.counts[part] for part in SUMS[name]), 1) for name in ("before", "after")}
    shares = [(pl.col(name) / total[name]).alias(f"share_{name}") for name in total]
    wanted = pl.col("before") * total["after"] / total["before"] - pl.col("after")
    reserve = wanted.clip(lower_bound=0).ceil().cast(pl.Int64).alias("to_reserve")
    frame = pl.concat(made).with_columns(*shares, reserve)
    far = (pl.col("share_after") - pl.col("share_before")).abs()
    ordered = frame.with_columns(far.alias("far")).sort(["far", "number", "code"], descending=[True, False, False])
    return ordered.drop("far", "number", "code")


def _names(one: Grouping, codes: Sequence[int], number: int) -> list[pl.Series]:
    titles = [one.titles[code] for code in codes]
    return [
        pl.Series("number", [number] * len(codes), dtype=pl.Int64),
        pl.Series("attribute", [one.name] * len(codes), dtype=pl.String),
        pl.Series("value", [one.values[code] for code in codes], dtype=pl.String),
        pl.Series("group_fr", [f"{one.title.fr} : {title.fr}" for title in titles], dtype=pl.String),
        pl.Series("group_en", [f"{one.title.en}: {title.en}" for title in titles], dtype=pl.String),
    ]


def _counted() -> list[pl.Expr]:
    """Count people, those invited before and after, and each part."""
    parts = [(pl.col("change") == name).sum().cast(pl.Int64) for name in PARTS]
    sums = [pl.col("change").is_in(list(names)).sum().cast(pl.Int64).alias(name) for name, names in SUMS.items()]
    return [*sums, *(part.alias(name) for part, name in zip(parts, PARTS, strict=True))]
