"""What a request says: its language, whose it is, its body, its key, the version it means to change."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from intake import sessions
from intake.json_body import BadJson, read_json
from intake.problems import Problem, preferred
from intake.state import Account, Intake, account_of
from rules.text import Text

if TYPE_CHECKING:
    from starlette.requests import Request

    from rules.text import Lang

COOKIE = "session"
SECOND = 1_000_000
KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
ETAG = re.compile(r'(W/)?"(?P<declaration>[A-Z0-9-]{1,40})\.(?P<version>[1-9][0-9]{0,8})"')
JSON = "application/json"


def intake_of(request: Request) -> Intake:
    """Give the service at work."""
    found: Intake = request.app.state.intake
    return found


def lang_of(request: Request) -> Lang:
    """Give the language of a request: French unless English is liked better."""
    return preferred(request.headers.get("accept-language", ""))


def peer(request: Request) -> str:
    """Give the address a request came from."""
    return request.client.host if request.client else ""


def answer(said: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with JSON."""
    return Response(json.dumps(said, ensure_ascii=False).encode(), status, headers, JSON)


async def signed_in(request: Request) -> Account:
    """Find whose session a request has.

    Raises:
        Problem: there is none, it is over, or it was signed out (401); too many requests (429).
    """
    intake = intake_of(request)
    now = intake.clock()
    session = sessions.read(_sent_session(request), intake.session_key, now // SECOND)
    if session is None:
        raise Problem("not_signed_in")
    found = intake.accounts.known(session.account, now)
    if found is None:
        found = await intake.read(lambda tx: account_of(tx, session.account))
        if found is None:
            raise Problem("not_signed_in")
        intake.accounts.keep(found, now)
    if found.epoch != session.epoch:
        raise Problem("not_signed_in")
    wait = intake.limiters.account.take(session.account, now / SECOND)  # now: a session signed out spends nobody's
    if wait:
        raise Problem("too_many", retry_after=wait)
    return found


def _sent_session(request: Request) -> str:
    header = request.headers.get("authorization", "")
    if header[:7].lower() == "bearer ":
        return header[7:].strip()
    return cookie(request, COOKIE)


def cookie(request: Request, name: str) -> str:
    """Read a cookie of ours; empty where there is none."""
    return request.cookies.get(cookie_name(intake_of(request), name), "")


def cookie_name(intake: Intake, name: str) -> str:
    """Name a cookie so that, over HTTPS, browsers take it from this host alone, not from another of its domain."""
    return f"__Host-{name}" if intake.config.secure else name


async def person_of(request: Request) -> str:
    """Find the person who asks.

    Raises:
        Problem: as ``signed_in``, or nobody said yet who they are (403).
    """
    found = await signed_in(request)
    if found.person is None:
        raise Problem("no_person")
    return found.person


async def json_of(request: Request) -> dict[str, Any]:
    """Read the body: one JSON object of plain values.

    Raises:
        Problem: another type (415), too long (413), no such JSON (400).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise Problem("not_json_type")
    try:
        return read_json(await request.body())
    except BadJson as bad:
        raise Problem("too_deep" if bad.code == "too_deep" else "not_json", bad.message) from None


def key_of(request: Request) -> str:
    """Read the key of a request, the same whenever it is tried again.

    Raises:
        Problem: it is missing or badly written (400).
    """
    key = request.headers.get("idempotency-key", "")
    if KEY.fullmatch(key) is None:
        raise Problem("key_missing")
    return key


def etag(declaration: str, version: int) -> str:
    """Write the ETag of a declaration as it stands."""
    return f'"{declaration}.{version}"'


def if_match(request: Request) -> tuple[str, int]:
    """Read which declaration and version a request means to change.

    Raises:
        Problem: not said (428); not an ETag of ours (400); a weak one, which never matches (412).
    """
    said = request.headers.get("if-match")
    if said is None:
        raise Problem("no_if_match")
    found = ETAG.fullmatch(said.strip())
    if found is None:
        raise Problem(
            "bad_header",
            Text(
                "If-Match doit être l’ETag lu avec la déclaration, guillemets compris.",
                "If-Match must be the ETag that was read with the declaration, quotation marks included.",
            ),
        )
    if found[1]:
        raise Problem("version_changed")
    return found["declaration"], int(found["version"])
