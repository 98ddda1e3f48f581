"""The reference of stages: reserves, floors, tiers, shares and ceilings, one place at a time, from the definitions.

Nothing is scanned or counted from the top: for each place, everyone who may still come is looked at, and the best of
them comes. It shares nothing with ``ranking`` but the names of outcomes.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from reference_round import PRECEDENCE


@dataclass(frozen=True)
class Person:
    """A candidate: the keys of the order, the group under each ceiling, and the parts that they are of."""

    name: str
    score: int
    hour: int
    lot: str = ""
    groups: tuple[str, ...] = ()
    parts: frozenset[str] = frozenset()


@dataclass
class Step:
    """A stage as it ended: who could come, for how many places, who came, and who lost a tie at its end."""

    members: set[str]
    low: set[str]
    places: int | None
    came: list[Person]
    lost: set[str] = field(default_factory=set)
    dropped: list[Person] = field(default_factory=list)
    kept_empty: bool = False
    last: Person | None = None

    @property
    def filled(self):
        return self.places is not None and len(self.came) + len(self.dropped) >= self.places


class Reference:
    """One selection. ``limits`` gives, for each ceiling, the places of each group (absent: none counted)."""

    def __init__(self, people, order="score", limits=(), min_score=None):
        self.people, self.order, self.min_score = people, order, min_score
        self.left = [dict(limit) for limit in limits]
        self.taken: list[Person] = []
        self.steps: list[Step] = []

    # The order and the room.

    def key(self, p):
        return {
            "score": (-p.score, p.hour, p.name.encode()),
            "tied by lot": (-p.score, p.lot, p.name.encode()),
            "lot": (p.lot, p.name.encode()),
            "arrival": (p.hour, p.name.encode()),
        }[self.order]

    def equal(self, p, q):
        return {"lot": True, "arrival": False}.get(self.order, p.score == q.score)

    def has_room(self, p):
        return all(left.get(group, 1) > 0 for left, group in zip(self.left, p.groups, strict=False))

    def come(self, p):
        self.taken.append(p)
        for left, group in zip(self.left, p.groups, strict=False):
            if group in left:
                left[group] -= 1

    def go(self, p):
        self.taken.remove(p)
        for left, group in zip(self.left, p.groups, strict=False):
            if group in left:
                left[group] += 1

    def enough(self, p, least=None):
        return all(m is None or p.score >= m for m in (self.min_score, least))

    # A stage.

    def stage(self, part, places, least=None, ties="key", kept_empty=False):
        members = [p for p in self.people if part is None or part in p.parts]
        low = {p.name for p in members if not self.enough(p, least)}
        may = [p for p in members if p.name not in low and p not in self.taken]
        came = []
        while places is None or len(came) < places:
            hopeful = [p for p in may if p not in came and self.has_room(p)]
            if not hopeful:
                break
            best = min(hopeful, key=self.key)
            self.come(best)
            came.append(best)
        step = Step({p.name for p in members}, low, places, came, last=came[-1] if came else None)
        step.kept_empty = kept_empty and not step.filled
        if step.filled and came:
            self.end_tie(step, may, ties)
        self.steps.append(step)
        return step

    def end_tie(self, step, may, ties):
        last = step.last
        equals = [p for p in may if p not in step.came and self.equal(p, last)]
        waiting = [p for p in equals if self.has_room(p)]
        if ties == "all_in":
            for p in sorted(waiting, key=self.key):
                if self.has_room(p):
                    self.come(p)
                    step.came.append(p)
                    step.last = p
        elif ties == "all_out" and waiting:
            for p in [p for p in step.came if self.equal(p, last)]:
                self.go(p)
                step.came.remove(p)
                step.dropped.append(p)
            step.lost = {p.name for p in [*waiting, *step.dropped]}
        else:
            step.lost = {p.name for p in waiting}

    # What became of everyone.

    def outcome(self, p):
        if p in self.taken:
            return "invited"
        if not self.enough(p):
            return "below_minimum"
        said = [word for step in self.steps for word in [self.said(step, p)] if word]
        return min(said, key=PRECEDENCE.index) if said else "reserve_other"

    def said(self, step, p):
        after = step.last is not None and self.key(p) < self.key(step.last)
        if p.name not in step.members:
            return "reserve_other" if after or step.kept_empty else None
        if p.name in step.low:
            return "below_minimum"
        if p.name in step.lost:
            return "tie_lost"
        if after or not step.filled:
            return "ceiling_reached"
        at_the_end = step.last is not None and self.equal(p, step.last)
        return "ceiling_reached" if at_the_end else "below_cut_off"

    def result(self, listed=None):
        ranked = [p.name for p in (listed if listed is not None else sorted(self.taken, key=self.key))]
        return ranked, {p.name: self.outcome(p) for p in self.people}


# The mechanisms.


def counted(reference, said):
    reference.stage(None, said.get("size"), ties=said.get("ties", "key"))
    return reference.result()


def tiers(reference, said):
    for tier in said["tiers"]:
        total = said.get("size")
        left = None if total is None else max(total - len(reference.taken), 0)
        own = [n for n in (left, tier.get("size")) if n is not None]
        places = None if tier.get("everyone") or not own else min(own)
        reference.stage(tier["id"] if "where" in tier else None, places, tier.get("min_score"))
    return reference.result()


def reserves(reference, said):
    open_places = said["size"] - sum(reserve["size"] for reserve in said["reserves"])
    freed = 0
    if said["reserve_order"] == "open_first":
        reference.stage(None, open_places)
    for reserve in said["reserves"]:
        hard = reserve["kind"] == "hard"
        step = reference.stage(reserve["id"], reserve["size"], kept_empty=hard)
        freed += 0 if hard else reserve["size"] - len(step.came)
    if said["reserve_order"] == "reserved_first":
        reference.stage(None, open_places + freed)
    elif freed:
        reference.stage(None, freed)
    return reference.result()


def floors(reference, said):
    for floor in said["floors"]:
        there = sum(floor["id"] in p.parts for p in reference.taken)
        places = min(max(floor["size"] - there, 0), said["size"] - len(reference.taken))
        reference.stage(floor["id"], places)
    reference.stage(None, said["size"] - len(reference.taken))
    return reference.result()


def shares(reference, said):
    named, listed, by = said["shares"], [], {}
    while len(listed) < said["size"]:
        hopeful = [p for p in reference.people if p not in listed and reference.enough(p) and reference.has_room(p)]
        if not hopeful:
            break
        short = [
            share["id"]
            for share in named
            if 100 * sum(share["id"] in p.parts for p in listed) < share["percent"] * (len(listed) + 1)
            and any(share["id"] in p.parts for p in hopeful)
        ]
        both = [p for p in hopeful if len(short) == 2 and set(short) <= p.parts]
        first = [p for p in hopeful if short and short[0] in p.parts]
        turn = "both" if both else short[0] if short else None
        best = min(both or first or hopeful, key=reference.key)
        reference.come(best)
        listed.append(best)
        by.setdefault(turn, []).append(best)
    wanted = {share["id"]: share["id"] for share in named} | {None: None}
    if len(named) == 2:
        wanted["both"] = "both"
    for turn in wanted:
        came = by.get(turn, [])
        members = [p for p in reference.people if of_turn(p, turn, named)]
        low = {p.name for p in members if not reference.enough(p)}
        full = len(listed) == said["size"]
        step = Step({p.name for p in members}, low, len(came) if full else None, came, last=came[-1] if came else None)
        if full and came:
            waiting = [p for p in members if p.name not in low and p not in listed and reference.has_room(p)]
            step.lost = {
                p.name for p in waiting if reference.equal(p, came[-1]) and reference.key(p) > reference.key(came[-1])
            }
        reference.steps.append(step)
    return reference.result(listed)


def of_turn(p, turn, named):
    if turn is None:
        return True
    return {share["id"] for share in named} <= p.parts if turn == "both" else turn in p.parts


def apportion(reference, said, weights):
    """Seats by quota and remainder, or by divisors; ``weights`` in the order in which equals are served.

    Everyone is of the part ``group <label>``, and of ``named`` where their group has a weight.
    """
    told = said["apportion"]
    seats = {"largest_remainder": hamilton, "sainte_lague": webster}[told["method"]](said["size"], weights)
    for group, places in seats.items():
        reference.stage(f"group {group}", places, kept_empty=told["leftover"] == "unfilled")
    if told["leftover"] == "redistributed" and len(reference.taken) < said["size"]:
        reference.stage("named", said["size"] - len(reference.taken))
    return reference.result()


def hamilton(size, weights):
    total = sum(weights.values())
    if not total:
        return dict.fromkeys(weights, 0)
    quota = {g: Fraction(size * w, total) for g, w in weights.items()}
    seats = {g: int(q) for g, q in quota.items()}
    while sum(seats.values()) < size:
        best = max((q - seats[g] for g, q in quota.items() if seats[g] == int(q)))
        seats[next(g for g, q in quota.items() if seats[g] == int(q) and q - seats[g] == best)] += 1
    return seats


def webster(size, weights):
    seats = dict.fromkeys(weights, 0)
    for _ in range(size if sum(weights.values()) else 0):
        claim = {g: Fraction(w, 2 * seats[g] + 1) for g, w in weights.items()}
        seats[next(g for g in claim if claim[g] == max(claim.values()))] += 1
    return seats
