"""Signing in and out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response

from intake import sessions
from intake.api.asking import SECOND, answer, intake_of, json_of, lang_of, peer, signed_in
from intake.api.schema import described
from intake.clock import instant
from intake.limits import network
from intake.mail import normal, sign_in_message
from intake.messages import FieldFault, echo
from intake.problems import Problem
from intake.sign_in import MICROSECONDS, has_link, keep_link, sign_out, spend_link
from rules.text import Text

if TYPE_CHECKING:
    from intake.state import Account, Intake
    from rules.text import Lang

router = APIRouter()
LONGEST_TOKEN = 200
NO_ADDRESS = FieldFault(
    "email",
    "not_an_address",
    Text(
        "Ce n’est pas une adresse de courriel. Écrivez par exemple prenom.nom@exemple.ca.",
        "This is no e-mail address. Write for example first.last@example.ca.",
    ),
)
NO_LANG = FieldFault("lang", "unknown_answer", Text("Écrivez « fr » ou « en ».", "Write “fr” or “en”."))
NO_TOKEN = FieldFault(
    "token",
    "not_a_token",
    Text(
        "Ce n’est pas le jeton d’un lien. Copiez en entier celui qui est arrivé par courriel.",
        "This is not the token of a link. Copy all of the one that came by e-mail.",
    ),
)


@router.post(
    "/v1/sign-in",
    **described(
        "Demander un lien de connexion", "Ask for a sign-in link", ok={202: "Sent"}, body="SignIn", signed=False
    ),
)
async def ask(request: Request) -> Response:
    """Send a one-time link. The answer is the same whether or not there is an account."""
    said = await json_of(request)
    email, lang = _asked(said, lang_of(request))
    await send_link(intake_of(request), email, lang, peer(request))
    return answer({"minutes": MICROSECONDS // SECOND // 60}, 202)


async def send_link(intake: Intake, email: str, lang: Lang, address: str) -> None:
    """Keep a new link and have it sent to an address in its normal spelling; the pages do this too.

    Raises:
        Problem: too often (429), or mail cannot wait any more (503).
    """
    now = intake.clock() / SECOND
    limiters = intake.limiters
    wait = limiters.sign_in_address.take(network(address), now) or limiters.sign_in_email.take(email.casefold(), now)
    if wait:
        raise Problem("too_many", retry_after=wait)
    if intake.post.full:
        raise Problem("unavailable", retry_after=30)
    token = sessions.new_token()
    await intake.writer.run(lambda tx, at: keep_link(tx, at, token, email, lang))
    if not intake.post.put(partial(sign_in_message, email, token, intake.config.url, lang)):
        raise Problem("unavailable", retry_after=30)


def _asked(said: dict[str, Any], lang: Lang) -> tuple[str, Lang]:
    faults = _unknown(said, ("email", "lang"))
    written = said.get("email")
    email = normal(written) if isinstance(written, str) else None
    if email is None:
        faults.append(NO_ADDRESS)
    chosen = said.get("lang", lang)
    if chosen not in ("fr", "en"):
        faults.append(NO_LANG)
    if faults or email is None:
        raise Problem("refused", errors=faults)
    return email, chosen


def _unknown(said: dict[str, Any], names: tuple[str, ...]) -> list[FieldFault]:
    """Say of fields that are not asked for that they are not."""
    said_of_it = Text(
        f"Ce champ est de trop. Gardez : {', '.join(names)}.", f"This field is one too many. Keep: {', '.join(names)}."
    )
    return [FieldFault(echo(name), "unknown_field", said_of_it) for name in list(said)[:10] if name not in names]


@router.post(
    "/v1/sessions",
    **described(
        "Ouvrir une session",
        "Open a session",
        ok={201: "Session"},
        body="Token",
        problems=("link_spent",),
        signed=False,
    ),
)
async def begin(request: Request) -> Response:
    """Spend a one-time link, and open a session."""
    said = await json_of(request)
    token = said.get("token")
    faults = _unknown(said, ("token",))
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
        faults.append(NO_TOKEN)
    if faults:
        raise Problem("refused", errors=faults)
    session, until, _ = await open_session(intake_of(request), str(token), peer(request))
    return answer({"session": session, "expires_at": instant(until * SECOND).isoformat()}, 201)


async def open_session(intake: Intake, token: str, address: str) -> tuple[str, int, Account]:
    """Spend a token: give a session, when it ends (seconds since 1970), and the account; the pages do this too.

    Raises:
        Problem: too often (429), or the link is of no use any more (401).
    """
    now = intake.clock()
    if not await intake.read(lambda tx: has_link(tx, token)):  # who guesses is counted, and keeps nobody out
        wait = intake.limiters.session_address.take(network(address), now / SECOND)
        raise Problem("too_many", retry_after=wait) if wait else Problem("link_spent")
    account = await intake.writer.run(lambda tx, at: spend_link(tx, at, token))
    if account is None:
        raise Problem("link_spent")
    until = now // SECOND + sessions.SECONDS
    session = sessions.Session(account.account, account.epoch, until)
    return sessions.write(session, intake.session_key), until, account


@router.delete(
    "/v1/sessions",
    **described("Fermer toutes ses sessions", "Sign out everywhere", ok={204: None}),
)
async def end(request: Request) -> Response:
    """End every session of the account."""
    await end_sessions(intake_of(request), await signed_in(request))
    return Response(status_code=204)


async def end_sessions(intake: Intake, account: Account) -> None:
    """Sign an account out everywhere; the pages do this too."""
    await intake.writer.run(lambda tx, _at: sign_out(tx, account.account))
    intake.accounts.forget(account.account)
