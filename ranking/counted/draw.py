"""The draw: the selections of an instruction in order, each from counts by score and the keys of its tie group."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from ranking.contribution import Contribution
from ranking.counted import questions
from ranking.counted.engine import NOTHING, Driver, Moved
from ranking.counted.picks import Pick, lot
from ranking.counted.supported import check_supported
from ranking.counted.validity import check_extraction
from ranking.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ranking.counted.engine import Engine
    from ranking.counted.picks import Key
    from ranking.instruction import Instruction
    from ranking.selection import Selection

MOST_KEYS = 10_000
"""Where more declarations than this tie at a cut-off, they are first counted by day of submission (or by the first
digits of their lots), so that only the keys of one day come to the driver."""


@dataclass(frozen=True)
class Drawn:
    """What a selection did, in numbers, and whom it takes, as a predicate.

    ``cut_off`` is the score of the last one taken; None where nobody was, or where no score decided. ``contested`` is
    the score at which a count of places ended, where some were left out. ``moved`` came to the driver for it.
    """

    id: str
    pick: Pick
    minimum: int | None
    contested: int | None
    candidates: int
    unknown: int
    invited: int
    cut_off: int | None
    tied: int = 0
    tied_taken: int = 0
    moved: Moved = NOTHING


@dataclass(frozen=True)
class Draw:
    """A draw that was done: its selections, how many have each outcome, and all that came to the driver."""

    selections: tuple[Drawn, ...]
    outcomes: Mapping[str, int] = field(default_factory=dict)
    by_selection: Mapping[tuple[str, str | None], int] = field(default_factory=dict)
    moved: Moved = NOTHING


def draw(
    instruction: Instruction,
    engine: Engine,
    out: Path | None = None,
    contribution: Contribution | None = None,
    *,
    most_keys: int = MOST_KEYS,
) -> Draw:
    """Run the selections of ``instruction`` on the pool of ``engine``, in order; who is taken leaves the later ones.

    With ``out``, the engine writes ``invitations.parquet`` and ``outcomes.parquet`` there, with the columns that
    ``tirage round run`` gives them, rows in no order (Spark: a folder of that name). ``contribution`` is what a ledger
    knows. The pool is read as the law types it (``tirage pool check`` and ``pool generate`` write such files).

    Raises:
        InstructionError: the instruction asks for more than counts can do.
        RoundError: a declaration was submitted at or after the extraction.
        PoolError: a column is missing, of the wrong kind, or has a value outside its domain.
    """
    check_supported(instruction)
    engine.prepare(instruction, contribution or Contribution())
    driver = Driver(engine)
    check_extraction(driver, instruction)
    done: list[Drawn] = []
    for number, selection in enumerate(instruction.selections):
        done.append(_select(Driver(engine), number, selection, [one.pick for one in done], most_keys))
    streams = bool(instruction.regulation.streams)
    by_selection = _outcomes(driver, done, streams=streams)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        engine.write(
            questions.invitations(done, labelled=bool(instruction.regulation.labels)), out / "invitations.parquet"
        )
        engine.write(questions.outcomes(done, streams=streams), out / "outcomes.parquet")
    totals: dict[str, int] = {}
    for (outcome, _), rows in by_selection.items():
        totals[outcome] = totals.get(outcome, 0) + rows
    moved = driver.moved
    for one in done:
        moved = moved.plus(one.moved)
    return Draw(tuple(done), totals, by_selection, moved)


def _select(driver: Driver, number: int, selection: Selection, earlier: Sequence[Pick], most_keys: int) -> Drawn:
    """Count the candidates by score, find where the places end, and ask for the tie group where its keys decide."""
    counts = dict(driver.fetch(questions.candidates(number, earlier)))
    unknown = counts.pop(None, 0)
    least = selection.min_score
    enough = {score: rows for score, rows in counts.items() if least is None or score >= least}
    key = lot(number) if selection.ties == "lot" else "arrived"
    total = sum(enough.values())
    size = total if selection.mechanism != "count" else selection.size or 0
    at, places = end_of(enough, size)
    tied = enough.get(at, 0) if at is not None else 0
    last: Key | None = None
    if at is None:
        pick, tied_taken = Pick(number, least, key=key), 0
    elif not places:
        pick, tied_taken = Pick(number, key=key, nobody=True), 0
    elif selection.ties == "all_in" or tied == places:
        pick, tied_taken = Pick(number, at, key=key), tied
    elif selection.ties == "all_out":
        pick, tied_taken = Pick(number, at + 1, key=key), 0
    else:
        last = _last_key(driver, (number, at, earlier), key, places, tied, most_keys)
        pick, tied_taken = Pick(number, at + 1, at, last, key), places
    taken = sum(rows for score, rows in enough.items() if at is None or score > at) + tied_taken if size else 0
    taken_scores = [score for score in enough if at is None or score > at or (score == at and tied_taken)]
    return Drawn(
        selection.id,
        pick,
        least,
        at if places else None,
        sum(counts.values()),
        unknown,
        taken,
        min(taken_scores) if taken and selection.by_score else None,
        tied if places else 0,
        tied_taken,
        driver.moved,
    )


def end_of(counts: Mapping[int, int], size: int) -> tuple[int | None, int]:
    """Find the score at which ``size`` places end and the places left there; None where there are places for all."""
    if size >= sum(counts.values()):
        return None, 0
    above = 0
    for score in sorted(counts, reverse=True):
        if above + counts[score] >= size:
            return score, size - above
        above += counts[score]
    raise AssertionError  # the places are fewer than the rows, so they end at some score


def _last_key(
    driver: Driver, group: tuple[int, int, Sequence[Pick]], key: str, places: int, tied: int, most_keys: int
) -> Key:
    """Find the key of the last one in: of a tie group too large to move, only a day's keys (or a part of the lots)."""
    where = questions.equals(*group)
    if tied > most_keys:
        parts = dict(driver.fetch(questions.counts(questions.part_of_key(key), where)))
        for part in sorted(parts):
            if places <= parts[part]:
                where = where.and_(questions.part_of_key(key).eq(part))
                break
            places -= parts[part]
    found: list[Key] = sorted(driver.fetch(questions.keys(key, where)))
    return found[places - 1]


def _outcomes(driver: Driver, done: Sequence[Drawn], *, streams: bool) -> dict[tuple[str, str | None], int]:
    """Count every declaration once, by outcome and by the selection where it applied."""
    base = questions.base_of(done)
    asked = questions.counts(questions.verdict(done, streams=streams), exp.true())
    found = {}
    for value, rows in sorted(driver.fetch(asked)):
        code, place = divmod(int(value), base)
        found[Outcome(code).name, done[place].id if place < len(done) else None] = int(rows)
    return found
