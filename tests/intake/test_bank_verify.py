"""A bank verifies, whatever lives it holds; and every kind of tampering is found, at its place."""

import json
import shutil
from datetime import date

import apsw
import pytest
from banks import StandingClock
from shell import tirage

from bench.banks import fill
from intake import bank
from intake.address import open_store
from intake.bank import Order
from intake.event import COLUMNS, GENESIS, linked, spelled
from intake.proof import publish
from intake.verify import verify
from intake.writer import Writer
from ranking import sample
from rules import load

PSTQ = "quebec/pstq"


def lives(store):
    """Some of everything: deposits, amendments, a withdrawal, an expiry, erasures, a line, two published roots."""
    clock = StandingClock()
    writer = Writer(store, clock)
    persons = ["ada", "bob", "eve", "kim", "zoe"]
    with store.write() as tx:
        tx.many("INSERT INTO person VALUES (?, '', '', 'XX', ?, 0)", [(who, who) for who in persons])

    def do(kind, who, key, body, *rest):
        clock.passes()
        asked = Order(PSTQ, who, key, body, f"D-{who}-{key}")
        assert writer.run_now(lambda tx, at: getattr(bank, kind)(tx, at, asked, *rest)).status < 300

    for who in persons:
        do("deposit", who, "k1", {"french_listening": 5})
    do("amend", "ada", "k2", {"french_listening": 6}, 1)
    do("withdraw", "bob", "k2", None, 1)
    publish(store, clock)
    do("deposit", "bob", "k3", {"french_listening": 7})
    writer.run_now(lambda tx, at: bank.erase(tx, at, "eve"))
    writer.run_now(lambda tx, at: bank.erase(tx, at, "nobody"))
    writer.run_now(lambda tx, at: bank.expire(tx, at, bank.live(tx, PSTQ, "kim")))
    writer.run_now(lambda tx, at: bank.deposit(tx, at, Order(PSTQ, "zoe", "k9", {})))  # 409
    publish(store, clock)
    with store.write() as tx:
        tx.run("INSERT INTO opening VALUES ('o', 'quebec/pstq', 0, 'arrival', ?, 0, 10, 3)", (bytes(32),))
        tx.run("INSERT INTO opening VALUES ('later', 'quebec/pstq', 0, 'random', ?, 0, 0, 0)", (bytes(32),))
        tickets = [("o", "ada", 1), ("o", "bob", 2), ("o", "zoe", 7), ("later", "ada", None)]
        tx.many("INSERT INTO ticket VALUES (?, ?, ?, 0)", tickets)


def test_a_bank_with_all_that_may_happen_verifies(store):
    lives(store)
    found = verify(store)
    assert (found.agrees, found.findings.faults) == (True, [])
    counts = {one.id: one.count for one in found.findings.values() if one.id != "file"}
    assert counts == {
        "events": 11,
        "links": 11,
        "instants": 11,
        "lives": 11,
        "head": 1,
        "commitments": 6,
        "live": 3,
        "answers": 8,
        "tickets": 4,
        "roots": 2,
    }
    assert (found.findings.erased, found.head.sequence) == (1, 11)


def test_an_empty_bank_verifies(store):
    found = verify(store)
    assert (found.agrees, found.head.sequence, found.head.link) == (True, 0, GENESIS)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("bank") / "bank.sqlite"
    store = open_store(str(path))
    lives(store)
    store.close()
    return path


@pytest.fixture
def tampered(sound, tmp_path):
    """A copy of the bank, opened without what protects it."""
    path = tmp_path / "bank.sqlite"
    shutil.copy(sound, path)
    connection = apsw.Connection(str(path))
    for verb in ("UPDATE", "DELETE"):
        connection.execute(f"DROP TRIGGER event_{verb}")
    yield path, connection
    connection.close()


ANOTHER = "x'" + "ab" * 32 + "'"
TAMPERING = {
    "an event is gone": ("DELETE FROM event WHERE sequence = 4", {"events", "links", "commitments"}),
    "the first event is gone": ("DELETE FROM event WHERE sequence = 1", {"events", "links"}),
    "the last event is gone": ("DELETE FROM event WHERE sequence = 11", {"head"}),
    "an event says something else": ("UPDATE event SET person = 'mia' WHERE sequence = 5", {"links", "live"}),
    "an event has another instant": ("UPDATE event SET at = at - 5000000 WHERE sequence = 8", {"links", "instants"}),
    "an event has another program": ("UPDATE event SET program = 'x/y' WHERE sequence = 2", {"links", "lives"}),
    "an event has another kind": ("UPDATE event SET kind = 'blessed' WHERE sequence = 6", {"links", "lives"}),
    "an event is unreadable": ("UPDATE event SET at = 'soon' WHERE sequence = 6", {"events"}),
    "a link is another": (f"UPDATE event SET link = {ANOTHER} WHERE sequence = 3", {"links"}),
    "the last link is another": (f"UPDATE event SET link = {ANOTHER} WHERE sequence = 11", {"links", "head"}),
    "a commitment is another": (
        f"UPDATE event SET commitment = {ANOTHER} WHERE sequence = 1",
        {"links", "commitments"},
    ),
    "a body is another": ("UPDATE body SET body = '{}' WHERE sequence = 1", {"commitments"}),
    "a salt is another": ("UPDATE body SET salt = x'00' WHERE sequence = 1", {"commitments"}),
    "a body is gone": ("DELETE FROM body WHERE sequence = 6", {"commitments"}),
    "a body outlives its erasure": ("INSERT INTO body VALUES (3, x'00', x'00')", {"commitments"}),
    "a body has no event": ("INSERT INTO body VALUES (99, x'00', x'00')", {"commitments"}),
    "the head is behind": ("UPDATE head SET sequence = 10", {"head"}),
    "the head has another instant": ("UPDATE head SET at = at + 1", {"head"}),
    "the head has another link": (f"UPDATE head SET link = {ANOTHER}", {"head"}),
    "the head is gone": ("DELETE FROM head", {"head"}),
    "a live declaration is gone": ("DELETE FROM live WHERE person = 'ada'", {"live"}),
    "a live declaration has another instant": ("UPDATE live SET first_at = 1 WHERE person = 'ada'", {"live"}),
    "a live declaration has another version": ("UPDATE live SET version = 1 WHERE person = 'ada'", {"live"}),
    "a live declaration comes from nowhere": ("INSERT INTO live VALUES ('x/y', 'mia', 'D', 1, 1, 1)", {"live"}),
    "an answer is gone": ("DELETE FROM answer WHERE person = 'ada' AND key = 'k1'", {"answers"}),
    "an answer tells of another event": ("UPDATE answer SET sequence = 4 WHERE sequence = 1", {"answers"}),
    "an answer tells of no event": ("UPDATE answer SET sequence = 77 WHERE sequence = 1", {"answers"}),
    "an answer has another code": ("UPDATE answer SET code = 'amended' WHERE sequence = 1", {"answers"}),
    "an answer is another person's": ("UPDATE answer SET person = 'mia' WHERE sequence = 1", {"answers"}),
    "a position was never reserved": ("UPDATE ticket SET position = 11 WHERE person = 'zoe'", {"tickets"}),
    "a position before the first": ("UPDATE ticket SET position = 0 WHERE person = 'zoe'", {"tickets"}),
    "a position is missing": ("UPDATE ticket SET position = NULL WHERE person = 'zoe'", {"tickets"}),
    "a ticket of no opening": ("UPDATE ticket SET opening = 'x' WHERE person = 'zoe'", {"tickets"}),
    "more are admitted than came": ("UPDATE opening SET admitted_through = 11", {"tickets"}),
    "what is reserved is no number": ("UPDATE opening SET reserved = 'all' WHERE opening = 'o'", {"tickets"}),
    "a published root is another": (f"UPDATE root SET root = {ANOTHER} WHERE size = 7", {"roots"}),
    "a published root is of more than there is": ("UPDATE root SET size = 20 WHERE size = 11", {"roots"}),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_found(tampered, name):
    path, connection = tampered
    statement, broken = TAMPERING[name]
    connection.execute(statement)
    ran = tirage("intake", "verify", "--bank", path, "--json")
    assert (ran.status, ran.json["agrees"]) == (1, False)
    assert {one["id"] for one in ran.json["checks"] if one["broken"]} >= broken
    assert ran.err.startswith("Bank: refused")
    assert ran.err.count("expected :") == ran.err.count("write    :") >= 1


def test_one_position_for_two_is_found_though_the_table_forbids_it(tampered):
    path, connection = tampered
    connection.execute("ALTER TABLE ticket RENAME TO before")
    connection.execute("CREATE TABLE ticket AS SELECT * FROM before")
    connection.execute("UPDATE ticket SET position = 1 WHERE person = 'zoe'")
    ran = tirage("intake", "verify", "--bank", path, "--lang", "fr")
    assert (ran.status, "la position 1 deux fois" in ran.err) == (1, True)


def rechained(connection, change):
    """Change an event and give every later one the link that it should then have, as a thorough forger would."""
    connection.execute(change)
    link = GENESIS
    for row in connection.execute(f"SELECT {COLUMNS} FROM event ORDER BY sequence").fetchall():
        link = linked(link, spelled(*row[:9]))
        connection.execute("UPDATE event SET link = ? WHERE sequence = ?", (link, row[0]))
    connection.execute("UPDATE head SET link = ?", (link,))


def test_a_log_that_was_rewritten_whole_is_found_by_its_published_roots(tampered):
    path, connection = tampered
    rechained(connection, "UPDATE event SET at = at + 1 WHERE sequence = 7")
    ran = tirage("intake", "verify", "--bank", path, "--json")
    assert {one["id"] for one in ran.json["checks"] if one["broken"]} == {"roots"}


def test_every_fault_is_counted_and_the_first_ones_are_told(tampered):
    path, connection = tampered
    connection.execute("UPDATE body SET salt = x'00'")
    ran = tirage("intake", "verify", "--bank", path, "--json")
    (found,) = [one for one in ran.json["checks"] if one["broken"]]
    assert (found["id"], found["broken"], ran.err.count("expected :")) == ("commitments", 6, 3)


def test_it_is_said_what_was_checked_in_both_languages(sound):
    french, english = (tirage("intake", "verify", "--bank", sound, "--lang", lang) for lang in ("fr", "en"))
    assert (french.status, english.status) == (0, 0)
    assert "Tout concorde." in french.out
    assert "Everything agrees." in english.out
    assert "Maillons recalculés" in french.out


@pytest.mark.parametrize("found", [b"", b"nothing of the kind", b"SQLite format 3\x00" + bytes(4096)])
def test_a_file_that_is_no_bank_is_refused_in_four_parts(tmp_path, found):
    path = tmp_path / "bank.sqlite"
    path.write_bytes(found)
    ran = tirage("intake", "verify", "--bank", path)
    if not found:  # what SQLite takes for a new database is a bank in which nothing happened
        assert ran.status == 0
        return
    assert (ran.status, ran.err.count("expected :")) == (1, 1)


def test_a_damaged_file_never_shows_a_traceback(sound, tmp_path):
    whole = sound.read_bytes()
    for at in range(100, len(whole) - 64, 4096 - 37):
        path = tmp_path / f"bank-{at}.sqlite"
        path.write_bytes(whole[:at] + b"\xff" * 60 + whole[at + 60 :])
        ran = tirage("intake", "verify", "--bank", path)
        assert ran.status in (0, 1)
        assert ran.status == 0 or "expected :" in ran.err
        path.unlink()


def test_there_must_be_a_bank(tmp_path):
    ran = tirage("intake", "verify", "--bank", tmp_path / "none.sqlite")
    assert (ran.status, "no file" in ran.err, list(tmp_path.iterdir())) == (1, True, [])


def test_progress_counts_the_events_that_were_read(tmp_path):
    store = open_store(str(tmp_path / "bank.sqlite"))
    pool = sample.generate(load(PSTQ).on(date(2026, 4, 27)), 60, seed=1, on=date(2026, 4, 27))
    count = fill(store, PSTQ, pool).height
    told = []
    assert verify(store, told.append).agrees
    assert told[-1] == count
    store.close()
    assert json.loads(tirage("intake", "verify", "--bank", tmp_path / "bank.sqlite", "--json").out)["agrees"]
