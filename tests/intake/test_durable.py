"""Nothing acknowledged is missing: power cuts, syncs that fail, a full disk, kill −9, a clock that jumps back.

The quick form of each; the long one is in ``tests/first_morning``.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest
from bank_on_disk import PROGRAM, Crowd, admit, missing, opened, order
from cuts import NAMES, PEOPLE, killed, power_cuts, writing
from disk import FULL, IO, Disk

from intake.bank import Order, amend, deposit
from intake.clock import server_clock
from intake.store import StoreFailed
from intake.writer import Unavailable

# What the disk says while a file is closed has nobody to be told to.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def disk():
    made = Disk(f"disk-{next(NAMES)}")
    yield made
    made.unregister()


def test_a_power_cut_loses_nothing_that_was_told(tmp_path):
    told, lost = power_cuts(tmp_path, 4, "FULL")
    assert told > 20
    assert lost == 0


def test_the_control_loses_what_was_told(tmp_path):
    _, lost = power_cuts(tmp_path, 4, "NORMAL")
    assert lost > 0


@pytest.mark.parametrize("failures", [1, 2, 3, 7])
def test_a_sync_that_fails_is_never_taken_for_one_that_went_well(tmp_path, disk, failures):
    """Whoever asks again after a failed sync is told only what is on the platter: a later sync brings nothing back."""
    store = opened(tmp_path / "bank.sqlite", disk)
    admit(store, PEOPLE)
    writer = writing(store)
    assert writer.run_now(lambda tx, at: deposit(tx, at, order(0))).status == 201
    left = [failures]

    def fails(_name):
        if left[0]:
            left[0] -= 1
            raise IO("the disk did not sync")

    disk.on_sync = fails
    crowd = Crowd(writer, PEOPLE)
    crowd.deposit(tries=20)
    assert left == [0]
    assert "sync_failed" in crowd.refused
    assert len(crowd.told) == len(PEOPLE)
    after = tmp_path / "after"
    after.mkdir()
    disk.survive(after, failures)
    writer.stop()
    store.close()
    again = opened(after / "bank.sqlite")
    assert missing(again, crowd.told) == []
    again.close()


def test_a_replay_after_a_failed_sync_is_durable_too(tmp_path, disk):
    """The commit's sync fails; so does the one at closing. What is then read back may not be taken for durable."""
    store = opened(tmp_path / "bank.sqlite", disk)
    admit(store, PEOPLE)
    writer = writing(store)
    left = [2]

    def fails(_name):
        if left[0]:
            left[0] -= 1
            raise IO("the disk did not sync")

    disk.on_sync = fails
    with pytest.raises(Unavailable):
        writer.run_now(lambda tx, at: deposit(tx, at, order(5)))
    crowd = Crowd(writer, range(5, 6))
    crowd.deposit(tries=20)
    after = tmp_path / "after"
    after.mkdir()
    disk.survive(after, 0)
    writer.stop()
    store.close()
    again = opened(after / "bank.sqlite")
    assert list(crowd.told) == [5]
    assert missing(again, crowd.told) == []
    again.close()


def test_a_full_disk_refuses_and_nothing_is_lost(tmp_path, disk):
    store = opened(tmp_path / "bank.sqlite", disk)
    admit(store, PEOPLE)
    writer = writing(store)
    first = Crowd(writer, PEOPLE[:40])
    first.deposit()

    def full(_name):
        raise FULL("no space is left")

    disk.on_write = full
    second = Crowd(writer, PEOPLE[40:80])
    second.deposit()
    assert second.told == {}
    assert "disk_full" in second.refused
    assert set(second.refused) <= {"disk_full", "gone"}  # gone: it could not be opened again either
    assert missing(store, first.told) == []  # reading goes on
    disk.on_write = None
    second.deposit(tries=5)
    assert len(second.told) == 40
    writer.stop()
    assert missing(store, first.told | second.told) == []
    store.close()


def test_a_disk_that_will_not_open_again_is_told_and_waited_for(tmp_path, disk):
    store = opened(tmp_path / "bank.sqlite", disk)
    admit(store, PEOPLE)
    writer = writing(store)

    def fails(_name):
        raise IO("the disk did not sync")

    disk.on_sync = disk.on_write = fails
    for _ in range(3):
        with pytest.raises(Unavailable):
            writer.run_now(lambda tx, at: deposit(tx, at, order(1)))
    assert writer.failing is not None
    disk.on_sync = disk.on_write = None
    crowd = Crowd(writer, PEOPLE)
    crowd.deposit(tries=10)
    assert len(crowd.told) == len(PEOPLE)
    assert writer.failing is None
    writer.stop()
    store.close()


def test_a_clock_that_jumps_back_changes_no_order(tmp_path):
    store = opened(tmp_path / "bank.sqlite")
    admit(store, PEOPLE)
    chance = np.random.default_rng(8)
    writer = writing(store, lambda: server_clock() + int(chance.integers(-1, 2)) * 3_600_000_000)
    crowd = Crowd(writer, PEOPLE)
    crowd.deposit()
    writer.stop()
    events = sorted((answer.event.sequence, answer.event.at) for answer in crowd.told.values())
    assert [at for _, at in events] == sorted(at for _, at in events)
    assert missing(store, crowd.told) == []  # checks, too, that instants never go back
    store.close()


def test_of_two_amendments_of_one_version_exactly_one_is_made(tmp_path):
    store = opened(tmp_path / "bank.sqlite")
    admit(store, PEOPLE)
    writer = writing(store)
    Crowd(writer, PEOPLE[:20]).deposit()
    got: dict[int, list[int]] = {one: [] for one in PEOPLE[:20]}
    together = threading.Barrier(4)

    def amends(which):
        for one, statuses in got.items():
            together.wait()
            asked = Order(PROGRAM, f"P-{one}", f"amendment-{which}-{one:04}", {"age": 30 + which})
            statuses.append(writer.run_now(lambda tx, at, asked=asked: amend(tx, at, asked, 1)).status)

    threads = [threading.Thread(target=amends, args=(which,)) for which in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.stop()
    store.close()
    assert {tuple(sorted(statuses)) for statuses in got.values()} == {(200, 412, 412, 412)}


def test_kill_9_loses_nothing_that_was_told(tmp_path):
    assert killed(tmp_path / "0", 0) > 0


def test_the_store_that_is_closed_says_so(tmp_path):
    store = opened(tmp_path / "bank.sqlite")
    store.close()
    with pytest.raises(StoreFailed), store.write():
        pass
