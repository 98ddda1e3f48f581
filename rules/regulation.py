"""A regulation: the law of a program on one day, immutable and hashed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rules.canonical import canonical
from rules.conditions import Condition, as_raw
from rules.dates import in_force

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from rules.assembly import Lifecycle, OrderKey, ProgramFile, Sources
    from rules.attributes import Attribute
    from rules.categories import Category, Label
    from rules.conditions import Scope
    from rules.criteria import Criterion
    from rules.dates import Dated
    from rules.domains import Domain
    from rules.groups import Group
    from rules.inputs import Derived
    from rules.lists import DatedList
    from rules.streams import Stream
    from rules.text import Text


@dataclass(frozen=True)
class Contradiction:
    """Two things that a declaration cannot say at once; a row that says both is bad."""

    id: str
    title: Text
    where: Condition


@dataclass(frozen=True, eq=False)
class Regulation:
    """The law of a program on ``day``.

    ``inputs`` gives the finite domain of every attribute and derived input that tables and conditions may read.
    ``groups`` come members first, the root ``score`` last. Two regulations with one ``hash`` say the same.
    ``scenario`` is the title of the scenario that made it, for a watermark; None is the law itself.
    """

    program: str
    day: date
    source: ProgramFile
    sources: Sources
    attributes: Mapping[str, Attribute]
    derived: Mapping[str, Derived]
    inputs: Mapping[str, Domain]
    criteria: tuple[Criterion, ...]
    groups: tuple[Group, ...]
    streams: tuple[Stream, ...]
    categories: tuple[Category, ...]
    labels: tuple[Label, ...]
    lists: Mapping[str, DatedList]
    contradictions: tuple[Contradiction, ...]
    scope: Scope
    order: tuple[OrderKey, ...]
    lifecycle: Lifecycle
    scenario: Text | None = None

    @property
    def title(self) -> Text:
        """Title of the program."""
        return self.source.title.text

    @cached_property
    def parts(self) -> dict[str, Criterion | Group]:
        """Criteria and groups by id, members before the group that holds them."""
        parts: list[Criterion | Group] = [*self.criteria, *self.groups]
        return {part.id: part for part in parts}

    @cached_property
    def needed(self) -> tuple[str, ...]:
        """The attributes without which no score can be computed, in the order of the attributes; no optional one."""
        read = {name for criterion in self.criteria for name in criterion.inputs}
        read |= {group.cap.input for group in self.groups if group.cap and group.cap.input}
        sources = {source for name in read for source in self.read_by(name)}
        return tuple(name for name in self.attributes if name in sources and not self.attributes[name].optional)

    @cached_property
    def levels(self) -> dict[str, Derived]:
        """The inputs that complete an attribute by a test, under its name."""
        return {name: source for name, source in self.derived.items() if source.completes}

    @cached_property
    def test_columns(self) -> tuple[str, ...]:
        """The columns of tests and of their scores, which a pool may leave out."""
        return tuple(dict.fromkeys(of for source in self.levels.values() for of in source.of[1:]))

    def derivable(self, columns: Collection[str]) -> list[str]:
        """Name the derived inputs that ``columns`` give, in order; a level without a test column stands as declared."""
        there, found = set(columns), []
        for name, source in self.derived.items():
            if there.issuperset(source.of):
                there.add(name)
                found.append(name)
        return found

    def read_by(self, name: str) -> tuple[str, ...]:
        """Name the attributes that an input comes from: itself, or those that it is derived from."""
        return self._read_by.get(name, (name,))

    @cached_property
    def _read_by(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, source in self.derived.items():
            inner = ((of,) if of == name else found.get(of, (of,)) for of in source.of)
            found[name] = tuple(dict.fromkeys(one for each in inner for one in each))
        return found

    def stages(self, names: Collection[str]) -> list[list[Derived]]:
        """Put derived inputs in stages: each reads attributes and the inputs of the stages before it."""
        depth: dict[str, int] = {}
        for name in (name for name in self.derived if name in names):
            depth[name] = 1 + max((depth[of] for of in self.derived[name].of if of in depth), default=-1)
        count = max(depth.values(), default=-1) + 1
        return [[self.derived[name] for name in depth if depth[name] == stage] for stage in range(count)]

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything the law says on this day, the day itself and the spaces of intervals left out."""
        return hashlib.sha256(canonical(self.content()).encode()).hexdigest()

    def __hash__(self) -> int:
        return hash((self.program, self.hash))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regulation) and (self.program, self.hash) == (other.program, other.hash)

    def content(self) -> dict[str, Any]:
        """Give all that the law says as plain values: what is hashed, and what a receipt keeps."""
        return {
            "program": self.source.model_dump(mode="json", exclude={"ranking", "lifecycle", "criteria_from"}),
            "order": [key.model_dump(exclude_none=True) for key in self.order],
            "lifecycle": self.lifecycle.model_dump(mode="json"),
            "attributes": {name: _attribute(attribute) for name, attribute in self.attributes.items()},
            "inputs": {name: _derived(derived) for name, derived in self.derived.items()},
            "criteria": {c.id: _criterion(c) for c in self.criteria},
            "groups": {g.id: _group(g) for g in self.groups},
            "streams": {stream.id: _stream(stream) for stream in self.streams},
            "categories": {one.id: [one.title, as_raw(one.where)] for one in self.categories},
            "labels": [[one.id, one.title, one.stream, as_raw(one.where)] for one in self.labels],
            "sources": {
                "groups": _version(in_force(self.sources.groups.version, self.day)),
                "streams": _version(in_force(self.sources.streams.version, self.day)),
                "categories": _version(in_force(self.sources.categories.version, self.day)),
            },
            "lists": {name: [dict(row) for row in source.rows] for name, source in self.lists.items()},
            "contradictions": {c.id: as_raw(c.where) for c in self.contradictions},
        }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    """Keep the order of labels: codes and chosen inputs follow it."""
    return {**attribute.model_dump(mode="json"), "labels": [[k, t.model_dump()] for k, t in attribute.labels.items()]}


def _derived(derived: Derived) -> dict[str, Any]:
    """Keep the order of labels and of choices: codes follow it."""
    return {
        "function": derived.function,
        "of": list(derived.of),
        "values": [list(pair) for pair in derived.of_values],
        "domain": [derived.domain.low, derived.domain.high],
        "labels": list(derived.domain.labels),
        "choices": list(derived.choices),
        "scales": [[test, [list(step) for step in steps]] for test, steps in derived.scales],
        "below": derived.below,
    }


def _stream(stream: Stream) -> dict[str, Any]:
    asked = {
        one.id: {"title": one.title, "where": as_raw(one.where), "cite": one.cite.model_dump(mode="json")}
        for one in stream.requirements
    }
    return {"title": stream.title, "requirements": asked}


def _version(version: Dated | None) -> dict[str, Any]:
    """Keep the dates, the citation and the note of a version; what it says is kept elsewhere."""
    kept = {"in_force", "until", "cite", "note"}
    return {} if version is None else version.model_dump(mode="json", include=kept)


def _criterion(criterion: Criterion) -> dict[str, Any]:
    """Keep a version as written; a repeal by its provision, where one is cited."""
    source = criterion.source
    unsaid = {"until_cite"} if source is None or source.until_cite is None else None
    dumped = {} if source is None else source.model_dump(mode="json", exclude=unsaid)
    repeal = {} if criterion.repeal is None else {"repeal": criterion.repeal.model_dump(mode="json")}
    return {**dumped, **repeal, "group": criterion.group, "applies_when": as_raw(criterion.applies_when)}


def _group(group: Group) -> dict[str, Any]:
    cap = None if group.cap is None else [group.cap.input, list(map(str, group.cap.columns)), list(group.cap.points)]
    return {"members": list(group.members), "how": group.how, "cap": cap}
