"""The instruction of a folder, read for verification as plain values; its conditions, against the law and its lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ranking.faults import Fault, InstructionError
from rules.conditions import ALWAYS, Condition, ConditionReader, both
from rules.faults import meant
from rules.lists import load_list
from rules.program import load
from rules.source import read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from rules.conditions import Scope
    from rules.regulation import Regulation

PARTS = ("tiers", "reserves", "floors", "shares")


@dataclass(frozen=True)
class Given:
    """An instruction as plain values, the law of its day, and its conditions by where they stand."""

    folder: Path
    said: dict[str, Any]
    regulation: Regulation
    scope: Scope

    @property
    def selections(self) -> list[dict[str, Any]]:
        """The selections in the order in which they run."""
        return list(self.said["selection"])

    @property
    def extracted_at(self) -> datetime:
        """The instant of the extraction."""
        found: datetime = self.said["extracted_at"]
        return found

    @property
    def facts_on(self) -> date:
        """The local day of the extraction."""
        return self.extracted_at.astimezone(ZoneInfo(self.regulation.source.time_zone)).date()

    def limits_from(self, said: dict[str, str] | None) -> dict[str, int]:
        """Read limits by group from a list beside the instruction; none where none is named."""
        if said is None:
            return {}
        found = load_list(self.folder / "lists", said["list"], self.regulation.day, "lists")
        rows = {} if found is None else found.by_code
        return {code: int(row[said.get("column", "limit")]) for code, row in rows.items()}

    def conditions(self) -> dict[str, Condition]:
        """Read every condition, by where it stands: filters, parts of selections, exclusions, labels of the law."""
        read = {}
        for number, said in enumerate(self.selections):
            shown = f"instruction.toml, {said.get('id')}"
            read[f"selection {number}"] = both(self.condition(said.get("where"), shown), self._category(said, shown))
            for part in (one for key in PARTS for one in said.get(key, ())):
                read[f"selection {number} {part['id']}"] = self.condition(part.get("where"), f"{shown}, {part['id']}")
        read |= {f"label {number}": label.where for number, label in enumerate(self.regulation.labels)}
        for number, said in enumerate(self.said.get("exclusion", ())):
            if "where" in said:
                read[f"exclusion {number}"] = self.condition(said["where"], f"instruction.toml, {said['id']}")
        return read

    def _category(self, said: dict[str, Any], shown: str) -> Condition:
        """Give the condition of the category that a selection names; none always holds."""
        known = {category.id: category.where for category in self.regulation.categories}
        wanted = said.get("category")
        if wanted is None or wanted in known:
            return ALWAYS if wanted is None else known[wanted]
        found = Text(f"la catégorie inconnue « {wanted} »", f"the unknown category “{wanted}”")
        expected = Text("une catégorie de la règle de ce jour", "a category of the law of this day")
        raise InstructionError([Fault(same(shown), found, expected, meant(str(wanted), known))])

    def condition(self, where: Any, shown: str) -> Condition:  # noqa: ANN401 - a TOML value
        """Read a condition; none always holds."""
        return ALWAYS if where is None else ConditionReader(same(shown), self.scope).read(where)


def read_given(folder: Path) -> Given:
    """Read the instruction and the law of a folder, or raise their faults."""
    said = read_toml(folder / "instruction.toml", "instruction.toml")
    for key, kind, write in (
        ("law_on", date, "law_on = 2026-04-30"),
        ("extracted_at", datetime, "extracted_at = 2026-04-27T06:30:00-04:00"),
        ("selection", list, "[[selection]]"),
    ):
        if not isinstance(said.get(key), kind):
            found = Text(f"« {key} » absent ou illisible", f"“{key}” missing or unreadable")
            expected = Text("l’instruction qui fut exécutée", "the instruction that was run")
            raise InstructionError([Fault(same("instruction.toml"), found, expected, same(write))])
    regulation = load(folder / "law").on(said["law_on"])
    return Given(folder, said, regulation, _scope(folder, regulation))


def _scope(folder: Path, regulation: Regulation) -> Scope:
    """Let a list be found beside the instruction first, then in the law."""

    def codes_of(wanted: str) -> tuple[str, ...] | None:
        if "/" not in wanted and (folder / "lists" / f"{wanted}.toml").is_file():
            found = load_list(folder / "lists", wanted, regulation.day, "lists")
            if found is not None:
                return found.codes
        return regulation.scope.codes_of(wanted)

    return replace(regulation.scope, codes_of=codes_of)
