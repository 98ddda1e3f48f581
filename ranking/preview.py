"""Before release: the list of a round against its eligible set and against the round before; what looks wrong."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking.candidates import eligible
from ranking.columns import ID
from ranking.conform import conform
from ranking.kept import check_same_pool
from ranking.order import Standing
from ranking.outcomes import Outcome
from ranking.overlooked import NO_REASON, overlooked
from ranking.scoring import score, with_inputs
from rules.diff import Difference, differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.kept import Kept
    from ranking.pool import Pool

MOST_VALUES = 40  # an attribute with more values is no group: an occupation, a number
SEEN = 0.01  # a group under this share is too small to be missed
EXPECTED = 5  # and one of which fewer people would be expected


@dataclass(frozen=True)
class Changed:
    """Codes that a list of a selection, or of the law, has now and had not, and the other way."""

    where: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    holders: int


@dataclass(frozen=True)
class Preview:
    """What there is to look at before a round is released.

    ``groups`` has a row a value of an attribute: ``attribute``, ``value``, counts among those ``eligible`` for some
    selection, ``invited``, ``last`` (invited in the last round; null without its pool), and ``flag``: ``vanished``
    (invited last time, nobody now), ``absent`` (in the eligible set, nobody invited), or null.
    """

    kept: Kept
    last: Kept | None
    overlooked: pl.DataFrame
    groups: pl.DataFrame
    streams: dict[str, tuple[int, int | None]]
    lists: tuple[Changed, ...]
    law: tuple[Difference, ...]

    @property
    def without_reason(self) -> int:
        """How many declarations come before a last taken, and nothing says why they are not invited."""
        return self.overlooked.filter(pl.col("reason") == NO_REASON)[ID].n_unique()

    @property
    def empty(self) -> list[str]:
        """The selections that took nobody."""
        return [one["id"] for one in self.kept.receipt["selections"] if not one["invited"]]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        reasons = self.overlooked.group_by("selection", "reason", "requirement").len("declarations")
        flagged = self.groups.filter(pl.col("flag").is_not_null())
        return {
            "round": self.kept.receipt["round"],
            "against": None if self.last is None else self.last.receipt["round"],
            "without_reason": self.without_reason,
            "without_reason_ids": self.overlooked.filter(pl.col("reason") == NO_REASON)[ID].unique().sort().to_list(),
            "empty_selections": self.empty,
            "overlooked": reasons.sort("selection", "reason", "requirement").to_dicts(),
            "eligible": {name: {"now": now, "last": was} for name, (now, was) in self.streams.items()},
            "groups": self.groups.to_dicts(),
            "flagged": flagged.select("attribute", "value", "flag").to_dicts(),
            "lists": [vars(one) for one in self.lists],
            "law": [one.at for one in self.law],
        }


def preview(
    kept: Kept,
    pool: Pool,
    last: Kept | None = None,
    last_pool: Pool | None = None,
    *,
    shown: tuple[str, str] = ("", ""),
) -> Preview:
    """Look at a round before its release. A pool that is not that of its round is a RoundError that names ``shown``."""
    check_same_pool(kept, pool, shown[0])
    if last is not None and last_pool is not None:
        check_same_pool(last, last_pool, shown[1])
    scored = _scored(kept, pool)
    standing = Standing.of(pool.frame, scored["score"], kept.instruction.regulation)
    was = None if last is None or last_pool is None else _scored(last, last_pool)
    return Preview(
        kept,
        last,
        overlooked(kept, pool, scored, standing),
        _groups(kept, pool, scored, last, last_pool),
        _streams(scored, was),
        () if last is None else tuple(_lists(kept, last, pool)),
        () if last is None else tuple(differences(last.instruction.regulation, kept.instruction.regulation)),
    )


def _scored(kept: Kept, pool: Pool) -> pl.DataFrame:
    return score(pool.frame, kept.instruction.regulation, facts_on=kept.instruction.facts_on)


def _streams(now: pl.DataFrame, was: pl.DataFrame | None) -> dict[str, tuple[int, int | None]]:
    """Count who is eligible for each stream, in this pool and in that of the last round."""
    names = [name for name in now.columns if name.startswith("eligible_")]
    return {
        name.removeprefix("eligible_"): (
            int(now[name].sum()),
            int(was[name].sum()) if was is not None and name in was.columns else None,
        )
        for name in names
    }


def _groups(kept: Kept, pool: Pool, scored: pl.DataFrame, last: Kept | None, last_pool: Pool | None) -> pl.DataFrame:
    """Count each value of each attribute with few values, among the eligible, the invited, and those of last time."""
    numbers = range(len(kept.instruction.selections))
    anywhere = reduce(or_, [eligible(kept.instruction, scored, number) for number in numbers])
    out = [one.name for one in Outcome if one <= Outcome.excluded]
    said = pool.frame.select(ID).join(kept.outcomes, on=ID, how="left", maintain_order="left")
    there = anywhere.fill_null(value=False) & ~said["outcome"].is_in(out)
    values = _values(kept, pool)
    counts = [_count(values.filter(there), "eligible"), _count(values.filter(said["outcome"] == "invited"), "invited")]
    if last is not None and last_pool is not None:
        taken = last_pool.frame[ID].is_in(last.invitations[ID].implode())
        counts.append(_count(_values(last, last_pool).filter(taken), "last"))
    keys = ["attribute", "value"]
    both = counts[0]
    for one in counts[1:]:
        both = both.join(one, on=keys, how="full", coalesce=True)
    if len(counts) == 2:
        both = both.with_columns(last=pl.lit(None, pl.Int64))
    filled = [pl.col(name).fill_null(0) for name in ("eligible", "invited", *(["last"] if len(counts) > 2 else []))]
    few = pl.len().over("attribute") <= MOST_VALUES
    return both.with_columns(filled).filter(few).with_columns(_flag().alias("flag")).sort(keys)


def _values(kept: Kept, pool: Pool) -> pl.DataFrame:
    """Give attributes that group people: labels, yes or no, descriptive text, and derived inputs with few values."""
    law, day = kept.instruction.regulation, kept.instruction.facts_on
    inputs, _ = with_inputs(conform(pool.frame, law, day), law, day)
    kinds = ("label", "boolean", "code")
    names = [n for n, a in law.attributes.items() if a.type in kinds or (a.descriptive and a.type == "text")]
    names += [name for name, source in law.derived.items() if source.of_values and name not in names]
    frame = inputs.collect()
    return frame.select(pl.col(name).cast(pl.String) for name in names if name in frame.columns)


def _count(values: pl.DataFrame, name: str) -> pl.DataFrame:
    """Count each value of each column; a null is not a group."""
    longer = values.unpivot(variable_name="attribute", value_name="value").drop_nulls()
    return longer.group_by("attribute", "value").len(name).with_columns(pl.col(name).cast(pl.Int64))


def _flag() -> pl.Expr:
    share = pl.col("eligible") / pl.col("eligible").sum().over("attribute")
    was = pl.col("last") / pl.col("last").sum().over("attribute")
    nobody = pl.col("invited") == 0
    expected = share * pl.col("invited").sum().over("attribute")
    vanished = nobody & (was >= SEEN).fill_null(value=False)
    absent = nobody & (share >= SEEN) & (expected >= EXPECTED)
    return pl.when(vanished).then(pl.lit("vanished")).when(absent).then(pl.lit("absent"))


def _lists(kept: Kept, last: Kept, pool: Pool) -> Iterator[Changed]:
    """Compare the code lists of both rounds: by selection and attribute, then those of the law."""
    now, was = _codes(kept), _codes(last)
    for key in dict.fromkeys([*now, *was]):
        where, attribute = key
        added, removed = now.get(key, set()) - was.get(key, set()), was.get(key, set()) - now.get(key, set())
        if added or removed:
            held = pool.frame[attribute] if attribute in pool.frame.columns else pl.Series([], dtype=pl.String)
            holders = int(held.cast(pl.String).is_in(list(added | removed)).sum())
            yield Changed(f"{where}, {attribute}", tuple(sorted(added)), tuple(sorted(removed)), holders)


def _codes(kept: Kept) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for selection, condition in zip(kept.instruction.selections, kept.instruction.conditions, strict=True):
        for option in condition.options:
            for test in option:
                if test.list_name:
                    found.setdefault((selection.id, test.input), set()).update(map(str, test.values))
    law = kept.instruction.regulation
    for name, attribute in law.attributes.items():
        if attribute.list is not None and attribute.list in law.lists:
            found[f"lists/{attribute.list}", name] = set(law.lists[attribute.list].codes)
    return found
