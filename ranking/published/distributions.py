"""Published distributions of the Express Entry pool: candidates by band of the score, at one day before each round."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from ranking.published.table import Rule, agrees, complete, flag_value, flagged, known_flags, read_table
from ranking.reference import data_folder
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Band(NamedTuple):
    """A band of the score, both ends included."""

    low: int
    high: int

    @property
    def column(self) -> str:
        """Name the column of a distribution that counts it."""
        return f"s{self.low}_{self.high}"


BANDS = (
    Band(601, 1200),
    Band(501, 600),
    *(Band(low, low + 9) for low in range(491, 400, -10)),
    Band(351, 400),
    Band(301, 350),
    Band(0, 300),
)
"""The finest bands that are published, best first; they cover every score."""
WHOLES = {
    Band(451, 500): tuple(Band(low, low + 9) for low in range(491, 450, -10)),
    Band(401, 450): tuple(Band(low, low + 9) for low in range(441, 400, -10)),
}
"""Bands that are published beside their parts."""
COLUMNS = {
    "round": pl.String,
    "counted_on": pl.Date,
    **{band.column: pl.Int32 for band in (*BANDS[:2], Band(451, 500), *BANDS[2:7], Band(401, 450), *BANDS[7:])},
    "total": pl.Int32,
    "source": pl.String,
    "flags": pl.String,
}
FLAGS = ("withdrawn", "same_as", "counted_on_another_day", "parts_of_451_500_off", "parts_of_401_450_off", "total_off")


def distributions(path: Path | None = None) -> pl.DataFrame:
    """Read the distributions: one row for each round that has one, in the order of rounds.

    ``counted_on`` is the day at which the pool was counted. Several rounds may share one count (``same_as``). Raises
    PublishedError, all faults at once.
    """
    file = path or data_folder() / "distributions" / "canada-express_entry.csv"
    return read_table(file, COLUMNS, ["round"], _rules())


def _rules() -> Sequence[Rule]:
    write = Text("corrigez la cellule", "mend the cell")
    counts = [name for name in COLUMNS if name.startswith("s") and name != "source"]
    whole = reduce(add, (pl.col(band.column) for band in (*BANDS[:2], *WHOLES, *BANDS[-3:])))
    first = pl.col("round").first().over(counts)
    again = pl.col("round") != first
    other_day = pl.col("counted_on") != pl.col("counted_on").first().over(counts)
    return [
        known_flags(FLAGS),
        complete("counted_on", *counts, "total", "source"),
        Rule(
            "counts",
            pl.all_horizontal(pl.col(*counts, "total") >= 0),
            ("total",),
            Text("des nombres de 0 ou plus", "counts of 0 or more"),
            write,
        ),
        *(_parts(band, parts) for band, parts in WHOLES.items()),
        _sum("total", whole, "total_off", ("total",), Text("la somme des tranches", "the sum of the bands")),
        Rule(
            "same_as",
            pl.when(again).then(flag_value("same_as") == first).otherwise(~flagged("same_as")),
            ("flags",),
            Text("same_as: et la première ronde des mêmes chiffres", "same_as: and the first round with these figures"),
            write,
        ),
        agrees(
            "day of a count",
            ~other_day,
            "counted_on_another_day",
            ("counted_on",),
            Text("un seul jour pour les mêmes chiffres", "one day for the same figures"),
        ),
    ]


def _parts(band: Band, parts: Sequence[Band]) -> Rule:
    total = reduce(add, (pl.col(part.column) for part in parts))
    expected = Text(
        f"la somme des tranches de {band.low} à {band.high}", f"the sum of the bands from {band.low} to {band.high}"
    )
    return _sum(band.column, total, f"parts_of_{band.low}_{band.high}_off", (band.column,), expected)


def _sum(column: str, total: pl.Expr, flag: str, shows: tuple[str, ...], expected: Text) -> Rule:
    """Ask that a published total be the sum of its parts, or that the flag say by how much it is not."""
    off = flag_value(flag).cast(pl.Int32, strict=False).fill_null(0)
    write = Text(f"corrigez un nombre, ou écrivez « {flag}:écart »", f"mend a count, or write “{flag}:difference”")
    return Rule(flag, total - pl.col(column) == off, (*shows, "flags"), expected, write)
