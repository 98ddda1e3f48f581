"""The line: one ticket a person, whatever happens; positions never given twice; places that never go back."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lines import NAME, SECRET, SEED, WriterAtOnce, all_of, in_loop, line_over, opening, rows, stood
from strategies import examples

from intake.address import open_store
from intake.admission import Pace
from intake.openings import Opening, Policy, lot_of
from intake.place import LATEST, SOONEST, retry_after
from intake.tickets import Ticket, TicketRefused, encode
from intake.writer import Unavailable, Writer

HOUR = 3_600_000_000
CLOSED = Pace(start=1, burst=0, step=0.0, growth=0.0)


@pytest.fixture
def line(store, clock):
    return line_over(store, clock)


def people(count):
    return [f"P-{number}" for number in range(count)]


def test_positions_are_given_in_the_order_of_arrival(line, store):
    async def one_by_one():
        return [await line.take(person) for person in people(30)]

    places = in_loop(one_by_one())
    assert [place.position for place in places] == list(range(1, 31))
    assert rows(store) == {f"P-{number}": number + 1 for number in range(30)}


def test_the_same_ticket_again_from_anywhere_and_after_a_restart(line, store, clock):
    first = in_loop(line.take("P-1"))
    again = in_loop(line.take("P-1"))
    clock.passes()
    other_host = in_loop(line_over(store, clock).take("P-1"))
    assert first.ticket == again.ticket == other_host.ticket
    assert first.position == other_host.position == 1


def test_a_person_who_asks_twice_at_once_has_one_ticket(line, store):
    places = in_loop(all_of(*(line.take("P-1") for _ in range(20)), *(line.take("P-2") for _ in range(20))))
    assert len({place.ticket for place in places}) == 2
    assert sorted(rows(store)) == ["P-1", "P-2"]


def test_a_block_is_durable_before_a_position_of_it_is_given(store, clock):
    writer = WriterAtOnce(store, clock)
    line = line_over(store, clock, writer=writer)
    given = []
    write = line._write

    def watched(*arguments):
        issued = write(*arguments)
        with store.read() as tx:  # another connection sees what is durable only
            given.append((issued.position, tx.one("SELECT reserved FROM opening")[0]))
        return issued

    line._write = watched
    in_loop(all_of(*(line.take(person) for person in people(50))))
    assert [position for position, _ in given] == list(range(1, 51))
    assert all(position <= reserved for position, reserved in given)


def test_what_a_crash_leaves_of_a_block_is_never_given(store, clock):
    line = line_over(store, clock)
    in_loop(all_of(*(line.take(person) for person in people(40))))
    in_loop(line.take("P-x"))
    reserved = stood(store)[0]
    assert reserved > 41
    after = in_loop(line_over(store, clock).take("P-y"))
    assert after.position == reserved + 1


def test_a_commit_that_fails_tells_nobody_and_its_positions_are_never_given(store, clock):
    writer = WriterAtOnce(store, clock)
    line = line_over(store, clock, writer=writer)
    in_loop(line.take("P-0"))
    for failing in ("before", "after"):
        writer.failing = [failing] * 4
        with pytest.raises(Unavailable):
            in_loop(line.take(f"P-{failing}"))
        writer.failing = []
    kept = rows(store)
    places = in_loop(all_of(*(line.take(person) for person in ("P-before", "P-after", "P-9"))))
    assert len({place.position for place in places}) == 3
    assert all(rows(store)[person] == position for person, position in kept.items())


def test_nobody_waits_while_there_is_room(store, clock):
    line = line_over(store, clock)
    places = in_loop(all_of(*(line.take(person) for person in people(60))))
    assert all(place.admitted and place.ahead == 0 for place in places)
    assert stood(store)[1] == 60
    later = [in_loop(line.take(f"Q-{number}")) for number in range(60)]
    assert sum(place.admitted for place in later) == 40  # what was left of the burst
    assert [place.ahead for place in later[40:]] == list(range(20))
    assert line.length == 20


def test_who_comes_later_does_not_overtake_through_room(store, clock):
    line = line_over(store, clock, pace=CLOSED)
    first = in_loop(line.take("P-1"))
    assert not first.admitted
    clock.passes(2_000_000)
    in_loop(line.tick())
    in_loop(line.tick())
    assert line.place(first.ticket).admitted
    second = in_loop(line.take("P-2"))
    assert not second.admitted
    assert line.place(first.ticket).admitted


def test_nobody_comes_in_before_the_hour(store, clock):
    line = line_over(store, clock, opening(opens_at=clock.at + HOUR))
    places = in_loop(all_of(*(line.take(person) for person in people(5))))
    for _ in range(20):
        clock.passes()
        in_loop(line.tick())
    assert [line.place(place.ticket).admitted for place in places] == [False] * 5
    assert [place.position for place in places] == [1, 2, 3, 4, 5]
    clock.passes(HOUR)
    in_loop(line.tick())
    assert all(line.place(place.ticket).admitted for place in places)


def test_a_draw_orders_those_who_came_before_and_the_others_follow(store, clock):
    wanted = opening(Policy.RANDOM, opens_at=clock.at + HOUR)
    line, other = line_over(store, clock, wanted, pace=CLOSED), line_over(store, clock, wanted, pace=CLOSED)
    early = people(40)
    places = in_loop(all_of(*((line if number % 2 else other).take(p) for number, p in enumerate(early))))
    assert all(place.position is None and place.ahead is None and not place.admitted for place in places)
    assert line.opening.seed_digest == other.opening.seed_digest
    assert line.seed is None
    in_loop(line.tick())
    assert line.length == 40
    clock.passes(HOUR)
    late = in_loop(other.take("P-late"))
    assert late.position == 41
    in_loop(line.tick())
    assert line.seed == SEED
    by_lot = sorted(early, key=lambda person: lot_of(SEED, person))
    for host in (line, other, line_over(store, clock)):
        assert [host.place(places[early.index(person)].ticket).position for person in by_lot] == list(range(1, 41))
        again = in_loop(host.take(early[7]))
        assert again.ticket == places[7].ticket
        assert again.position == by_lot.index(early[7]) + 1
    assert in_loop(line.take("P-last")).position > 41


def test_a_draw_is_done_once_though_every_host_draws(store, clock):
    wanted = opening(Policy.RANDOM, opens_at=clock.at + HOUR)
    hosts = [line_over(store, clock, wanted) for _ in range(3)]
    in_loop(all_of(*(hosts[number % 3].take(person) for number, person in enumerate(people(30)))))
    clock.passes(HOUR)
    in_loop(all_of(*(host.tick() for host in hosts)))
    after = rows(store)
    in_loop(all_of(*(host.tick() for host in hosts)))
    assert rows(store) == after
    assert sorted(after.values()) == list(range(1, 31))


def test_a_clock_that_jumps_back_makes_nobody_early(store, clock):
    wanted = opening(Policy.RANDOM, opens_at=clock.at + HOUR)
    line = line_over(store, clock, wanted)
    in_loop(line.take("P-early"))
    clock.passes(HOUR)
    in_loop(line.tick())
    clock.passes(-HOUR // 2)
    late = in_loop(line.take("P-late"))
    assert late.position == 2
    restarted = line_over(store, clock, wanted)
    assert in_loop(restarted.take("P-late")).ticket == late.ticket
    assert restarted.place(late.ticket).position == 2


def test_arrivals_on_two_hosts_stand_in_order_to_within_a_second(store, clock):
    hosts = [line_over(store, clock, pace=CLOSED) for _ in range(2)]
    positions = []
    for number in range(40):
        clock.passes(2_000_000)
        positions.append(in_loop(hosts[number % 2].take(f"P-{number}")).position)
    assert positions == sorted(positions)
    assert positions[-1] <= 3 * 40  # and hardly any position is lost


def test_gaps_hold_nobody_up(store, clock):
    crashed = line_over(store, clock, pace=CLOSED)
    in_loop(all_of(*(crashed.take(person) for person in people(300))))
    in_loop(crashed.take("P-300"))
    line = line_over(store, clock, pace=CLOSED)
    last = in_loop(line.take("P-last"))
    assert last.position > 302
    with store.write() as tx:
        tx.run("UPDATE opening SET admitted_through = 301")
    clock.passes()
    in_loop(line.tick())
    assert line.place(last.ticket).admitted


def test_tickets_of_others_are_refused(line):
    forged = encode(Ticket(NAME, "P-1", 1, 0), b"guessed")
    elsewhere = encode(Ticket("another", "P-1", 1, 0), SECRET)
    for text, reason in ((forged, "forged"), (elsewhere, "other_opening"), ("x", "malformed")):
        with pytest.raises(TicketRefused) as refused:
            line.place(text)
        assert refused.value.reason == reason


def test_an_opening_that_no_ticket_can_name_or_whose_seed_can_be_guessed_is_refused():
    for name, seed in (("à huit heures", SEED), ("", SEED), (NAME, b"short")):
        with pytest.raises(ValueError, match="expected"):
            Opening(name, "quebec/pstq", 0, Policy.RANDOM, seed)


def test_those_inside_are_forgotten_when_they_go_or_are_done(line, clock):
    line.came("P-1")
    line.came("P-2")
    clock.passes(20_000_000)
    line.came("P-1")
    line.came("P-3")
    line.done("P-3")
    assert line.inside == 2
    clock.passes(20_000_000)
    in_loop(line.tick())
    assert line.inside == 1


def test_a_line_runs_on_when_the_store_fails(store, clock):
    writer = WriterAtOnce(store, clock)
    line = line_over(store, clock, writer=writer, pace=Pace(start=1, burst=0))
    place = in_loop(line.take("P-1"))
    writer.failing = ["before", "after"]

    async def for_a_while():
        running = asyncio.create_task(line.run())
        while not line.place(place.ticket).admitted:
            clock.passes()
            await asyncio.sleep(0.02)
        running.cancel()

    in_loop(asyncio.wait_for(for_a_while(), 20))


def test_a_crowd_over_the_writer(store, clock):
    """Two thousand at once, by the writer's own thread: each one position, few blocks."""
    writer = Writer(store, clock)
    writer.start()
    line = line_over(store, clock, writer=writer)
    try:
        places = in_loop(all_of(*(line.take(person) for person in people(2_000))))
    finally:
        writer.stop()
    assert sorted(place.position for place in places) == list(range(1, 2_001))
    assert sum(place.admitted for place in places) == 100


def test_asking_where_one_stands_is_cheap_and_reads_no_store(line, store):
    places = in_loop(all_of(*(line.take(person) for person in people(200))))
    store.close()
    best = 1.0
    for _ in range(20):
        began = time.perf_counter()
        for place in places:
            line.place(place.ticket)
        best = min(best, (time.perf_counter() - began) / len(places))
    assert best < 100e-6  # about 10 µs on an idle machine


@given(st.integers(0, 200_000), st.integers(1, 10**9), st.floats(0, 10_000))
@examples(200)
def test_one_asks_again_after_two_to_twenty_seconds(ahead, number, rate):
    assert SOONEST <= retry_after(ahead, number, rate) <= LATEST
    assert retry_after(None, number, rate) >= 14
    assert retry_after(ahead, number, rate) == retry_after(ahead, number, rate)


@pytest.mark.parametrize("rate", [0.0, 10.0, 60.0])
def test_twenty_thousand_who_wait_ask_less_than_fourteen_hundred_times_a_second(rate):
    asked = sum(1 / retry_after(ahead, ahead + 1, rate) for ahead in range(20_000))
    assert asked < 1_400
    assert asked > 500


@pytest.mark.parametrize("speed", [0, 50, 300, 1_000])
def test_asking_stays_below_fourteen_hundred_a_second_while_the_line_moves(speed):
    """Twenty thousand who all ask when they are told to, for as long as the line lasts, at most a minute."""
    due, through = dict.fromkeys(range(1, 20_001), 0), 0
    for number in due:
        due[number] = number % 30
    asked = []
    for second in range(60):
        through += speed
        asking = [number for number, at in due.items() if at <= second]
        for number in asking:
            if number <= through:
                del due[number]
            else:
                due[number] = second + retry_after(number - through - 1, number, speed)
        asked.append(len(asking))
    assert sum(asked[30:]) / 30 < 1_400
    assert max(sum(asked[at : at + 5]) / 5 for at in range(31, 55)) < 1_500


def test_two_hosts_with_writers_of_their_own_never_give_one_position_twice(address, clock):
    stores = [open_store(address) for _ in range(2)]
    writers = [Writer(store, clock) for store in stores]
    for writer in writers:
        writer.start()
    hosts = [line_over(None, clock, writer=writer, block=7) for writer in writers]
    try:
        places = in_loop(all_of(*(hosts[number % 2].take(person) for number, person in enumerate(people(300)))))
        again = in_loop(all_of(*(hosts[(number + 1) % 2].take(person) for number, person in enumerate(people(300)))))
        in_loop(all_of(*(host.tick() for host in hosts)))
    finally:
        for writer in writers:
            writer.stop()
    assert len({place.position for place in places}) == 300
    assert [place.ticket for place in again] == [place.ticket for place in places]
    assert hosts[0].admitted_through == hosts[1].admitted_through <= max(place.position for place in places)
    for store in stores:
        store.close()
