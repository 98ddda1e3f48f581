"""What can be proved of conditions from their finite domains alone: never true together, one implied by another.

A condition is a union of boxes: for each input, the values that it allows. An input derived from one code (its digit,
its row in a list) is turned into the codes themselves, so that an occupation and its category meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rules.conditions import Condition, Test
    from rules.domains import Value
    from rules.regulation import Regulation

Box = dict[str, frozenset["Value"]]
MOST = 4096


def boxes(source: Condition, regulation: Regulation) -> list[Box]:
    """Give the boxes of a condition, empty ones left out; one box without limits where it always holds."""
    if not source.options:
        return [{}]
    found = [together([_of_test(test, regulation) for test in option]) for option in source.options]
    return [box for box in found if box is not None]


def meet(conditions: Iterable[Sequence[Box]]) -> list[Box] | None:
    """Give the boxes where all hold: none where they contradict each other; None where there are too many to tell."""
    met: list[Box] = [{}]
    for one in conditions:
        pairs = (together([a, b]) for a in met for b in one)
        met = [box for box in pairs if box is not None]
        if len(met) > MOST:
            return None
    return met


def together(several: Sequence[Box]) -> Box | None:
    """Give what several boxes allow together; None where nothing is left."""
    found: Box = {}
    for box in several:
        for name, values in box.items():
            found[name] = found[name] & values if name in found else values
            if not found[name]:
                return None
    return found


def implied(narrow: Sequence[Box], wide: Sequence[Box]) -> bool:
    """Tell whether each narrow box lies in a wide one: then the first condition is never true without the second."""
    return all(any(_inside(box, other) for other in wide) for box in narrow)


def _inside(box: Box, other: Box) -> bool:
    return all(name in box and box[name] <= values for name, values in other.items())


def _of_test(test: Test, regulation: Regulation) -> Box:
    domain = regulation.inputs[test.input]
    values: list[Value] = [*domain.answers, *([None] if domain.none else [])]
    allowed = frozenset(value for value in values if test.holds(value) is True)
    source = regulation.derived.get(test.input)
    if source is None or not source.of_values:
        return {test.input: allowed}
    return {source.of[0]: frozenset(code for code, value in source.of_values if value in allowed)}
