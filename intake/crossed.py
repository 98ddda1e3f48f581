"""What one field of a declaration says of another: the rules of a pool's row, compiled to plain closures.

A rule holds or not for a row that has every field. It is only asked where the fields that it reads can be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from intake.fields import declared_names
from intake.messages import FieldFault, answers, expected, found, needed, out_of_days, sentences, titled, write
from rules.inputs import earliest_birth
from rules.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import date

    from rules.domains import Value
    from rules.inputs import Derived
    from rules.regulation import Contradiction, Regulation

Row = dict[str, Any]
LONGEST_MONTH = timedelta(days=31)
USUAL_VALIDITY = 12  # months, where no source gives one


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must be true of a row. ``fields``: those that may bear the fault, the first choice first."""

    fields: tuple[str, ...]
    reads: tuple[str, ...]
    holds: Callable[[Row], bool]
    fault: Callable[[Row, str], FieldFault]


@dataclass(frozen=True, slots=True)
class Crossed:
    """Every rule of a regulation between fields, and on a day."""

    rules: tuple[Rule, ...]
    tests: tuple[Callable[[Row], bool], ...]

    def all_hold(self, row: Row) -> bool:
        """Tell whether every rule holds for a row whose fields can all be read."""
        return all(holds(row) for holds in self.tests)

    def faults(self, row: Row, unreadable: Collection[str]) -> dict[str, FieldFault]:
        """Give at most one fault for each field, by name; rules that read what is unreadable are left out."""
        faults: dict[str, FieldFault] = {}
        for rule in self.rules:
            free = next((name for name in rule.fields if name not in faults), None)
            if free is not None and not any(name in unreadable for name in rule.reads) and not rule.holds(row):
                faults[free] = rule.fault(row, free)
        return faults


@lru_cache(maxsize=64)
def crossed(regulation: Regulation, today: date | None) -> Crossed:
    """Compile the rules of a regulation; without a day, dates are not held to one."""
    names = declared_names(regulation)
    rules: list[Rule] = []
    for name in names:
        rules += _day(name, regulation, today)
        rules += _gate(name, regulation)
        rules += _at_most(name, names, regulation)
    for name, source in regulation.levels.items():
        rules += _of_test(name, source, regulation)
    rules += [_contradiction(one, regulation) for one in regulation.contradictions if {*one.where.inputs} <= {*names}]
    return Crossed(tuple(rules), tuple(rule.holds for rule in rules))


def _day(name: str, regulation: Regulation, today: date | None) -> Iterator[Rule]:
    attribute = regulation.attributes[name]
    if attribute.type != "date" or today is None:
        return
    years, until = attribute.years_before, _last_day(regulation, today)
    earliest = None if years is None else earliest_birth(until, years)
    first, last = "" if earliest is None else earliest.isoformat(), today.isoformat()

    def holds(row: Row) -> bool:
        return row[name] is None or first <= row[name] <= last

    def fault(row: Row, field: str) -> FieldFault:
        return out_of_days(field, row[name], earliest, today)

    yield Rule((name,), (name,), holds, fault)


def _last_day(regulation: Regulation, today: date) -> date:
    """Give a day by which what is declared today has expired: until then, its row must stay a good one."""
    return today + LONGEST_MONTH * (regulation.lifecycle.validity_months or USUAL_VALIDITY)


def _gate(name: str, regulation: Regulation) -> Iterator[Rule]:
    """Hold a field to be null exactly where its ``only_when`` is false, as far as that is known."""
    attribute = regulation.attributes[name]
    tested = _tested(name, regulation)
    reads = (name, *(attribute.only_when or {}), *_test_of(name, regulation))
    if attribute.only_when is None:
        if attribute.missing == "error" and name in regulation.levels:
            given = lambda row: row[name] is not None or tested(row)  # noqa: E731 - two words
            yield Rule((name,), reads, given, lambda _, field: _missing(field, regulation))
        return
    asked = _asked(attribute.only_when)
    where = answers(attribute.only_when, regulation)
    since = Text(f"vous avez répondu {where.fr}", f"you answered {where.en}")

    def present(row: Row) -> bool:
        return row[name] is not None or asked(row) is not True or tested(row)

    def absent(row: Row) -> bool:
        return row[name] is None or asked(row) is not False

    if attribute.missing == "error" and not attribute.descriptive:
        yield Rule((name,), reads, present, lambda _, field: _missing(field, regulation, since))
    yield Rule((name,), reads, absent, lambda row, field: _unasked(row, field, where))


def _asked(only_when: Mapping[str, Value]) -> Callable[[Row], bool | None]:
    """Tell, by Kleene's logic, whether a field is asked for: null in another one is not known."""
    pairs = tuple(only_when.items())

    def asked(row: Row) -> bool | None:
        answer: bool | None = True
        for other, wanted in pairs:
            said = row.get(other)
            if said is None:
                answer = None
            elif said != wanted:
                return False
        return answer

    return asked


def _test_of(name: str, regulation: Regulation) -> tuple[str, ...]:
    source = regulation.levels.get(name)
    return () if source is None else (source.of[1],)


def _tested(name: str, regulation: Regulation) -> Callable[[Row], bool]:
    """Tell where a test stands for a level."""
    tests = _test_of(name, regulation)
    if not tests:
        return lambda _: False
    test = tests[0]
    return lambda row: row[test] is not None and row[test] != "none"


def _at_most(name: str, names: Collection[str], regulation: Regulation) -> Iterator[Rule]:
    for other in regulation.attributes[name].at_most:
        if other in names:
            yield _no_more(name, other, regulation)


def _no_more(name: str, other: str, regulation: Regulation) -> Rule:
    more = titled(other, regulation)

    def holds(row: Row) -> bool:
        return row[name] is None or row[other] is None or row[name] <= row[other]

    def fault(row: Row, field: str) -> FieldFault:
        most = row[other]
        since = Text(f"{more.fr} vaut {most}", f"{more.en} is {most}")
        limit = needed(Text(f"au plus {most}", f"at most {most}"), since)
        mend = Text("Corrigez l’un des deux nombres", "Mend one of the two numbers")
        return FieldFault(field, "more_than", sentences(found(row[field]), limit, mend))

    return Rule((name,), (name, other), holds, fault)


def _of_test(level: str, source: Derived, regulation: Regulation) -> Iterator[Rule]:
    """Hold a level and its test apart: one or the other, and a score where there is a test, only there."""
    _, test, score = source.of
    tested, name = _tested(level, regulation), titled(test, regulation)
    no_test = answers({test: "none"}, regulation)

    def apart(row: Row) -> bool:
        return row[level] is None or not tested(row)

    def together(row: Row) -> bool:
        return tested(row) == (row[score] is not None)

    def either(row: Row, field: str) -> FieldFault:
        wanted = Text(
            f"Ce champ doit rester vide, puisque {name.fr} donne le niveau",
            f"It must stay empty, since {name.en} gives the level",
        )
        mend = Text(f"Effacez le niveau, ou répondez {no_test.fr}", f"Clear the level, or answer {no_test.en}")
        return FieldFault(field, "level_and_test", sentences(found(row[field]), wanted, mend))

    def scored(row: Row, field: str) -> FieldFault:
        if row[field] is None:
            since = Text(f"{name.fr} nomme un test", f"{name.en} names a test")
            return _missing(field, regulation, since)
        wanted = Text(
            f"Ce champ doit rester vide, puisque {name.fr} ne nomme aucun test",
            f"It must stay empty, since {name.en} names no test",
        )
        mend = Text("Effacez le résultat, ou nommez le test", "Clear the score, or name the test")
        return FieldFault(field, "score_without_test", sentences(found(row[field]), wanted, mend))

    yield Rule((level,), (level, test), apart, either)
    yield Rule((score,), (score, test), together, scored)


def _contradiction(source: Contradiction, regulation: Regulation) -> Rule:
    names = source.where.inputs
    titles = [titled(name, regulation) for name in names]
    fr, en = " ou ".join(t.fr for t in titles), " or ".join(t.en for t in titles)

    def holds(row: Row) -> bool:
        return source.where.holds(row) is not True

    def fault(row: Row, field: str) -> FieldFault:
        never = Text(
            f"Une autre réponse le contredit : {source.title.fr}", f"Another answer contradicts it: {source.title.en}"
        )
        return FieldFault(
            field, "contradiction", sentences(found(row[field]), never, Text(f"Corrigez {fr}", f"Mend {en}"))
        )

    return Rule(names, names, holds, fault)


def _missing(name: str, regulation: Regulation, since: Text | None = None) -> FieldFault:
    """Say that a field is needed, and why."""
    wanted = needed(expected(name, regulation), since)
    return FieldFault(name, "missing", sentences(found(None), wanted, write(name, None, regulation)))


def _unasked(row: Row, field: str, where: Text) -> FieldFault:
    """Say that a field must be empty, since what it depends on is not so."""
    wanted = Text(
        f"Ce champ doit rester vide, sauf si vous répondez {where.fr}",
        f"It must stay empty, unless you answer {where.en}",
    )
    mend = Text("Effacez cette réponse, ou corrigez l’autre", "Clear this answer, or mend the other")
    return FieldFault(field, "not_asked", sentences(found(row[field]), wanted, mend))
