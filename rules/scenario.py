"""Scenarios: small diffs against the law in force on a day. All is checked, then the law is assembled anew.

A change says ``at`` which place, ``was`` what it expects there, and one of ``to`` (set), ``add``, ``drop``, ``split``:

    criteria.age.points['[31, 32)'][false]     a cell: criterion, table, row, column
    criteria.age.points['[31, 32)']            a row: set it, drop it, or split it into several
    criteria.age.points.rows                   all rows of a table: set them, or add one
    criteria.age.cap, .applies_when, .announced_maximum, .points.outside: set them, or drop those that may be absent
    criteria.second_language.cap[true]         one column of a cap, or of an announced maximum: set it; of a group too
    criteria.age                               a criterion: drop it (repeal), or add it
    groups.human_capital.cap, .members, .how, .announced_maximum
    streams.3.requirements                     the requirements of a stream: add one
    streams.3.requirements.adult               a requirement: drop it; ``.where``: set its condition
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pydantic import Field

from rules.assembly import assemble
from rules.canonical import canonical, plain
from rules.citation import Remark, Strict, Title, Words
from rules.criteria import CriterionFile
from rules.dates import in_force
from rules.edits import Addressed, Change, Documents, carry_out, check_places
from rules.faults import Fault, LawError
from rules.groups import GroupsFile
from rules.places import Address, address, find, written_address
from rules.source import build, read_toml
from rules.streams import StreamsFile
from rules.text import Text, same
from rules.wording import written as in_toml

if TYPE_CHECKING:
    from pathlib import Path

    from rules.criteria import CriterionVersion
    from rules.regulation import Regulation


class Scenario(Strict):
    """A diff against the law of ``program`` on the day ``base``."""

    title: Title
    program: Words
    base: date
    change: tuple[Change, ...] = Field(default=(), strict=False)
    note: Remark | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the program, the day and the changes: how they are written, title and note do not count."""
        changes = [_identity(change, steps) for change, steps in addressed(self)]
        said = {"program": self.program, "base": self.base, "changes": sorted(changes, key=canonical)}
        return hashlib.sha256(canonical(said).encode()).hexdigest()


def _identity(change: Change, steps: Address) -> dict[str, Any]:
    """Give what tells a change from another; in one that sets a place, no ``was`` is the same as an empty one."""
    kept = {name: said for name in ("was", "to", "add", "drop", "split") if (said := change.value(name)) is not None}
    return ({"was": {}} if change.operation == "to" else {}) | {"at": list(steps)} | kept


def addressed(scenario: Scenario) -> list[Addressed]:
    """Give the changes with their places, in the order written. An ``at`` that is no path is a LawError."""
    where = _where(scenario)
    return [(change, address(change.at, where)) for change in scenario.change]


def _where(scenario: Scenario) -> Text:
    return Text(f"scénario « {scenario.title.fr} »", f"scenario “{scenario.title.en}”")


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file strictly."""
    return build(Scenario, read_toml(path, path.name), path.name)


def written(scenario: Scenario) -> str:
    """Write a scenario that sets points as a file that every command reads."""
    title = ", ".join(f"{lang} = {in_toml(getattr(scenario.title, lang))}" for lang in ("fr", "en"))
    lines = [f"title = {{ {title} }}", f"program = {in_toml(scenario.program)}", f"base = {scenario.base}"]
    for change in scenario.change:
        set_as = f"was = {in_toml(plain(change.was))}", f"to = {in_toml(plain(change.to))}"
        lines += ["", "[[change]]", f"at = {in_toml(change.at)}", *set_as]
    return "\n".join(lines) + "\n"


def apply(scenario: Scenario, base: Regulation) -> Regulation:
    """Give the law that a scenario makes of ``base``, left as it was. A stale or double change is a LawError."""
    documents, reached = _edited(scenario, base)
    return _assembled(documents, base, scenario.title.text) if reached else base


def invert(scenario: Scenario, base: Regulation) -> Scenario:
    """Give the scenario that leads back from ``apply(scenario, base)`` to ``base``."""
    _, reached = _edited(scenario, base)
    after, before, where = documents_of(apply(scenario, base)), documents_of(base), _where(scenario)
    changes = tuple(_back(steps, after, before, where) for steps in reached)
    return scenario.model_copy(update={"change": changes})


def _back(steps: Address, after: Documents, before: Documents, where: Text) -> Change:
    """Make the change that sets a place as it was; nothing is written as an empty table, which stands for it."""
    now, then = (find(steps, documents, where).get() for documents in (after, before))
    return Change(at=written_address(steps), was={} if now is None else now, to={} if then is None else then)


def compose(first: Scenario, second: Scenario) -> Scenario:
    """Put two scenarios on one base together. Two changes to one place are a LawError."""
    where = Text("composition de scénarios", "composition of scenarios")
    if (first.program, first.base) != (second.program, second.base):
        found = same(f"{first.program} {first.base}, {second.program} {second.base}")
        expected = Text("le même programme et le même jour", "the same program and the same day")
        raise LawError([Fault(where, found, expected, same(f"base = {first.base}"))])
    title = Title(fr=f"{first.title.fr} ; {second.title.fr}", en=f"{first.title.en}; {second.title.en}")
    both = first.model_copy(update={"title": title, "change": (*first.change, *second.change), "note": None})
    check_places(addressed(both), where)
    return both


def _edited(scenario: Scenario, base: Regulation) -> tuple[Documents, list[Address]]:
    """Carry a scenario out on the plain values of ``base``; give them, and the places reached."""
    where = _where(scenario)
    if scenario.program != base.program:
        expected = Text(f"le programme {base.program}", f"the program {base.program}")
        raise LawError([Fault(where, same(scenario.program), expected, same(f'program = "{base.program}"'))])
    changes = addressed(scenario)
    check_places(changes, where)
    documents = documents_of(base)
    return documents, carry_out(changes, documents, where)


def documents_of(base: Regulation) -> Documents:
    """Give the versions in force on the day of ``base`` as plain values, copied."""
    sources, day = base.sources, base.day
    criteria = {}
    for name, file in sources.criteria.items():
        version = in_force(file.version, day)
        if version is not None:
            head = {"title": file.title.model_dump(), "group": file.group}
            criteria[name] = head | plain(version.model_dump(exclude_none=True))
    groups, streams = in_force(sources.groups.version, day), in_force(sources.streams.version, day)
    return {
        "criteria": criteria,
        "groups": plain(groups.model_dump(exclude_none=True)) if groups else {"group": []},
        "streams": plain(streams.model_dump(exclude_none=True)) if streams else {"stream": []},
    }


def _assembled(documents: Documents, base: Regulation, title: Text) -> Regulation:
    """Assemble a law from plain values, with every check of a law read from files."""
    sources, day = base.sources, base.day
    changed = replace(
        sources,
        criteria=_criteria(documents, base),
        groups=build(GroupsFile, {"version": [documents["groups"]]}, "groups"),
        streams=build(StreamsFile, {"version": [documents["streams"]]}, "streams")
        if documents["streams"]["stream"]
        else sources.streams,
    )
    return assemble(changed, day, scenario=title)


def _criteria(documents: Documents, base: Regulation) -> dict[str, CriterionFile]:
    """Give the criteria: as written now, repealed, not in force anyway, or gone because no group holds them."""
    held = {member for group in documents["groups"]["group"] for member in group["members"]}
    criteria = {}
    for name, source in base.sources.criteria.items():
        current = in_force(source.version, base.day)
        if name in held:
            criteria[name] = source if current is None else _repealed(source, current, base.day)
    for name, said in documents["criteria"].items():
        version = {key: value for key, value in said.items() if key not in ("title", "group")}
        version.setdefault("in_force", base.day)
        file = {"title": said.get("title"), "group": said.get("group"), "version": [version]}
        criteria[name] = build(CriterionFile, file, f"criteria/{name}")
    return criteria


def _repealed(source: CriterionFile, current: CriterionVersion, day: date) -> CriterionFile:
    """End a criterion on the day of the scenario; no provision repeals it."""
    ended = current.model_copy(update={"until": day, "until_cite": None})
    return source.model_copy(update={"version": (ended,)})
