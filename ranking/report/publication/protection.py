"""Which counts of a publication are hidden: all its tables are looked at together, because they share people.

The counts that are published and those that follow from them (who was eligible and not invited, band by band; who was
invited, by selection and band) are cells of one system of sums. See ``ranking.disclosure`` for what is hidden in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ranking.disclosure import Tally, hide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ranking.report.publication.figures import Figures

Cell = tuple[str, str]
"""The name of a count: its table or column, and its row; ``TOTAL`` names the sum of a table."""
TOTAL = "total"
INNER, CODE, SELECTION, SUM = 1.0, 2.0, 10.0, 100.0
"""How dear it is to hide a count: that of a selection goes with its cut-off."""
OUT = ("expired", "withdrawn", "already_invited", "duplicate_person", "excluded", "not_eligible", "unknown")
"""Outcomes that do not say that a declaration was eligible."""


@dataclass
class System:
    """Cells and the sums between them."""

    counts: dict[Cell, int] = field(default_factory=dict)
    costs: dict[Cell, float] = field(default_factory=dict)
    sums: list[tuple[Cell, tuple[Cell, ...]]] = field(default_factory=list)

    def published(self, cell: Cell, count: int, cost: float) -> Cell:
        """Add a count that is in a table."""
        self.counts[cell], self.costs[cell] = count, cost
        return cell

    def implied(self, cell: Cell, count: int) -> Cell:
        """Add a count that is in no table, and follows from some."""
        self.counts[cell] = count
        return cell

    def sum(self, whole: Cell, parts: Iterable[Cell]) -> None:
        """Say that a cell is the sum of others; a sum that does not hold is a mistake of the caller."""
        found = tuple(parts)
        if self.counts[whole] != sum(self.counts[part] for part in found):
            raise ValueError(whole)
        self.sums.append((whole, found))

    def hidden(self, least: int) -> frozenset[Cell]:
        """Choose the published cells to hide."""
        cells = list(self.counts)
        at = {cell: place for place, cell in enumerate(cells)}
        tally = Tally(
            np.array(list(self.counts.values()), dtype=np.int64),
            tuple(at[whole] for whole, _ in self.sums),
            tuple(tuple(at[part] for part in parts) for _, parts in self.sums),
            np.array([self.costs.get(cell, 0.0) for cell in cells]),
            tuple(place for cell, place in at.items() if cell not in self.costs),
        )
        chosen = hide(tally, least)
        return frozenset(cell for cell, place in at.items() if cell in self.costs and chosen[place])


def system_of(figures: Figures) -> System:
    """Write all that is published of a round, and what follows from it, as one system."""
    made = System()
    pool = made.published(("declarations", TOTAL), sum(figures.outcomes.values()), SUM)
    invited = made.published(("invited", TOTAL), sum(figures.invited.values()), SUM)
    made.sum(invited, [made.published(("selection", name), n, SELECTION) for name, n in figures.invited.items()])
    others = {code: count for code, count in figures.outcomes.items() if code != "invited"}
    made.sum(pool, [invited, *(made.published(("outcome", code), n, CODE) for code, n in others.items())])
    if figures.excluded:
        reasons = [made.published(("exclusion", name), n, INNER) for name, n in figures.excluded.items()]
        made.sum(("outcome", "excluded"), reasons)
    if figures.bands is not None:
        _bands(made, figures)
    return made


def _bands(made: System, figures: Figures) -> None:
    """Add the bands: the pool, those eligible in it, those invited among them, each invited by some selection."""
    bands = figures.bands
    if bands is None:
        return
    names = ("declarations", "eligible", "invited")
    made.published(("eligible", TOTAL), int(bands["eligible"].sum()), SUM)
    for row in bands.iter_rows(named=True):
        low = str(row["low"])
        for name in names:
            made.published((name, low), row[name], INNER)
        by = [(name, n) for (name, band), n in figures.invited_by_band.items() if band == row["low"]]
        made.sum(("invited", low), [made.implied((f"invited by {name}", low), n) for name, n in by])
        _within(made, "declarations", "eligible", low)
        _within(made, "eligible", "invited", low)
    for name in names:
        made.sum((name, TOTAL), [(name, str(low)) for low in bands["low"]])
    for name in figures.invited:
        made.sum(("selection", name), [cell for cell in made.counts if cell[0] == f"invited by {name}"])
    _eligible(made)


def _within(made: System, whole: str, part: str, row: str) -> None:
    """Say that one count is among another; not where a selection that asks for no eligibility makes it larger."""
    rest = made.counts[whole, row] - made.counts[part, row]
    if rest >= 0:
        made.sum((whole, row), [(part, row), made.implied((f"{whole} but {part}", row), rest)])


def _eligible(made: System) -> None:
    """Hold those eligible against the outcomes that only they have; the difference is of those not known."""
    able = [("invited", TOTAL)]
    able += [cell for cell in made.counts if cell[0] == "outcome" and cell[1] not in OUT]
    known = made.implied(("able", TOTAL), sum(made.counts[cell] for cell in able))
    made.sum(known, able)
    more = made.counts["eligible", TOTAL] - made.counts[known]
    if more >= 0:
        made.sum(("eligible", TOTAL), [known, made.implied(("eligible, unknown", TOTAL), more)])
    else:
        made.sum(known, [("eligible", TOTAL), made.implied(("able, not eligible", TOTAL), -more)])
