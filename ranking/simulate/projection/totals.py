"""The figures of a projection over its whole horizon, and what they say in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from ranking.simulate.projection import intervals
from ranking.simulate.projection.wording import INTERVAL, LANGS
from ranking.simulate.projection.world import Why
from rules.text import Lang, Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ranking.simulate.projection.setting import Setting


def figures(made: Setting, kept: Mapping[str, pl.DataFrame], count: int) -> dict[str, Any]:
    """Give the totals of the whole horizon, those of the first scenario with ``_1``, and the check of the accounts."""
    accounts = kept["accounts"]
    found: dict[str, Any] = {
        "replications": count,
        "rounds": len(made.when.rounds),
        "laws": len(made.instructions),
        "first_round": str(made.when.days[0]),
        "end": str(made.when.end.date()),
        "arrivals_a_month": round(made.source.a_month, 1),
        "unbalanced": intervals.unbalanced(accounts),
        "interval": [intervals.LOW, intervals.HIGH],
        "hash": made.hash,
    }
    return found | totals(made, kept)


def totals(made: Setting, kept: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """Count people: at the start, arrived, and for each law waiting at the end, invited, and gone by each reason."""
    accounts = kept["accounts"]
    last = accounts.filter(pl.col("instant") == pl.col("instant").max())
    arrived = last.filter(pl.col("law") == 0).with_columns(arrived=pl.col("entered") - made.begun.frame.height)
    found = {"pool": made.begun.frame.height} | intervals.ends(arrived, ["arrived"])
    invited = kept["selections"].group_by("replication", "law").agg(pl.col("invited").sum())
    names = ["waiting", "open", *(one.name for one in Why)]
    for law in range(len(made.instructions)):
        own = intervals.ends(last.filter(pl.col("law") == law), names)
        own |= intervals.ends(invited.filter(pl.col("law") == law), ["invited"])
        found |= {_of(name, law): value for name, value in own.items()}
    return found


def _of(name: str, law: int) -> str:
    return name if law == 0 else f"{name}_{law}"


def sentences(figures: Mapping[str, Any], laws: list[Text]) -> Iterator[Text]:
    """Say the main figures in words."""
    runs, rounds, begins, end = (figures[name] for name in ("replications", "rounds", "first_round", "end"))
    fr, en = (_Written(figures, lang) for lang in LANGS)
    yield Text(
        f"{runs} répétitions de {rounds} rondes, du {begins} au {end} ; {fr.of('pool')} déclarations au départ, "
        f"{fr.of('arrived')} arrivées (médiane).",
        f"{runs} replications of {rounds} rounds, {begins} to {end}; {en.of('pool')} declarations at the start, "
        f"{en.of('arrived')} arrivals (median).",
    )
    for law, name in enumerate(laws):
        yield Text(
            f"{name.fr} : {fr.of('invited', law)} invitations ({fr.between('invited', law)}), "
            f"{fr.of('accepted', law)} acceptations, {fr.of('expired', law)} échéances ; à la fin, "
            f"{fr.of('waiting', law)} en attente ({fr.between('waiting', law)}).",
            f"{name.en}: {en.of('invited', law)} invitations ({en.between('invited', law)}), "
            f"{en.of('accepted', law)} acceptances, {en.of('expired', law)} expiries; at the end, "
            f"{en.of('waiting', law)} waiting ({en.between('waiting', law)}).",
        )
    yield INTERVAL


class _Written(NamedTuple):
    """The figures as readers of a language write them; a hidden one is a dash."""

    figures: Mapping[str, Any]
    lang: Lang

    def of(self, name: str, law: int = 0) -> str:
        value = self.figures[_of(name, law)]
        return "–" if value is None else number(value, self.lang)

    def between(self, name: str, law: int) -> str:
        ends = Text("à", "to").to(self.lang)
        return f"{self.of(f'{name}_low', law)} {ends} {self.of(f'{name}_high', law)}"
