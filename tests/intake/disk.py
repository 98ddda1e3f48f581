"""A disk that can be slow, full, unable to sync, and lose its power: an apsw VFS in front of the real one.

What it keeps for a power cut, file by file: the bytes that were synced, and the writes since. When the power goes, only
the synced bytes are sure to survive; each later write survives whole, in part, or not at all, in any order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import apsw
import numpy as np

SECTOR = 512
BASE = apsw.vfs_names()[0]  # the real disk: the default one, before any other is made
FULL, IO = apsw.FullError, apsw.IOError
Answer = Callable[[str], None]  # given the file's last name; raises what the disk would say


class Write(NamedTuple):
    """Bytes at an offset; None for a truncation to it."""

    offset: int
    data: bytes | None


class Kept:
    """A file as the platter has it, and what has not reached it."""

    def __init__(self, synced: bytes | None) -> None:
        self.synced = None if synced is None else bytearray(synced)  # None: not even its name is durable
        self.since: list[Write] = []

    def sync(self) -> None:
        self.synced = self.synced if self.synced is not None else bytearray()
        for write in self.since:
            apply(self.synced, write)
        self.since.clear()

    def survivor(self, chance: np.random.Generator) -> bytes | None:
        """What is found after the cut; None where not even the file is."""
        if self.synced is None and chance.random() < 0.5:
            return None
        image = bytearray(self.synced or b"")
        fate = chance.random()  # nothing of it, all of it, or some of it: each write for itself
        for write in self.since:
            if fate < 0.4 or (fate > 0.6 and chance.random() < 0.5):
                continue
            apply(image, write if fate <= 0.6 or write.data is None else torn(write, chance))
        return bytes(image)


def apply(image: bytearray, write: Write) -> None:
    """Write into an image. A hole reads as zeros, as on a real disk."""
    if write.data is None:
        del image[write.offset :]
        return
    if len(image) < write.offset:
        image.extend(bytes(write.offset - len(image)))
    image[write.offset : write.offset + len(write.data)] = write.data


def torn(write: Write, chance: np.random.Generator) -> Write:
    """Keep a beginning of a write that ends where a sector does; the whole write half of the time."""
    ends = [
        end - write.offset
        for end in range(write.offset - write.offset % SECTOR, write.offset + len(write.data), SECTOR)
    ]
    return write if chance.random() < 0.5 else Write(write.offset, write.data[: max(0, chance.choice(ends))])


class Disk(apsw.VFS):
    """The disk. Give its name as ``vfs`` to whoever opens a database on it; ``close`` it after them.

    ``on_sync`` and ``on_write`` may raise what the disk would say. ``cut_at``: the number of the write or sync at which
    the power goes; from then on everything fails. A sync that fails loses what it should have kept, as Linux does:
    the pages count as clean, later syncs succeed and do not bring them back.
    """

    def __init__(self, name: str, *, sync_seconds: float = 0.0, images: bool = True, makedefault: bool = False) -> None:
        super().__init__(name, BASE, makedefault, 0)
        self.name, self.sync_seconds, self.images = name, sync_seconds, images
        self.on_sync: Answer | None = None
        self.on_write: Answer | None = None
        self.cut_at: int | None = None
        self.operations = 0
        self.syncs = 0
        self.off = False
        self.files: dict[str, Kept] = {}
        self.lock = threading.Lock()

    def xOpen(self, name, flags):  # noqa: N802 - SQLite's name
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if path is not None and self.images and not flags[0] & apsw.SQLITE_OPEN_READONLY:
            with self.lock:
                if path not in self.files:
                    here = Path(path)
                    self.files[path] = Kept(here.read_bytes() if here.exists() else None)
        return File(self, name, flags, path or "")

    def xDelete(self, name, sync):  # noqa: N802
        with self.lock:
            self.count()
            self.files.pop(name, None)
        super().xDelete(name, sync)

    def count(self) -> None:
        """Count an operation; the power goes at the one that was chosen."""
        self.operations += 1
        if self.cut_at is not None and self.operations >= self.cut_at:
            self.off = True
        if self.off:
            raise IO("the power is off")

    def survive(self, folder: Path, seed: int) -> None:
        """Write what survives the cut into another folder."""
        with self.lock:
            self.off = True
            chance = np.random.default_rng(seed)
            for path, kept in sorted(self.files.items()):
                image = kept.survivor(chance)
                if image is not None:
                    (folder / Path(path).name).write_bytes(image)


class File(apsw.VFSFile):
    """A file of the disk."""

    def __init__(self, disk: Disk, name, flags, path: str) -> None:
        super().__init__(BASE, name, flags)
        self.disk, self.path, self.last = disk, path, Path(path).name

    @property
    def kept(self) -> Kept | None:
        return self.disk.files.get(self.path) if self.disk.images else None

    def xWrite(self, data, offset):  # noqa: N802
        disk = self.disk
        with disk.lock:
            if self.kept is not None and not disk.off:
                self.kept.since.append(Write(offset, bytes(data)))
            disk.count()
            if disk.on_write is not None:
                if self.kept is not None:
                    self.kept.since.pop()
                disk.on_write(self.last)
        super().xWrite(data, offset)

    def xTruncate(self, size):  # noqa: N802
        with self.disk.lock:
            self.disk.count()
            if self.kept is not None:
                self.kept.since.append(Write(size, None))
        super().xTruncate(size)

    def xSync(self, flags):  # noqa: N802
        disk = self.disk
        if disk.sync_seconds:
            time.sleep(disk.sync_seconds)
        with disk.lock:
            disk.syncs += 1
            disk.count()
            if disk.on_sync is not None:
                try:
                    disk.on_sync(self.last)
                except Exception:
                    if self.kept is not None:
                        self.kept.since.clear()
                    raise
            if self.kept is not None:
                self.kept.sync()
        super().xSync(flags)
