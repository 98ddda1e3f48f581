"""Attributes: the columns of a declaration, as declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from rules.citation import Remark, Strict, Title, Words
from rules.domains import Domain, Interval
from rules.faults import Fault, LawError
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.lists import DatedList

LARGEST = 1_000_000
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
        faults += [*_of_itself(key, attributes[key], where), *_of_others(attributes[key], attributes, where)]
    if faults:
        raise LawError(faults)


def _of_itself(key: str, attribute: Attribute, where: Text) -> list[Fault]:
    """Find what an attribute lacks: a domain, labels, a list, a null that is an answer."""
    faults = []
    if attribute.type == "whole" and not _bounded(attribute):
        found = Text(f"domain = {attribute.domain!r}", f"domain = {attribute.domain!r}")
        expected = Text("un intervalle fermé aux deux bouts", "an interval with both ends")
        faults.append(Fault(where, found, expected, Text('domain = "[0, 61)"', 'domain = "[0, 61)"')))
    if attribute.type == "label" and not attribute.labels:
        expected = Text("au moins une valeur", "at least one label")
        write = Text(
            f'[{key}.labels] none = {{ fr = "…", en = "…" }}', f'[{key}.labels] none = {{ fr = "…", en = "…" }}'
        )
        faults.append(Fault(where, Text("aucune valeur", "no label"), expected, write))
    if attribute.optional and attribute.missing != "none":
        found = same(f'missing = "{attribute.missing}"')
        expected = Text(
            "un attribut facultatif dont le vide est une réponse", "an optional attribute whose null is an answer"
        )
        faults.append(Fault(where, found, expected, same('missing = "none"')))
    if attribute.type == "code" and attribute.list is None:
        expected = Text("le nom d’une liste", "the name of a list")
        write = Text('list = "occupations"', 'list = "occupations"')
        faults.append(Fault(where, Text("aucune liste", "no list"), expected, write))
    return faults


def _of_others(attribute: Attribute, attributes: Mapping[str, Attribute], where: Text) -> list[Fault]:
    """Find references to attributes that do not exist, or that cannot be what they are referred to as."""
    faults = []
    for other in attribute.at_most:
        if other in attributes and {attributes[other].type, attribute.type} != {"whole"}:
            found = Text(f"« {other} », qui n’est pas un nombre", f"“{other}”, which is no number")
            expected = Text("deux nombres entiers", "two whole numbers")
            faults.append(
                Fault(
                    where, found, expected, Text('at_most = ["experience_months"]', 'at_most = ["experience_months"]')
                )
            )
    for other, value in (attribute.only_when or {}).items():
        if other in attributes and not _may_say(attributes[other], value):
            said = str(value).lower() if isinstance(value, bool) else str(value)
            found = Text(f"{other} = {said}", f"{other} = {said}")
            expected = Text(f"une valeur de « {other} »", f"a value of “{other}”")
            faults.append(Fault(where, found, expected, Text(f"{other} = true", f"{other} = true")))
    for other in [*attribute.at_most, *(attribute.only_when or {})]:
        if other not in attributes:
            found = Text(f"l’attribut inconnu « {other} »", f"the unknown attribute “{other}”")
            expected = Text("un attribut de ce fichier", "an attribute of this file")
            faults.append(Fault(where, found, expected, expected))
    return faults


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
