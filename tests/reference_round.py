"""The reference round: slow, plain Python, one declaration at a time, to be read next to the definitions of a round.

Nothing is sorted into place or counted from the top here: each candidate is compared with each other one. It shares
nothing with ``ranking`` but the names of outcomes, which are what both must say.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

# Of several things that a round made of one declaration, the one that is said, best first.
PRECEDENCE = [
    "invited",
    "tie_lost",
    "ceiling_reached",
    "reserve_other",
    "below_cut_off",
    "below_minimum",
    "unknown",
    "no_selection",
    "not_eligible",
]


@dataclass(frozen=True)
class Row:
    """A declaration: its keys, and True, False or None (unknown) for each stream and for each selection's filter."""

    id: str
    person: str | None
    submitted: datetime
    score: int
    eligible: dict[str, bool | None]
    where: list[bool | None]


@dataclass(frozen=True)
class Pick:
    """A selection: no stream is any stream; ``size``, ``min_score`` and ``ties`` where the mechanism has them."""

    id: str
    mechanism: str
    stream: tuple[str, ...] = ()
    size: int | None = None
    min_score: int | None = None
    ties: str | None = None


def run(rows, picks, *, extracted_at, zone, months):
    """Give the invitations as (selection, rank, declaration), and of each declaration its outcome and selection."""
    said = {row.id: [] for row in rows}
    in_time = [row for row in rows if extracted_at < expires(row.submitted, zone, months)]
    there = [row for row in in_time if not has_a_better_one(row, in_time)]
    for row in there:
        said[row.id].append(({True: "no_selection", None: "unknown", False: "not_eligible"}[eligible(row, ())], None))
    invitations, gone = [], set()
    for number, pick in enumerate(picks):
        asked = {row.id: for_them(row, pick, number) for row in there if row.id not in gone}
        candidates = [row for row in there if asked.get(row.id) is True]
        for row in there:
            if row.id in asked and asked[row.id] is None:
                said[row.id].append(("unknown", pick.id))
        for row in candidates:
            outcome = verdict(row, candidates, pick)
            said[row.id].append((outcome, pick.id))
            if outcome == "invited":
                gone.add(row.id)
        invitations += ranked(pick.id, [row for row in candidates if row.id in gone])
    outcomes = {row.id: first_said(said[row.id]) for row in there}
    outcomes |= {row.id: ("duplicate_person", None) for row in in_time if row not in there}
    outcomes |= {row.id: ("expired", None) for row in rows if row not in in_time}
    return invitations, outcomes


def first_said(found):
    """Of all that was said, keep the first by precedence; of the same said twice, where it was said first."""
    best = min((outcome for outcome, _ in found), key=PRECEDENCE.index)
    where = [selection for outcome, selection in found if outcome == best and selection is not None]
    return best, where[0] if where else None


def ranked(selection, taken):
    return [(selection, 1 + sum(comes_before(other, row) for other in taken), row.id) for row in taken]


# The order.


def comes_before(one, other):
    """More points first, then the earlier submission, then the smaller number as UTF-8 bytes."""
    if one.score != other.score:
        return one.score > other.score
    if one.submitted != other.submitted:
        return one.submitted < other.submitted
    return one.id.encode() < other.id.encode()


def has_a_better_one(row, others):
    """Tell whether the same person has another declaration that comes before; nobody knows whose a null person is."""
    return row.person is not None and any(o.person == row.person and comes_before(o, row) for o in others)


# Who may be taken, by Kleene's logic.


def for_them(row, pick, number):
    both = (eligible(row, pick.stream), row.where[number])
    if False in both:
        return False
    return None if None in both else True


def eligible(row, streams):
    """For any of the streams; of all of them where none is named. A law without streams lets everyone in."""
    answers = [row.eligible[stream] for stream in streams or row.eligible]
    if True in answers or not row.eligible:
        return True
    return None if None in answers else False


# Mechanisms.


def verdict(row, candidates, pick):
    """Say what a selection makes of one of its candidates."""
    if pick.min_score is not None and row.score < pick.min_score:
        return "below_minimum"
    if pick.mechanism in ("threshold", "all"):
        return "invited"
    rivals = [other for other in candidates if pick.min_score is None or other.score >= pick.min_score]
    if taken[pick.ties](row, rivals, pick.size):
        return "invited"
    return "tie_lost" if row.score == cut_off(rivals, pick.size) else "below_cut_off"


def by_key(row, rivals, size):
    """One of the first ``size``: fewer than that come before."""
    return sum(comes_before(other, row) for other in rivals) < size


def all_in(row, rivals, size):
    """Equals share a rank: taken if fewer than ``size`` have more points."""
    return sum(other.score > row.score for other in rivals) < size


def all_out(row, rivals, size):
    """Taken if everyone with as many points, or more, has a place."""
    return sum(other.score >= row.score for other in rivals) <= size


taken = {"key": by_key, "all_in": all_in, "all_out": all_out}


def cut_off(rivals, size):
    """The score of whoever has the last place; none where there is no place."""
    return next((row.score for row in rivals if sum(comes_before(o, row) for o in rivals) == size - 1), None)


# Validity.


def expires(submitted, zone, months):
    """Add calendar months on the local calendar; a day that the month lacks (29 February) is its last day."""
    local = submitted.astimezone(ZoneInfo(zone))
    years, month = divmod(local.month - 1 + months, 12)
    year, month = local.year + years, month + 1
    day = min(local.day, monthrange(year, month)[1])
    return instant_of(local.replace(year=year, month=month, day=day, tzinfo=None), zone)


def instant_of(wall, zone):
    """Find the instant at which the clocks of a zone show ``wall``: the later of two; none at all, an hour later."""
    either = [wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [instant for instant in either if instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall]
    return max(shown) if shown else instant_of(wall + timedelta(hours=1), zone)
