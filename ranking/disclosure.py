"""Disclosure control: which counts of a table are hidden before it is published, so that none can be solved back.

A count from 1 to ``k`` - 1 is hidden (primary). As margins and sums would give it back, others are hidden with it
(complementary): for each hidden count in turn, the cheapest set that can absorb its rise to ``k``, by linear
programming (Fischetti and Salazar-González 2000; Hundepool et al., Statistical Disclosure Control, 2012, chapter 4).
So whoever knows all that is published, every sum, and that no hidden count is 0, cannot tell that any of them is under
``k``. Zeros are published. Tables that share people in other ways than these sums are not looked at together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Whole = NDArray[np.int64]
    Hidden = NDArray[np.bool_]

Sums = Mapping[str, Sequence[str]] | Sequence[tuple[str, Sequence[str]]]

LEAST = 5
"""The smallest count that is published, unless another is asked for."""
NEAREST = 5
"""What counts are rounded to, unless another number is asked for."""
SLACK = 1e-6  # of floating point
MARGIN, TOTAL = 3.0, 100.0  # times the cost of hiding an inner count: a sum in a row, the sum of a column


@dataclass(frozen=True)
class Tally:
    """Counts and the equations between them: the cell ``whole[i]`` is the sum of the cells ``parts[i]``.

    ``cost`` says how dear it is to hide each. ``unpublished`` cells are in no table, yet whoever takes sums apart could
    find them: they are protected like the others, and cost nothing to hide.
    """

    counts: Whole
    whole: tuple[int, ...]
    parts: tuple[tuple[int, ...], ...]
    cost: NDArray[np.float64]
    unpublished: tuple[int, ...] = ()

    @property
    def matrix(self) -> csr_array:
        """Give the equations: a row each, −1 at the whole and 1 at its parts."""
        from scipy.sparse import csr_array  # noqa: PLC0415 - heavy

        columns = [cell for whole, parts in zip(self.whole, self.parts, strict=True) for cell in (whole, *parts)]
        signs = [sign for parts in self.parts for sign in (-1.0, *[1.0] * len(parts))]
        rows = np.repeat(np.arange(len(self.whole)), [1 + len(parts) for parts in self.parts])
        return csr_array((signs, (rows, columns)), shape=(len(self.whole), len(self.counts)))


class Published(NamedTuple):
    """A table fit to publish: a hidden count is null. ``hidden`` names the columns whose sum must be hidden too."""

    frame: pl.DataFrame
    hidden: frozenset[str]


def hide(tally: Tally, k: int = LEAST) -> Hidden:
    """Choose the counts to hide: the small ones, smallest first, and what each needs; ``unpublished`` ones stay so."""
    counts = tally.counts
    chosen: Hidden = (counts > 0) & (counts < k)
    small, safe = np.flatnonzero(chosen), ~chosen
    chosen[list(tally.unpublished)] = True
    for cell in small[np.argsort(counts[small], kind="stable")]:
        if not safe[cell]:
            change = _absorbing(tally, int(cell), k - int(counts[cell]), chosen)
            chosen = chosen | (np.abs(change) > SLACK)
            safe |= counts + change > k - SLACK
    return chosen


def _absorbing(tally: Tally, cell: int, rise: int, chosen: Hidden) -> NDArray[np.float64]:
    """Find the cheapest change of counts in which ``cell`` rises. None falls under 1; to change a hidden one is free.

    There always is one: every sum that holds the cell can rise with it.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - heavy
    from scipy.sparse import hstack  # noqa: PLC0415

    counts, matrix = tally.counts, tally.matrix
    cost = np.where(chosen, 0.0, tally.cost * (1 + np.log1p(counts) / 100))
    lowest = np.zeros(2 * len(counts))
    highest = np.concatenate([np.where(counts == 0, 0, rise), np.clip(counts - 1, 0, rise)]).astype(float)
    lowest[cell], highest[cell], highest[len(counts) + cell] = rise, rise, 0
    found = linprog(
        np.concatenate([cost, cost]),
        A_eq=hstack([matrix, -matrix]),
        b_eq=np.zeros(len(tally.whole)),
        bounds=np.column_stack([lowest, highest]),
        method="highs",
    )
    return np.asarray(found.x[: len(counts)] - found.x[len(counts) :])


def suppressed(
    frame: pl.DataFrame,
    counts: Sequence[str],
    *,
    sums: Sums | None = None,
    within: Sequence[str] = (),
    k: int = LEAST,
) -> Published:
    """Hide small counts of a frame, and what would give them back.

    ``counts`` are columns of whole numbers, none negative or null; ``sums`` names the columns that are sums of others:
    by column, or in pairs where one is several sums.
    Rows that are alike in ``within`` make up one table (an attribute, of which each row is a value). The sum of each
    column is taken to be known; tables with the same sums are held to tell of the same people.
    """
    if not counts or not frame.height:
        return Published(frame, frozenset())
    tally, totals = _tally(frame, list(counts), _pairs(sums), within)
    chosen = hide(tally, k)
    width = len(counts)
    mask = chosen[: frame.height * width].reshape(frame.height, width)
    shown = [
        pl.when(pl.Series("shown", ~mask[:, column])).then(pl.col(name)).alias(name)
        for column, name in enumerate(counts)
    ]
    lost = {name for column, name in enumerate(counts) if chosen[totals + column].any()}
    return Published(frame.with_columns(shown), frozenset(lost))


def _pairs(sums: Sums | None) -> Sequence[tuple[str, Sequence[str]]]:
    if sums is None:
        return ()
    return tuple(sums.items()) if isinstance(sums, Mapping) else sums


def _tally(
    frame: pl.DataFrame, counts: list[str], sums: Sequence[tuple[str, Sequence[str]]], within: Sequence[str]
) -> tuple[Tally, Whole]:
    """Write a frame as cells, row by row, then the sums of its tables; and give where those sums begin."""
    inner = frame.select(counts).cast(pl.Int64).to_numpy()
    width, at = len(counts), {name: column for column, name in enumerate(counts)}
    tables = (
        frame.select(within).with_row_index("row").group_by(within, maintain_order=True).agg("row")["row"].to_list()
        if within
        else [list(range(frame.height))]
    )
    begins: dict[tuple[int, ...], int] = {}
    whole: list[int] = []
    parts: list[tuple[int, ...]] = []
    for rows in tables:
        begin = begins.setdefault(tuple(inner[rows].sum(axis=0).tolist()), (frame.height + len(begins)) * width)
        whole += [begin + column for column in range(width)]
        parts += [tuple(row * width + column for row in rows) for column in range(width)]
    for row in range(frame.height + len(begins)):
        whole += [row * width + at[name] for name, _ in sums]
        parts += [tuple(row * width + at[part] for part in of) for _, of in sums]
    cells = np.concatenate([inner.ravel(), *(np.array(sum_, dtype=np.int64) for sum_ in begins)])
    cost = np.array([MARGIN if name in dict(sums) else 1.0 for name in counts] * (len(cells) // width))
    cost[frame.height * width :] *= TOTAL
    return Tally(cells, tuple(whole), tuple(parts), cost), np.array(list(begins.values()), dtype=np.int64)


def rounded(frame: pl.DataFrame, counts: Sequence[str], nearest: int = NEAREST) -> pl.DataFrame:
    """Round counts to the nearest multiple, halves up; each by itself, so that rounded parts need not add up."""
    return frame.with_columns((pl.col(name) + nearest // 2) // nearest * nearest for name in counts)
