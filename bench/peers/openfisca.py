"""OpenFisca-core with its own idioms: a variable an input, criterion and group; the law's tables as parameters.

Rows by whole numbers are scales of single amounts, rows by label are nodes of parameters read by a ``switch`` (five
times faster here than fancy indexing), a second input chooses among the columns. Formulas are over whole arrays. −1 is
no level, because OpenFisca has no null. The inputs are set beforehand; what is computed is forgotten before each run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add, and_, or_
from typing import TYPE_CHECKING, Any

import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.model_api import DAY, Enum, ParameterNode, Variable, max_, min_, select, switch, where
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from bench.peers import column, names
from bench.peers.arrays import NULL, arrays
from rules.criteria import Criterion
from rules.domains import Interval
from rules.lookup import needed

if TYPE_CHECKING:
    from datetime import date

    from rules import Regulation
    from rules.attributes import Attribute
    from rules.axes import Key
    from rules.conditions import Condition, Test
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.tables import Cap, Table

Formula = "Callable[[Any, Any, Any], Any]"


@dataclass(frozen=True)
class System:
    """A tax and benefit system that is this law."""

    regulation: Regulation
    facts_on: date
    system: TaxBenefitSystem
    computed: tuple[str, ...]

    def take(self, frame: pl.DataFrame) -> Any:
        """Make a simulation with a person a declaration, and set its inputs."""
        simulation = SimulationBuilder.build_default_simulation(self.system, frame.height)
        for name, values in arrays(frame, self.regulation).items():
            simulation.set_input(name, str(self.facts_on), self._values(values, name))
        return simulation

    def _values(self, values: Any, name: str) -> Any:
        """Give an input as OpenFisca wants it; where a label is null, no criterion that reads it applies."""
        kind = self.regulation.attributes[name].type
        if kind == "date":
            return values.astype("datetime64[D]")
        return values == 1 if kind == "boolean" else max_(values, 0) if kind == "label" else values

    def score(self, pool: Any) -> dict[str, Any]:
        """Calculate the total, and with it all that it needs."""
        return self._run(pool, [column("score")])

    def breakdown(self, pool: Any) -> dict[str, Any]:
        """Calculate every part."""
        return self._run(pool, names(self.regulation))

    def _run(self, simulation: Any, wanted: list[str]) -> dict[str, Any]:
        for name in self.computed:
            simulation.delete_arrays(name)
        return {name: simulation.calculate(name, str(self.facts_on)) for name in wanted}

    def read(self, result: dict[str, Any]) -> pl.DataFrame:
        """Give the arrays as columns."""
        return pl.DataFrame(result)


def build(regulation: Regulation, facts_on: date) -> System:
    """Build a system with one entity, its parameters from the tables and its variables from the parts of the law."""
    wanted = needed(regulation)
    derived = [one for one in regulation.derived.values() if one.name in wanted and not one.completes]
    if any(one.function in {"digit", "listed"} for one in derived):
        message = "a list of hundreds of codes has no idiom in OpenFisca that ends in reason"
        raise NotImplementedError(message)
    person = build_entity(key="person", plural="persons", label="", is_person=True)
    system = TaxBenefitSystem([person])
    system.parameters = ParameterNode("", data=_parameters(regulation))
    enums = {n: Enum(n, list(d.labels)) for n, d in regulation.inputs.items() if d.kind == "label"}
    for name in regulation.needed:
        system.add_variable(_input(regulation.attributes[name], name, enums, person))
    for one in derived:
        system.add_variable(_computed(one.name, _derived(one, enums), person))
    for name, part in regulation.parts.items():
        formula = _criterion(part, enums) if isinstance(part, Criterion) else _group(part, enums)
        system.add_variable(_computed(column(name), formula, person))
    return System(regulation, facts_on, system, (*[one.name for one in derived], *names(regulation)))


def _input(attribute: Attribute, name: str, enums: dict[str, Any], person: Any) -> type:
    said: dict[str, Any] = {"entity": person, "definition_period": DAY, "label": name}
    if attribute.type == "label":
        said |= {"value_type": Enum, "possible_values": enums[name], "default_value": next(iter(enums[name]))}
    elif attribute.type == "whole":
        said |= {"value_type": int, "default_value": NULL}
    else:
        from datetime import date as a_date  # noqa: PLC0415 - the name is taken by an annotation

        said |= {"value_type": bool if attribute.type == "boolean" else a_date}
    return type(name, (Variable,), said)


def _computed(name: str, formula: Any, person: Any) -> type:
    said = {"entity": person, "definition_period": DAY, "label": name, "value_type": int, "formula": formula}
    return type(name, (Variable,), said)


def _parameters(regulation: Regulation) -> dict[str, Any]:
    """Write the tables as parameters: criterion, table, column, then a scale or a node of labels."""

    def value(points: int) -> dict[str, Any]:
        return {"values": {str(regulation.day): {"value": points}}}

    def amounts(table: Table, number: int) -> dict[str, Any]:
        pairs = list(zip(table.rows.keys, (row[number] for row in table.points), strict=True))
        brackets = [
            {"threshold": value(key.low or 0)["values"], "amount": value(points)["values"]}
            for key, points in pairs
            if isinstance(key, Interval)
        ]
        last = [key for key, _ in pairs if isinstance(key, Interval)][-1:]
        if last and last[0].high is not None:
            brackets.append({"threshold": value(last[0].high)["values"], "amount": value(table.outside)["values"]})
        if brackets:
            return {"metadata": {"type": "single_amount"}, "brackets": brackets}
        return {_name(key): value(points) for key, points in pairs}

    return {
        criterion.id: {
            table.id: {f"column_{number}": amounts(table, number) for number in range(len(table.points[0]))}
            for table in criterion.tables
        }
        for criterion in regulation.criteria
        if criterion.tables
    }


def _name(key: Key) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def is_key(values: Any, key: Key, enum: Any) -> Any:
    """Tell whether the value of an input lies in a row or column."""
    if key is None:
        return values == NULL
    if isinstance(key, bool):
        return values if key else ~values
    if not isinstance(key, Interval):
        return values == enum[key]
    tests = [values >= (0 if key.low is None else key.low)]
    tests += [values < key.high] if key.high is not None else []
    return reduce(and_, tests)


def _row(table: Table, number: int, values: Any, enum: Any, parameters: Any) -> Any:
    """Read the points of one column by the row."""
    found = getattr(parameters, f"column_{number}")
    if any(isinstance(key, Interval) for key in table.rows.keys):
        points = found.calc(values)
        if None not in table.rows.keys:
            return points
        of_none = table.points[table.rows.keys.index(None)][number]
        return where(values == NULL, of_none, points) if of_none else points
    if enum is None:
        return where(values, found.true, found.false)
    return switch(values, {enum[str(key)]: getattr(found, str(key)) for key in table.rows.keys})


def _table(table: Table, name: str, enums: dict[str, Any], person: Any, period: Any, parameters: Any) -> Any:
    values = person(name, period)
    each = [_row(table, number, values, enums.get(name), parameters) for number in range(len(table.points[0]))]
    if table.columns is None or table.column_input is None:
        return each[0]
    second = person(table.column_input, period)
    across = [is_key(second, key, enums.get(table.column_input)) for key in table.columns.keys]
    return where(across[0], *each) if len(each) == 2 else select(across[:-1], each[:-1], each[-1])


def _under(points: Any, limit: Cap | None, enums: dict[str, Any], person: Any, period: Any) -> Any:
    if limit is None:
        return points
    if limit.input is None:
        return min_(points, limit.points[0])
    values = person(limit.input, period)
    across = [is_key(values, key, enums.get(limit.input)) for key in limit.columns]
    return min_(points, select(across[:-1], list(limit.points[:-1]), limit.points[-1]))


def _criterion(criterion: Criterion, enums: dict[str, Any]) -> Any:
    def formula(person: Any, period: Any, parameters: Any) -> Any:
        if criterion.source is None:
            return person.filled_array(0)
        found = getattr(parameters(period), criterion.id)
        cells = [
            _table(table, name, enums, person, period, getattr(found, table.id))
            for table in criterion.tables
            for name in table.row_inputs
        ]
        points = _under(reduce(add, cells), criterion.cap, enums, person, period)
        when = criterion.applies_when
        return where(_holds(when, enums, person, period), points, 0) if when.options else points

    return formula


def _holds(condition: Condition, enums: dict[str, Any], person: Any, period: Any) -> Any:
    def test(one: Test) -> Any:
        keys = one.values if one.interval is None else (one.interval,)
        answer = reduce(or_, [is_key(person(one.input, period), key, enums.get(one.input)) for key in keys])
        return ~answer if one.negated else answer

    return reduce(or_, [reduce(and_, [test(one) for one in option]) for option in condition.options])


def _group(group: Group, enums: dict[str, Any]) -> Any:
    def formula(person: Any, period: Any) -> Any:
        members = [person(column(member), period) for member in group.members]
        return _under(reduce(add if group.how == "sum" else max_, members), group.cap, enums, person, period)

    return formula


def _derived(source: Derived, enums: dict[str, Any]) -> Any:
    def age(person: Any, period: Any) -> Any:
        born, on = person(source.of[0], period), period.start
        year = born.astype("datetime64[Y]").astype(int) + 1970
        month = born.astype("datetime64[M]").astype(int) % 12 + 1
        day = (born - born.astype("datetime64[M]") + 1).astype(int)
        past = (month < on.month) + (month == on.month) * (day <= on.day)
        return on.year - year - where(past, 0, 1)

    def chosen(person: Any, period: Any) -> Any:
        label, *inputs = (person(name, period) for name in source.of)
        conditions = [label == enums[source.of[0]][one] for one in source.choices[:-1]]
        return where(conditions[0], *inputs) if len(inputs) == 2 else select(conditions, inputs[:-1], inputs[-1])

    def lowest(person: Any, period: Any) -> Any:
        return reduce(min_, [person(name, period) for name in source.of])

    return {"age": age, "chosen": chosen, "lowest": lowest}[source.function]
