"""Banks of people who do not exist, filled fast: each declaration deposited by the bank itself, in large commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake import bank
from intake.bank import Order
from intake.clock import microseconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from intake.store import Store

TOGETHER = 20_000
OWN = ("declaration_id", "person_id", "submitted_at", "sex", "citizenship", "region")
PERSON = (
    "INSERT INTO person (person, family_name, given_names, document_country, document_number, made_at)"
    " VALUES (?, 'Exemple', 'Personne', 'XXX', ?, 0)"
)


def fill(store: Store, program: str, pool: pl.DataFrame) -> pl.DataFrame:
    """Deposit a pool in order of submission, each at its instant; give the rows that were: the first of each person.

    ``pool`` has declaration_id, person_id and submitted_at. Bodies have their nulls, as those of the service do.
    """
    kept = pool.sort("submitted_at", "declaration_id").unique("person_id", keep="first", maintain_order=True)
    for start in range(0, kept.height, TOGETHER):
        some = list(_said(kept[start : start + TOGETHER]))
        with store.write() as tx:
            tx.many(PERSON, [(person, person) for person, *_ in some])
            for person, declaration, at, body in some:
                bank.deposit(tx, at, Order(program, person, f"deposit of {declaration}", body, declaration))
    return kept


def _said(rows: pl.DataFrame) -> Iterator[tuple[str, str, int, dict[str, Any]]]:
    for row in rows.iter_rows(named=True):
        body = {name: value for name, value in row.items() if name not in OWN}
        yield row["person_id"], row["declaration_id"], microseconds(row["submitted_at"]), body
