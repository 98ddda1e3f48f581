"""Proof of what bounds a selection by groups: ceilings, floors, shares, hard reserves, labels."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ranking.verify.findings import Finding, compared, differs
from rules.text import Text, number

if TYPE_CHECKING:
    from ranking.verify.case import Case
    from ranking.verify.expected import Chosen
    from ranking.verify.rooms import Room


def prove_bounds(case: Case) -> list[Finding]:
    """Prove the bounds that an instruction sets, each one that it has."""
    found = [_ceiling(case, room) for room in case.round.draw.rooms.values()]
    found += [
        _guarantee(case, chosen) for chosen in case.round.chosen if {"floors", "shares", "reserves"} & set(chosen.said)
    ]
    return [*found, *_labels(case)]


def _ceiling(case: Case, room: Room) -> Finding:
    """Count the invitations of each group under a ceiling, with what earlier rounds used, against its places."""
    taken: Counter[str | None] = Counter()
    for chosen in case.round.chosen:
        if room in case.round.draw.binding(chosen.said):
            taken.update(room.group[one] for one in case.taken(chosen.name))
    wrong = [
        Text(f"{count} invitées sans groupe", f"{count} invited without a group") for count in [taken[None]] if count
    ]
    wrong += [
        Text(f"{group} : {count} pour {places} places", f"{group}: {count} for {places} places")
        for group, count in sorted((group, count) for group, count in taken.items() if group is not None)
        if (places := room.places(group)) is not None and count > places
    ]
    return Finding("ceiling", _full(room, taken), tuple(wrong), room.id)


def _full(room: Room, taken: Counter[str | None]) -> Text:
    full = sum(room.places(group) == count for group, count in taken.items() if group is not None)
    groups = len(set(room.group) - {None})
    return Text(
        f"{number(full, 'fr')} groupes pleins sur {number(groups, 'fr')}",
        f"{number(full, 'en')} of {number(groups, 'en')} groups full",
    )


def _guarantee(case: Case, chosen: Chosen) -> Finding:
    """Check floors, the share of every prefix, and the places of hard reserves on the list of the folder.

    As if alone, the list of a selection has those too whom an earlier one invited: the definition gives it.
    """
    alone = case.given.said.get("combine") == "as_if_alone" and chosen.pick is not None
    taken = chosen.pick.taken if alone and chosen.pick else case.taken(chosen.name)
    wrong = [*_floors(chosen, taken), *_shares(chosen, taken), *_hard(chosen, taken)]
    count = sum(len(chosen.said.get(key, ())) for key in ("floors", "shares", "reserves"))
    return compared("guarantee", count, wrong, chosen.name)


def _members(chosen: Chosen, part: str) -> set[int]:
    return chosen.contest.members[part] if chosen.contest is not None else set()


def _held_back(chosen: Chosen, one: int) -> bool:
    """Tell whether a ceiling or the minimum kept someone out."""
    if chosen.pick is None:
        return True
    return one in chosen.pick.closed or chosen.pick.outcomes.get(one) in ("ceiling_reached", "below_minimum")


def _floors(chosen: Chosen, taken: list[int]) -> list[Text]:
    """A floor is met, or every other member is held back by a ceiling or by a minimum, or no place is left at all."""
    wrong = []
    for floor in chosen.said.get("floors", ()):
        members = _members(chosen, floor["id"])
        inside = members & set(taken)
        could = [one for one in members - inside if not _held_back(chosen, one)]
        full = sum(one["size"] for one in chosen.said["floors"]) > chosen.said.get("size", 0)
        if len(inside) < floor["size"] and could and not full:
            wrong.append(differs(floor["id"], len(inside), floor["size"]))
    return wrong


def _shares(chosen: Chosen, taken: list[int]) -> list[Text]:
    """Each prefix of the list holds its share, or every member who is held back by nothing is in it already."""
    wrong = []
    for share in chosen.said.get("shares", ()):
        members = _members(chosen, share["id"])
        could = {one for one in members if not _held_back(chosen, one)}
        met = 0
        for place, one in enumerate(taken, 1):
            met += one in members
            if met * 100 < share["percent"] * place and could - set(taken[:place]) and not _two_bind(chosen):
                wrong.append(differs(f"{share['id']}, {place}", met, f"{share['percent']} %"))
                break
    return wrong


def _two_bind(chosen: Chosen) -> bool:
    """Tell whether two shares may bind at once: then the second may wait, and only the definition can tell."""
    return len(chosen.said.get("shares", ())) > 1


def _hard(chosen: Chosen, taken: list[int]) -> list[Text]:
    """Those who are of no hard reserve have no more than the places that are not hard."""
    hard = [reserve for reserve in chosen.said.get("reserves", ()) if reserve["kind"] == "hard"]
    if not hard:
        return []
    kept = set().union(*(_members(chosen, reserve["id"]) for reserve in hard))
    places = chosen.said["size"] - sum(reserve["size"] for reserve in hard)
    others = sum(one not in kept for one in taken)
    return [differs("hard", others, places)] if others > places else []


def _labels(case: Case) -> list[Finding]:
    """Compare each label with the first that the person meets, in the order of the instruction, else of the law."""
    asked = {chosen.name: chosen.said["labels"] for chosen in case.round.chosen if "labels" in chosen.said}
    if not asked and not case.given.regulation.labels:
        return []
    invitations = case.archive.invitations
    if "label" not in invitations.columns:
        return [compared("labels", 0, [differs("label", None, "label")])]
    rows = invitations.select("selection", "declaration_id", "label").rows()
    wrong = []
    for name, declaration, label in rows:
        at = case.positions.get(declaration, -1)
        wanted = None if at < 0 else _of_law(case, at) if name not in asked else _of_instruction(case, asked[name], at)
        if label != wanted:
            wrong.append(differs(declaration, label, wanted))
    return [compared("labels", len(rows), wrong)]


def _of_instruction(case: Case, streams: list[str], at: int) -> str | None:
    """Give the first of the streams that an instruction lists for which a person is eligible."""
    return next((one for one in streams if case.facts.eligible[one][at]), None)


def _of_law(case: Case, at: int) -> str | None:
    """Give the first class of the law that a person meets; none where one before it is unknown."""
    for place, label in enumerate(case.given.regulation.labels):
        answers = [case.facts.answers[f"label {place}"][at]]
        answers += [case.facts.eligible[label.stream][at]] if label.stream else []
        if False not in answers:
            return None if None in answers else label.id
    return None
