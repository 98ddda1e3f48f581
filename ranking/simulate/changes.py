"""Changes to compare: an instruction and its law, and every set of the changes made to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

from ranking.simulate.shapley import MOST
from rules.places import address
from rules.scenario import apply, compose
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Collection

    from ranking.instruction import Instruction
    from rules.scenario import Scenario


@dataclass(frozen=True)
class Change:
    """One change: another instruction (no scenario), or a scenario."""

    title: Text
    scenario: Scenario | None = None


@dataclass(frozen=True)
class Changes:
    """The changes from ``before``: ``instead``, another instruction with its law, and scenarios on the law."""

    before: Instruction
    instead: Instruction | None
    scenarios: tuple[Scenario, ...]

    @cached_property
    def after(self) -> Instruction:
        """Give the instruction and the law with every change. A scenario that does not fit is a LawError."""
        return self._made(self.instead, self.scenarios)

    @cached_property
    def each(self) -> tuple[Change, ...]:
        """Tell changes apart: the instruction, each scenario; of one scenario alone, each part of the law."""
        changes = [] if self.instead is None else [Change(self.instead.source.title.text)]
        if len(self.scenarios) == 1:
            return (*changes, *self._parts(self.scenarios[0]))
        return (*changes, *(Change(one.title.text, one) for one in self.scenarios))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Name the criteria and groups that the scenarios reach."""
        steps = [address(change.at, same(change.at)) for one in self.scenarios for change in one.change]
        return tuple(dict.fromkeys(str(step[1]) for step in steps if len(step) > 1))

    def some(self, chosen: Collection[int]) -> Instruction:
        """Give the instruction and the law with some of the changes, by number."""
        kept = [change for number, change in enumerate(self.each) if number in chosen]
        instead = self.instead if any(change.scenario is None for change in kept) else None
        return self._made(instead, tuple(change.scenario for change in kept if change.scenario is not None))

    def _made(self, instead: Instruction | None, scenarios: tuple[Scenario, ...]) -> Instruction:
        base = self.before if instead is None else self._same_pool(instead)
        if not scenarios:
            return base
        return replace(base, regulation=apply(reduce(compose, scenarios), base.regulation))

    def _same_pool(self, instead: Instruction) -> Instruction:
        """Measure facts at the instant of the first instruction: both see one pool."""
        at = self.before.source.extracted_at
        return replace(instead, source=instead.source.model_copy(update={"extracted_at": at}))

    def _parts(self, scenario: Scenario) -> list[Change]:
        """Split a scenario by the criterion, group or stream that its changes reach."""
        by: dict[str, list[Any]] = {}
        for change in scenario.change:
            by.setdefault(".".join(map(str, address(change.at, same(change.at))[:2])), []).append(change)
        if len(by) == 1 or len(by) > MOST:
            return [Change(scenario.title.text, scenario)]
        return [Change(self._title(at), scenario.model_copy(update={"change": tuple(own)})) for at, own in by.items()]

    def _title(self, at: str) -> Text:
        name = at.partition(".")[2]
        part = self.before.regulation.parts.get(name)
        return part.title if part is not None else same(at)
