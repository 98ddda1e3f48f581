"""The aims, each with what was measured: met or not. At 1,000,000 profiles of Express Entry on two cores."""

from __future__ import annotations

from typing import Any, NamedTuple

from bench.draw import CUT, WHOLE
from bench.laws import EXPRESS_ENTRY
from bench.scoring import TIRAGE

PROGRAM = EXPRESS_ENTRY.program
SMALL, MILLION = 250_000, 1_000_000
C = "C kernel"


class Aim(NamedTuple):
    """An aim in words, the limit, what was measured (None: not measured), its unit; more is better only for rates."""

    words: str
    limit: float
    measured: float | None
    unit: str
    more_is_better: bool = False

    @property
    def met(self) -> bool | None:
        """Tell whether the aim is met; None where nothing was measured."""
        if self.measured is None:
            return None
        return self.measured >= self.limit if self.more_is_better else self.measured <= self.limit


def median(found: dict[str, Any], contender: str, kind: str, size: int = MILLION, law: str = PROGRAM) -> float | None:
    """Find the median of a contender in milliseconds."""
    for row in found["scoring"]:
        if (row["law"], row["kind"], row["size"], row["contender"]) == (law, kind, size, contender):
            return float(row["ms"])
    return None


def ratio(one: float | None, other: float | None) -> float | None:
    """Divide, where both were measured."""
    return None if one is None or not other else one / other


def command(found: dict[str, Any], name: str, law: str | None = PROGRAM) -> float | None:
    """Find the wall time of a command in milliseconds."""
    known = found.get("start_up", []) if law is None else found.get("commands", [])
    rows = [row for row in known if law is None or (row["law"], row["size"]) == (law, MILLION)]
    return next((float(row["ms"]) for row in rows if row["command"] == name), None)


def aims(found: dict[str, Any]) -> list[Aim]:
    """Put each aim beside what was measured."""
    files = [one for one in found.get("parquet", []) if (one["law"], one["size"]) == (PROGRAM, MILLION)]
    read = files[0]["ms"] if files else {}
    scored = [read[name] for name in ("reading, then scoring", "a streaming query") if name in read]
    draws = {(row["size"], row["contender"]): row["ms"] for row in found.get("draw", [])}
    return [
        Aim("total, against the C kernel of one thread", 2, _against_c(found, "score"), "×"),
        Aim("breakdown, against the C kernel of one thread", 2, _against_c(found, "breakdown"), "×"),
        Aim("sweep, 250,000 declarations, three criteria vary", 3000, _rate(found), "variants/s", more_is_better=True),
        Aim("draw, 250,000 declarations: the cut-off", 2, draws.get((SMALL, CUT)), "ms"),
        Aim("draw, 250,000 declarations: list and outcomes too", 2, draws.get((SMALL, WHOLE)), "ms"),
        Aim("Parquet → score, against reading the columns", 1.5, _least_ratio(scored, read), "×"),
        Aim("`tirage --help`", 150, command(found, "tirage --help", None), "ms"),
        Aim("`tirage score`, 1,000,000, Parquet → Parquet", 1000, command(found, "tirage score"), "ms"),
        Aim("`tirage explain`, one person in 1,000,000", 300, command(found, "tirage explain"), "ms"),
    ]


def _against_c(found: dict[str, Any], kind: str) -> float | None:
    return ratio(median(found, TIRAGE, kind), median(found, C, kind))


def _rate(found: dict[str, Any]) -> float | None:
    known = found.get("sweep")
    return float(known["per_s"]) if known and known["size"] == SMALL else None


def _least_ratio(scored: list[float], read: dict[str, float]) -> float | None:
    return ratio(min(scored), read.get("reading the columns")) if scored else None
