"""Streams: who may be invited. All-of requirements, each any-of conditions, each with its provision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rules.citation import Cite, Remark, Strict, Title, Words
from rules.conditions import Condition, ConditionReader, all_of
from rules.criteria import repeated
from rules.dates import Dated
from rules.faults import Fault, LawError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.conditions import Scope
    from rules.domains import Value
    from rules.text import Text


class RequirementModel(Strict):
    """One requirement, as written in ``streams.toml``."""

    id: Words
    title: Title
    cite: Cite
    where: dict[str, Any] | list[dict[str, Any]]
    note: Remark | None = None


class StreamModel(Strict):
    """One stream, as written in ``streams.toml``."""

    id: Words
    title: Title
    requirement: tuple[RequirementModel, ...] = Field(min_length=1, strict=False)
    note: Remark | None = None


class StreamsVersion(Dated):
    """The streams between two dates."""

    stream: tuple[StreamModel, ...] = Field(min_length=1, strict=False)


class StreamsFile(Strict):
    """The file ``streams.toml``: versions, and what no column of the program can decide."""

    not_encoded: tuple[Title, ...] = Field(default=(), strict=False)
    version: tuple[StreamsVersion, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True)
class Requirement:
    """A requirement of a stream: it holds, it does not, or it is unknown."""

    id: str
    title: Text
    cite: Cite
    where: Condition
    note: Text | None = None


@dataclass(frozen=True)
class Stream:
    """A stream as it stands on a day."""

    id: str
    title: Text
    requirements: tuple[Requirement, ...]

    def holds(self, values: Mapping[str, Value]) -> bool | None:
        """Answer for one declaration: all requirements, by Kleene's logic."""
        return all_of([requirement.where.holds(values) for requirement in self.requirements])

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that the stream reads, each once."""
        return tuple(dict.fromkeys(name for r in self.requirements for name in r.where.inputs))


def streams_of(version: StreamsVersion, scope: Scope) -> tuple[Stream, ...]:
    """Build the streams of a version, or raise every fault at once."""
    faults: list[Fault] = []
    head = version.at("streams.toml")
    streams = []
    for model in version.stream:
        where = head.inside(f"volet {model.id}", f"stream {model.id}")
        requirements = []
        for item in model.requirement:
            try:
                requirements.append(_requirement(item, where, scope))
            except LawError as error:
                faults += error.faults
        faults += repeated([item.id for item in model.requirement], where)
        streams.append(Stream(model.id, model.title.text, tuple(requirements)))
    faults += repeated([stream.id for stream in streams], head)
    if faults:
        raise LawError(faults)
    return tuple(streams)


def _requirement(item: RequirementModel, stream: Text, scope: Scope) -> Requirement:
    where = stream.inside(f"condition {item.id}", f"requirement {item.id}")
    condition = ConditionReader(where, scope).read(item.where)
    return Requirement(item.id, item.title.text, item.cite, condition, item.note.text if item.note else None)
