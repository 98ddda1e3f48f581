"""Is a lot blind? Whether those taken look, by arrival, id and region, like those who could be.

For the lots of equals only: a weighted lot, or one whose candidates were ordered by score, is not expected to pass. No
library of statistics is needed: where every cell expects 5 persons or more, Pearson's chi-square, its tail computed in
decimals; where fewer are expected, the same statistic among draws that SHA-256 makes. The figures are the same on
every machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

import polars as pl

from ranking.prefixed import prefixed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PARTS = 10
ENOUGH = 5
DRAWS = 1999
ALARM = Decimal("0.001")
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494")
OTHERS = "…"
NO_REGION = "–"

Method = Literal["chi_square", "draws", "nothing_to_compare"]


class Cell(NamedTuple):
    """One category: how many could be taken, and how many were."""

    label: str
    eligible: int
    taken: int


@dataclass(frozen=True)
class Check:
    """One comparison: its categories, its statistic and the chance of one as great when the lot is blind.

    ``p`` is rounded to six decimals. ``suspicious`` is ``p`` below 0.001: three checks a round then raise a false alarm
    in about three rounds of a thousand.
    """

    name: str
    method: Method
    statistic: Decimal
    freedom: int
    p: Decimal
    cells: tuple[Cell, ...]

    @property
    def suspicious(self) -> bool:
        """Say whether someone must look before the results are released."""
        return self.p < ALARM


def uniformity(taken: pl.Series, arrival: pl.Series, ids: pl.Series, region: pl.Series | None = None) -> list[Check]:
    """Compare those taken by lot with all who could be: by tenths of arrival, tenths of id, and region when given.

    Four columns of one length, a row a person among whom the lot decided; ``taken`` has no null. Equal arrivals are put
    in the order of ids, ids in that of their UTF-8 bytes, nulls first; people without a region are one category, and
    where 50 or more are taken and not taken, the
    smallest regions are put together until each expects 5 of both. The order of rows changes nothing.
    """
    frame = pl.DataFrame({"taken": taken, "arrival": arrival, "id": ids.cast(pl.String)})
    checks = [
        _check("arrival", _tenths(frame.sort("arrival", "id")["taken"])),
        _check("id", _tenths(frame.sort("id", "arrival")["taken"])),
    ]
    return checks if region is None else [*checks, _check("region", _by_label(taken, region))]


def _tenths(taken: pl.Series) -> list[Cell]:
    edges = [len(taken) * part // PARTS for part in range(PARTS + 1)]
    slices = [taken[begin:end] for begin, end in pairwise(edges)]
    return [Cell(str(part), len(rows), int(rows.sum())) for part, rows in enumerate(slices, 1) if len(rows)]


def _by_label(taken: pl.Series, labels: pl.Series) -> list[Cell]:
    frame = pl.DataFrame({"label": labels.cast(pl.String).fill_null(NO_REGION), "taken": taken})
    counted = frame.group_by("label").agg(pl.len().alias("eligible"), pl.col("taken").sum()).sort("label")
    cells = [Cell(*row) for row in counted.select("label", "eligible", pl.col("taken").cast(pl.Int64)).iter_rows()]
    return cells if _rarer(cells) < PARTS * ENOUGH else _pooled(cells)


def _pooled(cells: Sequence[Cell]) -> list[Cell]:
    """Put the smallest categories together until each expects enough; they are drawn from when few are taken at all."""
    everyone, rarer = sum(cell.eligible for cell in cells), _rarer(cells)
    left, together = sorted(cells, key=lambda cell: (-cell.eligible, cell.label)), Cell(OTHERS, 0, 0)
    while left and (left[-1].eligible * rarer < ENOUGH * everyone or 0 < together.eligible * rarer < ENOUGH * everyone):
        last = left.pop()
        together = Cell(OTHERS, together.eligible + last.eligible, together.taken + last.taken)
    return [*sorted(left), together] if together.eligible else sorted(left)


def _rarer(cells: Sequence[Cell]) -> int:
    """Count those taken, or those not taken, whichever are fewer: their cells are the small ones."""
    taken = sum(cell.taken for cell in cells)
    return min(taken, sum(cell.eligible for cell in cells) - taken)


def _check(name: str, cells: Sequence[Cell]) -> Check:
    freedom, rarer = len(cells) - 1, _rarer(cells)
    if freedom < 1 or not rarer:
        return Check(name, "nothing_to_compare", Decimal(0), max(freedom, 0), Decimal(1), tuple(cells))
    statistic = _chi_square([cell.eligible for cell in cells], [cell.taken for cell in cells])
    everyone = sum(cell.eligible for cell in cells)
    plenty = all(cell.eligible * rarer >= ENOUGH * everyone for cell in cells)
    p = _tail(statistic, freedom) if plenty else _drawn(name, cells, rarer, statistic)
    with localcontext(prec=50):
        shown = (Decimal(statistic.numerator) / statistic.denominator).quantize(Decimal("0.000001"))
        return Check(
            name, "chi_square" if plenty else "draws", shown, freedom, p.quantize(Decimal("0.000001")), tuple(cells)
        )


def _chi_square(eligible: Sequence[int], taken: Sequence[int]) -> Fraction:
    """Compute Pearson's statistic of a table of two columns, exactly; the same for the taken and for the others."""
    everyone, chosen = sum(eligible), sum(taken)
    spread = sum(
        (Fraction((own * everyone - size * chosen) ** 2, size) for size, own in zip(eligible, taken, strict=True))
    )
    return Fraction(spread, chosen * (everyone - chosen))


def _tail(statistic: Fraction, freedom: int) -> Decimal:
    """Compute the chance of a greater chi-square: a finite sum for even freedom, a series for odd, in 60 digits."""
    with localcontext(prec=60):
        half = Decimal(statistic.numerator) / statistic.denominator / 2
        if half > 4 * (freedom + 60):
            return Decimal(0)
        shape = Decimal(freedom) / 2
        term = half**shape * (-half).exp() / _gamma(freedom + 2)
        below, step = Decimal(0), shape
        while step < half or term > Decimal("1e-40"):
            below, step = below + term, step + 1
            term *= half / step
        return max(1 - below, Decimal(0))


def _gamma(doubled: int) -> Decimal:
    """Compute the gamma function of half a whole number."""
    value, at = (Decimal(1), 2) if doubled % 2 == 0 else (PI.sqrt(), 1)
    while at < doubled:
        value, at = value * at / 2, at + 2
    return value


def _drawn(name: str, cells: Sequence[Cell], rarer: int, statistic: Fraction) -> Decimal:
    """Compute the share of blind draws whose statistic is as great, the real one counted among them."""
    eligible = [cell.eligible for cell in cells]
    bits = _hashed_bits(name, eligible, rarer)
    as_great = sum(_chi_square(eligible, _blind(eligible, rarer, bits)) >= statistic for _ in range(DRAWS))
    return Decimal(as_great + 1) / (DRAWS + 1)


def _hashed_bits(name: str, eligible: Sequence[int], rarer: int) -> Iterator[int]:
    common, rank = prefixed("tirage-uniformity-v1", name, *map(str, eligible), str(rarer)), 0
    while True:
        yield int.from_bytes(hashlib.sha256(common + rank.to_bytes(8)).digest())
        rank += 1


def _blind(eligible: Sequence[int], rarer: int, bits: Iterator[int]) -> list[int]:
    """Draw so many persons one after the other without looking, and count them by category."""
    left, found, everyone = list(eligible), [0] * len(eligible), sum(eligible)
    for already in range(rarer):
        place, cell = next(bits) * (everyone - already) >> 256, 0
        while place >= left[cell]:
            place, cell = place - left[cell], cell + 1
        left[cell] -= 1
        found[cell] += 1
    return found
