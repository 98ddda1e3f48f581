"""The life of declarations in the bank: one live a person and program, instants kept, first answers given again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from intake import bank
from intake.address import open_store
from intake.bank import Order
from intake.event import Kind, events, head, linked
from intake.writer import Writer

PROGRAM = "quebec/pstq"


@pytest.fixture(autouse=True)
def _ada(known):
    known("ada")


def order(key, body=None, person="ada", program=PROGRAM):
    return Order(program, person, key, body)


def everything(store):
    with store.read() as tx:
        return list(events(tx, 0, 1_000))


def test_a_deposit_is_live_with_its_instant(writer, store, clock):
    answer = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    assert (answer.status, answer.code, answer.version) == (201, "deposited", 1)
    with store.read() as tx:
        standing = bank.live(tx, PROGRAM, "ada")
        assert (standing.first_at, standing.version) == (clock.at, 1)
        assert bank.body_of(tx, standing.sequence) == b'{"age":30}'


def test_an_amendment_keeps_the_instant_and_a_new_declaration_has_its_own(writer, store, clock):
    first = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    clock.passes()
    amended = writer.run_now(lambda tx, at: bank.amend(tx, at, order("k2", {"age": 31}), 1))
    assert (amended.status, amended.version, amended.event.declaration) == (200, 2, first.event.declaration)
    with store.read() as tx:
        assert bank.live(tx, PROGRAM, "ada").first_at == first.event.at
    clock.passes()
    writer.run_now(lambda tx, at: bank.withdraw(tx, at, order("k3"), 2))
    clock.passes()
    again = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k4", {"age": 31})))
    with store.read() as tx:
        standing = bank.live(tx, PROGRAM, "ada")
    assert standing.first_at == clock.at > first.event.at
    assert again.event.declaration != first.event.declaration


def test_one_live_declaration_a_person_and_program(writer):
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {})))
    second = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k2", {})))
    assert (second.status, second.code, second.event) == (409, "live_already", None)
    elsewhere = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k3", {}, program="canada/express_entry")))
    assert elsewhere.status == 201


def test_the_first_answer_to_a_key_is_given_again_whatever_happened_since(writer, store):
    first = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    writer.run_now(lambda tx, at: bank.withdraw(tx, at, order("k2"), 1))
    again = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    assert again.replayed
    assert (again.status, again.event) == (first.status, first.event)
    assert len(everything(store)) == 2


def test_a_refusal_is_the_first_answer_too(writer):
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {})))
    refused = writer.run_now(lambda tx, at: bank.amend(tx, at, order("k2", {"age": 31}), 7))
    assert (refused.status, refused.code, refused.version) == (412, "version_changed", 1)
    again = writer.run_now(lambda tx, at: bank.amend(tx, at, order("k2", {"age": 31}), 7))
    assert (again.status, again.code, again.version, again.replayed) == (412, "version_changed", 1, True)


@pytest.mark.parametrize(
    "other",
    [
        lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 31})),
        lambda tx, at: bank.amend(tx, at, order("k1", {"age": 30}), 1),
        lambda tx, at: bank.withdraw(tx, at, order("k1"), 1),
        lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30}, program="canada/express_entry")),
    ],
)
def test_a_key_says_one_thing_only(writer, other):
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    answer = writer.run_now(other)
    assert (answer.status, answer.code) == (422, "key_reused")


def test_a_key_is_a_persons_own(writer, known):
    known("bob")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    other = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 40}, person="bob")))
    assert other.status == 201


def test_nobody_unknown_deposits(writer):
    answer = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {}, person="nobody")))
    assert (answer.status, answer.code) == (403, "no_person")


def test_there_is_nothing_to_amend_or_withdraw_before_a_deposit(writer):
    assert writer.run_now(lambda tx, at: bank.amend(tx, at, order("k1", {}), 1)).code == "none_live"
    assert writer.run_now(lambda tx, at: bank.withdraw(tx, at, order("k2"), 1)).code == "none_live"


def test_two_amendments_with_one_version_exactly_one_succeeds(writer):
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k0", {"age": 30})))
    writer.start()
    found = []

    def change(number):
        asked = order(f"k{number}", {"age": number})
        found.append(writer.run_now(lambda tx, at: bank.amend(tx, at, asked, 1)).status)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.stop()
    assert sorted(found) == [200] + [412] * 7


def test_expiry_takes_out_what_it_is_told_to_and_nothing_else(writer, store, clock, known):
    known("bob", "eve")
    for person in ("ada", "bob", "eve"):
        writer.run_now(lambda tx, at, person=person: bank.deposit(tx, at, order("k", {}, person=person)))
        clock.passes()
    with store.read() as tx:
        over = [bank.live(tx, PROGRAM, person) for person in ("ada", "bob")]
    gone = writer.run_now(lambda tx, at: [bank.expire(tx, at, standing) for standing in over])
    assert [event.person for event in gone] == ["ada", "bob"]
    assert {event.kind for event in gone} == {Kind.EXPIRE}
    with store.read() as tx:
        assert bank.live(tx, PROGRAM, "ada") is None
        assert bank.live(tx, PROGRAM, "eve") is not None


def test_erasure_leaves_no_body_and_a_chain_that_links(writer, store, known):
    known("bob")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 30})))
    writer.run_now(lambda tx, at: bank.amend(tx, at, order("k2", {"age": 31}), 1))
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {"age": 50}, person="bob")))
    writer.run_now(lambda tx, at: bank.erase(tx, at, "ada"))
    with store.read() as tx:
        assert [row[0] for row in tx.all("SELECT sequence FROM body")] == [3]
        for table in ("person", "answer", "live", "draft", "account"):
            assert tx.all(f"SELECT 1 FROM {table} WHERE person = 'ada'") == []
        last = head(tx)
    written = everything(store)
    assert [event.kind for event in written] == ["deposit", "amend", "deposit", "erase"]
    assert all(linked(before.link, event.spelled()) == event.link for before, event in pairwise(written))
    assert last.link == written[-1].link


def test_an_erased_person_who_had_no_declaration_leaves_one_event(writer, store):
    writer.run_now(lambda tx, at: bank.erase(tx, at, "ada"))
    assert [(event.kind, event.declaration) for event in everything(store)] == [("erase", "")]


def test_the_log_never_goes_back_in_time(writer, store, clock, known):
    known("bob")
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k", {})))
    clock.passes(-3_600_000_000)
    late = writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k", {}, person="bob")))
    first, second = everything(store)
    assert late.event.at == second.at == first.at


def test_nothing_personal_stands_in_the_chain(writer, store):
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("my-email@example.org", {"age": 31})))
    (event,) = everything(store)
    assert b"example" not in event.spelled()
    assert len(event.commitment) == 32


@pytest.mark.parametrize("statement", ["UPDATE event SET at = 0", "DELETE FROM event"])
def test_the_log_is_only_appended_to(writer, store, statement):
    writer.run_now(lambda tx, at: bank.deposit(tx, at, order("k1", {})))
    with pytest.raises(Exception, match="only appended to"), store.write() as tx:
        tx.run(statement)
    assert len(everything(store)) == 1


def test_two_hosts_write_one_chain(address, store, known, clock):
    """Two writers, each with connections of its own, deposit at once: one order, and each person once."""
    persons = [f"person-{number}" for number in range(200)]
    known(*persons)
    other = open_store(address)
    hosts = [Writer(store, clock), Writer(other, clock)]
    for host in hosts:
        host.start()
    found = []

    def come(number):
        asked = order("k", {"age": number}, person=persons[number])
        # each comes to both hosts, one after the other, with one key
        both = hosts if number % 2 else hosts[::-1]
        found.append([host.run_now(lambda tx, at: bank.deposit(tx, at, asked)) for host in both])

    with ThreadPoolExecutor(16) as crowd:
        list(crowd.map(come, range(len(persons))))
    for host in hosts:
        host.stop()
    other.close()
    assert all(first.event == second.event and second.replayed for first, second in found)
    written = everything(store)
    assert [event.sequence for event in written] == list(range(1, 201))
    assert {event.person for event in written} == set(persons)
    assert all(linked(before.link, event.spelled()) == event.link for before, event in pairwise(written))
