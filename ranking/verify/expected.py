"""The round as the definitions have it: who takes part, what each selection takes, one outcome for everyone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ranking.verify.calendar import expired
from ranking.verify.definitions import NotVerifiedError, Pick, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ranking.verify.facts import Answer, Facts
    from ranking.verify.given import Given

PRECEDENCE = (
    "expired",
    "withdrawn",
    "already_invited",
    "duplicate_person",
    "excluded",
    "invited",
    "tie_lost",
    "ceiling_reached",
    "reserve_other",
    "below_cut_off",
    "below_minimum",
    "unknown",
    "no_selection",
    "not_eligible",
)
WEIGHT = {outcome: weight for weight, outcome in enumerate(PRECEDENCE)}
OUT_OF_POOL = PRECEDENCE[:5]
ROUND_KEYS = {"program", "id", "title", "law_on", "extracted_at", "cite", "note", "selection"}
ORDER_KEYS = {"score", "submitted_at"}


@dataclass
class Chosen:
    """What a selection does by definition: its candidates and the unsure among those there, and its pick.

    ``unverified`` names what no definition covers; then there is no pick.
    """

    said: dict[str, object]
    candidates: list[int]
    unsure: list[int]
    pick: Pick | None = None
    unverified: str = ""


@dataclass
class Expected:
    """A round by definition: the total order, those out of the pool and why, the selections, the outcomes.

    ``covered`` answers, for each selection, whether it is for each declaration of the pool.
    """

    order: list[int]
    place: list[int]
    out: dict[int, str]
    covered: list[list[Answer]]
    chosen: list[Chosen] = field(default_factory=list)
    outcomes: dict[int, tuple[str, str | None]] = field(default_factory=dict)
    unverified: str = ""


def expect(facts: Facts, given: Given, exclusions: Iterable[tuple[str | None, str | None, str]]) -> Expected:
    """Run a round by definition. What is not covered is named; the parts that need it are then left open."""
    order = total_order(facts, given)
    place = [0] * len(order)
    for number, position in enumerate(order):
        place[position] = number
    out = _out(facts, given, exclusions, order)
    covered = [covers(facts, said, number) for number, said in enumerate(given.selections)]
    round_ = Expected(order, place, out, covered, unverified=_unverified(given))
    there = [position for position in order if position not in out]
    said: dict[int, tuple[str, str | None]] = {p: (out[p], None) for p in out}
    said |= {position: (_standing(facts, position), None) for position in there}
    gone: set[int] = set()
    for number, selection in enumerate(given.selections):
        left = [position for position in there if position not in gone]
        chosen = _choose(facts, selection, covered[number], left)
        round_.chosen.append(chosen)
        gone |= set(chosen.pick.taken) if chosen.pick else set()
        _note(said, chosen)
    round_.outcomes = said
    return round_


def _unverified(given: Given) -> str:
    """Name what the instruction or the law asks of the round that no definition covers."""
    strange = sorted(set(given.said) - ROUND_KEYS)
    strange += sorted({item.key for item in given.regulation.order} - ORDER_KEYS)
    return ", ".join(strange)


def total_order(facts: Facts, given: Given) -> list[int]:
    """Order every declaration: the keys of the program, then the number of the declaration by its UTF-8 bytes."""
    order = sorted(facts.everyone, key=lambda position: facts.ids[position].encode())
    columns: dict[str, list[Any]] = {"score": facts.scores, "submitted_at": facts.submitted}
    for item in reversed(given.regulation.order):
        if item.key in columns:
            order.sort(key=columns[item.key].__getitem__, reverse=item.direction == "descending")
    return order


def _out(
    facts: Facts, given: Given, exclusions: Iterable[tuple[str | None, str | None, str]], order: Sequence[int]
) -> dict[int, str]:
    """Find who takes no part, and why: expired, excluded, or a better ranked declaration of the same person."""
    lifecycle, zone = given.regulation.lifecycle, ZoneInfo(given.regulation.source.time_zone)
    by_declaration, by_person = _named(exclusions)
    out: dict[int, str] = {}
    for position in facts.everyone:
        reasons = by_declaration.get(facts.ids[position], []) + by_person.get(facts.persons[position], [])
        if expired(facts.submitted[position], given.extracted_at, lifecycle.validity_months, zone):
            out[position] = "expired"
        elif reasons:
            out[position] = min(reasons, key=WEIGHT.__getitem__)
    met: set[str] = set()
    for position in order:
        person = facts.persons[position]
        if person and position not in out:
            if person in met:
                out[position] = "duplicate_person"
            met.add(person)
    return out


def _named(
    exclusions: Iterable[tuple[str | None, str | None, str]],
) -> tuple[dict[str, list[str]], dict[str | None, list[str]]]:
    """Read exclusions: of a declaration where one is named, else of a person, whatever the declaration."""
    by_declaration: dict[str, list[str]] = {}
    by_person: dict[str | None, list[str]] = {}
    for declaration, person, exclusion in exclusions:
        code = exclusion if exclusion in ("withdrawn", "already_invited") else "excluded"
        if declaration is not None:
            by_declaration.setdefault(declaration, []).append(code)
        elif person is not None:
            by_person.setdefault(person, []).append(code)
    return by_declaration, by_person


def either(answers: Sequence[Answer]) -> Answer:
    """Answer yes where one is yes; else unknown where one is unknown."""
    return True if True in answers else None if None in answers else False


def both(one: Answer, other: Answer) -> Answer:
    """Answer no where one is no; else unknown where one is unknown."""
    return False if False in (one, other) else None if None in (one, other) else True


def eligible(facts: Facts, position: int, streams: Sequence[str]) -> Answer:
    """Tell whether someone may come in by one of some streams, any where none is named; by no stream, everyone."""
    if not facts.eligible:
        return True
    return either([facts.eligible[stream][position] for stream in streams or facts.eligible])


def streams_of(selection: dict[str, object]) -> tuple[str, ...]:
    """Name the streams of a selection."""
    stream = selection.get("stream", ())
    return (stream,) if isinstance(stream, str) else tuple(stream) if isinstance(stream, list) else ()


def covers(facts: Facts, selection: dict[str, object], number: int) -> list[Answer]:
    """Tell whether a selection is for each declaration of the pool: its streams, and its filter."""
    streams, filtered = streams_of(selection), facts.answers[f"selection {number}"]
    return [both(eligible(facts, position, streams), filtered[position]) for position in facts.everyone]


def _standing(facts: Facts, position: int) -> str:
    answer = eligible(facts, position, ())
    return "no_selection" if answer else "unknown" if answer is None else "not_eligible"


def _choose(facts: Facts, selection: dict[str, object], covered: Sequence[Answer], there: Sequence[int]) -> Chosen:
    """Run one selection on those still there."""
    candidates = [position for position in there if covered[position]]
    chosen = Chosen(selection, candidates, [position for position in there if covered[position] is None])
    try:
        chosen.pick = pick(selection, chosen.candidates, facts)
    except NotVerifiedError as error:
        chosen.unverified = error.what
    return chosen


def _note(said: dict[int, tuple[str, str | None]], chosen: Chosen) -> None:
    """Keep of each declaration the first outcome by precedence, and the first selection that said it."""
    name = str(chosen.said["id"])
    found = dict.fromkeys(chosen.unsure, "unknown")
    if chosen.pick:
        found |= chosen.pick.outcomes | dict.fromkeys(chosen.pick.taken, "invited")
    for position, outcome in found.items():
        before, where = said[position]
        if WEIGHT[outcome] < WEIGHT[before] or (outcome == before and where is None):
            said[position] = (outcome, name)


def known_outcomes(round_: Expected) -> bool:
    """Tell whether every part of the round is covered, so that each outcome can be told."""
    return not round_.unverified and all(chosen.pick for chosen in round_.chosen)
