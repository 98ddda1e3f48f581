"""Signing in by a one-time link. Asking for one tells nobody whether an account exists: the answer is always the same.

Only the digest of a token is kept. A token is spent by a POST; whoever merely follows the link, as scanners of mail do,
spends nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.sessions import digest, new_account
from intake.state import Account

if TYPE_CHECKING:
    from intake.store import Transaction
    from rules.text import Lang

MICROSECONDS = 30 * 60 * 1_000_000


def keep_link(tx: Transaction, at: int, token: str, email: str, lang: Lang) -> None:
    """Keep the digest of a token for half an hour; forget those that are over."""
    tx.run("DELETE FROM sign_in WHERE until <= ?", (at,))
    tx.run(
        "INSERT INTO sign_in (token, email, lang, until) VALUES (?, ?, ?, ?)",
        (digest(token), email, lang, at + MICROSECONDS),
    )


def has_link(tx: Transaction, token: str) -> bool:
    """Tell whether a token was given and not spent. By its digest: the time it takes tells nothing of the token."""
    return tx.one("SELECT 1 FROM sign_in WHERE token = ?", (digest(token),)) is not None


def spend_link(tx: Transaction, at: int, token: str) -> Account | None:
    """Spend a token: give the account of its address, made where there is none. None: spent, over, or never given."""
    row = tx.one("DELETE FROM sign_in WHERE token = ? RETURNING email, lang, until", (digest(token),))
    if row is None or row[2] <= at:
        return None
    email, lang, _ = row
    tx.run(
        "INSERT INTO account (account, email, person, lang, epoch, made_at) VALUES (?, ?, NULL, ?, 0, ?)"
        " ON CONFLICT (email) DO UPDATE SET lang = excluded.lang",
        (new_account(), email, lang, at),
    )
    found = tx.one("SELECT account, person, epoch, lang FROM account WHERE email = ?", (email,))
    return None if found is None else Account(*found)


def sign_out(tx: Transaction, account: str) -> None:
    """End every session of an account, everywhere."""
    tx.run("UPDATE account SET epoch = epoch + 1 WHERE account = ?", (account,))
