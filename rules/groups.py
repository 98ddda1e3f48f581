"""Groups: how criteria combine, and the caps above them, up to one root whose cap is the law's total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rules.citation import Strict, Title, Words
from rules.criteria import repeated
from rules.dates import Dated
from rules.faults import Fault, LawError, meant
from rules.tables import Cap, CapModel, TableCheck
from rules.text import Text, listed, same

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.conditions import Scope
    from rules.criteria import Criterion

ROOT = "score"


class GroupModel(Strict):
    """One group, as written in ``groups.toml``."""

    id: Words
    title: Title
    members: tuple[Words, ...] = Field(min_length=1, strict=False)
    how: Literal["sum", "max"]
    cap: int | CapModel | None = None
    announced_maximum: int | CapModel | None = None


class GroupsVersion(Dated):
    """The tree of groups between two dates."""

    group: tuple[GroupModel, ...] = Field(min_length=1, strict=False)


class GroupsFile(Strict):
    """The file ``groups.toml``."""

    version: tuple[GroupsVersion, ...] = Field(min_length=1, strict=False)


@dataclass(frozen=True)
class Group:
    """A group of criteria or of groups, with how they combine and the cap above them."""

    id: str
    title: Text
    members: tuple[str, ...]
    how: Literal["sum", "max"]
    cap: Cap | None
    announced: Cap | None


def groups_of(version: GroupsVersion, criteria: Mapping[str, Criterion], scope: Scope) -> tuple[Group, ...]:
    """Build the tree, members before the group that holds them, the root ``score`` last."""
    where = version.at("groups.toml")
    _check_tree(version, criteria, where)
    built = {model.id: _group(model, where, scope) for model in version.group}
    ordered = _bottom_up(ROOT, built, (), where)
    apart = sorted(set(built) - set(ordered))
    if apart:
        found = Text(
            f"des groupes que la racine ne tient pas : {listed(apart)}",
            f"groups that the root does not hold: {listed(apart)}",
        )
        expected = Text(f"un seul arbre, de racine « {ROOT} »", f"one tree, with the root “{ROOT}”")
        write = Text(
            f"mettez-les parmi les membres d’un groupe de « {ROOT} »",
            f"put them among the members of a group of “{ROOT}”",
        )
        raise LawError([Fault(where, found, expected, write)])
    return tuple(built[name] for name in ordered)


def _group(model: GroupModel, where: Text, scope: Scope) -> Group:
    check = TableCheck(where.inside(f"groupe {model.id}", f"group {model.id}"), scope.inputs, scope.barred)
    cap = None if model.cap is None else check.cap(model.cap)
    announced = None if model.announced_maximum is None else check.cap(model.announced_maximum)
    return Group(model.id, model.title.text, model.members, model.how, cap, announced)


def _check_tree(version: GroupsVersion, criteria: Mapping[str, Criterion], where: Text) -> None:
    """Fail because a member is unknown, held twice or by no group, or a criterion names another group."""
    names = [model.id for model in version.group]
    held = {member: model.id for model in version.group for member in model.members}
    faults = repeated(names, where)
    every = [member for model in version.group for member in model.members]
    twice = sorted({member for member in every if every.count(member) > 1})
    for member in twice:
        holders = [model.id for model in version.group for one in model.members if one == member]
        found = Text(f"« {member} » deux fois : {listed(holders)}", f"“{member}” twice: {listed(holders)}")
        expected = Text("chaque nom une seule fois", "each name only once")
        write = Text(
            f"retirez « {member} » des « members » de {holders[-1]}",
            f"take “{member}” out of the “members” of {holders[-1]}",
        )
        faults.append(Fault(where, found, expected, write))
    for member in sorted(set(every) - set(names) - set(criteria)):
        found = Text(f"le membre inconnu « {member} »", f"the unknown member “{member}”")
        expected = Text("un critère ou un groupe", "a criterion or a group")
        faults.append(Fault(where, found, expected, meant(member, [*names, *criteria])))
    faults += [
        _elsewhere(name, criterion.group, held.get(name), where)
        for name, criterion in criteria.items()
        if held.get(name) != criterion.group and name not in twice
    ]
    orphans = [name for name in names if name != ROOT and name not in held]
    if ROOT not in names or orphans:
        found = Text(
            f"groupes sans parent : {listed(orphans) or ROOT}", f"groups without a parent: {listed(orphans) or ROOT}"
        )
        expected = Text(f"une seule racine, « {ROOT} »", f"one root, “{ROOT}”")
        faults.append(Fault(where, found, expected, same(f'id = "{ROOT}", members = ["…"]')))
    if faults:
        raise LawError(faults)


def _elsewhere(name: str, said: str, holder: str | None, where: Text) -> Fault:
    """Make the fault of a criterion that another group holds, or none."""
    fr, en = f"criteria/{name}.toml dit « {said} »", f"criteria/{name}.toml says “{said}”"
    found = (
        Text(f"{fr}, aucun groupe ne le tient", f"{en}, no group holds it")
        if holder is None
        else Text(f"{fr}, groups.toml dit « {holder} »", f"{en}, groups.toml says “{holder}”")
    )
    expected = Text("le même groupe des deux côtés", "the same group on both sides")
    write = Text(f"ajoutez « {name} » aux « members » de « {said} »", f"add “{name}” to the “members” of “{said}”")
    return Fault(where, found, expected, write)


def _bottom_up(name: str, groups: Mapping[str, Group], above: tuple[str, ...], where: Text) -> list[str]:
    if name in above:
        found = same(" → ".join((*above, name)))
        expected = Text("un arbre, sans cycle", "a tree, without a cycle")
        raise LawError([Fault(where, found, expected, Text("retirez l’un des membres", "take out one of the members"))])
    inner = [member for member in groups[name].members if member in groups]
    below = [found for member in inner for found in _bottom_up(member, groups, (*above, name), where)]
    return [*below, name]
