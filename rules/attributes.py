"""Attributes: the columns of a declaration, as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from rules.citation import Remark, Strict, Title, Words
from rules.domains import Domain, Interval
from rules.faults import Bar, Fault, LawError, meant
from rules.text import Text, same
from rules.wording import written

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.lists import DatedList

LARGEST = 1_000_000
NOT_FINITE = {
    "date": Text("une date", "a date"),
    "instant": Text("un instant", "an instant"),
    "text": Text("un texte", "a text"),
}
Kind = Literal["whole", "label", "boolean", "date", "instant", "text", "code"]


class Attribute(Strict):
    """One column: its type, its domain, and what a null in it means.

    ``missing``: ``"error"``, a null is a bad row; ``"none"``, a null is an answer (no test, no diploma);
    ``"unknown"``, a null is not known, and no table may read the column.
    ``only_when``: the column is null exactly where this is false. ``at_most`` names columns that this one may
    not exceed. ``years_before`` bounds a date: at most so many years before the day of the facts. ``for_rounds``: only
    the filters of rounds read it. ``optional``: the column may be left out, and then nobody has any.
    """

    type: Kind
    title: Title
    missing: Literal["error", "none", "unknown"] = "error"
    domain: Words | None = None
    labels: dict[str, Title] = Field(default_factory=dict)
    list: Words | None = None
    years_before: int | None = Field(default=None, ge=1, le=200)
    only_when: dict[str, bool | int | str] | None = None
    at_most: tuple[Words, ...] = Field(default=(), strict=False)
    descriptive: bool = False
    for_rounds: bool = False
    optional: bool = False
    unique: bool = False
    note: Remark | None = None

    def finite(self, lists: Mapping[str, DatedList]) -> Domain | None:
        """Give the finite domain that tables and conditions may read; None for dates, instants and texts."""
        none = self.may_be_none
        if self.type == "boolean":
            return Domain("boolean", none=none)
        if self.type == "label":
            return Domain("label", labels=tuple(self.labels), none=none)
        if self.type == "code" and self.list is not None:
            return Domain("label", labels=lists[self.list].codes, none=none)
        if self.type == "whole":
            bounds = self.interval
            return Domain("whole", low=bounds.low or 0, high=bounds.high or 0, none=none)
        return None

    @property
    def may_be_none(self) -> bool:
        """Tell whether a null is an answer that stays null: there is no label ``none`` to turn it into."""
        return self.only_when is not None or (self.missing == "none" and "none" not in self.labels)

    def bar(self, name: str, *, table: bool) -> Bar | None:
        """Say why a condition, or a table, may not read ``name``, which is this column or comes from it; else None."""
        if self.descriptive:
            found = Text(f"« {name} », purement descriptif", f"“{name}”, merely descriptive")
            return Bar(
                found, Text("descriptive = false, si la règle le lit", "descriptive = false, if the law reads it")
            )
        if table and self.missing == "unknown":
            found = Text(f"« {name} » peut être inconnu", f"“{name}” can be unknown")
            write = Text(
                'missing = "error", ou missing = "none" si le vide est une réponse',
                'missing = "error", or missing = "none" if a null is an answer',
            )
            return Bar(found, write)
        return None

    def endless(self, name: str) -> Bar | None:
        """Say why neither a condition nor a table may read this column, where its values are not finite."""
        kind, write = NOT_FINITE.get(self.type), Text("un autre attribut", "another attribute")
        if self.type == "date":
            write = Text('un intrant qui en est tiré : function = "age"', 'an input drawn from it: function = "age"')
        return Bar(Text(f"« {name} », {kind.fr}", f"“{name}”, {kind.en}"), write) if kind else None

    @property
    def interval(self) -> Interval:
        """The bounds of a whole number."""
        bounds = Interval.parse(self.domain or "")
        if bounds is None or bounds.low is None or bounds.high is None:
            raise ValueError(self.domain)
        return bounds


def shared_columns() -> dict[str, Attribute]:
    """Give the optional descriptive columns of every program: carried for impact reports, read by no rule."""
    titles = {
        "sex": Title(fr="Sexe", en="Sex"),
        "citizenship": Title(fr="Citoyenneté", en="Citizenship"),
        "region": Title(fr="Région", en="Region"),
    }
    return {
        name: Attribute(type="text", title=title, missing="unknown", descriptive=True) for name, title in titles.items()
    }


def check_attributes(attributes: Mapping[str, Attribute], raw: Mapping[str, Any], name: str) -> None:
    """Fail because a domain, a list of labels or a reference to another column is missing or wrong."""
    faults = []
    for key in raw:
        where = Text(f"{name}, attribut {key}", f"{name}, attribute {key}")
        faults += [*_of_itself(key, attributes[key], where), *_of_others(attributes[key], attributes, where, name)]
    if faults:
        raise LawError(faults)


def _of_itself(key: str, attribute: Attribute, where: Text) -> list[Fault]:
    """Find what an attribute lacks: a domain, labels, a list, a null that is an answer."""
    faults = []
    if attribute.type == "whole" and not _bounded(attribute):
        found = (
            same(f"domain = {written(attribute.domain)}")
            if attribute.domain
            else Text("aucun « domain »", "no “domain”")
        )
        expected = Text("un intervalle fermé aux deux bouts", "an interval with both ends")
        faults.append(Fault(where, found, expected, same('domain = "[0, 61)"')))
    if attribute.type == "label" and not attribute.labels:
        expected = Text("au moins une valeur", "at least one label")
        write = same(f'[{key}.labels] none = {{ fr = "…", en = "…" }}')
        faults.append(Fault(where, Text("aucune valeur", "no label"), expected, write))
    if attribute.optional and attribute.missing != "none":
        found = same(f'missing = "{attribute.missing}"')
        expected = Text(
            "un attribut facultatif dont le vide est une réponse", "an optional attribute whose null is an answer"
        )
        faults.append(Fault(where, found, expected, same('missing = "none"')))
    if attribute.type == "code" and attribute.list is None:
        expected = Text("le nom d’une liste", "the name of a list")
        faults.append(Fault(where, Text("aucune liste", "no list"), expected, same('list = "occupations"')))
    return faults


def _of_others(attribute: Attribute, attributes: Mapping[str, Attribute], where: Text, name: str) -> list[Fault]:
    """Find references to attributes that do not exist, or that cannot be what they are referred to as."""
    faults = []
    for other in attribute.at_most:
        if other in attributes and {attributes[other].type, attribute.type} != {"whole"}:
            found = Text(f"« {other} », qui n’est pas un nombre", f"“{other}”, which is no number")
            expected = Text("deux nombres entiers", "two whole numbers")
            faults.append(Fault(where, found, expected, same('at_most = ["experience_months"]')))
    for other, value in (attribute.only_when or {}).items():
        if other in attributes and not _may_say(attributes[other], value):
            found = same(f"{other} = {written(value)}")
            expected = Text(f"une valeur de « {other} »", f"a value of “{other}”")
            faults.append(Fault(where, found, expected, same(f"{other} = {_example(attributes[other])}")))
    for other in [*attribute.at_most, *(attribute.only_when or {})]:
        if other not in attributes:
            found = Text(f"l’attribut inconnu « {other} »", f"the unknown attribute “{other}”")
            expected = Text("un attribut de ce fichier", "an attribute of this file")
            faults.append(Fault(where, found, expected, meant(other, attributes, name)))
    return faults


def _example(attribute: Attribute) -> str:
    if attribute.type == "label" and attribute.labels:
        return written(next(iter(attribute.labels)))
    return str(attribute.interval.low) if attribute.type == "whole" and _bounded(attribute) else "true"


def _may_say(attribute: Attribute, value: bool | int | str) -> bool:  # noqa: FBT001 - a value of the law
    if attribute.type == "boolean":
        return isinstance(value, bool)
    if attribute.type == "label":
        return value in attribute.labels
    return attribute.type == "whole" and isinstance(value, int) and _bounded(attribute) and value in attribute.interval


def _bounded(attribute: Attribute) -> bool:
    bounds = Interval.parse(attribute.domain or "")
    if bounds is None or bounds.low is None or bounds.high is None:
        return False
    return bounds.low >= -LARGEST and bounds.high <= LARGEST
