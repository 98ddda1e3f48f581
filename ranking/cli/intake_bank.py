"""What the commands of a bank share: its address, instants, and its failures as errors that are read."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from intake.clock import instant, microseconds
from intake.faults import BankError, Fault
from ranking.cli import words
from rules.text import Text, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from intake.store import Store

NOW = "now"
SERVER = ("postgresql://", "postgres://")

bank = words.option(
    "--bank",
    "address",
    required=True,
    metavar="FILE",
    words=Text("La banque : un fichier SQLite, ou postgresql://…", "The bank: a SQLite file, or postgresql://…"),
)


class Moment(click.ParamType[int]):
    """An instant with its offset, or ``now`` (None); given as microseconds since 1970, UTC."""

    name = "INSTANT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Read an instant strictly: one without an offset is refused."""
        try:
            read = datetime.fromisoformat(str(value))
        except ValueError:
            read = None
        if read is None or read.tzinfo is None:
            self.fail(f"{value} (2026-04-27T06:30:00-04:00)", param, ctx)
        return microseconds(read)


class MomentOrNow(Moment):
    """An instant with its offset, or ``now``: then -1, which is no instant of a bank."""

    name = "INSTANT|now"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Read an instant strictly, or ``now``."""
        return -1 if value in (NOW, -1) else super().convert(value, param, ctx)


def asked(at: int | None) -> int | None:
    """Give the instant asked for; None: now."""
    return None if at == -1 else at


@contextmanager
def opened(address: str) -> Iterator[Store]:
    """Open a bank that is there; whatever fails in it is a BankError."""
    from intake.address import open_store  # noqa: PLC0415 - drivers take time to load

    with failing(address):
        check_there(address)
        store = open_store(address)
        try:
            yield store
        finally:
            store.close()


def check_there(address: str) -> None:
    """Refuse a path at which there is no file: opening it would make an empty bank."""
    if not address.startswith(SERVER) and not Path(address).is_file():
        from intake.backup import absent  # noqa: PLC0415 - as above

        raise BankError([absent(Path(address))])


@contextmanager
def failing(address: str) -> Iterator[None]:
    """Turn what a store or its driver says into an error that is read."""
    import apsw  # noqa: PLC0415 - as above

    from intake.store import StoreFailed  # noqa: PLC0415 - as above
    from intake.writer import Unavailable  # noqa: PLC0415 - as above

    try:
        yield
    except (StoreFailed, Unavailable, apsw.Error, UnicodeDecodeError) as failed:
        raise BankError([_failed(address, str(failed))]) from None


def _failed(address: str, said: str) -> Fault:
    shown = address.rsplit("@", maxsplit=1)[-1]
    return Fault(
        same(shown),
        same(said),
        Text("une banque de tirage, lisible et inscriptible", "a bank of tirage, readable and writable"),
        Text(
            "vérifiez le chemin, le disque et les droits ; sinon, partez d’une copie (tirage intake restore)",
            "check the path, the disk and the rights; else start from a backup (tirage intake restore)",
        ),
    )


def shown(at: int) -> str:
    """Write an instant of a bank, UTC."""
    return instant(at).isoformat()
