"""A line of two hosts through crashes, restarts and clocks that jump, against a few sentences that are always true."""

import tempfile
from contextlib import suppress
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from lines import NAME, SEED, WriterAtOnce, all_of, in_loop, line_over, opening, rows, stood

from intake.admission import Pace
from intake.openings import Policy, lot_of
from intake.sqlite_store import SqliteStore
from intake.writer import Unavailable

START = 1_800_000_000_000_000
SECOND = 1_000_000
OPENS_AT = START + 20 * SECOND
PERSONS = st.integers(0, 25).map(lambda number: f"P-{number}")
HOSTS = st.integers(0, 1)
FAILURES = st.lists(st.sampled_from([None, "before", "after"]), max_size=4)


class Clock:
    def __init__(self):
        self.at = START

    def __call__(self):
        return self.at


class LineMachine(RuleBasedStateMachine):
    """``told``: what each person was ever told: their ticket, position, the fewest ahead of them, whether admitted."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.path = Path(self.folder.name) / "bank.sqlite"
        self.store = SqliteStore(self.path, synchronous="NORMAL")
        self.told = {}

    @initialize(policy=st.sampled_from(Policy), early=st.booleans(), block=st.sampled_from([1, 3, 1_000]))
    def begin(self, policy, early, block):
        self.wanted = opening(policy, OPENS_AT if early else START - 1)
        self.block = block
        self.writers = [WriterAtOnce(self.store, self.clock) for _ in range(2)]
        self.hosts = [self.fresh(host) for host in range(2)]

    def fresh(self, host):
        writer, pace = self.writers[host], Pace(start=2, burst=2, step=1)
        writer.failing = []
        return line_over(self.store, self.clock, self.wanted, writer, pace=pace, block=self.block)

    @rule(host=HOSTS, person=PERSONS)
    def take(self, host, person):
        self.hear(person, in_loop(self.hosts[host].take(person)), fresh=False)

    @rule(host=HOSTS, persons=st.lists(PERSONS, max_size=12), failures=FAILURES)
    def many_take_while_commits_fail(self, host, persons, failures):
        self.writers[host].failing = failures

        async def each(person):
            with suppress(Unavailable):
                self.hear(person, await self.hosts[host].take(person), fresh=False)

        in_loop(all_of(*map(each, persons)))
        self.writers[host].failing = []

    @rule(persons=st.lists(PERSONS, max_size=12))
    def both_hosts_take_at_once(self, persons):
        async def each(number, person):
            self.hear(person, await self.hosts[number % 2].take(person), fresh=False)

        in_loop(all_of(*(each(number, person) for number, person in enumerate(persons))))

    @rule(host=HOSTS)
    def crash_and_start_again(self, host):
        self.hosts[host] = self.fresh(host)

    @rule(host=HOSTS, failures=FAILURES)
    def tick(self, host, failures):
        self.writers[host].failing = failures
        with suppress(Unavailable):
            in_loop(self.hosts[host].tick())
        self.writers[host].failing = []

    @rule(host=HOSTS)
    def everybody_asks(self, host):
        in_loop(self.hosts[host].tick())
        for person, (ticket, *_) in list(self.told.items()):
            self.hear(person, self.hosts[host].place(ticket), fresh=True)

    @rule(seconds=st.sampled_from([0.1, 0.25, 1, 3, 12]))
    def time_passes(self, seconds):
        self.clock.at += int(seconds * SECOND)

    @rule()
    def the_clock_jumps_back(self):
        self.clock.at -= 2 * SECOND

    def hear(self, person, place, *, fresh):
        """Compare with what the person was told before. ``fresh``: the host knows what the others did."""
        ticket, position, ahead, admitted = self.told.get(person, (place.ticket, None, None, False))
        assert place.ticket == ticket
        if fresh or place.position is not None:
            assert position in (None, place.position)
        if fresh:
            assert place.admitted >= admitted
            assert ahead is None or place.ahead <= ahead
        known = [one for one in (ahead, place.ahead) if one is not None]
        self.told[person] = (ticket, position or place.position, min(known, default=None), admitted or place.admitted)

    @invariant()
    def nobody_has_the_position_of_another(self):
        positions = [position for _, position, _, _ in self.told.values() if position]
        assert len(set(positions)) == len(positions)

    @invariant()
    def what_was_told_is_durable(self):
        if not hasattr(self, "hosts"):
            return
        written = rows(self.store)
        reserved, through = stood(self.store)
        assert all(written[person] == position for person, (_, position, _, _) in self.told.items() if position)
        assert self.told.keys() <= written.keys()
        given = [position for position in written.values() if position]
        assert max(given, default=0) <= reserved
        assert through <= max(given, default=0)
        assert all(position <= through for _, position, _, admitted in self.told.values() if admitted)

    @invariant()
    def the_draw_is_what_anyone_can_compute(self):
        if not hasattr(self, "hosts") or self.wanted.policy is not Policy.RANDOM:
            return
        with self.store.read() as tx:
            early = tx.all("SELECT person, position FROM ticket WHERE issued_at < ?", (self.wanted.opens_at,))
            drawn = tx.one("SELECT drawn FROM opening WHERE opening = ?", (NAME,))[0]
        in_order = [person for person, _ in sorted(early, key=lambda row: row[1] or 0)]
        if drawn:
            assert in_order == sorted(in_order, key=lambda person: lot_of(SEED, person))
            assert sorted(position for _, position in early) == list(range(1, len(early) + 1))
        else:
            assert all(position is None for _, position in early)

    def teardown(self):
        self.store.close()
        self.folder.cleanup()


TestLine = LineMachine.TestCase
TestLine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None, database=None)
