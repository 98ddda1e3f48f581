"""Explanation: for one declaration, the rows of the law that gave its points. Records first, sentences last.

The records are read from the tables that the engines are compiled from: an explanation cannot drift from a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from rules import titles
from rules.functions import derive
from rules.groups import ROOT
from rules.text import Lang, Text, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from rules.citation import Cite
    from rules.criteria import Criterion
    from rules.domains import Value
    from rules.groups import Group
    from rules.regulation import Regulation
    from rules.streams import Requirement, Stream
    from rules.tables import Table

UNKNOWN = Text("inconnu", "unknown")
OUTSIDE = Text("hors des bornes", "outside the range")

Reading = tuple["Table", str, tuple[int | None, int, int]]
State = Literal["applies", "does_not_apply", "not_yet", "repealed"]


@dataclass(frozen=True)
class Fact:
    """An input as read, and the attributes as declared that it comes from."""

    input: str
    title: Text
    value: Value
    shown: Text
    declared: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Step:
    """One reading of one table: the facts, the row, the column, the points."""

    table: str
    facts: tuple[Fact, ...]
    row: str
    row_words: Text
    column: str | None
    column_words: Text | None
    points: int


@dataclass(frozen=True)
class Points:
    """What a criterion gave: its steps, what its cap took away, the provision and the version used.

    A repealed criterion has no version: ``cite`` is then the provision that repealed it, where the law cites one.
    """

    id: str
    title: Text
    state: State
    steps: tuple[Step, ...]
    before_cap: int
    cap: int | None
    points: int
    cite: Cite | None
    in_force: date | None
    since: date | None = None

    @property
    def taken_by_cap(self) -> int:
        """How many points the cap took away."""
        return self.before_cap - self.points


@dataclass(frozen=True)
class GroupPoints:
    """What a group gave: its members, what its cap took away."""

    id: str
    title: Text
    members: tuple[str, ...]
    how: str
    before_cap: int
    cap: int | None
    points: int

    @property
    def taken_by_cap(self) -> int:
        """How many points the cap took away."""
        return self.before_cap - self.points


@dataclass(frozen=True)
class Answer:
    """How a requirement was answered: yes, no, or unknown (None), with the facts that it reads."""

    id: str
    title: Text
    holds: bool | None
    facts: tuple[Fact, ...]
    cite: Cite


@dataclass(frozen=True)
class Eligibility:
    """How a stream was answered, requirement by requirement."""

    id: str
    title: Text
    holds: bool | None
    answers: tuple[Answer, ...]

    @property
    def decisive(self) -> tuple[Answer, ...]:
        """The requirements that decided: those not met, else those unknown."""
        refused = tuple(answer for answer in self.answers if answer.holds is False)
        return refused or tuple(answer for answer in self.answers if answer.holds is None)


@dataclass(frozen=True)
class Explanation:
    """Everything that gave one declaration its score and its streams."""

    declaration_id: str
    program: str
    law_on: date
    law_hash: str
    facts_on: date
    criteria: tuple[Points, ...]
    groups: tuple[GroupPoints, ...]
    streams: tuple[Eligibility, ...]

    @property
    def score(self) -> int:
        """The total."""
        return self.groups[-1].points

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        plain: dict[str, Any] = _plain(self)
        return plain


def explain(declaration: Mapping[str, Any], regulation: Regulation, facts_on: date) -> Explanation:
    """Explain one declaration: attributes by name, as a checked pool holds them. An attribute left out is unknown."""
    reader = _Reader(declaration, regulation, facts_on)
    points: dict[str, int] = {}
    criteria = tuple(reader.criterion(criterion) for criterion in regulation.criteria)
    points |= {found.id: found.points for found in criteria}
    groups = []
    for group in regulation.groups:
        found = reader.group(group, points)
        points[group.id] = found.points
        groups.append(found)
    return Explanation(
        declaration_id=str(declaration.get("declaration_id", "")),
        program=regulation.program,
        law_on=regulation.day,
        law_hash=regulation.hash,
        facts_on=facts_on,
        criteria=criteria,
        groups=tuple(groups),
        streams=tuple(reader.stream(stream) for stream in regulation.streams),
    )


def values_of(declaration: Mapping[str, Any], regulation: Regulation, facts_on: date) -> dict[str, Value]:
    """Give every input of one declaration, the derived ones too; those that cannot be read are left out."""
    values = dict(declaration)
    for name, source in regulation.derived.items():
        if all(of in values for of in source.of):
            values[name] = derive(source, [values[of] for of in source.of], facts_on)
    return {name: values[name] for name in regulation.inputs if name in values}


def readings(source: Criterion, values: Mapping[str, Value]) -> Iterator[Reading]:
    """Look a criterion up: each table with each of its row inputs, and the cell that they read."""
    for table in source.tables:
        column = values[table.column_input] if table.column_input else None
        for name in table.row_inputs:
            yield table, name, table.cell(values[name], column)


def combined(source: Group, points: Mapping[str, int]) -> int:
    """Combine the members of a group, before its cap."""
    return (sum if source.how == "sum" else max)(points[member] for member in source.members)


def under(source: Criterion | Group, total: int, values: Mapping[str, Value]) -> tuple[int | None, int]:
    """Give the cap of a part, none where it has none, and what it leaves of a total."""
    cap = source.cap.at(values) if source.cap else None
    return cap, total if cap is None else min(total, cap)


def score_of(declaration: Mapping[str, Any], regulation: Regulation, facts_on: date) -> int:
    """Give the score that ``explain`` explains, without the rest."""
    values = values_of(declaration, regulation, facts_on)
    points: dict[str, int] = {}
    for criterion in regulation.criteria:
        applies = criterion.source is not None and criterion.applies_when.holds(values) is True
        total = sum(cell[2] for _, _, cell in readings(criterion, values)) if applies else 0
        points[criterion.id] = under(criterion, total, values)[1] if applies else 0
    for group in regulation.groups:
        points[group.id] = under(group, combined(group, points), values)[1]
    return points[ROOT]


class _Reader:
    """Reads the inputs of one declaration and looks them up in the tables."""

    def __init__(self, declaration: Mapping[str, Any], regulation: Regulation, facts_on: date) -> None:
        self.declaration = declaration
        self.regulation = regulation
        self.values = values_of(declaration, regulation, facts_on)

    def fact(self, name: str) -> Fact:
        """Read one input."""
        of = self.regulation.read_by(name)
        title = titles.input_title(name, self.regulation)
        value = self.values.get(name)
        attributes, said = self.regulation.attributes, self.declaration
        declared = tuple((one, _text(said.get(one))) for one in of if one in said or not attributes[one].optional)
        return Fact(name, title, value, self.shown(name, value), declared)

    def shown(self, name: str, value: Value) -> Text:
        """Write a value for a person."""
        if name not in self.values:
            return UNKNOWN
        if (
            value is None
            and name in self.regulation.attributes
            and self.regulation.attributes[name].missing == "unknown"
        ):
            return UNKNOWN
        return titles.shown(value, name, self.regulation)

    def criterion(self, source: Criterion) -> Points:
        """Look one criterion up."""
        if source.source is None:
            state: State = "not_yet" if source.begins else "repealed"
            since = source.begins or source.ended
            return Points(source.id, source.title, state, (), 0, None, 0, source.repeal, None, since)
        cite, since = source.source.cite, source.source.in_force
        if source.applies_when.holds(self.values) is not True:
            return Points(source.id, source.title, "does_not_apply", (), 0, None, 0, cite, since)
        steps = tuple(self.step(*reading) for reading in readings(source, self.values))
        total = sum(step.points for step in steps)
        cap, kept = under(source, total, self.values)
        return Points(source.id, source.title, "applies", steps, total, cap, kept, cite, since)

    def step(self, table: Table, name: str, cell: tuple[int | None, int, int]) -> Step:
        """Record one reading of a table."""
        row, column, points = cell
        words = OUTSIDE if row is None else titles.shown(table.rows.keys[row], name, self.regulation)
        if table.columns is None or table.column_input is None:
            return Step(table.id, (self.fact(name),), table.rows.name(row), words, None, None, points)
        over = titles.shown(table.columns.keys[column], table.column_input, self.regulation)
        facts = (self.fact(name), self.fact(table.column_input))
        return Step(table.id, facts, table.rows.name(row), words, table.columns.name(column), over, points)

    def group(self, source: Group, points: Mapping[str, int]) -> GroupPoints:
        """Combine the members of a group."""
        total = combined(source, points)
        cap, kept = under(source, total, self.values)
        return GroupPoints(source.id, source.title, source.members, source.how, total, cap, kept)

    def stream(self, source: Stream) -> Eligibility:
        """Answer a stream, requirement by requirement."""
        return Eligibility(
            source.id, source.title, source.holds(self.values), tuple(map(self.answer, source.requirements))
        )

    def answer(self, source: Requirement) -> Answer:
        """Answer one requirement."""
        facts = tuple(self.fact(name) for name in source.where.inputs)
        return Answer(source.id, source.title, source.where.holds(self.values), facts, source.cite)


def _plain(value: Any) -> Any:  # noqa: ANN401 - walks any record
    if isinstance(value, Text):
        return {"fr": value.fr, "en": value.en}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_none=True)
    if hasattr(value, "__dataclass_fields__"):
        extra = {"taken_by_cap": value.taken_by_cap} if hasattr(value, "taken_by_cap") else {}
        score = {"score": value.score} if isinstance(value, Explanation) else {}
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__} | extra | score
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, bool)) or value is None else str(value)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)


def sentence(source: Points, lang: Lang) -> str:
    """Write what a criterion gave as one sentence, from its record alone."""
    title = source.title.to(lang)
    if source.state == "not_yet":
        day = written(source.since, lang) if source.since else "…"
        return Text(
            f"{title} : 0 point ; ce critère commence le {day}.",
            f"{title}: 0 points; this criterion begins on {day}.",
        ).to(lang)
    if source.state == "repealed":
        by = f" ({source.cite.provision})" if source.cite else ""
        day = written(source.since, lang) if source.since else "…"
        return Text(
            f"{title} : 0 point ; la règle n’a plus ce critère depuis le {day}{by}.",
            f"{title}: 0 points; the law has had no such criterion since {day}{by}.",
        ).to(lang)
    if source.state == "does_not_apply":
        return Text(
            f"{title} : 0 point ; ce critère ne s’applique pas à cette déclaration.",
            f"{title}: 0 points; this criterion does not apply to this declaration.",
        ).to(lang)
    reasons = "; ".join(_reason(step, lang) for step in source.steps)
    reasons = reasons.replace("; ", " ; ") if lang == "fr" else reasons
    cut = ""
    if source.taken_by_cap:
        cut = Text(
            f" Le plafond de {source.cap} en retire {source.taken_by_cap}.",
            f" The cap of {source.cap} takes {source.taken_by_cap} away.",
        ).to(lang)
    total = titles.points(source.points, lang)
    return Text(f"{title} : {total} ({reasons}).{cut}", f"{title}: {total} ({reasons}).{cut}").to(lang)


def _reason(step: Step, lang: Lang) -> str:
    facts = ", ".join(f"{fact.title.to(lang)}{titles.colon(lang)}{fact.shown.to(lang)}" for fact in step.facts)
    return f"{facts} → {step.points}"
