"""Categories and labels: the named groups that rounds invite from, and under which class an invited person is invited.

A category is a condition with its provision: an instruction names it, and cannot write it wrong. The labels of a
version stand in order: whoever meets several is invited under the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rules.citation import Cite, Remark, Strict, Title, Words
from rules.conditions import Condition, ConditionReader
from rules.criteria import repeated
from rules.dates import Dated
from rules.faults import Fault, LawError
from rules.text import Text

if TYPE_CHECKING:
    from rules.conditions import Scope


class NamedModel(Strict):
    """A category or a label, as written in ``categories.toml``."""

    id: Words
    title: Title
    where: dict[str, Any] | list[dict[str, Any]] | None = None
    stream: Words | None = None
    cite: Cite | None = None
    note: Remark | None = None


class CategoriesVersion(Dated):
    """The categories and the order of labels between two dates."""

    category: tuple[NamedModel, ...] = Field(default=(), strict=False)
    label: tuple[NamedModel, ...] = Field(default=(), strict=False)


class CategoriesFile(Strict):
    """The file ``categories.toml``: versions, and what no column of the program can decide."""

    not_encoded: tuple[Title, ...] = Field(default=(), strict=False)
    version: tuple[CategoriesVersion, ...] = Field(default=(), strict=False)


@dataclass(frozen=True)
class Category:
    """A category as it stands on a day."""

    id: str
    title: Text
    where: Condition
    cite: Cite


@dataclass(frozen=True)
class Label:
    """A class under which someone is invited: the members of a stream, of a condition, or of both."""

    id: str
    title: Text
    where: Condition
    stream: str | None


def categories_of(version: CategoriesVersion, scope: Scope) -> tuple[Category, ...]:
    """Build the categories of a version, or raise every fault at once."""
    conditions = _conditions(version.category, version, scope)
    pairs = zip(version.category, conditions, strict=True)
    return tuple(Category(model.id, model.title.text, where, model.cite or version.cite) for model, where in pairs)


def labels_of(version: CategoriesVersion, scope: Scope, streams: tuple[str, ...]) -> tuple[Label, ...]:
    """Build the labels of a version, in order, or raise every fault at once."""
    for model in version.label:
        if model.stream is not None and model.stream not in streams:
            found = Text(f"le volet inconnu « {model.stream} »", f"the unknown stream “{model.stream}”")
            expected = Text("un volet du programme", "a stream of the program")
            write = Text(f"l’un de : {', '.join(streams)}", f"one of: {', '.join(streams)}")
            raise LawError([Fault(_where(version, model), found, expected, write)])
    conditions = _conditions(version.label, version, scope)
    pairs = zip(version.label, conditions, strict=True)
    return tuple(Label(model.id, model.title.text, where, model.stream) for model, where in pairs)


def _conditions(models: tuple[NamedModel, ...], version: CategoriesVersion, scope: Scope) -> list[Condition]:
    faults: list[Fault] = []
    conditions = []
    for model in models:
        try:
            where = _where(version, model)
            conditions.append(ConditionReader(where, scope).read(model.where) if model.where else Condition())
        except LawError as error:
            faults += error.faults
    faults += repeated([model.id for model in models], version.at("categories.toml"))
    if faults:
        raise LawError(faults)
    return conditions


def _where(version: CategoriesVersion, model: NamedModel) -> Text:
    return version.at("categories.toml").inside(model.id, model.id)
