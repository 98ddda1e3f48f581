"""The round as the definitions have it: who takes part, what each selection takes, one outcome for everyone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ranking.verify.contests import Draw, unknown_ceilings
from ranking.verify.definitions import DEFINITIONS, NotVerifiedError, strange
from ranking.verify.outcome_codes import WEIGHT
from ranking.verify.taking_part import EXCLUSION_KEYS, out_of_the_pool

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ranking.verify.facts import Answer, Facts
    from ranking.verify.given import Given
    from ranking.verify.stages import Contest, Pick

Said = dict[str, Any]
Told = tuple[str, str | None]
ROUND_KEYS = {
    *("program", "id", "title", "law_on", "extracted_at", "cite", "note"),
    *("combine", "seed", "exclusion", "ceiling", "selection"),
}
ORDER_KEYS = {"score", "submitted_at", "score_reached_at"}
COMBINE = ("in_order", "as_if_alone")


@dataclass
class Chosen:
    """What a selection does by definition: its candidates in its own order, who is unsure among those there, its pick.

    ``unverified`` names what no definition covers; then there is no pick.
    """

    said: Said
    candidates: list[int]
    unsure: list[int]
    contest: Contest | None = None
    pick: Pick | None = None
    unverified: str = ""

    @property
    def name(self) -> str:
        """The id of the selection."""
        return str(self.said["id"])


@dataclass
class Expected:
    """A round by definition: the total order, those out of the pool and why, the selections, the outcomes.

    ``covered`` answers, for each selection, whether it is for each declaration of the pool.
    """

    order: list[int]
    out: dict[int, str]
    covered: list[list[Answer]]
    draw: Draw
    chosen: list[Chosen] = field(default_factory=list)
    outcomes: dict[int, Told] = field(default_factory=dict)
    unverified: str = ""

    @property
    def complete(self) -> bool:
        """Tell whether every part of the round is covered, so that each outcome can be told."""
        return not self.unverified and all(chosen.pick for chosen in self.chosen)


def expect(
    facts: Facts,
    given: Given,
    exclusions: Sequence[tuple[str | None, str | None, str]],
    used: Mapping[str, Mapping[str, int]],
) -> Expected:
    """Run a round by definition. What is not covered is named; the parts that need it are then left open."""
    order = total_order(facts, given)
    place = [0] * len(order)
    for number, position in enumerate(order):
        place[position] = number
    out = out_of_the_pool(facts, given, exclusions, order)
    covered = [covers(facts, said, number) for number, said in enumerate(given.selections)]
    draw = Draw(given, facts, place, used)
    round_ = Expected(order, out, covered, draw, unverified=_unverified(given, facts))
    there = [position for position in order if position not in out]
    told: dict[int, Told] = {position: (outcome, None) for position, outcome in out.items()}
    told |= {position: (_standing(facts, position), None) for position in there}
    gone: set[int] = set()
    for number, said in enumerate(given.selections):
        chosen = _choose(draw, said, number, covered[number], [one for one in there if one not in gone])
        round_.chosen.append(chosen)
        if given.said.get("combine", "in_order") == "in_order" and chosen.pick:
            gone |= set(chosen.pick.taken)
        _note(told, chosen)
    round_.outcomes = told
    return round_


def _unverified(given: Given, facts: Facts) -> str:
    """Name what the instruction or the law asks of the round that no definition covers."""
    odd = sorted(set(given.said) - ROUND_KEYS)
    odd += [f"exclusion.{key}" for one in given.said.get("exclusion", ()) for key in sorted(set(one) - EXCLUSION_KEYS)]
    odd += unknown_ceilings(given)
    keys = {str(item.key) for item in given.regulation.order}
    odd += sorted(keys - (ORDER_KEYS if facts.reached is not None else ORDER_KEYS - {"score_reached_at"}))
    if given.said.get("combine", "in_order") not in COMBINE:
        odd.append(f'combine = "{given.said["combine"]}"')
    if str(given.regulation.lifecycle.one_declaration_a_person) != "best_ranked":
        odd.append("one_declaration_a_person")
    return ", ".join(odd)


def total_order(facts: Facts, given: Given) -> list[int]:
    """Order every declaration: the keys of the program, then the number of the declaration by its UTF-8 bytes."""
    order = sorted(facts.everyone, key=lambda position: facts.ids[position].encode())
    columns: dict[str, list[Any] | None] = {
        "score": facts.scores,
        "submitted_at": facts.submitted,
        "score_reached_at": facts.reached,
    }
    for item in reversed(given.regulation.order):
        column = columns.get(item.key)
        if column is not None:
            order.sort(key=column.__getitem__, reverse=item.direction == "descending")
    return order


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


def streams_of(said: Said) -> tuple[str, ...]:
    """Name the streams of a selection."""
    stream = said.get("stream", ())
    return (stream,) if isinstance(stream, str) else tuple(stream)


def covers(facts: Facts, said: Said, number: int) -> list[Answer]:
    """Tell whether a selection is for each declaration: its streams (unless it asks for no criteria) and its filter."""
    streams, filtered = streams_of(said), facts.answers[f"selection {number}"]
    if "declarations" in said:
        named = set(said["declarations"])
        filtered = [both(answer, facts.ids[position] in named) for position, answer in enumerate(filtered)]
    if said.get("criteria", True) is False:
        return filtered
    return [both(eligible(facts, position, streams), filtered[position]) for position in facts.everyone]


def _standing(facts: Facts, position: int) -> str:
    answer = eligible(facts, position, ())
    return "no_selection" if answer else "unknown" if answer is None else "not_eligible"


def _choose(draw: Draw, said: Said, number: int, covered: Sequence[Answer], there: Sequence[int]) -> Chosen:
    """Run one selection on those still there; whose group is not known, under a ceiling or in a share, is unsure."""
    candidates = [one for one in there if covered[one]]
    unsure = [one for one in there if covered[one] is None]
    odd = strange(said)
    if odd:
        return Chosen(said, candidates, unsure, unverified=", ".join(odd))
    try:
        unplaced = draw.unplaced(said, candidates)
        candidates = [one for one in candidates if one not in unplaced]
        contest = draw.contest(said, number, candidates)
        pick = DEFINITIONS[said["mechanism"]](contest)
        return Chosen(said, list(contest.candidates), [*unsure, *unplaced], contest, pick)
    except NotVerifiedError as error:
        return Chosen(said, candidates, unsure, unverified=error.what)


def _note(told: dict[int, Told], chosen: Chosen) -> None:
    """Keep of each declaration the first outcome by precedence, and the first selection that said it."""
    found = dict.fromkeys(chosen.unsure, "unknown")
    if chosen.pick:
        found |= chosen.pick.outcomes | dict.fromkeys(chosen.pick.taken, "invited")
    for position, outcome in found.items():
        before, where = told[position]
        if WEIGHT[outcome] < WEIGHT[before] or (outcome == before and where is None):
            told[position] = (outcome, chosen.name)
