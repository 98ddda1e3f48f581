"""Coming in and going out: home, the one-time link, the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake import sessions
from intake.api.asking import peer
from intake.api.sign_in import LONGEST_TOKEN, end_sessions, open_session, send_link
from intake.line_words import no_points
from intake.mail import normal
from intake.pages.drafts import read
from intake.pages.form_file import form_of
from intake.pages.paths import of_program, path
from intake.pages.rendering import see_other
from intake.pages.visits import GRACE, SESSION, Visit, first_program, leave_nothing, remember
from intake.problems import Problem
from rules.text import Text

if TYPE_CHECKING:
    from starlette.responses import Response

    from intake.state import Account, Served

LONGEST_ADDRESS = 254
NO_ADDRESS = Text(
    "Écrivez votre adresse de courriel, par exemple prenom.nom@exemple.ca.",
    "Write your e-mail address, for example first.last@example.ca.",
)
ENDED = Text(
    "Votre session était finie. Ce que vous veniez d’écrire est enregistré : ouvrez une session pour continuer.",
    "Your session had ended. What you had just written is saved: sign in to go on.",
)
ADDRESS_TITLE = Text("Adresse de courriel", "E-mail address")
COOKIE_SECONDS = sessions.SECONDS + GRACE


class Fault:
    """One thing to be corrected, for the summary of a page that is not a page of the form."""

    def __init__(self, at: str, title: Text, message: Text) -> None:
        self.at, self.title, self.message = f"#{at}", title, message


async def home(visit: Visit) -> Response:
    """Say what this is, and lead to the programs."""
    served = visit.state.programs.values()
    open_ = [_program(one, visit) for one in served if one.program.in_force(one.today)]
    closed = [one.program.source.title.text for one in served if not one.program.in_force(one.today)]
    return visit.page("home.html", programs=open_, closed=closed)


def _program(served: Served, visit: Visit) -> dict[str, Any]:
    """Say how long the form of a program is, and what its law makes of the line."""
    form = form_of(served.regulation)
    return {
        "title": served.regulation.title,
        "address": path("mine", visit.lang, **of_program(served.id)),
        "pages": len(form.pages),
        "questions": len(form.fields),
        "no_points": no_points(served.regulation),
    }


async def accessibility(visit: Visit) -> Response:
    """State what is accessible, and what nobody has checked."""
    return visit.page("accessibility.html")


async def sign_in(visit: Visit) -> Response:
    """Ask for an address."""
    return _sign_in(visit, "", None)


def _sign_in(visit: Visit, email: str, message: Text | None) -> Response:
    notice = ENDED if visit.request.query_params.get("fin", visit.request.query_params.get("ended")) else None
    faults = [Fault("email", ADDRESS_TITLE, message)] if message else []
    return visit.page(
        "sign_in.html",
        status=422 if message else 200,
        email=email,
        message=message,
        faults=faults,
        notice=notice,
    )


async def ask_link(visit: Visit) -> Response:
    """Send a link, and say so whether or not there is an account."""
    typed = visit.posted.get("email", "")[:LONGEST_ADDRESS]
    email = normal(typed)
    if email is None:
        return _sign_in(visit, typed, NO_ADDRESS)
    await send_link(visit.state, email, visit.lang, peer(visit.request))
    return visit.go("mail_sent")


async def mail_sent(visit: Visit) -> Response:
    """Say that a mail is on its way."""
    return visit.page("mail_sent.html")


async def link(visit: Visit) -> Response:
    """Show a button: following a link signs nobody in, since scanners of mail follow links too."""
    token = visit.request.query_params.get("token", "")[:LONGEST_TOKEN]
    here = Text(*(f"{path('link', lang)}?token={token}" for lang in ("fr", "en"))) if token else visit.here
    return visit.page("link.html", here=here, token=token, spent=not token, address=path("link", visit.lang))


async def open_link(visit: Visit) -> Response:
    """Spend a link, open the session, and go on where the person was."""
    token = visit.posted.get("token", "")
    if not 0 < len(token) <= LONGEST_TOKEN:
        return visit.page("link.html", status=401, token="", spent=True, address="")
    try:
        session, _, account = await open_session(visit.state, token, peer(visit.request))
    except Problem as problem:
        if problem.code != "link_spent":
            raise
        if visit.visitor.account is not None:  # pressed twice
            return see_other(await where_they_were(visit, visit.visitor.account))
        return visit.page("link.html", status=401, token="", spent=True, address="")
    response = see_other(await where_they_were(visit, account))
    remember(visit, response, SESSION, session, COOKIE_SECONDS)
    return response


async def where_they_were(visit: Visit, account: Account) -> str:
    """Tell where a person goes on: who they are, their draft or declaration, or the choice of programs."""
    if account.person is None:
        return visit.to("identity")
    person = account.person
    for program in visit.state.programs:
        draft = await visit.state.read(lambda tx, program=program: read(tx, person, program))  # type: ignore[misc]
        if draft.pages:
            return path("form_resume", visit.lang, **of_program(program))
    only = first_program(visit)
    return visit.to("home") if only is None else path("mine", visit.lang, **only)


async def sign_out(visit: Visit) -> Response:
    """End the session, on every device."""
    if visit.visitor.account is not None:
        await end_sessions(visit.state, visit.visitor.account)
    response = visit.go("home")
    leave_nothing(visit, response)
    return response
