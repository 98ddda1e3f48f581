"""The closed language of conditions, three-valued: a test is true, false or unknown (null).

``{ staying_in_quebec = true, feer = [0, 1, 2], french_speaking = "[7, +)", occupation = { in_list = "health" } }``:
the keys of one table are all-of; a list of tables is any-of. A null that is an answer (no test, no spouse) satisfies
no test but ``{ not = … }``; a null that is not known stays unknown, and so does a column that is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from rules.domains import Domain, Interval, Value
from rules.faults import VALUES_STAND, Fault, LawError, meant, unreadable
from rules.text import Text, listed, same
from rules.wording import written

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.faults import Bar

RawCondition = dict[str, Any] | list[dict[str, Any]]


@dataclass(frozen=True)
class Test:
    """One test of one input: its value is among ``values`` or in ``interval``; ``negated`` turns the answer.

    ``list_name`` names the list that ``values`` came from. ``answers_null`` says that a null of the input answers.
    """

    input: str
    values: tuple[Value, ...] = ()
    interval: Interval | None = None
    list_name: str | None = None
    negated: bool = False
    answers_null: bool = False

    def holds(self, value: Value) -> bool | None:
        """Answer for one value; None is unknown."""
        if value is None and not self.answers_null:
            return None
        if self.interval is not None:
            answer = isinstance(value, int) and value in self.interval
        else:
            answer = value is not None and value in self.values
        return answer != self.negated


@dataclass(frozen=True)
class Condition:
    """Any of ``options``, each all of its tests. No option at all is a condition that always holds."""

    options: tuple[tuple[Test, ...], ...] = field(default=())

    def holds(self, values: Mapping[str, Value]) -> bool | None:
        """Answer for one declaration, by Kleene's logic; an input absent from ``values`` is unknown."""
        if not self.options:
            return True
        return any_of(
            [
                all_of([test.holds(values[test.input]) if test.input in values else None for test in option])
                for option in self.options
            ]
        )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that the condition reads, each once, in order."""
        return tuple(dict.fromkeys(test.input for option in self.options for test in option))

    @property
    def lists(self) -> tuple[str, ...]:
        """The lists that the condition names, each once."""
        names = [test.list_name for option in self.options for test in option if test.list_name]
        return tuple(dict.fromkeys(names))


ALWAYS = Condition()


def both(one: Condition, other: Condition) -> Condition:
    """Give the condition that holds where both do."""
    if not one.options or not other.options:
        return one if one.options else other
    return Condition(tuple((*a, *b) for a in one.options for b in other.options))


def all_of(answers: list[bool | None]) -> bool | None:
    """Combine by Kleene's *and*: false wins, then unknown."""
    if False in answers:
        return False
    return None if None in answers else True


def any_of(answers: list[bool | None]) -> bool | None:
    """Combine by Kleene's *or*: true wins, then unknown."""
    if True in answers:
        return True
    return None if None in answers else False


@dataclass(frozen=True)
class Scope:
    """What a part of the law may read: its finite inputs, when each of them is null, and the named lists.

    ``barred`` says of other attributes why it may not read them.
    """

    inputs: Mapping[str, Domain]
    only_when: Mapping[str, Mapping[str, Value]]
    codes_of: Callable[[str], tuple[str, ...] | None]
    list_names: tuple[str, ...] = ()
    barred: Mapping[str, Bar] = field(default_factory=dict)


@dataclass
class ConditionReader:
    """Reads conditions strictly against the inputs of a law."""

    where: Text
    scope: Scope

    def read(self, raw: RawCondition) -> Condition:
        """Turn what the file says into a condition, or raise every fault at once."""
        faults: list[Fault] = []
        options = raw if isinstance(raw, list) else [raw]
        read = tuple(
            tuple(test for name, wanted in option.items() if (test := self._test(name, wanted, faults)) is not None)
            for option in options
        )
        if (not options or any(not option for option in options)) and not faults:
            found = Text("une condition vide", "an empty condition")
            faults.append(
                self._fault(found, Text("au moins un test", "at least one test"), same("{ feer = [0, 1, 2] }"))
            )
        if faults:
            raise LawError(faults)
        return Condition(read)

    def _fault(self, found: Text, expected: Text, write: Text) -> Fault:
        return Fault(self.where, found, expected, write)

    def _test(self, name: str, wanted: Any, faults: list[Fault]) -> Test | None:  # noqa: ANN401 - a TOML value
        domain = self.scope.inputs.get(name)
        if domain is None:
            faults.append(unreadable(name, self.where, self.scope.inputs, self.scope.barred))
            return None
        if isinstance(wanted, dict) and list(wanted) == ["not"]:
            test = self._positive(name, wanted["not"], domain, faults)
            return test and Test(
                name, test.values, test.interval, test.list_name, negated=True, answers_null=domain.none
            )
        return self._positive(name, wanted, domain, faults)

    def _positive(self, name: str, wanted: Any, domain: Domain, faults: list[Fault]) -> Test | None:  # noqa: ANN401
        if isinstance(wanted, dict):
            return self._listed(name, wanted, domain, faults)
        if domain.kind == "whole" and isinstance(wanted, str):
            interval = Interval.parse(wanted)
            if interval is None:
                expected = Text(f"un intervalle pour « {name} »", f"an interval for “{name}”")
                faults.append(self._fault(same(written(wanted)), expected, same(f'{name} = "[7, +)"')))
            return Test(name, interval=interval, answers_null=domain.none)
        values = wanted if isinstance(wanted, list) else [wanted]
        unknown = [value for value in values if not _answers(domain, value)]
        if unknown or not values:
            said = listed([written(value) for value in unknown]) or "[]"
            found = Text(f"« {name} » = {said}", f"“{name}” = {said}")
            expected = Text(f"une valeur de « {name} »", f"a value of “{name}”")
            faults.append(
                self._fault(found, expected, meant(str(unknown[0]) if unknown else "", domain.names, VALUES_STAND))
            )
        return Test(name, tuple(values), answers_null=domain.none)

    def _listed(self, name: str, wanted: dict[str, Any], domain: Domain, faults: list[Fault]) -> Test | None:
        if list(wanted) != ["in_list"]:
            found = Text(f"« {name} » = {written(wanted)}", f"“{name}” = {written(wanted)}")
            expected = Text('{ not = … } ou { in_list = "…" }', '{ not = … } or { in_list = "…" }')
            faults.append(self._fault(found, expected, same(f"{name} = {_example(domain)}")))
            return None
        codes = self.scope.codes_of(str(wanted["in_list"]))
        if codes is None:
            found = Text(f"la liste inconnue « {wanted['in_list']} »", f"the unknown list “{wanted['in_list']}”")
            expected = Text("une liste du dossier lists/ ou de la règle", "a list of the folder lists/ or of the law")
            close = get_close_matches(str(wanted["in_list"]), self.scope.list_names, n=1, cutoff=0.6)
            write = Text("vérifiez le nom de la liste", "check the name of the list")
            write = meant(close[0], close) if close else write
            faults.append(self._fault(found, expected, write))
            return None
        unknown = [code for code in codes if not _answers(domain, code)]
        if unknown:
            found = Text(
                f"la liste « {wanted['in_list']} » : {listed(unknown)}",
                f"the list “{wanted['in_list']}”: {listed(unknown)}",
            )
            expected = Text(f"des valeurs de « {name} »", f"values of “{name}”")
            faults.append(self._fault(found, expected, Text("corrigez la liste", "mend the list")))
        return Test(name, codes, list_name=wanted["in_list"], answers_null=domain.none)


def _example(domain: Domain) -> str:
    """Write what a condition may ask of an input."""
    return f'"[{domain.low}, +)"' if domain.kind == "whole" else written(domain.answers[-1])


def _answers(domain: Domain, value: object) -> bool:
    return value is not None and value in domain


def as_raw(condition: Condition) -> list[dict[str, Any]]:
    """Write a condition with its lists spelled out, for hashing and for receipts."""
    return [{test.input: _raw_test(test) for test in option} for option in condition.options]


def _raw_test(test: Test) -> Any:  # noqa: ANN401 - a TOML value
    plain = str(test.interval) if test.interval is not None else list(test.values)
    return {"not": plain} if test.negated else plain
