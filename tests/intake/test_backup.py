"""A copy taken while others write is whole, verifies, and has all that was acknowledged before it began."""

import threading

import pytest
from banks import StandingClock
from shell import tirage

from intake import bank
from intake.address import open_store
from intake.backup import copy
from intake.bank import Order
from intake.event import events
from intake.faults import BankError
from intake.verify import verify
from intake.writer import Writer

PSTQ = "quebec/pstq"


def everything(path):
    store = open_store(str(path))
    with store.read() as tx:
        found = list(events(tx, 0, 1_000_000))
    store.close()
    return found


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bank.sqlite"


@pytest.fixture
def filled(path):
    """A bank of thirty declarations, open, with its writer."""
    store = open_store(str(path))
    with store.write() as tx:
        tx.many("INSERT INTO person VALUES (?, '', '', 'XX', ?, 0)", [(f"p{n}", f"p{n}") for n in range(2_000)])
    writer = Writer(store, StandingClock())
    for number in range(30):
        writer.run_now(
            lambda tx, at, n=number: bank.deposit(tx, at, Order(PSTQ, f"p{n}", "k", {"french_listening": 5}))
        )
    yield writer
    store.close()


def test_a_backup_taken_while_a_writer_writes_has_all_that_was_acknowledged_before(filled, path, tmp_path):
    acknowledged, stop = [], threading.Event()
    filled.start()

    def write(part):
        for number in range(30 + part, 2_000, 2):
            if stop.is_set():
                return
            asked = Order(PSTQ, f"p{number}", "k", {"french_listening": number % 13})
            acknowledged.append(filled.run_now(lambda tx, at, asked=asked: bank.deposit(tx, at, asked)).event)

    threads = [threading.Thread(target=write, args=(part,)) for part in (0, 1)]
    for thread in threads:
        thread.start()
    copies = []
    for number in range(4):
        before = list(acknowledged)
        target = tmp_path / f"copy-{number}.sqlite"
        assert copy(path, target).agrees
        copies.append((before, target))
    stop.set()
    for thread in threads:
        thread.join()
    filled.stop()
    log = everything(path)
    for before, target in copies:
        found = everything(target)
        assert set(before) <= set(found)
        assert found == log[: len(found)]
    assert len(copies[-1][0]) > len(copies[0][0])


@pytest.mark.usefixtures("filled")
def test_a_backup_is_one_file_and_makes_a_bank_again(path, tmp_path):
    saved, again = tmp_path / "saved" / "copy.sqlite", tmp_path / "again.sqlite"
    ran = tirage("intake", "backup", "--bank", path, "--out", saved, "--json")
    assert (ran.status, ran.json["agrees"], ran.json["head"]["sequence"]) == (0, True, 30)
    assert [one.name for one in saved.parent.iterdir()] == ["copy.sqlite"]
    restored = tirage("intake", "restore", saved, "--bank", again, "--lang", "fr")
    assert (restored.status, ran.json["head"]["link"] in restored.out) == (0, True)
    assert everything(again) == everything(path)
    store = open_store(str(again))
    answer = Writer(store, StandingClock()).run_now(lambda tx, at: bank.deposit(tx, at, Order(PSTQ, "p40", "k", {})))
    assert (answer.status, answer.event.sequence) == (201, 31)
    assert verify(store).agrees
    store.close()


@pytest.mark.usefixtures("filled")
def test_nothing_is_ever_overwritten(path, tmp_path):
    there = tmp_path / "there.sqlite"
    there.write_text("mine")
    for asked in (("backup", "--bank", path, "--out", there), ("restore", path, "--bank", there)):
        ran = tirage("intake", *asked)
        assert (ran.status, "a file that is there already" in ran.err, there.read_text()) == (1, True, "mine")
    with pytest.raises(BankError):
        copy(path, path)


@pytest.mark.usefixtures("filled")
def test_the_wal_of_another_bank_is_not_taken_over(path, tmp_path):
    (tmp_path / "new.sqlite-wal").write_bytes(b"old")
    ran = tirage("intake", "restore", path, "--bank", tmp_path / "new.sqlite")
    assert (ran.status, "new.sqlite-wal" in ran.err) == (1, True)


def test_a_copy_that_does_not_verify_is_not_kept(filled, path, tmp_path):
    with filled._store.write() as tx:
        tx.run("DELETE FROM live WHERE person = 'p3'")
    ran = tirage("intake", "backup", "--bank", path, "--out", tmp_path / "copy.sqlite")
    assert (ran.status, "table live" in ran.err) == (1, True)
    assert [one.name for one in tmp_path.iterdir() if "copy" in one.name] == []


def test_what_is_no_bank_is_not_copied(tmp_path):
    other = tmp_path / "notes.txt"
    other.write_text("not a bank at all, but long enough to be looked at" * 40)
    for source in (other, tmp_path / "none"):
        ran = tirage("intake", "restore", source, "--bank", tmp_path / "new.sqlite")
        assert (ran.status, ran.err.count("expected :")) == (1, 1)
        assert not (tmp_path / "new.sqlite").exists()


def test_a_server_has_tools_of_its_own(tmp_path):
    server = "postgresql://someone:secret@bank.example/tirage"
    ran = tirage("intake", "backup", "--bank", server, "--out", tmp_path / "copy.sqlite")
    assert (ran.status, "pg_basebackup" in ran.err, "secret" in ran.err) == (1, True, False)
