"""The score as it stands: every criterion with its points and provision, the streams, and what the coming year changes.

All of it is read from the records of ``rules.explain``; only the days on which someone grows older are computed here.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rules.explain import Eligibility, Explanation, explain, score_of
from rules.groups import ROOT
from rules.text import Lang, Text
from rules.titles import LANGS, colon

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.explain import Fact, Points
    from rules.regulation import Regulation

DOES_NOT_APPLY = Text("Ne s’applique pas à vous.", "Does not apply to you.")
NOT_IN_FORCE = Text("N’est pas dans la règle d’aujourd’hui.", "Is not in today’s law.")


@dataclass(frozen=True)
class Line:
    """One criterion: its points, why, what its cap took away, its provision and the number of its act."""

    title: Text
    points: int
    why: Text
    taken_by_cap: int
    provision: str | None
    act: int | None


@dataclass(frozen=True)
class Block:
    """The criteria of one group, and its points after its cap."""

    title: Text
    points: int
    cap: int | None
    taken_by_cap: int
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class StreamLine:
    """A stream: met, not met or unknown (None), and the conditions that decided, with their provisions."""

    title: Text
    holds: bool | None
    decisive: tuple[tuple[Text, str], ...]


@dataclass(frozen=True)
class AgeStep:
    """A birthday that changes the score, if the law and all answers stay as they are."""

    day: date
    score: int
    change: int


@dataclass(frozen=True)
class Standing:
    """What a declaration is worth on a day."""

    score: int
    maximum: int | None
    facts_on: date
    law_on: date
    blocks: tuple[Block, ...]
    acts: tuple[str, ...]
    streams: tuple[StreamLine, ...]
    steps: tuple[AgeStep, ...]


def declared(values: Mapping[str, Any], regulation: Regulation) -> dict[str, Any]:
    """Turn what stands in the bank into what ``rules`` reads: dates as dates, what was left out as null."""
    attributes = regulation.attributes
    return {
        name: date.fromisoformat(values[name])
        if attributes[name].type == "date" and isinstance(values.get(name), str)
        else values.get(name)
        for name in attributes
        if not attributes[name].descriptive
    }


def standing(values: Mapping[str, Any], regulation: Regulation, today: date, until: date | None) -> Standing:
    """Give the score of a good declaration today, and what birthdays change before ``until``."""
    known = declared(values, regulation)
    found = explain(known, regulation, today)
    acts = tuple(dict.fromkeys(one.cite.act for one in found.criteria if one.cite is not None))
    root = regulation.groups[-1]
    return Standing(
        found.score,
        root.cap.points[0] if root.cap is not None and root.cap.input is None else None,
        today,
        regulation.day,
        _blocks(found, acts),
        acts,
        tuple(_stream(one) for one in found.streams),
        age_steps(known, regulation, today, until),
    )


def _blocks(found: Explanation, acts: tuple[str, ...]) -> tuple[Block, ...]:
    """Put criteria under their groups; those that stand in none, under the total."""
    by_id = {one.id: one for one in found.criteria}
    blocks = []
    for group in found.groups:
        lines = tuple(_line(by_id[member], acts) for member in group.members if member in by_id)
        if lines:
            title = Text("Autres critères", "Other criteria") if group.id == ROOT else group.title
            total = sum(line.points for line in lines) if group.id == ROOT else group.points
            blocks.append(Block(title, total, group.cap, 0 if group.id == ROOT else group.taken_by_cap, lines))
    return tuple(blocks)


def _line(source: Points, acts: tuple[str, ...]) -> Line:
    provision, act = (None, None) if source.cite is None else (source.cite.provision, acts.index(source.cite.act) + 1)
    return Line(source.title, source.points, _why(source), source.taken_by_cap, provision, act)


def _why(source: Points) -> Text:
    if source.state == "does_not_apply":
        return DOES_NOT_APPLY
    if source.state != "applies":
        return NOT_IN_FORCE
    several = len(source.steps) > 1
    return Text(*(_reasons(source, several=several, lang=lang) for lang in LANGS))


def _reasons(source: Points, *, several: bool, lang: Lang) -> str:
    """Write what was read, with the points of each reading where there are several, then the columns that were used."""
    rows = [
        f"{_fact(step.facts[0], lang)} → {step.points}" if several else _fact(step.facts[0], lang)
        for step in source.steps
    ]
    columns = dict.fromkeys(_fact(step.facts[1], lang) for step in source.steps if len(step.facts) > 1)
    over = f" ({', '.join(columns)})" if columns else ""
    return (" ; " if lang == "fr" else "; ").join(rows) + over


def _fact(fact: Fact, lang: Lang) -> str:
    return f"{fact.title.to(lang)}{colon(lang)}{fact.shown.to(lang)}"


def _stream(source: Eligibility) -> StreamLine:
    return StreamLine(source.title, source.holds, tuple((one.title, one.cite.provision) for one in source.decisive))


def age_steps(known: Mapping[str, Any], regulation: Regulation, today: date, until: date | None) -> tuple[AgeStep, ...]:
    """Find the birthdays after ``today`` and before ``until`` (a year from now without one) that change the score."""
    end = until or today + timedelta(days=366)
    births = {
        value for name, value in known.items() if regulation.attributes[name].type == "date" and isinstance(value, date)
    }
    days = sorted({day for born in births for day in _birthdays(born, today, end)})
    steps, before = [], score_of(known, regulation, today)
    for day in days:
        score = score_of(known, regulation, day)
        if score != before:
            steps.append(AgeStep(day, score, score - before))
        before = score
    return tuple(steps)


def _birthdays(born: date, after: date, end: date) -> list[date]:
    """Give the birthdays between two days, those of 29 February on 1 March in common years."""
    found = []
    for year in range(after.year, end.year + 1):
        common = (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28
        day = date(year, 3, 1) if common else date(year, born.month, born.day)
        if after < day < end:
            found.append(day)
    return found
