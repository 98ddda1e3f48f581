"""Where a bank is: the path of a SQLite file, or the address of a PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from intake.store import Store


def open_store(address: str) -> Store:
    """Open a bank, made where there is none: a path of a SQLite file, or ``postgresql://…``.

    Raises:
        StoreFailed: it cannot be opened.
    """
    if address.startswith(("postgresql://", "postgres://")):
        from intake.postgres_store import PostgresStore  # noqa: PLC0415 - an optional extra

        return PostgresStore(address)
    from intake.sqlite_store import SqliteStore  # noqa: PLC0415 - only where it is asked for

    return SqliteStore(address)
