"""The line at the door: a ticket, the place it holds, and whether its turn has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response  # noqa: TC002 - FastAPI reads it

from intake.api.asking import answer, intake_of, person_of
from intake.api.schema import TICKET_HEADER, described
from intake.problems import Problem
from intake.tickets import TicketRefused
from rules.text import Text

if TYPE_CHECKING:
    from intake.place import Place
    from intake.state import Intake

router = APIRouter()
BAD_TICKET = Text(
    "Ce billet n’est pas de cette file, ou il a été modifié. Reprenez le vôtre : POST /v1/line, en session.",
    "This ticket is not of this line, or it was altered. Take your own again: POST /v1/line, signed in.",
)


@router.post(
    "/v1/line",
    **described(
        "Prendre sa place dans la file ; toujours la même",
        "Take one’s place in the line; always the same",
        ok={200: "Place"},
        problems=("no_person",),
    ),
)
async def take(request: Request) -> Response:
    """Give a person their place."""
    place = await intake_of(request).line.take(await person_of(request))
    return _told(place)


@router.get(
    "/v1/line",
    **described(
        "Où en est sa place", "Where one stands", ok={200: "Place"}, problems=("no_person",), headers=(TICKET_HEADER,)
    ),
)
async def stand(request: Request) -> Response:
    """Tell where a person stands, or the holder of a ticket."""
    line = intake_of(request).line
    ticket = request.headers.get("ticket")
    if ticket is None:
        return _told(await line.take(await person_of(request)))
    try:
        return _told(line.place(ticket))
    except TicketRefused:
        raise Problem("bad_header", BAD_TICKET) from None


async def admitted(intake: Intake, person: str) -> None:
    """Let a person through whose turn has come; whoever has no ticket yet gets one.

    Raises:
        Problem: it is not their turn (429), with their place.
    """
    place = await intake.line.take(person)
    if not place.admitted:
        raise Problem("not_admitted", retry_after=place.retry_after, more={"place": said(place)})
    intake.line.came(person)


def said(place: Place) -> dict[str, Any]:
    """Write a place as it is sent."""
    return {
        "ticket": place.ticket,
        "position": place.position,
        "ahead": place.ahead,
        "admitted": place.admitted,
        "estimate_seconds": place.estimate_seconds,
        "retry_after": place.retry_after,
    }


def _told(place: Place) -> Response:
    headers = None if place.admitted else {"Retry-After": str(place.retry_after)}
    return answer(said(place), headers=headers)
