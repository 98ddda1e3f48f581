"""Criteria: one or several tables whose points add up under one title, with every version in one file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rules.citation import Cite, Strict, Title, Words
from rules.conditions import ALWAYS, Condition, ConditionReader, Scope, Test
from rules.dates import Dated, in_force
from rules.faults import Fault, LawError
from rules.tables import Cap, CapModel, Table, TableCheck, TableModel
from rules.text import Text, same
from rules.wording import written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date


class CriterionVersion(Dated):
    """One version of a criterion, as written in its file. ``until_cite`` is the provision that repeals it."""

    table: tuple[TableModel, ...] = Field(min_length=1, strict=False)
    cap: int | CapModel | None = None
    announced_maximum: int | CapModel | None = None
    applies_when: dict[str, Any] | list[dict[str, Any]] | None = None
    until_cite: Cite | None = None


class CriterionFile(Strict):
    """The file of a criterion."""

    title: Title
    group: Words
    version: tuple[CriterionVersion, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True)
class Criterion:
    """A criterion as it stands on a day. Without tables it gives 0: it ``begins`` later, or ``ended`` before.

    ``repeal`` is the provision that ended it, where the law file cites one.
    """

    id: str
    title: Text
    group: str
    source: CriterionVersion | None
    tables: tuple[Table, ...] = ()
    cap: Cap | None = None
    announced: Cap | None = None
    applies_when: Condition = ALWAYS
    begins: date | None = None
    ended: date | None = None
    repeal: Cite | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Every input that the criterion reads, each once."""
        names = [name for table in self.tables for name in table.inputs]
        names += [*self.applies_when.inputs, *([self.cap.input] if self.cap and self.cap.input else [])]
        return tuple(dict.fromkeys(names))


def criterion_on(name: str, file: CriterionFile, day: date, scope: Scope) -> Criterion:
    """Give the criterion as it stands on ``day``, its tables checked against the inputs of the law."""
    source = in_force(file.version, day)
    if source is None:
        began = [v for v in file.version if v.in_force <= day]
        if not began:
            return Criterion(name, file.title.text, file.group, None, begins=file.version[0].in_force)
        last = began[-1]
        return Criterion(name, file.title.text, file.group, None, ended=last.until, repeal=last.until_cite)
    head = source.at(f"criteria/{name}.toml")
    applies = ALWAYS if source.applies_when is None else ConditionReader(head, scope).read(source.applies_when)
    tables = _tables(source, head, applies, scope)
    check = TableCheck(head, scope.inputs, scope.barred)
    cap = None if source.cap is None else check.cap(source.cap)
    announced = None if source.announced_maximum is None else check.cap(source.announced_maximum)
    return Criterion(name, file.title.text, file.group, source, tables, cap, announced, applies)


def repeated(ids: Sequence[str], where: Text) -> list[Fault]:
    """Give a fault for each id that stands twice."""
    expected = Text("chaque id une seule fois", "each id only once")
    return [
        Fault(where, Text(f"« {one} » deux fois", f"“{one}” twice"), expected, same(f"id = {written(f'{one}_2')}"))
        for one in sorted({one for one in ids if ids.count(one) > 1})
    ]


def repealed(versions: Sequence[CriterionVersion]) -> list[CriterionVersion]:
    """Give the versions that end while no other begins: each of them ends by a repeal."""
    begins = {version.in_force for version in versions}
    return [version for version in versions if version.until is not None and version.until not in begins]


def check_repeals(versions: Sequence[CriterionVersion], where: str) -> None:
    """Fail because a version cites the provision of a repeal that it does not date."""
    expected = Text("« until », le jour de l’abrogation", "“until”, the day of the repeal")
    faults = [
        Fault(
            version.at(where),
            Text("« until_cite » sans « until »", "“until_cite” without “until”"),
            expected,
            same(f"until = {version.in_force.year + 1}-{version.in_force:%m-%d}"),
        )
        for version in versions
        if version.until_cite is not None and version.until is None
    ]
    if faults:
        raise LawError(faults)


def _tables(source: CriterionVersion, head: Text, applies: Condition, scope: Scope) -> tuple[Table, ...]:
    tables: list[Table] = []
    faults = repeated([table.id for table in source.table], head)
    for model in source.table:
        where = head.inside(f"grille {model.id}", f"table {model.id}")
        try:
            table = TableCheck(where, scope.inputs, scope.barred).table(model)
            _check_null(table, applies, scope, where)
            tables.append(table)
        except LawError as error:
            faults += error.faults
    if faults:
        raise LawError(faults)
    return tuple(tables)


def _check_null(table: Table, applies: Condition, scope: Scope, where: Text) -> None:
    """Fail because a null may reach a table that has no row for it."""
    axes = [(name, table.rows) for name in table.row_inputs]
    if table.column_input and table.columns:
        axes.append((table.column_input, table.columns))
    for name, axis in axes:
        needed = scope.only_when.get(name, {})
        asked = {Test(other, (value,)) for other, value in needed.items()}
        covered = needed and len(applies.options) == 1 and set(applies.options[0]) == asked
        if not scope.inputs[name].none or None in axis.keys or covered:
            continue
        expected = Text(
            f"une ligne « none », ou « applies_when » égal au « only_when » de « {name} »",
            f"a row “none”, or “applies_when” equal to the “only_when” of “{name}”",
        )
        found = Text(f"« {name} » peut être nul", f"“{name}” can be null")
        raise LawError([Fault(where, found, expected, same('["none", 0]'))])
