"""GoRules zen-engine: a decision graph of the law, a decision table for each table and input, evaluated row by row.

Derived inputs, caps and groups are expressions; a list of codes is a decision table too. Rows are evaluated in batches,
the fastest way that the engine has; contexts are made beforehand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import polars as pl
import zen

from bench.peers import column, names
from rules.criteria import Criterion
from rules.domains import Interval
from rules.lookup import needed

if TYPE_CHECKING:
    from datetime import date

    from rules import Regulation
    from rules.axes import Key
    from rules.conditions import Condition, Test
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.tables import Cap, Table

LAW = "law"
BATCH = 1000


@dataclass(frozen=True)
class Graph:
    """The law as a decision graph."""

    regulation: Regulation
    engine: Any

    def take(self, frame: pl.DataFrame) -> list[list[dict[str, Any]]]:
        """Make a context a declaration, dates written out, in batches."""
        dates = [name for name in self.regulation.needed if frame[name].dtype == pl.Date]
        rows = frame.select(self.regulation.needed).with_columns(pl.col(dates).cast(pl.String)).to_dicts()
        requests = [{"key": LAW, "context": row} for row in rows]
        return [requests[start : start + BATCH] for start in range(0, len(requests), BATCH)]

    def score(self, pool: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """Evaluate the graph, which gives every part: a breakdown costs the same."""
        return [one["data"]["result"] for batch in pool for one in self.engine.evaluate_batch(batch)]

    def read(self, result: list[dict[str, Any]]) -> pl.DataFrame:
        """Give the results as columns."""
        wanted = names(self.regulation)
        return pl.DataFrame({name: [one[name] for one in result] for name in wanted}).cast(pl.Int32)


@dataclass
class Drawing:
    """Draws the nodes of a graph and the edges between them."""

    nodes: list[dict[str, Any]] = field(default_factory=list)
    edges: list[dict[str, Any]] = field(default_factory=list)

    def node(self, kind: str, name: str, after: list[str], content: dict[str, Any] | None = None) -> str:
        """Draw a node after others, and give its name."""
        said = {"id": name, "name": name, "type": f"{kind}Node", "position": {"x": 0, "y": 0}}
        self.nodes.append(said | ({} if content is None else {"content": content}))
        self.edges += [
            {"id": f"{one} {name}", "sourceId": one, "targetId": name, "type": "edge"} for one in dict.fromkeys(after)
        ]
        return name

    def table(self, name: str, after: list[str], inputs: tuple[str, ...], rules: list[tuple[str, ...]]) -> str:
        """Draw a decision table whose last cells are its result; the first row that holds gives it."""
        content = {
            "hitPolicy": "first",
            "inputs": [{"id": one, "name": one, "field": one} for one in inputs],
            "outputs": [{"id": "result", "name": name, "field": name}],
            "rules": [
                {"_id": str(n), **dict(zip((*inputs, "result"), rule, strict=True))} for n, rule in enumerate(rules)
            ],
        }
        return self.node("decisionTable", name, after, content)

    def expressions(self, name: str, after: list[str], pairs: list[tuple[str, str]]) -> str:
        """Draw a node of expressions that passes on what came in."""
        said = [{"id": key, "key": key, "value": value} for key, value in pairs]
        return self.node("expression", name, after, {"passThrough": True, "expressions": said})


def build(regulation: Regulation, facts_on: date) -> Graph:
    """Build an engine that holds the graph."""
    loader = {"type": "static", "content": {LAW: _graph(regulation, facts_on)}}
    return Graph(regulation, zen.ZenEngine({"loader": loader}))


def _graph(law: Regulation, facts_on: date) -> dict[str, Any]:
    drawing, wanted = Drawing(), needed(law)
    derived = [one for one in law.derived.values() if one.name in wanted and not one.completes]
    before = [drawing.node("input", "request", [])]
    for one in (one for one in derived if one.function in {"digit", "listed"}):
        rules = [(_cell(code), _cell(value)) for code, value in one.of_values]
        before.append(drawing.table(one.name, ["request"], one.of, rules))
    computed = [one for one in derived if one.function not in {"digit", "listed"}]
    here = {one.name for one in computed}
    pairs = [
        (one.name, _derived(one, [f"$.{of}" if of in here else of for of in one.of], facts_on)) for one in computed
    ]
    inputs = drawing.expressions("inputs", before, pairs)
    read = [(part, table, name) for part in law.criteria for table in part.tables for name in table.row_inputs]
    tables = [drawing.table(_place(*one), [inputs], _inputs(one[1], one[2]), _rules(one[1])) for one in read]
    points = [(column(name), _part(part)) for name, part in law.parts.items()]
    parts = drawing.expressions("points", [inputs, *tables], points)
    drawing.node("output", "response", [parts])
    return {"contentType": "application/vnd.gorules.decision", "nodes": drawing.nodes, "edges": drawing.edges}


def _place(part: Criterion, table: Table, name: str) -> str:
    """Name the result of one reading of a table."""
    return f"{part.id}_{table.id}_{name}"


def _inputs(table: Table, name: str) -> tuple[str, ...]:
    return (name, table.column_input) if table.column_input else (name,)


def _rules(table: Table) -> list[tuple[str, ...]]:
    """Write a rule a cell, then what lies outside."""
    columns = table.columns.keys if table.columns else (None,)
    rules: list[tuple[str, ...]] = []
    for (row, key), (across, other) in product(enumerate(table.rows.keys), enumerate(columns)):
        tests = (_cell(key), _cell(other)) if table.columns else (_cell(key),)
        rules.append((*tests, str(table.points[row][across])))
    return [*rules, (*[""] * (2 if table.columns else 1), str(table.outside))]


def _cell(key: Key | int) -> str:
    """Write a test, or a result, as a cell."""
    if key is None:
        return "null"
    if isinstance(key, Interval):
        if key.low is None or key.high is None:
            return f"< {key.high}" if key.low is None else f">= {key.low}"
        return f"[{key.low}..{key.high})"
    return json.dumps(key)


def _derived(source: Derived, of: list[str], facts_on: date) -> str:
    """Write a derived input; ``of`` are what it reads, as this node knows them."""
    if source.function == "age":
        return f"{of[0]} == null ? null : d('{facts_on}').diff(d({of[0]}), 'year')"
    if source.function == "chosen":
        result = of[-1]
        for label, one in reversed(list(zip(source.choices[:-1], of[1:-1], strict=True))):
            result = f"({of[0]} == {json.dumps(label)} ? {one} : {result})"
        return result
    if source.function == "lowest":
        nulls = " or ".join(f"{one} == null" for one in of)
        return f"({nulls}) ? null : min([{', '.join(of)}])"
    raise NotImplementedError(source.function)


def _part(part: Criterion | Group) -> str:
    """Write the points of a criterion or group; ``$`` is what this node computed before."""
    if not isinstance(part, Criterion):
        members = ", ".join(f"$.{column(member)}" for member in part.members)
        return _under(f"sum([{members}])" if part.how == "sum" else f"max([{members}])", part.cap)
    if part.source is None:
        return "0"
    points = " + ".join(_place(part, table, name) for table in part.tables for name in table.row_inputs)
    limited = _under(points, part.cap)
    return f"({_holds(part.applies_when)}) ? ({limited}) : 0" if part.applies_when.options else limited


def _under(points: str, limit: Cap | None) -> str:
    if limit is None:
        return points
    most = str(limit.points[-1])
    for key, one in zip(limit.columns[:-1], limit.points[:-1], strict=False):
        most = f"({limit.input} == {_cell(key)} ? {one} : {most})"
    return f"min([{points}, {most}])"


def _holds(condition: Condition) -> str:
    return " or ".join(f"({' and '.join(_test(test) for test in option)})" for option in condition.options)


def _test(test: Test) -> str:
    if test.interval is None:
        answer = f"{test.input} in [{', '.join(json.dumps(value) for value in test.values)}]"
    else:
        answer = f"{test.input} in {_cell(test.interval)}"
    return f"not ({answer})" if test.negated else answer
