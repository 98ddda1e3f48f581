"""A copy of a bank, taken while others write, and a bank made of a copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from intake.faults import BankError, Fault
from intake.sqlite_store import SqliteStore, private
from intake.verify import verify
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Callable

    from intake.verify import Verified

WAIT_MS = 5_000
BESIDE = ("", "-wal", "-shm", "-journal")


def copy(source: Path, target: Path, progress: Callable[[int], None] = lambda _: None) -> Verified:
    """Copy a bank to a new file, as it is when the copy begins, and verify the copy: it is there whole or not at all.

    Whoever writes goes on writing. The copy is one file, on the disk when this returns.

    Raises:
        BankError: there is no such bank; the target is there already; the copy does not verify.
        StoreFailed: a file cannot be read or written.
        apsw.Error: the same, from SQLite itself.
    """
    if not source.is_file():
        raise BankError([absent(source)])
    taken = [str(target) + ending for ending in BESIDE if Path(str(target) + ending).exists()]
    if taken:
        raise BankError([_there(taken[0])])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.part")
    try:
        _forget(draft)
        _copied(source, draft)
        verified = _verified(draft, progress)
        if not verified.agrees:
            raise BankError(verified.findings.faults)
        _one_file(draft)
        draft.replace(target)
        _durable(target)
    finally:
        _forget(draft)
    return verified


def _copied(source: Path, target: Path) -> None:
    read = apsw.Connection(str(source), flags=apsw.SQLITE_OPEN_READWRITE)
    private(target)
    made = apsw.Connection(str(target))
    try:
        read.set_busy_timeout(WAIT_MS)
        # All pages in one step: one snapshot, which no writer disturbs.
        with made.backup("main", read, "main") as backup:
            backup.step(-1)
    finally:
        made.close()
        read.close()


def _verified(path: Path, progress: Callable[[int], None]) -> Verified:
    store = SqliteStore(path)
    try:
        return verify(store, progress)
    finally:
        store.close()


def _one_file(path: Path) -> None:
    """Leave WAL mode, so that the copy is whole in one file; a bank that is opened enters it again."""
    connection = apsw.Connection(str(path))
    try:
        connection.pragma("journal_mode", "DELETE")
    finally:
        connection.close()


def _durable(path: Path) -> None:
    for one in (path, path.parent):
        handle = os.open(one, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _forget(path: Path) -> None:
    for ending in BESIDE:
        Path(str(path) + ending).unlink(missing_ok=True)


def absent(path: Path) -> Fault:
    """Say that there is no bank at a path."""
    return Fault(
        same(str(path)),
        Text("aucun fichier", "no file"),
        Text("une banque SQLite", "a SQLite bank"),
        Text(
            f"le bon chemin, ou tirage intake serve --bank {path}",
            f"the right path, or tirage intake serve --bank {path}",
        ),
    )


def on_server(address: str) -> Fault:
    """Say how a bank on a PostgreSQL server is copied."""
    server = address.rsplit("@", maxsplit=1)[-1]
    return Fault(
        same("--bank"),
        Text(f"un serveur PostgreSQL ({server})", f"a PostgreSQL server ({server})"),
        Text("un fichier SQLite : PostgreSQL a ses propres outils", "a SQLite file: PostgreSQL has tools of its own"),
        same("pg_basebackup -D … ; pg_dump --format=custom …"),
    )


def _there(path: str) -> Fault:
    return Fault(
        same(path),
        Text("un fichier qui existe déjà", "a file that is there already"),
        Text("un nouveau fichier : rien n’est jamais écrasé", "a new file: nothing is ever overwritten"),
        Text("un autre nom, ou déplacez d’abord ce fichier", "another name, or move that file away first"),
    )
