"""The course of one law through a world: the rounds that the real engine runs, the answers, who leaves and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ranking.columns import ID
from ranking.contribution import Contribution
from ranking.faults import Fault, RoundError
from ranking.order import REACHED
from ranking.pool import Pool
from ranking.round import run_round
from ranking.scoring import readable, score
from ranking.simulate.projection.candidacy import candidacy
from ranking.simulate.projection.horizon import DAY, micros
from ranking.simulate.projection.world import Why
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from ranking.instruction import Instruction
    from ranking.round import Round
    from ranking.simulate.projection.assumptions import Assumptions
    from ranking.simulate.projection.chance import Chance
    from ranking.simulate.projection.horizon import Horizon
    from ranking.simulate.projection.world import World
    from rules.regulation import Regulation

    Whole = NDArray[np.int64]

NOT_YET = -1


class Balance(NamedTuple):
    """Everyone at an instant, just before its round: entered = waiting + open + all who left. ``left`` is by Why."""

    entered: int
    waiting: int
    open: int
    left: tuple[int, ...]


class Picked(NamedTuple):
    """What a selection did in a round. ``cut_off`` is the score of the last taken; None where nobody was."""

    selection: str
    candidates: int
    invited: int
    cut_off: int | None


class Answered(NamedTuple):
    """The invitations of a round: who, when each ends, the answer (a :class:`Why`), and whether it brings back."""

    rows: Whole
    ends: Whole
    why: NDArray[np.int8]
    returns: NDArray[np.bool_]


@dataclass
class Course:
    """A world under one law, as it goes on. Arrays are by declaration, instants in microseconds.

    ``open_until``: invited, until the answer or its last day. ``aside_until``: another declaration of the person is
    invited. ``first_seen`` and ``first_invited`` are numbers of rounds, ``score`` is that of the first round.
    """

    world: World
    instruction: Instruction
    assumed: Assumptions
    when: Horizon
    chance: Chance

    def __post_init__(self) -> None:
        size = len(self.world)
        self.leaves, self.why = self.world.leaves.copy(), self.world.why.copy()
        self.open_until = np.full(size, NOT_YET, dtype=np.int64)
        self.aside_until = np.full(size, NOT_YET, dtype=np.int64)
        self.times_invited = np.zeros(size, dtype=np.int64)
        self.first_seen = np.full(size, NOT_YET, dtype=np.int64)
        self.first_invited = np.full(size, NOT_YET, dtype=np.int64)
        self.score = np.zeros(size, dtype=np.int64)
        self._draws: dict[str, NDArray[np.float64]] = {}
        self.used: Mapping[str, Mapping[str, int]] = {}
        self.balances: list[Balance] = []
        self.picked: list[list[Picked]] = []
        self.answered: list[Answered] = []

    def run(self) -> Course:
        """Run every round, and close the account at the end."""
        for number, at in enumerate(self.when.rounds):
            self.balances.append(self.balance(micros(at)))
            self.picked.append(self._round(number, at))
        self.balances.append(self.balance(micros(self.when.end)))
        return self

    def balance(self, at: int) -> Balance:
        """Count everyone at an instant."""
        entered = self.world.entered < at
        gone = entered & (self.leaves <= at)
        invited = entered & ~gone & (self.open_until > at)
        left = np.bincount(self.why[gone], minlength=len(Why))
        total = int(entered.sum())
        waiting = int((entered & ~gone & ~invited).sum())
        return Balance(total, waiting, int(invited.sum()), tuple(int(one) for one in left))

    def _round(self, number: int, at: datetime) -> list[Picked]:
        """Run one round on those who are there, and let those invited answer."""
        now = micros(at)
        there = (self.world.entered < now) & (self.leaves > now)
        there &= (self.open_until <= now) & (self.aside_until <= now)
        self._note_new(np.flatnonzero(there & (self.first_seen == NOT_YET)), number, now)
        rows = self._in_reach(np.flatnonzero(there), number)
        law = self.instruction.regulation
        pool = Pool(self.world.on(now, rows, law), self.world.frame.clear())
        instruction = at_instant(self.instruction, at, number, self.chance.replication, pool)
        done = run_round(instruction, pool, Contribution(used=self.used))
        self.used = done.ceilings
        self._invite(rows[_invited(done)], number, now, law)
        return [Picked(one.selection.id, one.candidates, len(one.taken.positions), one.cut_off) for one in done.results]

    def _note_new(self, rows: Whole, number: int, now: int) -> None:
        """Note those whom a round sees for the first time, and their scores."""
        law, day = self.instruction.regulation, self.when.days[number]
        self.first_seen[rows] = number
        columns = readable(self.world.frame.columns, law)
        scored = score(self.world.on(now, rows, law, columns), law, facts_on=day, breakdown=False)
        self.score[rows] = scored["score"].to_numpy()

    def _in_reach(self, rows: Whole, number: int) -> Whole:
        """Find those whom some selection could take, and all declarations of persons who have several.

        A round on these alone takes the same people as a round on everyone, in a fraction of the time: who is not a
        candidate only counts in a round as another declaration of a candidate.
        """
        now, day = micros(self.when.rounds[number]), self.when.days[number]
        wanted = candidacy(self.instruction, self.world.frame.columns)
        frame = self.world.on(now, rows, self.instruction.regulation, wanted.columns)
        return rows[wanted.of(frame, day) | (self.world.person[rows] >= 0)]

    def _invite(self, rows: Whole, number: int, now: int, law: Regulation) -> None:
        """Invite some: draw their answers, the day of each, and what becomes of the declaration."""
        self.first_invited[rows[self.first_invited[rows] == NOT_YET]] = number
        accepts, declines, ends = self._answers(rows, now, law)
        self.times_invited[rows] += 1
        self.open_until[rows] = ends
        returns = (declines & self._returns("after_decline", law)) | (
            ~accepts & ~declines & self._returns("after_silence", law)
        )
        why = np.where(accepts, Why.accepted, np.where(declines, Why.declined, Why.silent)).astype(np.int8)
        self.why[rows] = np.where(returns, self.why[rows], why)
        self.leaves[rows] = np.where(returns, np.maximum(self.leaves[rows], ends), ends)
        self.answered.append(Answered(rows, ends, why, returns))
        several = self.world.person[rows] >= 0
        for row, until, accepted in zip(rows[several], ends[several], accepts[several], strict=True):
            self._set_aside(int(row), int(until), accepted=bool(accepted))

    def _set_aside(self, row: int, until: int, *, accepted: bool) -> None:
        """Set the other declarations of an invited person aside while the invitation holds; an acceptance ends them."""
        others = np.flatnonzero(self.world.person == self.world.person[row])
        others = others[(others != row) & (self.leaves[others] > until)]
        self.aside_until[others] = np.maximum(self.aside_until[others], until)
        if accepted:
            self.leaves[others], self.why[others] = until, Why.other_declaration

    def _answers(self, rows: Whole, now: int, law: Regulation) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Whole]:
        """Draw answers and their instants: at any time of the days to answer; who is silent, at their end."""
        accepted, declined = self.assumed.answers.accepted.value / 100, self.assumed.answers.declined.value / 100
        days = law.lifecycle.answer_days or self.assumed.answers.days.value
        times = self.times_invited[rows]
        draws, hours = np.empty(len(rows)), np.empty(len(rows))
        for time in np.unique(times).tolist():
            these = times == time
            draws[these] = self._drawn(f"answer {time}")[rows[these]]
            hours[these] = self._drawn(f"instant of answer {time}")[rows[these]]
        accepts, declines = draws < accepted, (draws >= accepted) & (draws < accepted + declined)
        waits = np.where(accepts | declines, hours, 1.0) * days * DAY
        return accepts, declines, now + 1 + waits.astype(np.int64)

    def _drawn(self, purpose: str) -> NDArray[np.float64]:
        """Give the numbers of everyone for a purpose, drawn once."""
        if purpose not in self._draws:
            self._draws[purpose] = self.chance.of(purpose, len(self.world))
        return self._draws[purpose]

    def _returns(self, key: str, law: Regulation) -> bool:
        """Tell whether a declaration comes back; where the law does not say, the assumptions do."""
        said = getattr(law.lifecycle, key) or getattr(self.assumed.answers, key).value
        return bool(said == "returns")


def _invited(done: Round) -> Whole:
    """Give the positions of those invited, each once, in the order of the pool."""
    taken = [result.taken.positions for result in done.results]
    return np.unique(np.concatenate(taken)) if taken else np.empty(0, dtype=np.int64)


def at_instant(instruction: Instruction, at: datetime, number: int, replication: int, pool: Pool) -> Instruction:
    """Give an instruction for the round of another instant: its own id, and lots of its own in each replication.

    Of the declarations that a selection names, those that have left are no longer named. A ceiling to be shared out
    over so many rounds has one round less to go each time, the last one taking all that is left.
    """
    source = instruction.source
    selections = tuple(
        one.model_copy(update={"declarations": tuple(pool.frame[ID].filter(pool.frame[ID].is_in(one.declarations)))})
        if one.declarations is not None
        else one
        for one in source.selection
    )
    seed = source.seed and source.seed.model_copy(update={"value": f"{source.seed.value} / {replication}"})
    ceilings = tuple(
        one.model_copy(update={"rounds_left": one.rounds_left and max(one.rounds_left - number, 1)})
        for one in source.ceiling
    )
    said = {"extracted_at": at, "id": f"{source.id} / {number + 1}", "seed": seed}
    said |= {"selection": selections, "ceiling": ceilings}
    return replace(instruction, source=source.model_copy(update=said))


def under(instruction: Instruction, law: Regulation) -> Instruction:
    """Give an instruction under another law of its program. An order that needs a history of scores is a RoundError."""
    if any(item.key == REACHED for item in law.order):
        found = Text(
            "un ordre qui demande quand le pointage fut atteint", "an order that asks when a score was reached"
        )
        expected = Text("un ordre sans historique, le seul qu’une projection suive", "an order without history")
        raise RoundError([Fault(same(law.program), found, expected, Text("un autre programme", "another program"))])
    return replace(instruction, regulation=law)


def scaled(instruction: Instruction, factor: float) -> Instruction:
    """Multiply the sizes of selections, rounded to the nearest; sizes inside one (tiers, reserves, floors) too."""
    source = instruction.source
    selections = tuple(
        one.model_copy(
            update={"size": _times(one.size, factor)}
            | {name: _parts(getattr(one, name), factor) for name in ("tiers", "reserves", "floors")}
        )
        for one in source.selection
    )
    return replace(instruction, source=source.model_copy(update={"selection": selections}))


def _times(size: int | None, factor: float) -> int | None:
    return None if size is None else int(size * factor + 0.5)


def _parts(parts: tuple | None, factor: float) -> tuple | None:  # type: ignore[type-arg]
    """Scale the sizes of some parts."""
    return parts and tuple(part.model_copy(update={"size": _times(part.size, factor)}) for part in parts)
