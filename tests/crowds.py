"""Contests made of a few people, without a pool or a law: what a mechanism is given, and what it gives back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from ranking.contest import MECHANISMS, Contest
from ranking.groups import Groups
from ranking.instruction import Selection
from ranking.order import Standing
from ranking.outcomes import Outcome
from ranking.parts import Ceiling
from ranking.places import UNLIMITED, Places, Room

HOUR_0 = datetime(2030, 6, 1, tzinfo=UTC)
TITLE = {"fr": "essai", "en": "trial"}


def selection(**said):
    return Selection(id="1", title=TITLE, certainty="published", **said)


def standing_of(people, said):
    """Give the order of a selection over some people."""
    rows = [(p.score, HOUR_0 + timedelta(hours=p.hour), p.name) for p in people]
    schema = {"score": pl.Int32, "submitted_at": pl.Datetime("us", "UTC"), "declaration_id": pl.String}
    standing = Standing(pl.DataFrame(rows, schema=schema, orient="row"), (True, False))
    if said.mechanism == "first_come":
        return standing.by_arrival()
    lots = pl.Series("lot", [p.lot for p in people], dtype=pl.String)
    return standing.by_lot(lots, alone=said.order == "lot") if said.by_lot else standing


def contest_of(people, said, limits):
    """Make the contest of a selection under some ceilings: for each, the places of the groups that have a limit."""
    rooms = []
    for place, limit in enumerate(limits):
        groups = Groups.of(pl.Series([p.groups[place] for p in people], dtype=pl.String))
        ceiling = Ceiling(id=str(place), title=TITLE, by=["ward"], limits=limit, carried=False)
        rooms.append(Room(ceiling, groups, [limit.get(label, UNLIMITED) for label in groups.labels]))
    members = {part.id: np.array([part.id in p.parts for p in people], dtype=bool) for part in said.parts if part.where}
    shared = Groups.of(pl.Series([p.groups[0] for p in people], dtype=pl.String)) if said.apportion else None
    positions = np.arange(len(people), dtype=np.int64)
    return Contest(said, standing_of(people, said), positions, Places(rooms) if rooms else None, members, shared)


def in_order(people, several, limits):
    """Run selections one after the other under shared ceilings: who is taken leaves, and so do their places."""
    first = contest_of(people, selection(**several[0]), limits)
    left, found = first.candidates, []
    for said in several:
        asked = selection(**said)
        own = contest_of(people, asked, limits)
        taken = MECHANISMS[asked.mechanism].pick(replace(own, candidates=left, places=first.places))
        outcomes = {people[at].name: Outcome(int(code)).name for at, code in zip(left, taken.outcomes, strict=True)}
        found.append(([people[at].name for at in taken.positions], outcomes))
        left = left[taken.outcomes != Outcome.invited]
    return found


def run(people, said, limits=()):
    """Run a mechanism, and give what it did."""
    asked = selection(**said)
    return MECHANISMS[asked.mechanism].pick(contest_of(people, asked, limits))


def pick(people, said, limits=()):
    """Give those taken in the order of the list, and the outcome of each candidate."""
    taken = run(people, said, limits)
    outcomes = {p.name: Outcome(int(code)).name for p, code in zip(people, taken.outcomes, strict=True)}
    return [people[position].name for position in taken.positions], outcomes
