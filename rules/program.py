"""A program: its law files, and the regulation that they make on a day."""

from __future__ import annotations

from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from rules.attributes import Attribute, check_attributes, shared_columns
from rules.bounds import check_maximum
from rules.citation import Cite, Remark, Strict, Title, Words
from rules.conditions import ConditionReader, Scope
from rules.criteria import Criterion, CriterionFile, check_dates, criterion_on, in_force
from rules.faults import Fault, LawError, meant
from rules.groups import Group, GroupsFile, GroupsVersion, groups_of
from rules.inputs import InputModel, bind
from rules.lists import DatedList, load_list
from rules.regulation import Contradiction, Regulation
from rules.source import build, read_toml
from rules.streams import StreamsFile, streams_of
from rules.text import Text, same

LAW = Path(__file__).parent / "law"


class OrderKey(Strict):
    """One key of the order of ranking."""

    key: Literal["score", "submitted_at"]
    direction: Literal["ascending", "descending"]


class Lifecycle(Strict):
    """How long a declaration is valid, how long an invited person has to answer, and whose declaration counts."""

    validity_months: int = Field(ge=1)
    answer_days: int = Field(ge=1)
    one_declaration_a_person: Literal["best_ranked"]
    cite: Cite
    note: Remark | None = None


class ProgramFile(Strict):
    """The file ``program.toml``."""

    id: Words
    title: Title
    jurisdiction: Title
    begins: date
    ends: date | None = None
    time_zone: Words
    cite: Cite
    order: tuple[OrderKey, ...] = Field(min_length=1, strict=False)
    lifecycle: Lifecycle
    open_points: tuple[Title, ...] = Field(default=(), strict=False)
    note: Remark | None = None


class ContradictionModel(Strict):
    """Two things that a declaration cannot say at once, as written in ``attributes.toml``."""

    id: Words
    title: Title
    where: dict[str, Any] | list[dict[str, Any]]


class Program:
    """The law files of a program, read when first needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._days: dict[date, Regulation] = {}

    @cached_property
    def source(self) -> ProgramFile:
        """What ``program.toml`` says."""
        return build(ProgramFile, read_toml(self.folder / "program.toml", "program.toml"), "program.toml")

    @property
    def id(self) -> str:
        """The id of the program."""
        return self.source.id

    @cached_property
    def _attribute_file(self) -> dict[str, Any]:
        return read_toml(self.folder / "attributes.toml", "attributes.toml")

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """The columns of a declaration, the optional descriptive ones of every program last."""
        raw = {name: value for name, value in self._attribute_file.items() if name != "contradiction"}
        read = {name: build(Attribute, value, f"attributes.toml, {name}") for name, value in raw.items()}
        check_attributes(read, raw, "attributes.toml")
        return read | {name: column for name, column in shared_columns().items() if name not in read}

    @cached_property
    def input_models(self) -> dict[str, InputModel]:
        """The derived inputs that the law uses."""
        raw = read_toml(self.folder / "inputs.toml", "inputs.toml")
        return {name: build(InputModel, value, f"inputs.toml, {name}") for name, value in raw.items()}

    @cached_property
    def criterion_files(self) -> dict[str, CriterionFile]:
        """The files of the criteria, by name."""
        files = {}
        for path in sorted((self.folder / "criteria").glob("*.toml")):
            shown = f"criteria/{path.name}"
            files[path.stem] = build(CriterionFile, read_toml(path, shown), shown)
            check_dates(files[path.stem].version, shown)
        return files

    @cached_property
    def groups_file(self) -> GroupsFile:
        """The tree of groups, all versions."""
        file = build(GroupsFile, read_toml(self.folder / "groups.toml", "groups.toml"), "groups.toml")
        check_dates(file.version, "groups.toml")
        return file

    @cached_property
    def streams_file(self) -> StreamsFile:
        """The streams, all versions."""
        file = build(StreamsFile, read_toml(self.folder / "streams.toml", "streams.toml"), "streams.toml")
        check_dates(file.version, "streams.toml")
        return file

    def on(self, day: date) -> Regulation:
        """Give the law in force on ``day``. A day before the program begins or after it ends is a LawError."""
        self._check_day(day)
        if day not in self._days:
            self._days[day] = self._regulation(day)
        return self._days[day]

    def _check_day(self, day: date) -> None:
        source = self.source
        if source.begins <= day and (source.ends is None or day < source.ends):
            return
        end = source.ends or "…"
        found = Text(f"le {day}", f"{day}")
        expected = Text(
            f"un jour à partir du {source.begins} et avant le {end}", f"a day from {source.begins} and before {end}"
        )
        raise LawError([Fault(same(f"{source.id}, program.toml"), found, expected, same(f"--on {source.begins}"))])

    def _regulation(self, day: date) -> Regulation:
        lists = self._lists(day)
        attributes = self.attributes
        derived = {n: bind(n, m, attributes, lists, "inputs.toml") for n, m in self.input_models.items()}
        inputs = {n: d for n, a in attributes.items() if (d := a.finite(lists)) is not None}
        inputs |= {name: value.domain for name, value in derived.items()}
        only_when = {n: a.only_when for n, a in attributes.items() if a.only_when}
        only_when |= {n: w for n, d in derived.items() if (w := attributes[d.of].only_when)}
        scope = Scope(inputs, only_when, lambda name: lists[name].codes if name in lists else None)
        criteria = self._criteria(day, scope, lists)
        groups = self._groups(day, criteria, scope)
        ordered = tuple(criteria[member] for group in groups for member in group.members if member in criteria)
        streams = in_force(self.streams_file.version, day)
        return Regulation(
            program=self.id,
            day=day,
            source=self.source,
            attributes=attributes,
            derived=derived,
            inputs=inputs,
            criteria=ordered,
            groups=groups,
            streams=() if streams is None else streams_of(streams, scope),
            lists=lists,
            contradictions=self._contradictions(scope),
            scope=scope,
        )

    def _lists(self, day: date) -> dict[str, DatedList]:
        folder = self.folder / "lists"
        names = [path.stem for path in sorted(folder.glob("*.toml"))]
        loaded = {name: load_list(folder, name, day, "lists") for name in names}
        return {name: found for name, found in loaded.items() if found is not None}

    def _criteria(self, day: date, scope: Scope, lists: dict[str, DatedList]) -> dict[str, Criterion]:
        readable = {n: d for n, d in scope.inputs.items() if self._certain(n)}
        tables = Scope(readable, scope.only_when, lambda name: lists[name].codes if name in lists else None)
        criteria: dict[str, Criterion] = {}
        faults: list[Fault] = []
        for name, file in self.criterion_files.items():
            try:
                criteria[name] = criterion_on(name, file, day, tables)
            except LawError as error:
                faults += error.faults
        if faults:
            raise LawError(faults)
        for criterion in criteria.values():
            note = criterion.source.note if criterion.source else None
            check_maximum(criterion, {criterion.id: criterion}, scope.inputs, note)
        return criteria

    def _certain(self, name: str) -> bool:
        """Tell whether an input can be read by a table: never unknown, and not merely descriptive."""
        model = self.input_models.get(name)
        attribute = self.attributes[model.of[0] if model else name]
        return attribute.missing != "unknown" and not attribute.descriptive

    def _groups(self, day: date, criteria: dict[str, Criterion], scope: Scope) -> tuple[Group, ...]:
        version: GroupsVersion | None = in_force(self.groups_file.version, day)
        if version is None:
            found = Text(f"aucune version le {day}", f"no version on {day}")
            expected = Text("une version de groups.toml", "a version of groups.toml")
            raise LawError([Fault(same("groups.toml"), found, expected, same(f"in_force = {day}"))])
        groups = groups_of(version, criteria, scope)
        parts: dict[str, Criterion | Group] = {**criteria, **{group.id: group for group in groups}}
        for group in groups:
            check_maximum(group, parts, scope.inputs, version.note)
        return groups

    def _contradictions(self, scope: Scope) -> tuple[Contradiction, ...]:
        models = [
            build(ContradictionModel, raw, "attributes.toml") for raw in self._attribute_file.get("contradiction", [])
        ]
        where = same("attributes.toml, contradiction")
        return tuple(Contradiction(m.id, m.title.text, ConditionReader(where, scope).read(m.where)) for m in models)


def library() -> list[str]:
    """Give the ids of the programs inside the package."""
    return sorted(path.parent.relative_to(LAW).as_posix() for path in LAW.glob("*/*/program.toml"))


@lru_cache(maxsize=64)
def _packaged(program: str) -> Program:
    return Program(LAW / program)


def load(program: str | Path) -> Program:
    """Find a program by its id (``quebec/pstq``) or by the path of its folder."""
    if str(program) in library():
        return _packaged(str(program))
    if (Path(program) / "program.toml").is_file():
        return Program(Path(program))
    found = Text(f"le programme inconnu « {program} »", f"the unknown program “{program}”")
    expected = Text(
        "l’id d’un programme ou un dossier avec program.toml", "the id of a program or a folder with program.toml"
    )
    raise LawError([Fault(same(str(program)), found, expected, meant(str(program), library()))])
