"""Bindings: each derived input of ``inputs.toml`` bound to what it reads, or what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules import levels
from rules.domains import Domain, Interval, hull
from rules.faults import Fault, LawError, meant
from rules.inputs import Derived
from rules.text import Text, same
from rules.wording import written

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from rules.attributes import Attribute
    from rules.inputs import InputModel
    from rules.lists import DatedList

NO_ROW = Text("aucune ligne de ce code", "no row of this code")
ONE_ATTRIBUTE = Text("un attribut du programme", "an attribute of the program")


@dataclass(frozen=True)
class Bindings:
    """What a derived input can be bound to: attributes, lists, inputs known so far, those that can be unknown."""

    attributes: Mapping[str, Attribute]
    lists: Mapping[str, DatedList]
    domains: Mapping[str, Domain]
    uncertain: Collection[str]
    shown: str

    def bind(self, name: str, model: InputModel) -> Derived:
        """Bind a derived input, or say what does not fit. It may read inputs that stand above it in the file."""
        where = Text(f"{self.shown}, intrant {name}", f"{self.shown}, input {name}")
        known = {**self.attributes, **self.domains}
        unknown = [of for of in model.of if of not in known]
        if unknown:
            found = Text(f"« {unknown[0]} », inconnu", f"“{unknown[0]}”, unknown")
            expected = Text(
                "un attribut, ou un intrant placé plus haut dans le fichier",
                "an attribute, or an input that stands above in the file",
            )
            raise LawError([Fault(where, found, expected, meant(unknown[0], known))])
        if model.function == "level":
            return levels.bind(name, model, self.attributes, self.lists, where)
        if len(model.of) > 1:
            self._one_kind_of_null(model.of, where)
        if model.function == "chosen":
            return self._chosen(name, model, where)
        if model.function == "lowest":
            return self._lowest(name, model, where)
        attribute = self.attributes.get(model.of[0])
        if attribute is None or len(model.of) != 1:
            found = same(f"of = {written(model.of)}")
            raise LawError([Fault(where, found, ONE_ATTRIBUTE, meant(model.of[0], self.attributes))])
        if model.function == "age":
            return _age(name, model, attribute, where)
        if attribute.type != "code" or attribute.list is None:
            expected = Text("un attribut de type « code »", "an attribute of type “code”")
            raise LawError([Fault(where, same(attribute.type), expected, same('of = ["main_occupation"]'))])
        if model.function == "digit":
            codes = self.lists[attribute.list].codes
            return _digit(name, model, codes, where, none=attribute.may_be_none)
        return _listed(name, model, attribute, self.lists, where)

    def _one_kind_of_null(self, names: tuple[str, ...], where: Text) -> None:
        """Fail because a null could mean none in one of the inputs and unknown in another."""
        unknown = [name for name in names if name in self.uncertain]
        none = [name for name in names if name not in unknown and name in self.domains and self.domains[name].none]
        if unknown and none:
            found = Text(
                f"« {unknown[0]} », qui peut être inconnu, avec « {none[0]} », où le vide est une réponse",
                f"“{unknown[0]}”, which can be unknown, with “{none[0]}”, where a null is an answer",
            )
            expected = Text("une seule sorte de vide", "one kind of null")
            raise LawError([Fault(where, found, expected, same('missing = "none"'))])

    def _whole(self, names: tuple[str, ...], where: Text) -> Domain:
        """Give the domain that holds the values of several whole numbers."""
        domains = [self.domains.get(one) for one in names]
        if not domains or any(domain is None or domain.kind != "whole" for domain in domains):
            expected = Text("des nombres entiers", "whole numbers")
            write = same('of = ["french_listening", "french_speaking"]')
            raise LawError([Fault(where, same(f"of = {written(names)}"), expected, write)])
        return hull([domain for domain in domains if domain is not None])

    def _lowest(self, name: str, model: InputModel, where: Text) -> Derived:
        return Derived(name, "lowest", model.title.text, model.of, self._whole(model.of, where))

    def _chosen(self, name: str, model: InputModel, where: Text) -> Derived:
        selector = self.domains.get(model.of[0])
        if selector is None or selector.kind != "label" or selector.none or len(selector.labels) != len(model.of) - 1:
            expected = Text(
                "un attribut à valeurs, jamais nul, puis un intrant par valeur",
                "an attribute with labels, never null, then one input a label",
            )
            write = same('of = ["first_official_language", "english_listening", "french_listening"]')
            raise LawError([Fault(where, same(f"of = {written(model.of)}"), expected, write)])
        domain = self._whole(model.of[1:], where)
        return Derived(name, "chosen", model.title.text, model.of, domain, choices=selector.labels)


def _age(name: str, model: InputModel, attribute: Attribute, where: Text) -> Derived:
    if attribute.type != "date" or attribute.years_before is None:
        expected = Text(
            "un attribut de type « date » avec « years_before »", "an attribute of type “date” with “years_before”"
        )
        raise LawError([Fault(where, same(attribute.type), expected, same('of = ["birth_date"]'))])
    domain = Domain("whole", low=0, high=attribute.years_before + 1, none=attribute.may_be_none)
    return Derived(name, "age", model.title.text, model.of, domain)


def _digit(name: str, model: InputModel, codes: tuple[str, ...], where: Text, *, none: bool) -> Derived:
    bounds = Interval.parse(model.domain or "")
    if model.position is None or bounds is None or bounds.low is None or bounds.high is None:
        expected = Text("« position » et « domain »", "“position” and “domain”")
        raise LawError(
            [Fault(where, Text("clé absente", "key missing"), expected, same('position = 2, domain = "[0, 6)"'))]
        )
    position = model.position
    wrong = [c for c in codes if not (c[position - 1 : position].isdecimal() and int(c[position - 1]) in bounds)]
    if wrong:
        expected = Text(f"un chiffre de {bounds} en position {position}", f"a digit of {bounds} at position {position}")
        raise LawError([Fault(where, same(f"{wrong[0]}"), expected, Text("corrigez la liste", "mend the list"))])
    values = tuple((code, int(code[position - 1])) for code in codes)
    return Derived(
        name, "digit", model.title.text, model.of, Domain("whole", bounds.low, bounds.high, none=none), values
    )


def _listed(name: str, model: InputModel, attribute: Attribute, lists: Mapping[str, DatedList], where: Text) -> Derived:
    source = lists.get(model.list or "")
    if source is None or model.column not in source.columns:
        found = same(f"list = {written(model.list or '')}, column = {written(model.column or '')}")
        expected = Text(
            "une liste du programme et l’une de ses colonnes", "a list of the program and one of its columns"
        )
        raise LawError([Fault(where, found, expected, meant(model.list or "", lists))])
    codes = lists[attribute.list or ""].codes
    row_of = source.by_code
    said = {code: row_of[code][model.column] if code in row_of else "" for code in codes}
    wrong = [code for code in codes if said[code] not in model.labels]
    if wrong:
        file = same(f"lists/{source.version.file or f'{source.name}.csv'}").inside(
            f"code {wrong[0]}", f"code {wrong[0]}"
        )
        found = same(f"{model.column} = {written(said[wrong[0]])}") if wrong[0] in row_of else NO_ROW
        expected = Text(f"l’une de : {', '.join(model.labels)}", f"one of: {', '.join(model.labels)}")
        write = Text(
            "corrigez la liste, ou ajoutez la valeur à « labels »", "mend the list, or add the value to “labels”"
        )
        raise LawError([Fault(file, found, expected, write)])
    domain = Domain("label", labels=tuple(model.labels), none=attribute.may_be_none)
    values = tuple((code, row_of[code][model.column]) for code in codes)
    labels = tuple((label, title.text) for label, title in model.labels.items())
    return Derived(name, "listed", model.title.text, model.of, domain, values, labels)
