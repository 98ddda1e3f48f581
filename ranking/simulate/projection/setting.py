"""What a projection is made of: pool, laws, instruction, assumptions, days; and one hash of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.faults import Fault, RoundError
from ranking.fingerprint import of_values
from ranking.groups import can_group
from ranking.instruction import read_instruction
from ranking.simulate.projection.arrivals import inflow
from ranking.simulate.projection.assumptions import read_assumptions
from ranking.simulate.projection.chance import Chance
from ranking.simulate.projection.counts import counted
from ranking.simulate.projection.course import Course, scaled, under
from ranking.simulate.projection.horizon import horizon
from ranking.simulate.projection.start import start
from ranking.simulate.projection.world import world
from rules.faults import meant
from rules.scenario import apply, read_scenario
from rules.text import Text, same

if TYPE_CHECKING:
    from datetime import date

    import polars as pl

    from ranking.instruction import Instruction
    from ranking.simulate.projection.arrivals import Inflow
    from ranking.simulate.projection.assumptions import Assumptions
    from ranking.simulate.projection.horizon import Horizon
    from ranking.simulate.projection.start import Start
    from rules.regulation import Regulation
    from rules.scenario import Scenario

LARGEST_GROUPS = 40


@dataclass(frozen=True)
class Wanted:
    """What is asked for, in plain values: a worker process reads the rest from the same files.

    ``by`` are columns to report by (empty: the usual ones of the pool), ``band`` is the width of a score band.
    """

    instruction: str
    start: date
    months: int
    scenarios: tuple[str, ...] = ()
    program: str | None = None
    assumptions: str | None = None
    every: int | None = None
    scale: float = 1.0
    arrivals: float | None = None
    by: tuple[str, ...] = ()
    band: int = 50
    seed: int = 0


@dataclass(frozen=True)
class Setting:
    """Everything that a replication needs. ``instructions`` has the law itself first, then one for each scenario."""

    wanted: Wanted
    begun: Start
    fingerprint: str
    base: Instruction
    instructions: tuple[Instruction, ...]
    scenarios: tuple[Scenario, ...]
    assumed: Assumptions
    when: Horizon
    source: Inflow
    by: tuple[str, ...] = field(default=())

    @property
    def law(self) -> Regulation:
        """The law itself."""
        return self.base.regulation

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that a replication depends on, its number apart."""
        wanted = self.wanted
        return of_values(
            {
                "pool": self.fingerprint,
                "instruction": [[name, sha256(content).hexdigest()] for name, content in self.base.files],
                "laws": [one.regulation.hash for one in self.instructions],
                "assumptions": self.assumed.model_dump(mode="json"),
                "start": str(wanted.start),
                "rounds": [str(at) for at in (*self.when.rounds, self.when.end)],
                "scale": wanted.scale,
                "arrivals": wanted.arrivals,
                "by": list(self.by),
                "band": wanted.band,
                "seed": wanted.seed,
                "versions": {name: version(name) for name in ("tirage", "polars", "numpy")},
            }
        )

    def replicate(self, number: int) -> dict[str, pl.DataFrame]:
        """Run one replication under every law, on the same people and the same chance."""
        return counted(self.courses(number), self.wanted.band)

    def courses(self, number: int) -> list[Course]:
        """Run one replication under every law, and give all that became of everyone."""
        chance = Chance(self.wanted.seed, number)
        made = world(self.begun, self.law, self.when, self.assumed, self.source, chance)
        return [Course(made, one, self.assumed, self.when, chance).run() for one in self.instructions]


def read_wanted(wanted: Wanted) -> tuple[Instruction, Horizon]:
    """Read the instruction of a projection, and put its rounds on their days: what a pool must be read for."""
    instruction = read_instruction(Path(wanted.instruction), wanted.program)
    return instruction, horizon(instruction, wanted.start, wanted.months, wanted.every)


def setting(wanted: Wanted, frame: pl.DataFrame, fingerprint: str) -> Setting:
    """Read all the files of a projection on a checked pool; every fault is raised before any work."""
    base, when = read_wanted(wanted)
    law = base.regulation
    scenarios = tuple(read_scenario(Path(one)) for one in wanted.scenarios)
    assumed = read_assumptions(wanted.assumptions, law.program)
    laws = (law, *(apply(one, law) for one in scenarios))
    instructions = tuple(scaled(under(base, one), wanted.scale) for one in laws)
    by = wanted.by or usual(frame, law)
    _check_by(by, frame, law)
    begun = start(frame, law, when, assumed.conditions(law), by)
    source = inflow(begun.frame, when, assumed, wanted.arrivals)
    return Setting(wanted, begun, fingerprint, base, instructions, scenarios, assumed, when, source, by)


def usual(frame: pl.DataFrame, law: Regulation) -> tuple[str, ...]:
    """Name the columns by which results are reported unless told: the descriptive ones and those that rounds read."""
    names = [name for name, one in law.attributes.items() if one.descriptive or one.for_rounds]
    there = [name for name in names if name in frame.columns and can_group(name, law)]
    return tuple(name for name in there if frame[name].n_unique() <= LARGEST_GROUPS)


def _check_by(by: tuple[str, ...], frame: pl.DataFrame, law: Regulation) -> None:
    known = [name for name in (*frame.columns, *law.derivable(frame.columns)) if can_group(name, law)]
    wrong = [name for name in by if name not in known]
    if wrong:
        expected = Text("une colonne qui fait des groupes", "a column that makes groups")
        raise RoundError([Fault(same("--by"), Text(f"« {n} »", f"“{n}”"), expected, meant(n, known)) for n in wrong])
