"""Sessions: signed, and kept nowhere. An account signs out everywhere by raising its epoch.

A session is ``base64url(account ‖ epoch ‖ end)`` and its HMAC, joined by a dot: 16, 4 and 8 bytes, big-endian, the
end in seconds since 1970. Only that spelling is read.
"""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import NamedTuple

SIZE = 28
LENGTH = 38 + 1 + 43  # of its spelling
SECONDS = 12 * 3600


class Session(NamedTuple):
    """Whose session, of which epoch, until when (seconds since 1970)."""

    account: str
    epoch: int
    until: int


def new_account() -> str:
    """Make the random number of an account."""
    return secrets.token_hex(16)


def key_of(secret: bytes) -> bytes:
    """Derive the key of sessions from the secret of the service, so that no other signature is a session."""
    return hmac.digest(secret, b"tirage intake session", "sha256")


def write(session: Session, key: bytes) -> str:
    """Write a session as it is sent."""
    payload = bytes.fromhex(session.account) + session.epoch.to_bytes(4) + session.until.to_bytes(8)
    return f"{_spelled(payload)}.{_spelled(hmac.digest(key, payload, 'sha256'))}"


def read(written: str, key: bytes, now: int) -> Session | None:
    """Read a session that was sent; None if it is forged, spelled otherwise, or over. ``now``: seconds since 1970."""
    if len(written) != LENGTH:
        return None
    said, _, signature = written.partition(".")
    try:
        payload = urlsafe_b64decode(said + "==")
    except (Error, ValueError):
        return None
    if len(payload) != SIZE or _spelled(payload) != said:
        return None
    if not hmac.compare_digest(_spelled(hmac.digest(key, payload, "sha256")).encode(), signature.encode()):
        return None
    found = Session(payload[:16].hex(), int.from_bytes(payload[16:20]), int.from_bytes(payload[20:]))
    return found if found.until > now else None


def new_token() -> str:
    """Make the token of a one-time link: 32 random bytes."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> bytes:
    """Give what is kept of a token."""
    return sha256(token.encode()).digest()


def _spelled(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
