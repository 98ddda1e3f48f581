"""Which instructions a draw by counts can run; the others are refused, each mechanism and key by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.faults import Fault, InstructionError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.instruction import Instruction
    from ranking.selection import Selection

MECHANISMS = ("count", "threshold", "all")
WRITE = Text(
    "tirage round run, sur une machine qui contient la banque",
    "tirage round run, on a machine that holds the pool",
)
EXPECTED = Text(
    "ce que des décomptes par pointage suffisent à décider : count, threshold ou all, sans autre limite",
    "what counts by score are enough to decide: count, threshold or all, without another limit",
)
ORDER = [("score", "descending"), ("submitted_at", "ascending")]


def check_supported(instruction: Instruction) -> None:
    """Refuse an instruction that needs more than counts and a tie group, with every reason at once."""
    faults = list(_of_round(instruction))
    faults += [fault for selection in instruction.selections for fault in _of_selection(selection)]
    if faults:
        raise InstructionError(faults)


def _of_round(instruction: Instruction) -> Iterator[Fault]:
    where = Text(f"instruction {instruction.source.id}", f"instruction {instruction.source.id}")
    if instruction.source.combine != "in_order":
        yield Fault(where, same(f'combine = "{instruction.source.combine}"'), EXPECTED, WRITE)
    if instruction.source.ceiling:
        yield Fault(where, Text("des contingents (ceiling)", "ceilings (ceiling)"), EXPECTED, WRITE)
    order = [(item.key, item.direction) for item in instruction.regulation.order]
    if order != ORDER[: len(order)]:
        said = ", ".join(f"{key} {direction}" for key, direction in order)
        yield Fault(where, Text(f"l’ordre {said}", f"the order {said}"), EXPECTED, WRITE)


def _of_selection(selection: Selection) -> Iterator[Fault]:
    where = Text(f"exercice {selection.id}", f"selection {selection.id}")
    if selection.mechanism not in MECHANISMS:
        yield Fault(where, same(f'mechanism = "{selection.mechanism}"'), EXPECTED, WRITE)
        return
    found = {"order": selection.order == "lot", "weights": selection.weights, "labels": selection.labels}
    for key in (key for key, there in found.items() if there):
        yield Fault(where, Text(f"la clé « {key} »", f"the key “{key}”"), EXPECTED, WRITE)
