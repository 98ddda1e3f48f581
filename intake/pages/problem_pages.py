"""Pages for what does not go: no such page, too many requests, a bank that cannot write, a form of another session.

Where something was posted, the page shows it and can send it again, the same key with it: nothing typed is lost, and
nothing is done twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.pages import rendering
from intake.pages.answers import spoken
from intake.pages.form_file import form_of
from intake.pages.paths import PATHS, lang_of
from intake.pages.questions import in_words
from intake.problems import Problem
from rules.text import Text, same

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from intake.pages.visits import Elsewhere, Visit

HIDDEN = ("csrf", "key", "seen", "token", "sequence", "keep", "stay")
ASKED = ("erase", "withdraw", "conflict")  # pages that ask before what cannot be undone
NO_PAGE = Text("Cette page n’existe pas", "There is no such page")
NO_PAGE_WHY = Text(
    "L’adresse est peut-être incomplète. Rien de ce que vous avez enregistré n’est perdu.",
    "The address may be incomplete. Nothing that you have saved is lost.",
)
CLOSED = Text("Ce programme ne reçoit pas de déclaration aujourd’hui", "This program takes no declarations today")
CLOSED_WHY = Text(
    "Sa règle n’est pas en vigueur aujourd’hui : il n’a pas commencé, ou il est terminé. Ce que vous avez enregistré "
    "est gardé.",
    "Its law is not in force today: it has not begun, or it has ended. What you have saved is kept.",
)
BUSY = Text("Le service ne répond pas en ce moment", "The service cannot answer at the moment")
BUSY_WHY = Text(
    "Votre place dans la file et tout ce que vous avez enregistré sont gardés.",
    "Your place in the line and everything that you have saved are kept.",
)
NOT_WRITTEN = Text("Pas encore enregistré", "Not saved yet")
NOT_WRITTEN_WHY = Text(
    "La banque ne peut pas écrire en ce moment. Ce que vous avez envoyé est sur cette page : attendez un peu, puis "
    "envoyez-le de nouveau. Rien ne sera fait deux fois.",
    "The bank cannot write at the moment. What you sent is on this page: wait a little, then send it again. Nothing "
    "will be done twice.",
)
NOT_OURS = Text("Envoyer de nouveau ?", "Send again?")
NOT_OURS_WHY = Text(
    "Votre session n’est plus celle dans laquelle cette page a été montrée. Rien n’est enregistré encore. Si c’est "
    "bien vous qui avez envoyé ce qui suit, envoyez-le de nouveau.",
    "Your session is no longer the one in which this page was shown. Nothing is saved yet. If it was you who sent what "
    "follows, send it again.",
)


def sent(other: Elsewhere) -> Response:
    """Send the visitor to the page where they belong."""
    return rendering.see_other(other.address)


def not_found(visit: Visit) -> Response:
    """Say that there is no such page."""
    return visit.page("problem.html", here=PATHS["home"], status=404, title=NO_PAGE, why=NO_PAGE_WHY, again="", every=0)


def nowhere(request: Request) -> Response:
    """Say that there is no page at an address that no route has."""
    lang = lang_of(request.url.path)
    return rendering.page(
        request,
        "problem.html",
        lang,
        here=PATHS["home"],
        status=404,
        title=NO_PAGE,
        why=NO_PAGE_WHY,
        again="",
        every=0,
    )


def closed(visit: Visit) -> Response:
    """Say that the program has no law today, so that nothing can be declared."""
    return visit.page("problem.html", here=PATHS["home"], status=410, title=CLOSED, why=CLOSED_WHY, again="", every=0)


def told(visit: Visit, problem: Problem) -> Response:
    """Say what the service has to say: too often, not your turn, too long."""
    status, wait = problem.kind.status, problem.retry_after
    again = visit.to(visit.name, **_parts(visit)) if status in (429, 503) else ""
    response = visit.page(
        "problem.html",
        here=PATHS["home"],
        status=status,
        title=problem.kind.title,
        why=problem.detail,
        again=again,
        every=0,
    )
    response.headers["X-Problem"] = problem.code
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    return response


def unavailable(visit: Visit, wait: int) -> Response:
    """Say that the bank cannot be read now, and come back by itself."""
    response = visit.page(
        "problem.html",
        here=visit.here if not _parts(visit).get("page") else PATHS["home"],
        status=503,
        title=BUSY,
        why=BUSY_WHY,
        again=visit.request.url.path,
        every=wait,
    )
    response.headers["Retry-After"] = str(wait)
    response.headers["Refresh"] = str(wait)
    response.headers["X-Problem"] = "unavailable"
    return response


def not_written(visit: Visit, wait: int) -> Response:
    """Show what was posted and not written, to be sent again as it was."""
    response = _again(visit, 503, NOT_WRITTEN, NOT_WRITTEN_WHY)
    response.headers["X-Problem"] = "unavailable"
    response.headers["Retry-After"] = str(wait)
    return response


def too_many(visit: Visit, wait: int) -> Response:
    """Show what was posted too soon after much else, to be sent again as it was."""
    problem = Problem("too_many")
    response = _again(visit, 429, problem.kind.title, problem.detail)
    response.headers["X-Problem"] = problem.code
    response.headers["Retry-After"] = str(wait)
    return response


def not_ours(visit: Visit) -> Response:
    """Show what was posted from a page of another session: only its person can send it again.

    What cannot be undone, and carries nothing that was typed, is asked about anew instead.
    """
    if visit.name in ASKED:
        return visit.go(visit.name)
    return _again(visit, 403, NOT_OURS, NOT_OURS_WHY)


def _again(visit: Visit, status: int, title: Text, why: Text) -> Response:
    posted = [(name, said) for name, said in visit.posted.items() if name != "csrf"]
    return visit.page(
        "again.html",
        here=PATHS["home"],
        status=status,
        title=title,
        why=why,
        address=visit.request.url.path,
        posted=posted,
        shown=_shown(visit),
        sign_in=not visit.visitor.signed_in and visit.name not in ("sign_in", "link"),
    )


def _shown(visit: Visit) -> list[tuple[Text, str]]:
    """Give what was typed in words, question by question; what is no question of the form, as it is."""
    parts = visit.request.path_params
    served = visit.state.programs.get(f"{parts.get('jurisdiction')}/{parts.get('program')}")
    if visit.name != "form" or served is None:
        return [(same(name), said) for name, said in visit.posted.items() if name not in HIDDEN and said]
    fields = [field for field in form_of(served.regulation).fields if any(part in visit.posted for part in field.parts)]
    return [
        (field.title, in_words(field, spoken(field, visit.posted), served.regulation).to(visit.lang))
        for field in fields
    ]


def _parts(visit: Visit) -> dict[str, str]:
    return {name: str(part) for name, part in visit.request.path_params.items()}
