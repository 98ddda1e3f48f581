"""Mechanisms that share places out: tiers, reserves, floors, shares of every prefix, a total over groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ranking.apportionment import apportioned
from ranking.contest import LOTS, Contest, Taken, mechanism
from ranking.filling import OPEN, Filling
from ranking.groups import UNKNOWN
from ranking.prefix import Prefix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ranking.order import Positions
    from ranking.parts import Reserve

REVERTED = "reverted"


@mechanism(needs=("tiers",), may_have=("size", "ties"))
def tiers(contest: Contest) -> Taken:
    """Take the tiers in order: New Zealand 2005–2016 took all at 140, then those at 100 with a job up to what was left.

    A tier with ``everyone`` takes all at or above its minimum, beyond ``size`` too; another takes up to its own
    ``size`` and up to what is left of the selection's. Equals where a tier ends: by key or by lot.
    """
    filling, size = Filling(contest), contest.selection.size
    for tier in contest.selection.tiers or ():
        left = None if size is None else max(size - filling.count, 0)
        places = min((n for n in (left, tier.size) if n is not None), default=None)
        filling.stage(tier.id, None if tier.everyone else places, filling.members(tier.id), min_score=tier.min_score)
    return filling.done()


@mechanism(needs=("size", "ties", "reserves", "reserve_order"), may_have=("min_score", *LOTS))
def reserves(contest: Contest) -> Taken:
    """Keep places of ``size`` for members: India's and the H-1B's two ways, ``reserved_first`` and ``open_first``.

    Members never get fewer open first. Reserves are filled in the order written; someone of two takes a place of the
    first that has one. ``hard`` places that nobody fills stay empty, ``soft`` ones go to everyone at the very end. Who
    is not known to be a member competes for the open places alone. Equals where a stage ends: by key or by lot.
    """
    filling, kept = Filling(contest), contest.selection.reserves or ()
    places = (contest.selection.size or 0) - sum(reserve.size for reserve in kept)
    if contest.selection.reserve_order == "open_first":
        filling.stage(OPEN, places)
        left = _reserved(filling, kept)
    else:
        left = _reserved(filling, kept)
        filling.stage(OPEN, places + left)
        return filling.done()
    if left:
        filling.stage(REVERTED, left)
    return filling.done()


def _reserved(filling: Filling, kept: tuple[Reserve, ...]) -> int:
    """Fill reserves, and give the places that revert."""
    left = 0
    for reserve in kept:
        soft = reserve.kind == "soft"
        stage = filling.stage(reserve.id, reserve.size, filling.members(reserve.id), reverts=soft)
        left += (reserve.size - len(stage.taken)) * soft
    return left


@mechanism(needs=("size", "ties", "floors"), may_have=("min_score", *LOTS))
def floors(contest: Contest) -> Taken:
    """Guarantee a number of members of each floor, then fill ``size`` by merit: regional minimums within a total.

    Someone counts for every floor that they are of. ``only_by_floor`` names those who had no place without floors.
    Equals where a stage ends: by key or by lot.
    """
    plain = Filling(contest, contest.places.copy() if contest.places else None)
    plain.stage(OPEN, contest.selection.size)
    filling, size = Filling(contest), contest.selection.size or 0
    by_floor: dict[str, Positions] = {}
    for floor in contest.selection.floors or ():
        members = filling.members(floor.id)
        missing = max(floor.size - filling.count_of(members), 0)
        stage = filling.stage(floor.id, min(missing, size - filling.count), members)
        by_floor[floor.id] = filling.positions[stage.taken[~plain.taken[stage.taken]]]
    filling.stage(OPEN, size - filling.count)
    return filling.done(only_by_floor=by_floor)


@mechanism(needs=("size", "ties", "shares"), may_have=("min_score", *LOTS))
def shares(contest: Contest) -> Taken:
    """Keep a share of members on every prefix of the list, as France's Parcoursup does with one share or two.

    At each step a share binds where the next place would leave it under its percentage and members are left; the best
    member comes, else the best of all. Two that bind: the best of both, else the best of the first named. The list is
    in the order of these steps, so that every top-up or refusal keeps the share. Equals: by key or by lot.
    """
    filling, named = Filling(contest), contest.selection.shares or ()
    return Prefix(filling, {share.id: share.percent for share in named}).fill(contest.selection.size or 0)


@mechanism(needs=("size", "ties", "apportion"), may_have=("min_score", *LOTS))
def apportion(contest: Contest) -> Taken:
    """Share ``size`` over groups by largest remainder or Sainte-Laguë, then take the best of each group.

    Places that a group cannot fill stay empty or go to the best of all named groups. Someone whose group has no weight
    gets no place; someone whose group is not known is not a candidate. Equals where a group ends: by key or by lot.
    """
    told = contest.selection.apportion
    groups = contest.groups
    if told is None or groups is None:
        raise ValueError(contest.selection.id)
    filling, size = Filling(contest), contest.selection.size or 0
    codes = groups.codes[filling.positions]
    weights = told.weights or _population(codes[filling.allowed], groups.labels)
    seats = apportioned(size, weights, told.method)
    redistributed = told.leftover == "redistributed"
    named = np.isin(codes, [n for n, label in enumerate(groups.labels) if label in weights])
    for label, places in seats.items():
        code = groups.labels.index(label) if label in groups.labels else UNKNOWN - 1
        filling.stage(label, places, codes == code, reverts=redistributed)
    if redistributed and size > filling.count:
        filling.stage(REVERTED, size - filling.count, named)
    return filling.done()


def _population(codes: NDArray[np.int64], labels: tuple[str, ...]) -> dict[str, int]:
    """Count the candidates of each group, the largest first; of equal groups, the smaller label."""
    counts = np.bincount(codes[codes >= 0], minlength=len(labels)).tolist()
    pairs = sorted(zip(labels, counts, strict=True), key=lambda pair: (-pair[1], pair[0].encode()))
    return {label: count for label, count in pairs if count}
