"""Assembly: the files of a law and a day → the regulation of that day, checked as a whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field

from rules.bindings import Bindings
from rules.bounds import check_maximum
from rules.categories import CategoriesFile, CategoriesVersion, categories_of, labels_of
from rules.citation import Cite, Remark, Strict, Title, Words
from rules.conditions import ConditionReader, Scope
from rules.criteria import Criterion, CriterionFile, criterion_on
from rules.dates import Dated, in_force
from rules.faults import Fault, LawError, meant
from rules.groups import Group, GroupsFile, GroupsVersion, groups_of
from rules.regulation import Contradiction, Regulation
from rules.streams import StreamsFile, streams_of
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rules.attributes import Attribute
    from rules.domains import Domain, Value
    from rules.faults import Bar
    from rules.inputs import Derived, InputModel
    from rules.lists import DatedList


V = TypeVar("V", bound=Dated)
Return = Literal["returns", "leaves"]


class OrderKey(Strict):
    """One key of the order of ranking.

    ``score_reached_at`` is the instant at which the current score was reached, from a history of scores; ``on_return``
    says what a drop and a return to it do: ``resets`` (unless given) begins anew, ``keeps`` keeps the first time.
    """

    key: Literal["score", "submitted_at", "score_reached_at"]
    direction: Literal["ascending", "descending"]
    on_return: Literal["resets", "keeps"] | None = None


class Ranking(Dated):
    """The order of ranking between two dates."""

    order: tuple[OrderKey, ...] = Field(min_length=1, strict=False)

    @property
    def ranks_by_score(self) -> bool:
        """Tell whether the order is one that mechanisms can follow: the highest score first, each key once."""
        keys = [item.key for item in self.order]
        return (keys[0], self.order[0].direction) == ("score", "descending") and len(set(keys)) == len(keys)


class Lifecycle(Dated):
    """How long a declaration is valid, how long an invited person has to answer, and whose declaration counts.

    A time that no source gives is absent: without ``validity_months`` no declaration expires. ``after_decline`` and
    ``after_silence`` say what becomes of the declaration of a person who declines, or who does not answer in time: it
    returns to the pool with its submission instant, or leaves it. Absent: no source says, and the round asks.
    """

    validity_months: int | None = Field(default=None, ge=1)
    answer_days: int | None = Field(default=None, ge=1)
    one_declaration_a_person: Literal["best_ranked"]
    after_decline: Return | None = None
    after_silence: Return | None = None


class ProgramFile(Strict):
    """The file ``program.toml``.

    ``after`` says what is known of the law from the day on which this one ends. ``criteria_from`` names a program
    beside this one: criteria and derived inputs that have no file here are read there.
    """

    id: Words
    title: Title
    jurisdiction: Title
    begins: date
    ends: date | None = None
    time_zone: Words
    cite: Cite
    ranking: tuple[Ranking, ...] = Field(min_length=1, strict=False)
    lifecycle: tuple[Lifecycle, ...] = Field(min_length=1, strict=False)
    after: Remark | None = None
    criteria_from: Words | None = None
    open_points: tuple[Title, ...] = Field(default=(), strict=False)
    note: Remark | None = None


class ContradictionModel(Strict):
    """Two things that a declaration cannot say at once, as written in ``attributes.toml``."""

    id: Words
    title: Title
    where: dict[str, Any] | list[dict[str, Any]]


class ContradictionsModel(Strict):
    """The contradictions of ``attributes.toml``."""

    contradiction: tuple[ContradictionModel, ...] = Field(default=(), strict=False)


@dataclass(frozen=True)
class Sources:
    """What the files of a program say, all versions. ``lists`` gives the lists in force on a day, of ``list_names``."""

    program: ProgramFile
    attributes: Mapping[str, Attribute]
    inputs: Mapping[str, InputModel]
    contradictions: tuple[ContradictionModel, ...]
    criteria: Mapping[str, CriterionFile]
    groups: GroupsFile
    streams: StreamsFile
    categories: CategoriesFile
    lists: Callable[[date], dict[str, DatedList]]
    list_names: tuple[str, ...] = ()


def assemble(sources: Sources, day: date, *, scenario: Text | None = None) -> Regulation:
    """Give the law in force on ``day``: tables, groups and streams checked against the inputs, or a LawError.

    ``scenario`` is the title of the diff that made ``sources``: such a law need not attain what the law announces.
    """
    lists = sources.lists(day)
    _check_names(sources, lists, day)
    inputs, only_when, derived = _bound(sources, lists)
    codes_of = {name: known.codes for name, known in lists.items()}.get
    scope = _without(_barred(sources, table=False), Scope(inputs, only_when, codes_of, tuple(lists)))
    tables = _without(_barred(sources, table=True), scope)
    criteria = _criteria(sources, day, tables)
    groups = _groups(sources, day, criteria, tables)
    named: CategoriesVersion | None = in_force(sources.categories.version, day)
    streams_on = in_force(sources.streams.version, day)
    streams = () if streams_on is None else streams_of(streams_on, scope)
    if scenario is None:
        _check_maxima(sources, day, criteria, groups, scope)
    return Regulation(
        program=sources.program.id,
        day=day,
        source=sources.program,
        sources=sources,
        attributes=sources.attributes,
        derived=derived,
        inputs=inputs,
        criteria=tuple(criteria[member] for group in groups for member in group.members if member in criteria),
        groups=groups,
        streams=streams,
        categories=() if named is None else categories_of(named, scope),
        labels=() if named is None else labels_of(named, scope, tuple(stream.id for stream in streams)),
        lists=lists,
        contradictions=_contradictions(sources, scope),
        scope=scope,
        order=_only(sources.program.ranking, day, "ranking").order,
        lifecycle=_only(sources.program.lifecycle, day, "lifecycle"),
        scenario=scenario,
    )


def _bound(
    sources: Sources, lists: Mapping[str, DatedList]
) -> tuple[dict[str, Domain], dict[str, Mapping[str, Value]], dict[str, Derived]]:
    """Bind the derived inputs: the domain of every input, when each is null, and the derived ones themselves."""
    inputs = {n: d for n, a in sources.attributes.items() if (d := a.finite(lists)) is not None}
    only_when: dict[str, Mapping[str, Value]] = {
        n: a.only_when for n, a in sources.attributes.items() if a.only_when and a.missing != "none"
    }
    derived: dict[str, Derived] = {}
    uncertain = [name for name in inputs if _uncertain(name, sources)]
    for name, model in sources.inputs.items():
        derived[name] = Bindings(sources.attributes, lists, inputs, uncertain, "inputs.toml").bind(name, model)
        inputs[name] = derived[name].domain
        uncertain += [name] if _uncertain(name, sources) else []
        conditions = [only_when.get(of) for of in model.of]
        if conditions[0] and all(condition == conditions[0] for condition in conditions):
            only_when[name] = conditions[0]
    return inputs, only_when, derived


def _only(versions: tuple[V, ...], day: date, key: str) -> V:
    """Give the version in force of a part that every law must have."""
    found: V | None = in_force(versions, day)
    if found is None:
        said = Text(f"aucune version de « {key} » le {day}", f"no version of “{key}” on {day}")
        expected = Text("une version en vigueur", "a version in force")
        raise LawError([Fault(same("program.toml"), said, expected, same(f"[[{key}]] in_force = {day}"))])
    return found


def _check_names(sources: Sources, lists: Mapping[str, DatedList], day: date) -> None:
    """Fail because a list is not there on this day, an input hides an attribute, or an order cannot be followed."""
    faults = [
        _no_list(attribute.list, same("attributes.toml").inside(f"attribut {name}", f"attribute {name}"), sources, day)
        for name, attribute in sources.attributes.items()
        if attribute.list is not None and attribute.list not in lists
    ]
    if not _is_zone(sources.program.time_zone):
        found = same(f'time_zone = "{sources.program.time_zone}"')
        expected = Text("un fuseau horaire de la base IANA", "a time zone of the IANA database")
        faults.append(Fault(same("program.toml"), found, expected, same('time_zone = "America/Toronto"')))
    for version in sources.program.ranking:
        if not version.ranks_by_score:
            keys = ", ".join(f"{item.key} {item.direction}" for item in version.order)
            expected = Text(
                "le pointage décroissant d’abord, chaque clé une fois", "the score, descending, first; each key once"
            )
            place = same("program.toml").inside(f"ordre du {version.in_force}", f"order of {version.in_force}")
            write = same('order = [{ key = "score", direction = "descending" }]')
            faults.append(Fault(place, same(keys), expected, write))
    for name in sorted(n for n, m in sources.inputs.items() if n in sources.attributes and m.function != "level"):
        found = Text(f"« {name} », qui est déjà un attribut", f"“{name}”, which is an attribute already")
        expected = Text("un autre nom", "another name")
        where = same("inputs.toml").inside(f"intrant {name}", f"input {name}")
        faults.append(Fault(where, found, expected, same(f"[derived_{name}]")))
    if faults:
        raise LawError(faults)


def _no_list(wanted: str, where: Text, sources: Sources, day: date) -> Fault:
    """Make the fault of a list that is not there, or not in force on a day."""
    found = Text(f"aucune liste « {wanted} » le {day}", f"no list “{wanted}” on {day}")
    expected = Text(
        "une liste du dossier lists/, en vigueur ce jour", "a list of the folder lists/, in force on that day"
    )
    write = meant(wanted, sources.list_names, "lists/")
    if wanted in sources.list_names:
        write = same(f"lists/{wanted}.toml").inside(f"in_force = {day}, ou avant", f"in_force = {day}, or earlier")
    return Fault(where, found, expected, write)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _criteria(sources: Sources, day: date, scope: Scope) -> dict[str, Criterion]:
    criteria: dict[str, Criterion] = {}
    faults: list[Fault] = []
    for name, file in sources.criteria.items():
        try:
            criteria[name] = criterion_on(name, file, day, scope)
        except LawError as error:
            faults += error.faults
    if faults:
        raise LawError(faults)
    return criteria


def _check_maxima(
    sources: Sources, day: date, criteria: dict[str, Criterion], groups: tuple[Group, ...], scope: Scope
) -> None:
    """Fail because a criterion or a group attains more than the law announces, or less without a note."""
    for criterion in criteria.values():
        if criterion.source is not None:
            check_maximum(criterion, {criterion.id: criterion}, scope.inputs, criterion.source)
    version: GroupsVersion | None = in_force(sources.groups.version, day)
    parts: dict[str, Criterion | Group] = {**criteria, **{group.id: group for group in groups}}
    if version is not None:
        for group in groups:
            check_maximum(group, parts, scope.inputs, version)


def _uncertain(name: str, sources: Sources) -> bool:
    """Tell whether a table may not read an input, because a column that it comes from can be unknown."""
    return any(attribute.bar(name, table=True) for attribute in _behind(name, sources))


def _behind(name: str, sources: Sources) -> list[Attribute]:
    """Give the columns that an input comes from."""
    own = [sources.attributes[name]] if name in sources.attributes else []
    others = [of for of in sources.inputs[name].of if of != name] if name in sources.inputs else []
    return [*own, *(found for of in others for found in _behind(of, sources))]


def _barred(sources: Sources, *, table: bool) -> dict[str, Bar]:
    """Say what a condition, or a table, may not read, and why."""
    bars = {}
    for name in [*sources.attributes, *sources.inputs]:
        found = [bar for a in _behind(name, sources) if (bar := a.bar(name, table=table)) is not None]
        bars.update({name: found[0]} if found else {})
    return bars | {name: bar for name, a in sources.attributes.items() if (bar := a.endless(name)) is not None}


def _without(barred: Mapping[str, Bar], scope: Scope) -> Scope:
    readable = {name: domain for name, domain in scope.inputs.items() if name not in barred}
    return replace(scope, inputs=readable, barred=barred)


def _groups(sources: Sources, day: date, criteria: dict[str, Criterion], scope: Scope) -> tuple[Group, ...]:
    version: GroupsVersion | None = in_force(sources.groups.version, day)
    if version is None:
        found = Text(f"aucune version le {day}", f"no version on {day}")
        expected = Text("une version de groups.toml", "a version of groups.toml")
        raise LawError([Fault(same("groups.toml"), found, expected, same(f"in_force = {day}"))])
    return groups_of(version, criteria, scope)


def _contradictions(sources: Sources, scope: Scope) -> tuple[Contradiction, ...]:
    where = same("attributes.toml, contradiction")
    declared = {name: domain for name, domain in scope.inputs.items() if name in sources.attributes}
    reader = ConditionReader(where, replace(scope, inputs=declared))
    return tuple(Contradiction(m.id, m.title.text, reader.read(m.where)) for m in sources.contradictions)
