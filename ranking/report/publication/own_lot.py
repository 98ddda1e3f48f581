"""The file with which candidates compute their own lot: the seed, the recipe, and the number that decided.

The number of the last taken is a hash of who they are: whoever has a list of numbers of people could find them by it.
So what is published is the shortest beginning of the first number left out that is above it.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import polars as pl

from ranking import lots
from ranking.report.publication import form
from rules.text import Text

if TYPE_CHECKING:
    from ranking.kept import Kept
    from ranking.selection import Selection

FIELDS = ("tag", "seed", "round", "selection", "person")
YOU = "YOUR-NUMBER"
RECIPE = Text(
    "SHA-256 de cinq champs à la suite : la marque, la graine, la ronde, l’exercice et votre numéro de personne (celui "
    "de la déclaration si vous n’en avez pas). Chacun est son texte en UTF-8, précédé du nombre de ses octets écrit "
    "sur quatre octets, le plus fort en premier. Le plus petit numéro passe d’abord.",
    "SHA-256 of five fields in a row: the tag, the seed, the round, the selection and your number as a person (that of "
    "the declaration if you have none). Each is its text in UTF-8, after the count of its bytes, which is written as "
    "four bytes, big-endian. The smaller number comes first.",
)


def lot_file(kept: Kept, published: form.PublishedRound) -> form.LotFile | None:
    """Make the file of a round with lots; None of a round without any."""
    seed = kept.instruction.source.seed
    drawn = [one for one in kept.instruction.selections if one.by_lot]
    if seed is None or not drawn:
        return None
    shown = {one.id: one for one in published.selections}
    ran = {one["id"]: one for one in kept.receipt["selections"]}
    return form.LotFile(
        format=form.FORMAT,
        round=published.round,
        seed=seed.value,
        protocol=seed.protocol,
        provenance=form.Title.of(seed.provenance.text),
        commitments=seed.commitments,
        tag=lots.TAG,
        fields=FIELDS,
        recipe=form.Title.of(RECIPE),
        example=_example(seed.value, published.round, drawn[0].id),
        selections=tuple(_selection(one, ran[one.id], shown[one.id], seed.value, kept) for one in drawn),
    )


def _selection(
    one: Selection, ran: dict[str, Any], shown: form.Selection, seed: str, kept: Kept
) -> form.SelectionByLot:
    return form.SelectionByLot(
        id=one.id,
        title=shown.title,
        among="candidates" if one.order == "lot" else "equals",
        weights=one.meaning,
        cut_off=shown.cut_off,
        below=None if shown.invited is None else _below(one, ran, kept),
        command=command(seed, kept.receipt["round"], one),
    )


def command(seed: str, round_id: str, selection: Selection) -> str:
    """Write what a candidate types, with their own number in the place of ``YOU``."""
    weighed = ["--weight", "YOUR-WEIGHT"] if selection.meaning == "tickets" else []
    return shlex.join(["tirage", "lot", *weighed, "--", seed, round_id, selection.id, YOU])


def _example(seed: str, round_id: str, selection: str) -> str:
    """Write how anyone computes the number of somebody called ``g`` with common tools."""
    hashed = lots.lot_input(seed, round_id, selection, "g").hex()
    return f"printf %s {hashed} | xxd -r -p | sha256sum  # g: {lots.number(seed, round_id, selection, 'g')}"


def _below(selection: Selection, ran: dict[str, Any], kept: Kept) -> str | None:
    """Find the number below which one is taken; None where no single number decided."""
    last, first = ran.get("last_in") or {}, ran.get("first_out") or {}
    alone = selection.order == "lot"
    if "lot" not in last or "lot" not in first or selection.meaning == "proportional" or selection.parts:
        return None
    if kept.receipt["ceilings"] and selection.ceilings != ():
        return None
    if not alone and last["score"] != first["score"]:
        return None
    bound = shortest(last["lot"], first["lot"])
    return bound if bound and _decided(bound, selection, last, kept) else None


def shortest(last: str, first: str) -> str | None:
    """Give the shortest beginning of ``first`` that is above ``last``; None where ``first`` is not above it."""
    return next((first[:length] for length in range(1, len(first) + 1) if first[:length] > last), None)


def _decided(bound: str, selection: Selection, last: dict[str, Any], kept: Kept) -> bool:
    """Tell whether everyone invited at the cut-off has a number below."""
    taken = kept.invitations.filter(selection=selection.id)
    taken = taken if selection.order == "lot" else taken.filter(score=last["score"])
    drawn = pl.read_parquet(kept.folder / "lots.parquet").filter(selection=selection.id)
    mine = drawn.join(taken.select("declaration_id"), on="declaration_id", how="semi")["lot"]
    return len(mine) == len(taken) and bool((mine < bound).all())
