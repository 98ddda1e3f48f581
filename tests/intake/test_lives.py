"""The whole life of declarations at random, against a model: 1,000 lives, with crashes and bad clocks."""

import shutil
import tempfile
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from banks import KINDS, START, StandingClock, postgres_address
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from intake import bank
from intake.address import open_store
from intake.bank import Order
from intake.canonical import canonical
from intake.event import GENESIS, events, head, linked
from intake.writer import Writer

PERSONS = st.sampled_from(["ada", "bob", "eve"])
PROGRAMS = st.sampled_from(["quebec/pstq", "canada/express_entry"])
KEYS = st.sampled_from([f"key-{number}" for number in range(6)])
BODIES = st.dictionaries(st.sampled_from(["age", "french"]), st.integers(0, 3), max_size=2)
VERSIONS = st.integers(0, 4)
HOUR = 3_600_000_000


@dataclass
class Declared:
    declaration: str
    version: int
    first_at: int
    body: dict


@dataclass
class Model:
    """What a bank is, without a bank."""

    at: int = 0
    live: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    known: set = field(default_factory=set)
    written: int = 0

    def ask(self, order, kind, clock, if_match=None):
        asked = (kind, order.program, order.body, if_match)
        if (order.person, order.key) in self.answers:
            before, answer = self.answers[order.person, order.key]
            return answer if before == asked else (422, None)
        if order.person not in self.known:
            return (403, None)
        answer = getattr(self, kind)(order, clock, if_match)
        self.answers[order.person, order.key] = (asked, answer)
        return answer

    def writes(self, clock):
        self.at = max(self.at, clock)
        self.written += 1

    def deposit(self, order, clock, _if_match):
        where = (order.program, order.person)
        if where in self.live:
            return (409, self.live[where].version)
        self.writes(clock)
        self.live[where] = Declared(order.declaration, 1, self.at, order.body)
        return (201, 1)

    def found(self, order, if_match):
        standing = self.live.get((order.program, order.person))
        if standing is None:
            return None, (404, None)
        return standing, None if standing.version == if_match else (412, standing.version)

    def amend(self, order, clock, if_match):
        standing, refused = self.found(order, if_match)
        if refused:
            return refused
        self.writes(clock)
        standing.version, standing.body = standing.version + 1, order.body
        return (200, standing.version)

    def withdraw(self, order, clock, if_match):
        standing, refused = self.found(order, if_match)
        if refused:
            return refused
        self.writes(clock)
        del self.live[order.program, order.person]
        return (200, standing.version + 1)

    def expire(self, program, before, clock):
        due = [where for where, standing in self.live.items() if where[0] == program and standing.first_at < before]
        for where in due:
            self.writes(clock)
            del self.live[where]

    def erase(self, person, clock):
        gone = [where for where in self.live if where[1] == person]
        for where in gone or [None]:
            self.writes(clock)
            self.live.pop(where, None)
        self.answers = {key: value for key, value in self.answers.items() if key[0] != person}
        self.known.discard(person)


class Lives(RuleBasedStateMachine):
    """Everything that people, clocks and crashes do to a bank."""

    kind = "sqlite"

    @initialize()
    def opens(self):
        self.folder = Path(tempfile.mkdtemp())
        self.store = open_store(str(self.folder / "bank") if self.kind == "sqlite" else postgres_address())
        self.clock, self.model = StandingClock(), Model()
        self.writer = Writer(self.store, self.clock)
        for person in ("ada", "bob", "eve"):
            self.comes(person)

    def teardown(self):
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def told(self, order, kind, if_match=None):
        rest = () if if_match is None else (if_match,)
        answer = self.writer.run_now(lambda tx, at: getattr(bank, kind)(tx, at, order, *rest))
        assert (answer.status, answer.version) == self.model.ask(order, kind, self.clock.at, if_match)

    @rule(person=PERSONS)
    def comes(self, person):
        with self.store.write() as tx:
            tx.run(
                "INSERT INTO person (person, family_name, given_names, document_country, document_number, made_at)"
                " VALUES (?, 'E', 'P', 'XX', ?, 0) ON CONFLICT DO NOTHING",
                (person, person),
            )
        self.model.known.add(person)

    @rule(person=PERSONS, program=PROGRAMS, key=KEYS, body=BODIES)
    def deposits(self, person, program, key, body):
        self.told(Order(program, person, key, body), "deposit")

    @rule(person=PERSONS, program=PROGRAMS, key=KEYS, body=BODIES, if_match=VERSIONS)
    def amends(self, person, program, key, body, if_match):
        self.told(Order(program, person, key, body), "amend", if_match)

    @rule(person=PERSONS, program=PROGRAMS, key=KEYS, if_match=VERSIONS)
    def withdraws(self, person, program, key, if_match):
        self.told(Order(program, person, key), "withdraw", if_match)

    @rule(program=PROGRAMS, hours=st.integers(-3, 3))
    def expires(self, program, hours):
        before = START + hours * HOUR

        def expire(tx, at):
            rows = tx.all("SELECT person FROM live WHERE program = ? AND first_at < ?", (program, before))
            return [bank.expire(tx, at, bank.live(tx, program, person)) for (person,) in rows]

        self.writer.run_now(expire)
        self.model.expire(program, before, self.clock.at)

    @rule(person=PERSONS)
    def is_erased(self, person):
        if person in self.model.known:
            self.writer.run_now(lambda tx, at: bank.erase(tx, at, person))
            self.model.erase(person, self.clock.at)

    @rule(hours=st.integers(-2, 3))
    def time_passes(self, hours):
        self.clock.passes(hours * HOUR + 1)

    @rule()
    def falls_and_stands_up(self):
        self.store.reopen()

    @rule(person=PERSONS, program=PROGRAMS, body=BODIES)
    def fails_in_the_middle(self, person, program, body):
        """Undo what a piece of work wrote before it failed: a key of its own, and nothing is remembered."""

        def half(tx, at):
            bank.deposit(tx, at, Order(program, person, "half", body))
            raise KeyError

        with pytest.raises(KeyError):
            self.writer.run_now(half)

    @invariant()
    def the_bank_is_the_model(self):
        if not hasattr(self, "store"):
            return
        with self.store.read() as tx:
            rows = tx.all(
                "SELECT program, person, declaration, version, first_at, body"
                " FROM live JOIN body ON live.sequence = body.sequence"
            )
            written, last = list(events(tx, 0, 10_000)), head(tx)
        assert {row[:2]: (*row[2:5], bytes(row[5])) for row in rows} == {
            where: (one.declaration, one.version, one.first_at, canonical(one.body))
            for where, one in self.model.live.items()
        }
        assert len(written) == self.model.written == last.sequence
        assert all(before.at <= after.at for before, after in pairwise(written))
        link = GENESIS
        for event in written:
            link = linked(link, event.spelled())
            assert event.link == link
        assert last.link == link


@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_lives(kind):
    examples = 1_000 if kind == "sqlite" else 50
    machine = type("LivesOf", (Lives,), {"kind": kind})
    wanted = settings(
        max_examples=examples,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=wanted)
