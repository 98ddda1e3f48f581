"""Who an account is: said once. One document, one person, one account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from intake.bank import fresh_person

if TYPE_CHECKING:
    from intake.store import Transaction

COLUMNS = ("family_name", "given_names", "document_country", "document_number")


class Identity(NamedTuple):
    """Names, and the document by which a person is told from all others, in their normal spelling."""

    family_name: str
    given_names: str
    document_country: str
    document_number: str


class DocumentKnown(Exception):  # noqa: N818 - it says what was found
    """The document is that of another account."""


class IdentitySet(Exception):  # noqa: N818 - it says what was found
    """The account has another document already."""


def set_identity(tx: Transaction, at: int, account: str, said: Identity) -> tuple[str, bool]:
    """Say who an account is: give the number of the person, and whether it is new. Names may be corrected later.

    Raises:
        DocumentKnown: the document is that of another account.
        IdentitySet: the account has another document.
        LookupError: there is no such account (any more).
    """
    row = tx.one("SELECT person FROM account WHERE account = ?", (account,))
    if row is None:
        raise LookupError(account)
    document = (said.document_country, said.document_number)
    holder = tx.one("SELECT person FROM person WHERE document_country = ? AND document_number = ?", document)
    if row[0] is not None:
        return _renamed(tx, row[0], said, holder), False
    if holder is not None:
        raise DocumentKnown
    person = fresh_person()
    tx.run(f"INSERT INTO person (person, {', '.join(COLUMNS)}, made_at) VALUES (?, ?, ?, ?, ?, ?)", (person, *said, at))
    tx.run("UPDATE account SET person = ? WHERE account = ?", (person, account))
    return person, True


def _renamed(tx: Transaction, person: str, said: Identity, holder: tuple[Any, ...] | None) -> str:
    if holder is None or holder[0] != person:
        raise IdentitySet
    tx.run(
        "UPDATE person SET family_name = ?, given_names = ? WHERE person = ?",
        (said.family_name, said.given_names, person),
    )
    return person


def known_of(tx: Transaction, account: str) -> dict[str, Any] | None:
    """Give what is kept of an account's person, as it is sent to them alone; None: there is no such account."""
    row = tx.one("SELECT person, email FROM account WHERE account = ?", (account,))
    if row is None:
        return None
    kept = tx.one(f"SELECT {', '.join(COLUMNS)} FROM person WHERE person = ?", (row[0],)) if row[0] else None
    return {"person": row[0], "email": row[1]} | dict(zip(COLUMNS, kept or (None,) * len(COLUMNS), strict=True))


def forget(tx: Transaction, account: str) -> None:
    """Forget an account that has no person, and what it had typed of one."""
    tx.run("DELETE FROM sign_in WHERE email IN (SELECT email FROM account WHERE account = ?)", (account,))
    tx.run("DELETE FROM draft WHERE person = ?", (account,))  # kept under the account until a person is known
    tx.run("DELETE FROM account WHERE account = ?", (account,))
