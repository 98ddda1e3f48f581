"""Levels: the score of a language test → the level that it reaches, from a dated and cited list.

A level may be declared as it is, or come from a test: never both. The test, with its scale, is stored with the score;
nothing is guessed from a number. Scores are in tenths in a pool (7.5 is 75), and as printed in the list (7.5). A row of
the list is a test and a level, with the least score that reaches it in each ability.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rules.domains import Domain
from rules.faults import Fault, LawError, meant
from rules.inputs import Derived
from rules.text import Text, listed, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.attributes import Attribute
    from rules.inputs import InputModel, Scale
    from rules.lists import DatedList

TENTHS = re.compile(r"([0-9]{1,4})(?:\.([0-9]))?")
COLUMNS = ("test", "level")


def bind(
    name: str, model: InputModel, attributes: Mapping[str, Attribute], lists: Mapping[str, DatedList], where: Text
) -> Derived:
    """Bind a level to the attribute that it completes, the test and its score. A LawError says what does not fit."""
    _check(name, model, attributes, where)
    source = _list(model, lists, where)
    tests = [label for label in attributes[model.of[1]].labels if label != "none"]
    scales = _Reader(source, model.column or "", where).scales(tests)
    declared = attributes[name]
    bounds, below = declared.interval, model.below or 0
    reached = [level for _, steps in scales for _, level in steps]
    domain = Domain(
        "whole",
        low=min(bounds.low or 0, below),
        high=max(bounds.high or 0, 1 + max(reached)),
        none=declared.may_be_none,
    )
    return Derived(name, "level", model.title.text, model.of, domain, scales=scales, below=below)


def _check(name: str, model: InputModel, attributes: Mapping[str, Attribute], where: Text) -> None:
    """Fail because the input does not bear the name of what it completes, or reads something else than a test."""
    found = [attributes.get(of) for of in model.of]
    right = len(found) == 3 and model.of[0] == name and model.below is not None
    if right:
        declared, test, score = found
        right = bool(declared and test and score)
        right = right and declared is not None and declared.type == "whole"
        right = right and all(one is not None and one.optional for one in (test, score))
        right = right and test is not None and "none" in test.labels
        right = right and score is not None and score.type == "whole"
    if not right:
        expected = Text(
            "le niveau déclaré, qui porte le même nom, un test facultatif dont l’une des valeurs est « none », son "
            "résultat facultatif, et « below »",
            "the level declared, which bears the same name, an optional test with a label “none”, its optional score, "
            "and “below”",
        )
        write = same('of = ["french_listening", "french_test", "french_listening_tenths"], below = 0')
        raise LawError([Fault(where, same(f"of = {listed(model.of)}"), expected, write)])


def _list(model: InputModel, lists: Mapping[str, DatedList], where: Text) -> DatedList:
    source = lists.get(model.list or "")
    if source is None or not {*COLUMNS, model.column} <= set(source.columns):
        expected = Text(
            "une liste avec les colonnes « test » et « level », et une colonne par habileté",
            "a list with the columns “test” and “level”, and a column for each ability",
        )
        found = same(f'list = "{model.list}", column = "{model.column}"')
        raise LawError([Fault(where, found, expected, meant(model.list or "", lists))])
    return source


@dataclass(frozen=True)
class _Reader:
    """Reads the scales of one ability from a list."""

    source: DatedList
    ability: str
    where: Text

    def scales(self, tests: list[str]) -> tuple[Scale, ...]:
        """Give the scale of each test, the highest score first; higher scores reach higher levels."""
        return tuple((test, self._scale(test)) for test in tests)

    def _scale(self, test: str) -> tuple[tuple[int, int], ...]:
        rows = [row for row in self.source.by_code.values() if row["test"] == test]
        if not rows:
            known = {row["test"] for row in self.source.by_code.values()}
            raise self._fault(
                Text(f"aucune ligne pour le test « {test} »", f"no row for the test “{test}”"),
                meant(test, sorted(known)),
            )
        steps = sorted(((self._tenths(row), self._level(row)) for row in rows), reverse=True)
        for (score, level), (other, lower) in pairwise(steps):
            if score == other or level <= lower:
                found = Text(
                    f"{test} : {score / 10} donne {level}, et {other / 10} donne {lower}",
                    f"{test}: {score / 10} gives {level}, and {other / 10} gives {lower}",
                )
                raise self._fault(found, Text("corrigez la liste", "mend the list"))
        return tuple(steps)

    def _tenths(self, row: dict[str, str]) -> int:
        match = TENTHS.fullmatch(row[self.ability])
        if match is None:
            raise self._fault(same(f"{row['test']}, {self.ability} = {row[self.ability]}"), same("7.5"))
        return int(match[1]) * 10 + int(match[2] or 0)

    def _level(self, row: dict[str, str]) -> int:
        if not re.fullmatch(r"[0-9]{1,2}", row["level"]):
            raise self._fault(same(f"{row['test']}, level = {row['level']}"), same("7"))
        return int(row["level"])

    def _fault(self, found: Text, write: Text) -> LawError:
        place = Text(f"{self.where.fr}, liste {self.source.name}", f"{self.where.en}, list {self.source.name}")
        expected = Text(
            "un résultat et un niveau par ligne, les plus hauts niveaux aux plus hauts résultats",
            "a score and a level in each row, higher levels at higher scores",
        )
        return LawError([Fault(place, found, expected, write)])
