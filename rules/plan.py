"""The plan of a compiled regulation: what is fused with what, how large the tables are, what a declaration costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from rules.blocks import chooses, most, smallest
from rules.groups import ROOT
from rules.lookup import LARGEST, LARGEST_ALONE, Compiler, Sum, needed
from rules.text import Text, number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.attributes import Attribute
    from rules.lookup import Term
    from rules.regulation import Regulation

MERGED, ALONE = (Text(number(size, "fr"), number(size, "en")) for size in (LARGEST, LARGEST_ALONE))
RULE = Text(
    "Règle de fusion : des tables qui s’additionnent sont fusionnées, le plus petit produit d’abord, tant que leurs "
    f"combinaisons ne dépassent pas {MERGED.fr} ; seule, une table peut en avoir {ALONE.fr}. "
    "Un intrant qui ne varie pas dans la banque ne compte pour rien.",
    "Rule of fusion: tables that add up are merged, the smallest product first, while their combinations stay within "
    f"{MERGED.en}; a table alone may have {ALONE.en}. An input that does not vary in the pool counts for nothing.",
)
WIDEST = 4
BYTES = {"boolean": 1, "date": 4, "instant": 8}


@dataclass(frozen=True)
class Gather:
    """One table that the score reads: criteria fused, inputs with how many values of each, entries, bytes of an entry.

    ``fused`` is false where the combinations are too many, and the law's own tables are read row by row. ``cap`` names
    the part under whose cap the points come.
    """

    criteria: tuple[str, ...]
    inputs: tuple[tuple[str, int], ...]
    entries: int
    fused: bool
    cap: str | None
    width: int

    @property
    def bytes(self) -> int:
        """The size of the table."""
        return self.entries * self.width if self.fused else 0


@dataclass(frozen=True)
class Plan:
    """How a score is computed: one pass over ``columns`` (attributes, and the bytes that each takes in a declaration).

    ``derived`` are the inputs computed first, levels taken as declared (from tests, a pool has them computed too);
    ``dropped`` are the parts whose cap no declaration reaches.
    """

    columns: tuple[tuple[str, int], ...]
    derived: tuple[str, ...]
    gathers: tuple[Gather, ...]
    dropped: tuple[str, ...]

    @property
    def bytes_read(self) -> int:
        """How many bytes of columns a declaration takes."""
        return sum(size for _, size in self.columns)

    @property
    def bytes_of_tables(self) -> int:
        """How many bytes all tables take together: what should fit the cache."""
        return sum(gather.bytes for gather in self.gathers)


def plan(regulation: Regulation) -> Plan:
    """Say how the score of a regulation is computed."""
    compiler = Compiler(regulation)
    total = compiler.merge(compiler.split(regulation.parts[ROOT]))
    names = needed(regulation)
    columns = tuple((name, _bytes(regulation.attributes[name], regulation)) for name in regulation.needed)
    derived = tuple(name for name, source in regulation.derived.items() if name in names and not source.completes)
    capped = [part.id for part in regulation.parts.values() if part.cap is not None]
    dropped = tuple(part for part in capped if not compiler.binds(regulation.parts[part]))
    return Plan(columns, derived, tuple(_gathers(total, compiler)), dropped)


def _gathers(source: Sum, compiler: Compiler, cap: str | None = None) -> Iterator[Gather]:
    for term in source.terms:
        yield _gather(term, compiler, cap)
    for capped in source.capped:
        for inner in capped.sums:
            yield from _gathers(inner, compiler, capped.id)


def _gather(term: Term, compiler: Compiler, cap: str | None) -> Gather:
    inputs = tuple((name, compiler.codes[name].size) for name in term.inputs)
    entries = prod(size for _, size in inputs)
    fused = bool(inputs) and entries <= LARGEST_ALONE
    width = _width(term, compiler) if fused else 0
    return Gather(term.criteria, inputs, entries, fused, cap, width)


def _width(term: Term, compiler: Compiler) -> int:
    """Give the bytes of an entry: as narrow as its points where the law is read in blocks, else those of any points."""
    return smallest(most(compiler.array(term).to_numpy())).itemsize if chooses(compiler.regulation) else WIDEST


def _bytes(attribute: Attribute, regulation: Regulation) -> int:
    """Give the bytes of a value at rest: labels as their number, whole numbers as 16 bits."""
    if attribute.type in ("label", "code"):
        labels = len(attribute.labels) or len(regulation.lists[attribute.list or ""].codes)
        return 1 if labels < 2**8 else 2
    return BYTES.get(attribute.type, 2)
