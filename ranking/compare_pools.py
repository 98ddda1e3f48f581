"""Two extractions of a pool compared: who came, who left, who changed what, and what that did to scores and streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.columns import ID
from ranking.scoring import score

if TYPE_CHECKING:
    from datetime import date

    from ranking.pool import Pool
    from rules.regulation import Regulation

BAND = 50
FLOW = ("before", "left", "came", "won", "lost", "after")
EXAMPLES = 5
SUFFIX = "\ue001after"  # a private character: no column of a pool holds it
ANSWERS = ("change", "attributes", "score_before", "score_after")


@dataclass(frozen=True)
class Side:
    """One extraction: its pool, its scores and answers to streams."""

    pool: Pool
    scored: pl.DataFrame

    @classmethod
    def of(cls, pool: Pool, regulation: Regulation, facts_on: date) -> Side:
        """Score a pool."""
        return cls(pool, score(pool.frame, regulation, facts_on=facts_on))


@dataclass(frozen=True)
class Comparison:
    """What became of a pool between two extractions.

    ``rows`` has every declaration of either once, sorted by ``declaration_id``: ``change`` (``came``, ``left``,
    ``changed``, ``same``), ``attributes`` (what changed, joined by commas; empty without), ``score_before`` and
    ``score_after`` (null where it was not there). ``attributes`` has a row for each column that changed: how many
    declarations, and examples. ``streams`` and ``bands`` balance: before − left + came + won − lost = after.
    """

    rows: pl.DataFrame
    attributes: pl.DataFrame
    streams: pl.DataFrame
    bands: pl.DataFrame
    columns_gone: tuple[str, ...]
    columns_new: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many declarations came, left, changed, stayed the same."""
        found = dict(self.rows["change"].value_counts().rows())
        return {name: found.get(name, 0) for name in ("came", "left", "changed", "same")}

    @property
    def sizes(self) -> tuple[int, int]:
        """How many declarations each extraction has."""
        counts = self.counts
        stayed = counts["changed"] + counts["same"]
        return counts["left"] + stayed, counts["came"] + stayed

    @property
    def scores(self) -> dict[str, int]:
        """Of those who stayed, how many scores went up, down, or stayed."""
        stayed = self.rows.filter(pl.col("change").is_in(["changed", "same"]))
        gap = stayed["score_after"] - stayed["score_before"]
        return {"up": int((gap > 0).sum()), "down": int((gap < 0).sum()), "same": int((gap == 0).sum())}

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        before, after = self.sizes
        tables = {name: getattr(self, name).to_dicts() for name in ("attributes", "streams", "bands")}
        columns = {"columns_gone": list(self.columns_gone), "columns_new": list(self.columns_new)}
        return {"before": before, "after": after, **self.counts, "scores": self.scores, **tables, **columns}


def compare(before: Side, after: Side) -> Comparison:
    """Compare two extractions by ``declaration_id``, column by column where both have it. Null equals null.

    A pool compared with itself has changed nothing; compared the other way, who came has left and what rose fell.
    """
    one, other = before.pool.frame, after.pool.frame
    columns = [name for name in one.columns if name in other.columns and name != ID]
    stayed = one.select(ID, *columns).join(other.select(ID, *columns), on=ID, how="inner", suffix=SUFFIX)
    changed = stayed.select(ID, *[_differs(stayed, name) for name in columns])
    rows = _rows(before, after, changed, columns)
    return Comparison(
        rows,
        _attributes(changed, columns),
        _streams(before, after, rows),
        _bands(rows),
        tuple(name for name in one.columns if name not in other.columns),
        tuple(name for name in other.columns if name not in one.columns),
    )


def _differs(stayed: pl.DataFrame, name: str) -> pl.Series:
    """Tell whose value of a column changed; where the types differ, the text of both decides."""
    one, other = stayed[name], stayed[f"{name}{SUFFIX}"]
    if one.dtype != other.dtype:
        one, other = one.cast(pl.String), other.cast(pl.String)
    return one.ne_missing(other).alias(name)


def _rows(before: Side, after: Side, changed: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    scores = [side.scored.select(ID, pl.col("score").alias(name)) for side, name in _named(before, after)]
    named = [pl.when(pl.col(name)).then(pl.lit(name)) for name in columns]
    words = changed.select(ID, pl.concat_str(named, separator=", ", ignore_nulls=True).alias("attributes"))
    both = scores[0].join(scores[1], on=ID, how="full", coalesce=True).join(words, on=ID, how="left")
    change = (
        pl.when(pl.col("score_before").is_null())
        .then(pl.lit("came"))
        .when(pl.col("score_after").is_null())
        .then(pl.lit("left"))
        .when(pl.col("attributes") != "")
        .then(pl.lit("changed"))
        .otherwise(pl.lit("same"))
    )
    return both.with_columns(change.alias("change"), pl.col("attributes").fill_null("")).select(ID, *ANSWERS).sort(ID)


def _named(before: Side, after: Side) -> tuple[tuple[Side, str], tuple[Side, str]]:
    return (before, "score_before"), (after, "score_after")


def _attributes(changed: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """Count the changes of each column, the most frequent first, with the first numbers as examples."""
    found = []
    for name in columns:
        ids = changed.filter(pl.col(name))[ID].sort()
        if len(ids):
            found.append({"attribute": name, "declarations": len(ids), "examples": ids.head(EXAMPLES).to_list()})
    columns_of = [("attribute", pl.String()), ("declarations", pl.Int64()), ("examples", pl.List(pl.String))]
    return pl.DataFrame(found, schema=columns_of).sort(["declarations", "attribute"], descending=[True, False])


def _streams(before: Side, after: Side, rows: pl.DataFrame) -> pl.DataFrame:
    """Follow who is eligible for each stream; unknown counts as not eligible."""
    names = [name for name in before.scored.columns if name.startswith("eligible_")]
    names = [name for name in names if name in after.scored.columns]
    found = [_flow(before, after, rows, name) for name in names]
    return pl.DataFrame(found, schema=[("stream", pl.String), *[(name, pl.Int64) for name in FLOW]])


def _flow(before: Side, after: Side, rows: pl.DataFrame, name: str) -> dict[str, Any]:
    was = before.scored.select(ID, was=pl.col(name).fill_null(value=False))
    now = after.scored.select(ID, now=pl.col(name).fill_null(value=False))
    both = rows.select(ID, "change").join(was, on=ID, how="left").join(now, on=ID, how="left")
    stayed = pl.col("change").is_in(["changed", "same"])
    counts = {
        "before": pl.col("was"),
        "left": pl.col("was") & (pl.col("change") == "left"),
        "came": pl.col("now") & (pl.col("change") == "came"),
        "won": stayed & pl.col("now") & ~pl.col("was"),
        "lost": stayed & pl.col("was") & ~pl.col("now"),
        "after": pl.col("now"),
    }
    sums = both.select(**{key: holds.fill_null(value=False).sum().cast(pl.Int64) for key, holds in counts.items()})
    return {"stream": name.removeprefix("eligible_"), **sums.row(0, named=True)}


def _bands(rows: pl.DataFrame) -> pl.DataFrame:
    """Follow each band of fifty points; ``won`` and ``lost`` are those who stayed and crossed its ends."""
    banded = rows.with_columns(
        was=pl.col("score_before").floordiv(BAND) * BAND, now=pl.col("score_after").floordiv(BAND) * BAND
    )
    stayed = pl.col("change").is_in(["changed", "same"]) & (pl.col("was") != pl.col("now"))
    flows = {
        "before": ("was", pl.lit(value=True)),
        "left": ("was", pl.col("change") == "left"),
        "came": ("now", pl.col("change") == "came"),
        "won": ("now", stayed),
        "lost": ("was", stayed),
        "after": ("now", pl.lit(value=True)),
    }
    lows = (
        pl.concat([banded["was"].alias("low"), banded["now"].alias("low")]).drop_nulls().unique().sort(descending=True)
    )
    result = pl.DataFrame([lows])
    for name, (column, holds) in flows.items():
        counted = banded.filter(holds).group_by(pl.col(column).alias("low")).len(name)
        result = result.join(counted, on="low", how="left", maintain_order="left")
    numbers = [pl.col(name).fill_null(0).cast(pl.Int64) for name in FLOW]
    return result.select("low", high=pl.col("low") + BAND - 1).hstack(result.select(numbers))
