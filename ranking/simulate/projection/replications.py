"""Replications: run in parallel, each kept on the disk as soon as it is done, so that a stopped run can go on."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl

from ranking.faults import Fault, RoundError
from ranking.simulate.projection.counts import SCHEMAS
from ranking.simulate.projection.setting import setting
from ranking.simulate.results import PARTS
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ranking.simulate.projection.setting import Setting, Wanted


class Kept:
    """The folder of the replications of one setting; those of another lie beside it, under their own hash."""

    def __init__(self, out: Path, made: Setting) -> None:
        self.folder = out / PARTS / made.hash[:16]

    def has(self, number: int) -> bool:
        """Tell whether a replication is there, whole."""
        return (self.folder / f"{number:04}").is_dir()

    def save(self, number: int, tables: dict[str, pl.DataFrame]) -> None:
        """Keep a replication, whole or not at all."""
        draft = self.folder / f".{number:04}.{os.getpid()}.part"
        draft.mkdir(parents=True, exist_ok=True)
        try:
            for name, frame in tables.items():
                frame.write_parquet(draft / f"{name}.parquet")
            if not self.has(number):
                draft.rename(self.folder / f"{number:04}")
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def read(self, count: int) -> dict[str, pl.DataFrame]:
        """Read the first ``count`` replications: each table with a column ``replication`` in front, from 1."""
        return {
            name: pl.concat(
                pl.read_parquet(self.folder / f"{number:04}" / f"{name}.parquet").select(
                    pl.lit(number, pl.Int32).alias("replication"), pl.all()
                )
                for number in range(1, count + 1)
            )
            for name in SCHEMAS
        }


def run(made: Setting, out: Path, count: int, *, workers: int, done: Callable[[int], None]) -> Kept:
    """Run the replications that are not there yet. ``done`` is told each number, those found at once.

    The result of a replication depends on its number alone, not on the worker or the order. Stopped by Ctrl-C, those
    under way are finished and kept, and the interrupt goes on.
    """
    kept = Kept(out, made)
    todo = []
    for number in range(1, count + 1):
        if kept.has(number):
            done(number)
        else:
            todo.append(number)
    if min(workers, len(todo)) <= 1:
        for number in todo:
            kept.save(number, made.replicate(number))
            done(number)
    else:
        _in_parallel(made, out, todo, workers, done)
    return kept


def _in_parallel(made: Setting, out: Path, todo: list[int], workers: int, done: Callable[[int], None]) -> None:
    given = (made.wanted, made.begun.frame, made.fingerprint, made.hash, out)
    context = multiprocessing.get_context("spawn")  # a fork would copy the locks of running threads
    with (
        _one_thread_each(),
        ProcessPoolExecutor(min(workers, len(todo)), mp_context=context, initializer=_begin, initargs=given) as pool,
    ):
        futures = {pool.submit(_replicate, number): number for number in todo}
        try:
            for future in as_completed(futures):
                future.result()
                done(futures[future])
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let each worker have one thread: replications are the parallel part. A worker reads this when it begins."""
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before


WORKER: dict[str, tuple[Setting, Kept]] = {}


def _begin(wanted: Wanted, frame: pl.DataFrame, fingerprint: str, expected: str, out: Path) -> None:
    """Prepare a worker: the same setting from the same files. The interrupt is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    made = setting(wanted, frame, fingerprint)
    if made.hash != expected:
        found = Text("un fichier modifié pendant la simulation", "a file changed during the simulation")
        write = Text("relancez la commande", "run the command again")
        raise RoundError([Fault(same(wanted.instruction), found, Text("les mêmes fichiers", "the same files"), write)])
    WORKER["it"] = (made, Kept(out, made))


def _replicate(number: int) -> None:
    made, kept = WORKER["it"]
    kept.save(number, made.replicate(number))
