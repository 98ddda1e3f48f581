"""An instruction in words: one sentence a selection, who may be taken, how many, and how ties end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ranking.instruction_check import other_keys
from rules.text import Text
from rules.titles import condition, either

if TYPE_CHECKING:
    from ranking.instruction import Instruction, Selection
    from rules.text import Lang

TIES = {
    "key": Text(
        "à égalité au seuil, l’ordre du programme départage", "equals at the cut-off go by the program’s order"
    ),
    "all_in": Text("à égalité au seuil, toutes sont prises", "equals at the cut-off are all taken"),
    "all_out": Text(
        "à égalité au seuil, aucune n’est prise, sauf si toutes tiennent",
        "equals at the cut-off are all left out, unless they all fit",
    ),
    "lot": Text("à égalité au seuil, le sort départage", "equals at the cut-off are drawn by lot"),
}
CERTAINTY = {"published": Text("publié", "published"), "inferred": Text("déduit", "inferred")}


def sentences(instruction: Instruction, number: int, lang: Lang) -> list[str]:
    """Write what a selection does: who, then how many; then what is known of it and keys without words of their own."""
    selection = instruction.selections[number]
    said = [f"{_who(instruction, number, lang)} {_takes(selection, lang)}."]
    others = ", ".join(f"{key} = {getattr(selection, key)}" for key in other_keys(selection))
    if others:
        said.append(Text("Autres clés : ", "Other keys: ").to(lang) + others)
    certainty = CERTAINTY[selection.certainty].to(lang)
    note = f" – {selection.note.text.to(lang)}" if selection.note else ""
    said.append(f"({certainty}){note}")
    return said


def _who(instruction: Instruction, number: int, lang: Lang) -> str:
    selection = instruction.selections[number]
    who = Text("Parmi les personnes admissibles à un volet", "Among people eligible for any stream").to(lang)
    if selection.stream:
        streams = either(list(selection.stream), lang)
        named = Text(
            f"Parmi les personnes admissibles au volet {streams}", f"Among people eligible for stream {streams}"
        )
        who = named.to(lang)
    filtered = condition(instruction.conditions[number], instruction.regulation, lang)
    return f"{who} ({filtered})," if filtered else f"{who},"


def _takes(selection: Selection, lang: Lang) -> str:
    least = selection.min_score
    from_ = "" if least is None else Text(f" d’au moins {least} points", f" with at least {least} points").to(lang)
    if selection.mechanism == "count":
        best = Text(f"invite les {selection.size} mieux classées", f"invites the best {selection.size}").to(lang)
        ties = TIES[selection.ties or "key"]
        return best + ("," + from_ if from_ else "") + Text(f" ; {ties.fr}", f"; {ties.en}").to(lang)
    if selection.mechanism == "threshold":
        return Text("invite toutes celles", "invites everyone").to(lang) + from_
    if selection.mechanism == "all":
        return Text("les invite toutes", "invites them all").to(lang)
    size = "" if selection.size is None else f" ({selection.size})"
    return Text(f"mécanisme « {selection.mechanism} »", f"mechanism “{selection.mechanism}”").to(lang) + size + from_
