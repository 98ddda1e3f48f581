"""The tables of a projection, from its replications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from ranking.simulate.projection import intervals
from ranking.simulate.projection.counts import SCORE
from ranking.simulate.projection.wording import GROUP, LAWS, TITLES, ends, grouped, named, table
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ranking.simulate.projection.setting import Setting
    from ranking.simulate.results import Table


def backlog(made: Setting, kept: Mapping[str, pl.DataFrame]) -> Table:
    """Count those waiting at each round, and what happened since the round before."""
    frame = _paths(made, kept).select(*LAWS, "day", *ends("waiting"), "arrived", "ended", "invited", "accepted", "open")
    return table(frame, Text("La banque à chaque ronde", "The pool at each round"), counts=_counts(frame), rows=60)


def accounts(made: Setting, kept: Mapping[str, pl.DataFrame]) -> Table:
    """Give every reason to leave, with its interval."""
    frame = _paths(made, kept).select(*LAWS, "day", *ends("waiting", "open", *intervals.FLOWS, "invited"))
    title = Text("Arrivées et départs, en détail", "Arrivals and departures, in detail")
    return table(frame, title, counts=_counts(frame), rows=0)


def _paths(made: Setting, kept: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    invited = kept["selections"].group_by("replication", "law", instant="round").agg(pl.col("invited").sum())
    each = intervals.flows(kept["accounts"]).join(invited, on=["replication", "law", "instant"], how="left")
    ended = pl.sum_horizontal("expired", "withdrawn", "test_expired", "other_declaration")
    each = each.with_columns(pl.col("invited").fill_null(0), ended=ended)
    found = intervals.spread(each, ("law", "instant"), ("waiting", "open", *intervals.FLOWS, "ended", "invited"))
    return named(found.join(_days(made), on="instant", how="left", maintain_order="left"), made)


def _counts(frame: pl.DataFrame) -> tuple[str, ...]:
    return tuple(name for name in frame.columns if frame[name].dtype == pl.Int64)


def _days(made: Setting) -> pl.DataFrame:
    """Give the local day of each instant, the end last."""
    last = made.when.end.date()
    days = [*made.when.days, last]
    return pl.DataFrame({"instant": pl.Series(range(len(days)), dtype=pl.Int32), "day": days})


def cut_offs(made: Setting, selections: pl.DataFrame) -> Table:
    """Give the cut-off of each selection in each round."""
    found = intervals.spread(selections, ("law", "round", "selection"), ("invited", "cut_off"))
    frame = found.join(_days(made).rename({"instant": "round"}), on="round", how="left", maintain_order="left")
    frame = named(frame, made).join(_selection_titles(made), on="selection", how="left", maintain_order="left")
    frame = frame.select(*LAWS, "day", "selection", "title_fr", "title_en", *ends("invited", "cut_off"))
    title = Text("Seuils de chaque ronde", "Cut-offs of each round")
    return table(frame, title, counts=ends("invited"), rows=0)


def selections(made: Setting, selections: pl.DataFrame) -> Table:
    """Say of each selection how many it invites in all, and where its cut-off begins and ends."""
    keys = ("law", "selection")
    total = selections.group_by("replication", *keys).agg(pl.col("invited").sum())
    last = selections.filter(pl.col("round") == pl.col("round").max())
    first = selections.filter(pl.col("round") == 0).rename({"cut_off": "cut_off_first"})
    alone = selections.group_by(keys).agg(all_invited=100 * (pl.col("invited") >= pl.col("candidates")).mean())
    frame = intervals.spread(total, keys, ["invited"]).join(alone, on=keys, how="left")
    frame = frame.join(
        intervals.spread(first, keys, ["cut_off_first"]).select(*keys, "cut_off_first"), on=keys, how="left"
    )
    frame = frame.join(intervals.spread(last, keys, ["cut_off"]), on=keys, how="left").sort(keys)
    frame = named(frame, made).join(_selection_titles(made), on="selection", how="left", maintain_order="left")
    columns = (*LAWS, "selection", "title_fr", "title_en", "invited", "all_invited", "cut_off_first")
    title = Text("Exercices, toutes les rondes", "Selections, all rounds")
    return table(frame.select(*columns, *ends("cut_off")), title, counts=("invited",), rows=60)


def _selection_titles(made: Setting) -> pl.DataFrame:
    found = made.base.selections
    return pl.DataFrame(
        {
            "selection": [one.id for one in found],
            "title_fr": [one.title.fr for one in found],
            "title_en": [one.title.en for one in found],
        },
        schema={"selection": pl.String, "title_fr": pl.String, "title_en": pl.String},
    )


def chances(made: Setting, kept: Mapping[str, pl.DataFrame], *, by_score: bool) -> Table:
    """Give the chances of score bands, or of the groups of other columns."""
    rounds = len(made.when.rounds)
    waits, invited = (kept[name].filter((pl.col("by") == SCORE) == by_score) for name in ("waits", "invited"))
    found = intervals.chances(waits, invited, rounds)
    middle = [f"chance_{step}" for step in intervals.steps_of(rounds)[:-1]]
    group = ("value_fr", "value_en") if by_score else GROUP
    frame = grouped(named(found, made), made)
    frame = frame.select(*LAWS, *group, "seen", "invited", *middle, *ends(f"chance_{rounds}"), "rounds")
    if by_score:
        title = Text(
            "Chance et temps jusqu’à l’invitation, par pointage", "Chance of an invitation and time to it, by score"
        )
        return table(frame, title, counts=("seen", "invited"), rows=120, columns={"value": TITLES["score"]})
    title = Text("Chance et temps jusqu’à l’invitation, par groupe", "Chance of an invitation and time to it, by group")
    return table(frame, title, counts=("seen", "invited"), within=("by_fr",), rows=120)


def waits(made: Setting, waits: pl.DataFrame, rounds: int) -> Table:
    """Give the whole curve of each score band, for the charts."""
    curve = intervals.curves(waits.filter(pl.col("by") == SCORE), rounds)
    found = intervals.spread(curve, ("law", "value", "step"), ("chance", "at_risk"))
    frame = found.with_columns(band=pl.col("value").cast(pl.Int32), step=pl.col("step") + 1).sort("law", "band", "step")
    frame = named(frame.drop("value", "at_risk_low", "at_risk_high"), made).with_columns(
        pl.lit(made.wanted.band).alias("width")
    )
    title = Text("Chance d’être invitée après tant de rondes", "Chance of an invitation after so many rounds")
    return table(frame, title, counts=("at_risk",), codes=("width",), within=("band", "step", "width"), rows=0)


def differences(made: Setting, invited: pl.DataFrame) -> Table:
    """Say, group by group, how many more or fewer are invited under each scenario than under the law."""
    found = intervals.differences(invited)
    frame = grouped(named(found, made), made)
    columns = (
        "law",
        "law_fr",
        "law_en",
        "by_fr",
        "by_en",
        "value_fr",
        "value_en",
        "law_invited",
        "invited",
        *ends("change"),
    )
    title = Text(
        "Qui est invité de plus, qui l’est de moins : mêmes personnes, même hasard",
        "Who is invited more, who less: same people, same chance",
    )
    return table(frame.select(columns), title, counts=("law_invited", "invited"), signed=ends("change"), rows=80)
