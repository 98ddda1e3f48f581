"""Nothing acknowledged is missing: power cuts, syncs that fail, a full disk, kill −9, a clock that jumps back.

The quick form of each runs with all tests; the long one (``-m morning``) with ``make first-morning``.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from bank_on_disk import PROGRAM, Crowd, admit, found, missing, opened, order, ticking
from disk import FULL, IO, Disk

from intake.bank import Order, amend, deposit
from intake.clock import server_clock
from intake.store import StoreFailed
from intake.writer import Unavailable, Writer

# What the disk says while a file is closed has nobody to be told to.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
PEOPLE = range(160)
NAMES = count()


@pytest.fixture
def disk():
    made = Disk(f"disk-{next(NAMES)}")
    yield made
    made.unregister()


def writing(store, clock=None):
    writer = Writer(store, clock or ticking())
    writer.start()
    return writer


def power_cut(folder: Path, seed: int, synchronous: str) -> tuple[int, int, list[int]]:
    """Cut the power while people deposit. Gives how many were told, how many are found, and who is missing."""
    folder.mkdir()
    after = folder / "after"
    after.mkdir()
    disk = Disk(f"cut-{next(NAMES)}")
    try:
        store = opened(folder / "bank.sqlite", disk, synchronous)
        admit(store, PEOPLE)
        writer = writing(store)
        crowd = Crowd(writer, PEOPLE)
        disk.cut_at = disk.operations + int(np.random.default_rng(seed).integers(20, 900))
        crowd.deposit()
        disk.survive(after, seed)
        writer.stop()
        store.close()
    finally:
        disk.unregister()
    again = opened(after / "bank.sqlite")
    with again.read() as tx:
        if tx.one("SELECT count(*) FROM person")[0] == 0:  # nothing was ever synced: the control's whole morning
            admit(again, PEOPLE)
    here = found(again)
    lost = missing(again, crowd.told)
    everyone_comes_again(again, crowd.told, lost)
    again.close()
    return len(crowd.told), len(here), lost


def everyone_comes_again(store, told, lost):
    """After the restart everyone asks once more with the same key: the told get their first answer, the others one."""
    writer = writing(store)
    crowd = Crowd(writer, PEOPLE)
    crowd.deposit()
    writer.stop()
    assert len(crowd.told) == len(PEOPLE)
    for one, answer in told.items():
        if one not in lost:
            assert crowd.told[one].replayed
            assert crowd.told[one].event == answer.event
    assert len(found(store)) == len(PEOPLE)


def power_cuts(folder, rounds, synchronous):
    told = lost = 0
    for seed in range(rounds):
        asked, _, missed = power_cut(folder / f"{synchronous}-{seed}", seed, synchronous)
        told, lost = told + asked, lost + len(missed)
    return told, lost


def test_a_power_cut_loses_nothing_that_was_told(tmp_path):
    told, lost = power_cuts(tmp_path, 4, "FULL")
    assert told > 20
    assert lost == 0


def test_the_control_loses_what_was_told(tmp_path):
    _, lost = power_cuts(tmp_path, 4, "NORMAL")
    assert lost > 0


@pytest.mark.morning
def test_fifty_power_cuts_lose_nothing_and_the_control_does(tmp_path, results):
    told, lost = power_cuts(tmp_path, 50, "FULL")
    control_told, control_lost = power_cuts(tmp_path, 50, "NORMAL")
    results["50 power cuts, synchronous=FULL"] = {"told": told, "missing": lost}
    results["50 power cuts, synchronous=NORMAL (the control)"] = {"told": control_told, "missing": control_lost}
    assert told > 1_000
    assert lost == 0
    assert control_lost > 0


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


def killed(folder: Path, seed: int) -> int:
    """Kill −9 a process that deposits and prints what it was told; check what is found. Gives how many were told."""
    folder.mkdir()
    path = folder / "bank.sqlite"
    store = opened(path)
    admit(store, range(5_000))
    store.close()
    here = Path(__file__).parent
    child = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, here / "depositing.py", path], stdout=subprocess.PIPE, text=True
    )
    lines = [child.stdout.readline()]
    time.sleep(np.random.default_rng(seed).uniform(0.02, 0.3))
    child.kill()
    lines += child.stdout.read().splitlines()
    child.stdout.close()
    child.wait()
    told = [tuple(line.split()) for line in lines if line.strip().endswith(".")]
    again = opened(path)
    here_now = found(again)
    lost = [one for one, sequence, _ in told if here_now.get(f"P-{one}") != int(sequence)]
    again.close()
    assert lost == []
    return len(told)


def test_kill_9_loses_nothing_that_was_told(tmp_path):
    assert killed(tmp_path / "0", 0) > 0


@pytest.mark.morning
def test_twenty_kills_lose_nothing(tmp_path, results):
    told = sum(killed(tmp_path / str(seed), seed) for seed in range(20))
    results["20 × kill −9"] = {"told": told, "missing": 0}
    assert told > 1_000


def test_the_store_that_is_closed_says_so(tmp_path):
    store = opened(tmp_path / "bank.sqlite")
    store.close()
    with pytest.raises(StoreFailed), store.write():
        pass
