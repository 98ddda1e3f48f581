"""The waiting line: the place, an honest estimate, the ticket; the page comes again until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from intake.api.asking import cookie
from intake.line_words import no_points, said
from intake.openings import Policy
from intake.pages.visits import MONTH, TICKET, Elsewhere, Visit, first_program, remember
from intake.tickets import TicketRefused

if TYPE_CHECKING:
    from starlette.responses import Response

    from intake.place import Place

STOPPED = ("arret", "stop")
LEAST_EVERY = 5


async def show(visit: Visit) -> Response:
    """Show where the person stands; send whoever's turn has come to the form."""
    place = _held(visit) if visit.visitor.account is None else await visit.state.line.take(visit.person)
    if place.admitted and visit.visitor.account is None:
        return visit.go("sign_in")
    if place.admitted:
        only = first_program(visit)
        return visit.go("home") if only is None else visit.go("form_resume", **only)
    auto = not any(name in visit.request.query_params for name in STOPPED)
    every = max(LEAST_EVERY, place.retry_after)
    regulation = next(iter(visit.state.programs.values())).regulation
    response = visit.page(
        "line.html",
        place=place,
        sentences=said(place)[:-1],  # the last one says when the page comes again, which this page lets one stop
        no_points=no_points(regulation),
        auto=auto,
        **_draw(visit),
        every=every,
    )
    response.headers["Retry-After"] = str(every)
    if auto:
        response.headers["Refresh"] = str(every)
    remember(visit, response, TICKET, place.ticket, MONTH)
    return response


def _draw(visit: Visit) -> dict[str, Any]:
    """Give what lets anyone check a draw: the digest of its seed from the beginning, the seed once it is done."""
    line = visit.state.line
    account = visit.visitor.account
    return {
        "seed_digest": line.opening.seed_digest if line.opening.policy is Policy.RANDOM else "",
        "seed": "" if line.seed is None else line.seed.hex(),
        "person": "" if account is None else account.person or "",
    }


def _held(visit: Visit) -> Place:
    """Read the ticket that the browser has kept, after the session has ended; without one, send to sign in."""
    try:
        return visit.state.line.place(cookie(visit.request, TICKET))
    except TicketRefused:
        raise Elsewhere(visit.to("sign_in")) from None
