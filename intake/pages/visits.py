"""A visit: one request of a browser, whose it is, in which language, and what was typed in it.

Whoever may not be on a page is sent to the one before it. A POST is done only for a token that the page gave; where
that cannot be told (the session is another one now), or where the bank cannot write, what was typed is shown again on a
page that can send it once more: nothing typed is lost.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from intake import sessions
from intake.api.asking import cookie, cookie_name
from intake.pages import rendering
from intake.pages.paths import of_program, path
from intake.state import Account, account_of
from rules.text import Lang, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from intake.state import Intake, Served

SESSION, VISIT, TICKET = "session", "visit", "ticket"
GRACE = 7 * 24 * 3600  # seconds after its end in which a session can still keep what is typed, and nothing else
VISIT_LENGTH = 22
MONTH = 30 * 24 * 3600


class Elsewhere(Exception):  # noqa: N818 - not an error: the page is another one
    """The visitor belongs on another page."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


class NotFound(Exception):  # noqa: N818 - it says what happened
    """There is no such page."""


@dataclass(frozen=True)
class Visitor:
    """Whose browser it is. ``account`` is None for who is not signed in; ``ended``: theirs was, until a while ago."""

    account: Account | None
    ended: Account | None
    csrf: str

    @property
    def signed_in(self) -> bool:
        """Tell whether somebody is signed in."""
        return self.account is not None


@dataclass
class Visit:
    """One request, and what is known of it."""

    request: Request
    name: str
    lang: Lang
    state: Intake
    visitor: Visitor
    posted: Mapping[str, str] = field(default_factory=dict)
    new_visit: str | None = None

    @property
    def account(self) -> Account:
        """The account of the visitor, who is sent to sign in without one."""
        if self.visitor.account is None:
            raise Elsewhere(path("sign_in", self.lang))
        return self.visitor.account

    @property
    def person(self) -> str:
        """The number of the person, who is sent to say who they are before."""
        if self.account.person is None:
            raise Elsewhere(path("identity", self.lang))
        return self.account.person

    @property
    def served(self) -> Served:
        """The program in the address."""
        parts = self.request.path_params
        found = self.state.programs.get(f"{parts['jurisdiction']}/{parts['program']}")
        if found is None:
            raise NotFound
        return found

    @property
    def here(self) -> Text:
        """The address of this page in both languages, its parts as they are."""
        parts = {key: str(part) for key, part in self.request.path_params.items() if key != "page"}
        return Text(path(self.name, "fr", **parts), path(self.name, "en", **parts))

    def to(self, name: str, **parts: str | Text) -> str:
        """Give the address of another page, of the same program where there is one."""
        own = {key: str(part) for key, part in self.request.path_params.items() if key in ("jurisdiction", "program")}
        return path(name, self.lang, **{**own, **parts})

    def page(self, template: str, *, here: Text | None = None, status: int = 200, **said: Any) -> Response:  # noqa: ANN401
        """Make the page."""
        self.request.state.visitor = self.visitor
        return rendering.page(self.request, template, self.lang, here=here or self.here, status=status, **said)

    def go(self, name: str, *, after: str = "", **parts: str | Text) -> Response:
        """Send the browser to another page after a POST."""
        return rendering.see_other(self.to(name, **parts) + after)


def token_for(secret: bytes, key: str) -> str:
    """Make the token that a form must bring back, from the session or visit that it was shown in."""
    return hmac.digest(secret, b"tirage intake page\n" + key.encode(), "sha256").hex()


async def visitor_of(request: Request, state: Intake) -> tuple[Visitor, str | None]:
    """Tell whose browser it is. Second: a new visit to be remembered by a cookie, where there is none yet."""
    now = state.clock() // 1_000_000
    written = cookie(request, SESSION)
    session = sessions.read(written, state.session_key, now)
    late = None if session else sessions.read(written, state.session_key, now - GRACE)
    found = await _account(session or late, state)
    if found is not None:
        csrf = token_for(state.secret, written)
        return (Visitor(found, None, csrf) if session else Visitor(None, found, csrf)), None
    visit = cookie(request, VISIT)
    made = None if len(visit) == VISIT_LENGTH else secrets.token_urlsafe(16)
    return Visitor(None, None, token_for(state.secret, made or visit)), made


async def _account(session: sessions.Session | None, state: Intake) -> Account | None:
    """Read the account of a session from the bank; None where it has signed out everywhere, or is erased."""
    if session is None:
        return None
    found = await state.read(lambda tx: account_of(tx, session.account))
    return found if found is not None and found.epoch == session.epoch else None


def comes_from_us(visit: Visit) -> bool:
    """Tell whether a POST comes from a page that we gave to this visitor.

    By its token; and where a browser says from where it sends, by that too (``null``: it does not say).
    """
    origin = visit.request.headers.get("origin", "null")
    ours = (visit.request.headers.get("host", ""), urlsplit(visit.state.config.url).netloc)
    same = origin == "null" or origin.partition("://")[2] in ours
    if visit.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    given = visit.posted.get("csrf", "")
    return same and hmac.compare_digest(given.encode(), visit.visitor.csrf.encode())


def remember(visit: Visit, response: Response, name: str, value: str, seconds: int) -> None:
    """Set a cookie that scripts cannot read and other sites do not send."""
    named, secure = cookie_name(visit.state, name), visit.state.config.secure
    response.set_cookie(named, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure)


def leave_nothing(visit: Visit, response: Response) -> None:
    """Have the browser forget whose it was: the next one to use it may be somebody else."""
    for name in (SESSION, TICKET):
        remember(visit, response, name, "", 0)


def first_program(visit: Visit) -> dict[str, str] | None:
    """Give the parts of the address of the program, where the service has only one."""
    return of_program(next(iter(visit.state.programs))) if len(visit.state.programs) == 1 else None
