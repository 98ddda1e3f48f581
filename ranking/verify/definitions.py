"""Mechanisms as they are defined, over plain lists: slow, to be read beside the definitions, and shared with no engine.

A definition takes the candidates of one selection, best first, and gives those taken, in the order of their ranks, with
what it makes of each of the others. What it does not know, it says: such a selection is not verified.
"""

from __future__ import annotations

from fractions import Fraction
from heapq import heapify, heapreplace
from typing import TYPE_CHECKING, Any

from ranking.verify.stages import OPEN, Contest, Filling, Pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REVERTED = "reverted"


class NotVerifiedError(Exception):
    """An instruction asks for something that no definition here covers."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def count(contest: Contest) -> Pick:
    """Take the best ``size`` at or above ``min_score``; ``ties`` says what becomes of the equals at the cut-off."""
    filling = Filling(contest)
    filling.stage(OPEN, contest.size, ties=contest.said["ties"])
    return filling.done()


def as_many_as_come(contest: Contest) -> Pick:
    """Take every candidate at or above ``min_score``, as long as ceilings have places."""
    filling = Filling(contest)
    filling.stage(OPEN, None)
    return filling.done()


def first_come(contest: Contest) -> Pick:
    """Take the first ``size`` to arrive; the candidates come in the order of their arrival."""
    filling = Filling(contest)
    filling.stage(OPEN, contest.size)
    return filling.done()


def tiers(contest: Contest) -> Pick:
    """Take tier after tier: all of it, or up to its size and to what is left of the selection's."""
    filling, size = Filling(contest), contest.said.get("size")
    for tier in contest.said["tiers"]:
        left = [size - len(filling.taken)] if size is not None else []
        places = min([max(0, each) for each in (*left, *([tier["size"]] if "size" in tier else []))], default=None)
        filling.stage(
            tier["id"],
            None if tier.get("everyone") else places,
            contest.members.get(tier["id"]),
            least=tier.get("min_score"),
        )
    return filling.done()


def reserves(contest: Contest) -> Pick:
    """Fill the reserved places and the open ones, in the order asked for; soft places left over are open at the end."""
    filling, kept = Filling(contest), contest.said["reserves"]
    places = contest.size - sum(reserve["size"] for reserve in kept)
    if contest.said["reserve_order"] == "open_first":
        filling.stage(OPEN, places)
        left = _reserved(filling, contest)
        if left:
            filling.stage(REVERTED, left)
        return filling.done()
    left = _reserved(filling, contest)
    filling.stage(OPEN, places + left)
    return filling.done()


def _reserved(filling: Filling, contest: Contest) -> int:
    """Fill each reserve in turn, and give the soft places that stayed empty."""
    left = 0
    for reserve in contest.said["reserves"]:
        soft = reserve["kind"] == "soft"
        taken = filling.stage(reserve["id"], reserve["size"], contest.members[reserve["id"]], reverts=soft)
        left += reserve["size"] - len(taken) if soft else 0
    return left


def floors(contest: Contest) -> Pick:
    """Take what each floor still lacks of its members, then the best of all."""
    filling = Filling(contest)
    for floor in contest.said["floors"]:
        members = contest.members[floor["id"]]
        lacks = max(floor["size"] - len(filling.taken & members), 0)
        filling.stage(floor["id"], min(lacks, contest.size - len(filling.taken)), members)
    filling.stage(OPEN, contest.size - len(filling.taken))
    return filling.done()


def shares(contest: Contest) -> Pick:
    """Call place after place: a member of the share that the next place would leave short, else the best of all.

    Two shares that both bind: the best of both, else the best of the first named.
    """
    filling, named = Filling(contest), contest.said["shares"]
    of = {share["id"]: contest.members[share["id"]] for share in named}
    lines: dict[str, set[int] | None] = dict(of)
    if len(named) == 2:
        lines["both"] = of[named[0]["id"]] & of[named[1]["id"]]
    lines[OPEN] = None
    waiting = {name: _line(contest, members) for name, members in lines.items()}
    called: dict[str, list[int]] = {name: [] for name in lines}
    listed: list[int] = []
    while len(listed) < contest.size:
        binding = [
            share["id"]
            for share in named
            if len(of[share["id"]] & filling.taken) * 100 < share["percent"] * (len(listed) + 1)
            and _first(waiting[share["id"]], filling) is not None
        ]
        turns = [*(["both"] if len(binding) == 2 else []), *binding, OPEN]
        name, one = next(
            ((turn, found) for turn in turns if (found := _first(waiting[turn], filling)) is not None), ("", -1)
        )
        if one < 0:
            break
        filling.take(one)
        called[name].append(one)
        listed.append(one)
    for name, members in lines.items():
        filling.called(name, members, called[name], filled=len(listed) == contest.size)
    return filling.done(listed)


def _line(contest: Contest, members: set[int] | None) -> list[int]:
    """Give those of a line, best last, so that the first is taken off its end."""
    line = [one for one in contest.candidates if (members is None or one in members) and contest.enough(one)]
    return line[::-1]


def _first(waiting: list[int], filling: Filling) -> int | None:
    """Find the best of a line who is not called and for whom there is room; who has none now has none later."""
    while waiting and (waiting[-1] in filling.taken or not filling.contest.open_to(waiting[-1])):
        waiting.pop()
    return waiting[-1] if waiting else None


def apportion(contest: Contest) -> Pick:
    """Share the places over groups, take the best of each group, then hand out or leave empty what is left."""
    filling, told = Filling(contest), contest.said["apportion"]
    weights = told.get("weights") or _population(contest)
    redistributed = told["leftover"] == "redistributed"
    of: dict[str, set[int]] = {label: set() for label in weights}
    for one in contest.candidates:
        of.get(contest.group[one] or "", set()).add(one)
    for label, places in seats(contest.size, weights, told["method"]).items():
        filling.stage(label, places, of[label], reverts=redistributed)
    if redistributed and contest.size > len(filling.taken):
        filling.stage(REVERTED, contest.size - len(filling.taken), set().union(*of.values()))
    return filling.done()


def _population(contest: Contest) -> dict[str, int]:
    """Count the candidates of each group, the largest first; of equal groups, the smaller label by its bytes."""
    counts: dict[str, int] = {}
    for one in contest.candidates:
        label = contest.group[one]
        if label is not None and contest.enough(one):
            counts[label] = counts.get(label, 0) + 1
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].encode())))


def seats(size: int, weights: Mapping[str, int], method: str) -> dict[str, int]:
    """Share places by weight, in whole numbers; of two equal claims the first named has the place."""
    total, labels = sum(weights.values()), list(weights)
    given = dict.fromkeys(labels, 0)
    if not total:
        return given
    if method == "largest_remainder":
        for label in labels:
            given[label] = size * weights[label] // total
        claims = sorted(labels, key=lambda label: -(size * weights[label] % total))
        for label in claims[: size - sum(given.values())]:
            given[label] += 1
        return given
    if method != "sainte_lague":
        raise NotVerifiedError(f'method = "{method}"')
    claims_now = [(-Fraction(weights[label]), place) for place, label in enumerate(labels) if weights[label]]
    heapify(claims_now)
    for _ in range(size):
        _, place = claims_now[0]
        label = labels[place]
        given[label] += 1
        heapreplace(claims_now, (-Fraction(weights[label], 2 * given[label] + 1), place))
    return given


DEFINITIONS: dict[str, Callable[[Contest], Pick]] = {
    "count": count,
    "threshold": as_many_as_come,
    "all": as_many_as_come,
    "named": as_many_as_come,
    "first_come": first_come,
    "tiers": tiers,
    "reserves": reserves,
    "floors": floors,
    "shares": shares,
    "apportion": apportion,
}
KEYS = {
    *(
        "id",
        "title",
        "stream",
        "category",
        "where",
        "mechanism",
        "size",
        "min_score",
        "ties",
        "order",
        "weights",
        "meaning",
    ),
    *("ceilings", "labels", "tiers", "reserves", "reserve_order", "floors", "shares", "apportion", "declarations"),
    *("author", "criteria", "comparison_only"),
}
SILENT = {"certainty", "note", "published"}
PARTS = {
    "tiers": {"id", "title", "where", "min_score", "size", "everyone"},
    "reserves": {"id", "title", "where", "size", "kind"},
    "floors": {"id", "title", "where", "size"},
    "shares": {"id", "title", "where", "percent"},
}
KNOWN: dict[str, set[Any]] = {
    "ties": {"key", "all_in", "all_out", "lot"},
    "order": {"key", "lot"},
    "meaning": {"tickets", "proportional"},
    "reserve_order": {"reserved_first", "open_first"},
}


def strange(said: Mapping[str, Any]) -> list[str]:
    """Name what a selection asks for that no definition here covers."""
    found = sorted(set(said) - KEYS - SILENT)
    found += [f"{part}.{key}" for part in PARTS for one in said.get(part, ()) for key in sorted(set(one) - PARTS[part])]
    found += [f'{key} = "{said[key]}"' for key, known in KNOWN.items() if key in said and said[key] not in known]
    if said.get("mechanism") not in DEFINITIONS:
        found.append(f'mechanism = "{said.get("mechanism")}"')
    return found
