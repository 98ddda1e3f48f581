"""The line decides when somebody comes in, never their rank: a shuffled line changes a ranked round only among equals.

The same people, with the same scores, deposit in the order of a line that is drawn anew each time. Then a round is run.
"""

import hashlib
from datetime import UTC, date, datetime

import polars as pl
import pytest
from lines import in_loop, line_over

import rules
from intake.admission import Pace
from intake.clock import instant, microseconds
from intake.line_words import TRIAL, Trial
from intake.openings import Opening, Policy
from intake.sqlite_store import SqliteStore
from ranking import sample
from ranking.instruction import read_instruction
from ranking.pool import check_pool
from ranking.round import run_round

ON = date(2026, 4, 27)
OPENS = microseconds(datetime(2026, 4, 20, 12, tzinfo=UTC))
PEOPLE, SHUFFLES = 1_500, 8
SIZES = range(25, 775, 25)
WRITTEN = """
program = "quebec/pstq"
id = "line"
combine = "as_if_alone"
title = { fr = "essai", en = "trial" }
law_on = 2026-04-27
extracted_at = 2026-04-27T06:30:00-04:00

[cite]
act = "essai"
provision = "essai"
provision_checked = false
url = "https://example.org"
read_on = 2026-04-27
certainty = { fr = "essai", en = "trial" }

"""
SELECTION = """
[[selection]]
id = "{size}"
title = {{ fr = "essai", en = "trial" }}
mechanism = "count"
size = {size}
ties = "key"
certainty = "published"
"""


class Clock:
    at = OPENS - 3_600_000_000

    def __call__(self):
        return self.at


@pytest.fixture(scope="module")
def instruction(tmp_path_factory):
    path = tmp_path_factory.mktemp("line") / "line.toml"
    path.write_text(WRITTEN + "".join(SELECTION.format(size=size) for size in SIZES), encoding="utf-8")
    return read_instruction(path)


@pytest.fixture(scope="module")
def pool():
    """People with one declaration each, who all deposit on one morning."""
    frame = sample.generate(rules.load("quebec/pstq").on(ON), PEOPLE + 60, seed=20, on=ON)
    return frame.unique("person_id", keep="first", maintain_order=True).head(PEOPLE)


def deposits(store, persons, number):
    """Draw a line of its own for a shuffle, let everybody in, and give the instant at which each one deposited."""
    clock = Clock()
    seed = hashlib.sha256(f"shuffle {number}".encode()).digest()
    wanted = Opening(f"shuffle-{number}", "quebec/pstq", OPENS, Policy.RANDOM, seed)
    line = line_over(store, clock, wanted, pace=Pace(start=1_000))

    async def everybody():
        tickets = {person: (await line.take(person)).ticket for person in persons}
        clock.at, there = OPENS, {}
        while len(there) < len(persons):
            clock.at += 250_000
            await line.tick()
            places = {person: line.place(ticket) for person, ticket in tickets.items() if person not in there}
            let_in = sorted((place.position, person) for person, place in places.items() if place.admitted)
            for position, person in let_in:
                there[person] = clock.at + position  # each a microsecond after the one before
        return there

    return in_loop(everybody())


@pytest.fixture(scope="module")
def shuffled(pool, tmp_path_factory):
    store = SqliteStore(tmp_path_factory.mktemp("line") / "bank.sqlite", synchronous="NORMAL")
    persons = pool["person_id"].to_list()
    yield [deposits(store, persons, number) for number in range(SHUFFLES)]
    store.close()


def deposited(pool, instants):
    at = pl.Series("submitted_at", [instant(instants[p]) for p in pool["person_id"]], dtype=pool.schema["submitted_at"])
    return pool.with_columns(at).sort("submitted_at")


def run(frame, instruction):
    """Give, for each size of a round, the score of each person invited."""
    facts, at = instruction.facts_on, instruction.source.extracted_at
    done = run_round(instruction, check_pool(frame, instruction.regulation, facts_on=facts, extracted_at=at))
    persons, scores = done.pool.frame["person_id"], done.scored["score"]
    taken = [result.taken.positions for result in done.results]
    return [dict(zip(persons.gather(at), scores.gather(at), strict=True)) for at in taken]


def above(invited):
    """Those whose score is above the cut-off."""
    return {person for person, score in invited.items() if score > min(invited.values())}


def test_the_line_was_shuffled(shuffled):
    orders = {tuple(sorted(instants, key=instants.__getitem__)) for instants in shuffled}
    assert len(orders) == SHUFFLES


def test_a_shuffled_line_changes_nothing_but_among_those_whose_score_is_the_cut_off(pool, shuffled, instruction):
    rounds = [run(deposited(pool, instants), instruction) for instants in shuffled]
    changed, moved = 0, []
    for one_size in zip(*rounds, strict=True):
        first = one_size[0]
        assert all(len(invited) == len(first) for invited in one_size)
        assert all(min(invited.values()) == min(first.values()) for invited in one_size)
        assert all(above(invited) == above(first) for invited in one_size)
        changed += sum(invited.keys() != first.keys() for invited in one_size[1:])
        moved.append(max(len(invited.keys() - first.keys()) for invited in one_size))
    compared = (SHUFFLES - 1) * len(SIZES)
    assert Trial(PEOPLE, SHUFFLES, compared, changed, max(moved)) == TRIAL  # what the page says is what was found


def test_with_the_instants_held_a_shuffled_line_changes_nothing_at_all(pool, shuffled, instruction):
    held = deposited(pool, shuffled[0])
    first = run(held, instruction)
    for instants in shuffled[1:6]:
        rows = sorted(range(PEOPLE), key=lambda row: instants[held["person_id"][row]])
        assert run(held[rows], instruction) == first
