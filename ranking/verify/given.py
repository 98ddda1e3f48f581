"""The instruction of a folder, read for verification as plain values; its conditions, against the law and its lists."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ranking.faults import Fault, InstructionError
from rules.conditions import ALWAYS, Condition, ConditionReader
from rules.lists import load_list
from rules.program import load
from rules.source import read_toml
from rules.text import Text, same

if TYPE_CHECKING:
    from pathlib import Path

    from rules.conditions import Scope
    from rules.regulation import Regulation


@dataclass(frozen=True)
class Given:
    """An instruction as plain values, the law of its day, and its conditions by where they stand."""

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
    return Given(said, regulation, _scope(folder, regulation))


def _scope(folder: Path, regulation: Regulation) -> Scope:
    """Let a list be found beside the instruction first, then in the law."""

    def codes_of(wanted: str) -> tuple[str, ...] | None:
        if "/" not in wanted and (folder / "lists" / f"{wanted}.toml").is_file():
            found = load_list(folder / "lists", wanted, regulation.day, "lists")
            if found is not None:
                return found.codes
        return regulation.scope.codes_of(wanted)

    return replace(regulation.scope, codes_of=codes_of)
