"""Cuts of power and kills −9 while many people deposit: what was told, and what is found."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import numpy as np
from bank_on_disk import Crowd, admit, found, missing, opened, ticking
from disk import Disk

from intake.writer import Writer

PEOPLE = range(160)
NAMES = count()


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
