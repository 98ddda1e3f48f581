"""Proof of each selection: ranks, places and minimums, nobody passed over, cut-offs, and its definition run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ranking.verify.findings import Finding, compared, differs
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.verify.case import Case
    from ranking.verify.expected import Chosen

CONSTRAINED = {"ceiling_reached", "reserve_other"}


def prove_picks(case: Case) -> list[Finding]:
    """Prove each selection, and name whatever no definition covers."""
    found = [ranks(case), limits(case), passed_over(case), cut_offs(case)]
    found += [by_definition(case, chosen) for chosen in case.round.chosen]
    if case.round.unverified:
        found.append(_not_verified("instruction", case.round.unverified))
    return found


def _not_verified(about: str, what: str) -> Finding:
    wrong = Text(f"{what} : aucune définition ne le couvre", f"{what}: no definition covers it")
    return Finding("not_verified", same("–"), (wrong,), about)


def ranks(case: Case) -> Finding:
    """Check that ranks run from 1 without a gap, and that each one taken comes before the next in the total order."""
    wrong = []
    for name, rows in case.lists.items():
        if [row.rank for row in rows] != list(range(1, len(rows) + 1)):
            wrong.append(Text(f"{name} : rangs avec un trou ou répétés", f"{name}: ranks with a gap, or repeated"))
        places = [len(case.facts.ids) if row.position is None else case.round.place[row.position] for row in rows]
        wrong += [
            Text(
                f"{name} : {after.declaration} (rang {after.rank}) devrait précéder {before.declaration}",
                f"{name}: {after.declaration} (rank {after.rank}) should come before {before.declaration}",
            )
            for before, after, first, second in zip(rows, rows[1:], places, places[1:], strict=False)
            if second < first
        ]
    return compared("order", len(case.invited), wrong)


def limits(case: Case) -> Finding:
    """Check that no selection has more people than places, nor anyone under its minimum."""
    wrong: list[Text] = []
    for said in case.given.selections:
        name, taken = str(said["id"]), case.taken(str(said["id"]))
        size, least, scores = said.get("size"), said.get("min_score"), case.facts.scores
        if size is not None and said.get("ties") != "all_in" and len(taken) > size:
            wrong.append(Text(f"{name} : {len(taken)} pour {size} places", f"{name}: {len(taken)} for {size} places"))
        if least is not None:
            low = [position for position in taken if scores[position] < least]
            wrong += [same(f"{name}, {case.facts.ids[one]}: {scores[one]} < {least}") for one in low]
    return compared("limits", len(case.given.selections), wrong)


def passed_over(case: Case) -> Finding:
    """Find candidates who come before the last one taken and are not taken, for no reason that is proven.

    The candidates are those of the folder's own lists: whom the earlier selections of the folder left, and whom the
    selection is for.
    """
    gone: set[int] = set()
    wrong: list[Text] = []
    for number in range(len(case.given.selections)):
        wrong += [_over(case, number, one) for one in _over_the_last(case, number, gone)]
        gone |= set(case.taken(str(case.given.selections[number]["id"])))
    return compared("passed_over", len(case.facts.ids), wrong)


def _over(case: Case, number: int, one: int) -> Text:
    name = case.given.selections[number]["id"]
    outcome = case.told.get(one, ("–", None))[0]
    return same(f"{name}, {case.facts.ids[one]}: {case.facts.scores[one]}, {outcome}")


def _over_the_last(case: Case, number: int, gone: set[int]) -> Iterator[int]:
    chosen = case.round.chosen[number]
    taken = set(case.taken(str(chosen.said["id"])))
    if not taken:
        return
    last = max(case.round.place[one] for one in taken)
    for one in _candidates(case, number, gone):
        if case.round.place[one] >= last:
            return
        if one not in taken and not _excused(chosen, one):
            yield one


def _candidates(case: Case, number: int, gone: set[int]) -> Iterator[int]:
    """Give those for whom a selection of the folder was, best first."""
    covered = case.round.covered[number]
    for one in case.round.order:
        if covered[one] and one not in case.round.out and one not in gone:
            yield one


def _excused(chosen: Chosen, one: int) -> bool:
    """Tell whether the definition itself says of someone that a named constraint kept them out."""
    return chosen.pick is not None and chosen.pick.outcomes.get(one) in CONSTRAINED


def cut_offs(case: Case) -> Finding:
    """Compare the figures of each selection in the receipt with those that the lists and the facts give."""
    wrong: list[Text] = []
    known = [chosen for chosen in case.round.chosen if chosen.pick is not None]
    for chosen in known:
        name = str(chosen.said["id"])
        told = case.archive.selection(name)
        for key, found in _figures(case, chosen).items():
            if key in told and told[key] != found:
                wrong.append(differs(f"{name}, {key}", told[key], found))
            elif key not in told:
                wrong.append(differs(f"{name}, {key}", None, found))
    return compared("cut_offs", len(case.round.chosen), wrong)


def _figures(case: Case, chosen: Chosen) -> dict[str, Any]:
    taken = case.taken(str(chosen.said["id"]))
    inside = set(taken)
    left = [one for one in chosen.candidates if one not in inside]
    last = max(taken, key=case.round.place.__getitem__) if taken else None
    pick = chosen.pick
    return {
        "candidates": len(chosen.candidates),
        "unknown": len(chosen.unsure),
        "cut_off": None if last is None else case.facts.scores[last],
        "last_in": None if last is None else _key(case, last),
        "first_out": _key(case, left[0]) if left else None,
        **({} if pick is None else {"tied_at_cut_off": pick.tied, "tied_taken": pick.tied_taken}),
    }


def _key(case: Case, one: int) -> dict[str, Any]:
    facts = case.facts
    return {
        "score": facts.scores[one],
        "submitted_at": facts.submitted[one].isoformat(),
        "declaration_id": facts.ids[one],
    }


def by_definition(case: Case, chosen: Chosen) -> Finding:
    """Compare the list of a selection, in order, with the one that its definition gives."""
    name = str(chosen.said["id"])
    if chosen.pick is None:
        return _not_verified(name, chosen.unverified)
    found = [row.declaration for row in case.lists[name]]
    wanted = [case.facts.ids[one] for one in chosen.pick.taken]
    wrong = [
        differs(f"{name}:{rank}", one, other)
        for rank, (one, other) in enumerate(_pairs(found, wanted), 1)
        if one != other
    ]
    return compared("selection", len(wanted), wrong, name)


def _pairs(found: list[str], wanted: list[str]) -> list[tuple[str | None, str | None]]:
    longest = max(len(found), len(wanted))
    first: list[str | None] = [*found, *[None] * (longest - len(found))]
    second: list[str | None] = [*wanted, *[None] * (longest - len(wanted))]
    return list(zip(first, second, strict=True))
