"""What next: for one declaration, the nearest better value of each attribute, and what it alone would add to the score.

Everything else stays as it is, caps included. Ages are left out, because nobody can change one, and so is whatever
decides whether other attributes are asked at all (an accompanying spouse).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rules.domains import Interval
from rules.explain import score_of
from rules.titles import interval, shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from rules.domains import Value
    from rules.regulation import Regulation
    from rules.text import Text


@dataclass(frozen=True)
class NextStep:
    """A better value of one attribute: what it is now, the nearest value that gives more, what it would add."""

    attribute: str
    title: Text
    now: Text
    value: Value
    better: Text
    gain: int


def next_steps(declaration: Mapping[str, Any], regulation: Regulation, facts_on: date) -> tuple[NextStep, ...]:
    """Find the next steps of a declaration, the largest gain first."""
    score = score_of(declaration, regulation, facts_on)
    found = [
        step
        for name in attributes(regulation)
        if name in declaration and (step := _nearest(name, declaration, regulation, facts_on, score)) is not None
    ]
    return tuple(sorted(found, key=lambda step: (-step.gain, step.attribute)))


def attributes(regulation: Regulation) -> list[str]:
    """Name the attributes that a person could one day declare otherwise, and that points depend on."""
    conditions = {other for a in regulation.attributes.values() for other in a.only_when or {}}
    kinds = ("whole", "label", "boolean")
    return [n for n in regulation.needed if regulation.attributes[n].type in kinds and n not in conditions]


def _nearest(
    name: str, declaration: Mapping[str, Any], regulation: Regulation, facts_on: date, score: int
) -> NextStep | None:
    if declaration[name] is None and regulation.attributes[name].only_when is not None:
        return None
    gains = [
        (score_of({**declaration, name: value}, regulation, facts_on) - score, value)
        for value in candidates(name, declaration[name], regulation)
        if not _contradicts({**declaration, name: value}, regulation)
    ]
    better = [(gain, value) for gain, value in gains if gain > 0]
    if not better:
        return None
    whole = regulation.attributes[name].type == "whole"
    gain, value = better[0] if whole else min(better, key=lambda pair: pair[0])
    words = interval(Interval(value, None)) if whole and isinstance(value, int) else shown(value, name, regulation)
    title = regulation.attributes[name].title.text
    return NextStep(name, title, shown(declaration[name], name, regulation), value, words, gain)


def _contradicts(declaration: Mapping[str, Any], regulation: Regulation) -> bool:
    return any(one.where.holds(declaration) is True for one in regulation.contradictions)


def candidates(name: str, now: Value, regulation: Regulation) -> list[Value]:
    """Give the values to try: the numbers at which a row begins, above the present one; every other label."""
    domain = regulation.inputs[name]
    if domain.kind != "whole":
        return [value for value in domain.answers if value != now]
    floor = now if isinstance(now, int) else domain.low - 1
    return [start for start in sorted(set(_starts(name, regulation))) if floor < start < domain.high]


def _starts(name: str, regulation: Regulation) -> Iterator[int]:
    """Give the whole numbers at which a row or column of an input that comes from ``name`` begins."""
    for criterion in regulation.criteria:
        for table in criterion.tables:
            axes = [(one, table.rows) for one in table.row_inputs]
            axes += [(table.column_input, table.columns)] if table.column_input and table.columns else []
            for one, axis in axes:
                if name in regulation.read_by(one):
                    yield from (key.low for key in axis.keys if isinstance(key, Interval) and key.low is not None)
