"""Groups: how criteria combine, and the caps above them, up to one root whose cap is the law's total."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from rules.citation import Strict, Title, Words
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
    where = Text(f"groups.toml, version du {version.in_force}", f"groups.toml, version of {version.in_force}")
    _check_tree(version, criteria, where)
    check = TableCheck(where, scope.inputs)
    built = {
        model.id: Group(
            model.id,
            model.title.text,
            model.members,
            model.how,
            None if model.cap is None else check.cap(model.cap),
            None if model.announced_maximum is None else check.cap(model.announced_maximum),
        )
        for model in version.group
    }
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


def _check_tree(version: GroupsVersion, criteria: Mapping[str, Criterion], where: Text) -> None:
    """Fail because a member is unknown, held twice or by no group, or a criterion names another group."""
    names = [model.id for model in version.group]
    held = {member: model.id for model in version.group for member in model.members}
    faults = []
    every = [member for model in version.group for member in model.members]
    for member in sorted({m for m in every if every.count(m) > 1} | {n for n in names if names.count(n) > 1}):
        expected = Text("chaque nom une seule fois", "each name only once")
        faults.append(Fault(where, Text(f"« {member} » deux fois", f"“{member}” twice"), expected, expected))
    for member in sorted(set(every) - set(names) - set(criteria)):
        found = Text(f"le membre inconnu « {member} »", f"the unknown member “{member}”")
        expected = Text("un critère ou un groupe", "a criterion or a group")
        faults.append(Fault(where, found, expected, meant(member, [*names, *criteria])))
    for name, criterion in criteria.items():
        if held.get(name) != criterion.group:
            found = Text(
                f"criteria/{name}.toml dit « {criterion.group} », groups.toml dit « {held.get(name)} »",
                f"criteria/{name}.toml says “{criterion.group}”, groups.toml says “{held.get(name)}”",
            )
            expected = Text("le même groupe des deux côtés", "the same group on both sides")
            faults.append(
                Fault(
                    where,
                    found,
                    expected,
                    Text(
                        f"ajoutez « {name} » aux « members » de son groupe",
                        f"add “{name}” to the “members” of its group",
                    ),
                )
            )
    orphans = [name for name in names if name != ROOT and name not in held]
    if ROOT not in names or orphans:
        found = Text(
            f"groupes sans parent : {listed(orphans) or ROOT}", f"groups without a parent: {listed(orphans) or ROOT}"
        )
        expected = Text(f"une seule racine, « {ROOT} »", f"one root, “{ROOT}”")
        faults.append(Fault(where, found, expected, same(f'id = "{ROOT}", members = ["…"]')))
    if faults:
        raise LawError(faults)


def _bottom_up(name: str, groups: Mapping[str, Group], above: tuple[str, ...], where: Text) -> list[str]:
    if name in above:
        found = same(" → ".join((*above, name)))
        expected = Text("un arbre, sans cycle", "a tree, without a cycle")
        raise LawError([Fault(where, found, expected, Text("retirez l’un des membres", "take out one of the members"))])
    inner = [member for member in groups[name].members if member in groups]
    below = [found for member in inner for found in _bottom_up(member, groups, (*above, name), where)]
    return [*below, name]
