"""Proof of each selection: ranks, places and minimums, nobody passed over, cut-offs, and its definition run again."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ranking.verify.findings import Finding, compared, differs
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ranking.verify.case import Case, Invited
    from ranking.verify.expected import Chosen
    from ranking.verify.stages import Contest

CONSTRAINED = {"ceiling_reached", "reserve_other"}
IN_STAGES = ("tiers", "reserves", "floors", "shares", "apportion")


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
    """Check that ranks run from 1 without a gap, and that each one taken comes before the next in the order.

    As if alone, who was taken by an earlier selection too leaves a gap. A list made place by place, to keep a share on
    every prefix, has its own order: its definition is followed instead.
    """
    alone = case.given.said.get("combine") == "as_if_alone"
    wrong: list[Text] = []
    for chosen in case.round.chosen:
        rows = case.lists[chosen.name]
        numbers = [row.rank for row in rows]
        whole = sorted(set(numbers)) if alone else list(range(1, len(rows) + 1))
        if numbers != whole:
            wrong.append(
                Text(f"{chosen.name} : rangs avec un trou ou répétés", f"{chosen.name}: ranks with a gap, or repeated")
            )
        if chosen.contest is not None and "shares" not in chosen.said:
            wrong += _out_of_order(rows, chosen.contest)
    return compared("order", len(case.invited), wrong)


def _out_of_order(rows: list[Invited], contest: Contest) -> list[Text]:
    place = {one: place for place, one in enumerate(contest.candidates)}
    there = [row for row in rows if row.position in place]
    return [
        Text(
            f"{after.selection} : {after.declaration} (rang {after.rank}) devrait précéder {before.declaration}",
            f"{after.selection}: {after.declaration} (rank {after.rank}) should come before {before.declaration}",
        )
        for before, after in pairwise(there)
        if place[_known(after)] < place[_known(before)]
    ]


def _known(row: Invited) -> int:
    return -1 if row.position is None else row.position


def limits(case: Case) -> Finding:
    """Check that no selection has more people than places, nor anyone under its minimum."""
    wrong: list[Text] = []
    for said in case.given.selections:
        name, taken = str(said["id"]), case.taken(str(said["id"]))
        size, least, scores = said.get("size"), said.get("min_score"), case.facts.scores
        beyond = said.get("ties") == "all_in" or any(tier.get("everyone") for tier in said.get("tiers", ()))
        if size is not None and not beyond and len(taken) > size:
            wrong.append(Text(f"{name} : {len(taken)} pour {size} places", f"{name}: {len(taken)} for {size} places"))
        if least is not None:
            low = [position for position in taken if scores[position] < least]
            wrong += [same(f"{name}, {case.facts.ids[one]}: {scores[one]} < {least}") for one in low]
    return compared("limits", len(case.given.selections), wrong)


def passed_over(case: Case) -> Finding:
    """Find candidates who come before the last one taken and are not taken, for no reason that is proven.

    The lists are those of the folder; the candidates, whom the selection is for and no earlier list has taken.
    """
    gone: set[int] = set()
    wrong: list[Text] = []
    seen = 0
    for chosen in case.round.chosen:
        wrong += [_over(case, chosen, one) for one in _over_the_last(case, chosen, gone)]
        seen += len(chosen.candidates)
        gone |= set(case.taken(chosen.name))
    return compared("passed_over", seen, wrong)


def _over(case: Case, chosen: Chosen, one: int) -> Text:
    outcome = case.told.get(one, ("–", None))[0]
    return same(f"{chosen.name}, {case.facts.ids[one]}: {case.facts.scores[one]}, {outcome}")


def _over_the_last(case: Case, chosen: Chosen, gone: set[int]) -> Iterator[int]:
    taken = set(case.taken(chosen.name))
    place = {one: place for place, one in enumerate(chosen.candidates)}
    last = max((place[one] for one in taken if one in place), default=-1)
    for one in chosen.candidates[: last + 1]:
        if one not in taken and one not in gone and not _excused(chosen, one):
            yield one


def _excused(chosen: Chosen, one: int) -> bool:
    """Tell whether a named constraint kept someone out: a ceiling, places for others, or a minimum that they lack.

    Where places are given in stages, whoever lost the tie of their own group's stage may precede another group's last.
    """
    if chosen.pick is None or chosen.contest is None:
        return False
    outcome = chosen.pick.outcomes.get(one)
    in_a_stage = outcome == "tie_lost" and chosen.said["mechanism"] in IN_STAGES
    return outcome in CONSTRAINED or in_a_stage or not chosen.contest.enough(one)


def cut_offs(case: Case) -> Finding:
    """Compare the figures of each selection in the receipt with those that its definition gives."""
    wrong: list[Text] = []
    for chosen in case.round.chosen:
        if chosen.contest is None or chosen.pick is None:
            continue
        told = case.archive.selection(chosen.name)
        figures = _figures(case, chosen, chosen.contest)
        wrong += [
            differs(f"{chosen.name}, {key}", _shown(told.get(key)), _shown(found))
            for key, found in figures.items()
            if key not in told or told[key] != found
        ]
    return compared("cut_offs", len(case.round.chosen), wrong)


def _shown(value: Any) -> Any:  # noqa: ANN401 - a value of a receipt
    return ", ".join(str(one) for one in value.values()) if isinstance(value, dict) else value


def _figures(case: Case, chosen: Chosen, contest: Contest) -> dict[str, Any]:
    pick = chosen.pick
    inside = set(pick.taken) if pick else set()
    line = [one for one in contest.candidates if one in inside]
    left = [one for one in contest.candidates if one not in inside]
    last = line[-1] if line else None
    by_score = contest.kind == "score" and chosen.said.get("criteria", True) and chosen.said["mechanism"] != "named"
    return {
        "candidates": len(chosen.candidates),
        "unknown": len(chosen.unsure),
        "invited": len(inside),
        "cut_off": case.facts.scores[last] if last is not None and by_score else None,
        "last_in": None if last is None else _key(case, chosen, last),
        "first_out": _key(case, chosen, left[0]) if left else None,
        **({"tied_at_cut_off": pick.tied, "tied_taken": pick.tied_taken} if pick else {}),
    }


def _key(case: Case, chosen: Chosen, one: int) -> dict[str, Any]:
    """Give the keys of someone in the order of a selection, as a receipt writes them."""
    facts = case.facts
    keys: dict[str, Any] = {
        "score": facts.scores[one],
        "submitted_at": facts.submitted[one].isoformat(),
        "declaration_id": facts.ids[one],
    }
    if facts.reached is not None:
        keys["score_reached_at"] = facts.reached[one].isoformat()
    if case.by_lot(chosen.said):
        keys["lot"] = case.lots[chosen.name].get(one, NO_LOT)
    return keys


NO_LOT = "z"


def by_definition(case: Case, chosen: Chosen) -> Finding:
    """Compare the list of a selection, in order, with the one that its definition gives.

    As if alone, an invitation is under the first selection that takes someone.
    """
    if chosen.pick is None:
        return _not_verified(chosen.name, chosen.unverified)
    found = [(row.rank, row.declaration) for row in case.lists[chosen.name]]
    wanted = [
        (rank, case.facts.ids[one])
        for rank, one in enumerate(chosen.pick.taken, 1)
        if case.round.outcomes[one] == ("invited", chosen.name)
    ]
    said, meant = dict(found), dict(wanted)
    wrong = [
        differs(f"{chosen.name}:{rank}", said.get(rank), meant.get(rank))
        for rank in sorted({*said, *meant})
        if said.get(rank) != meant.get(rank)
    ]
    if len(found) != len(said):
        wrong.append(differs(chosen.name, len(found), len(wanted)))
    return compared("selection", len(wanted), wrong, chosen.name)
