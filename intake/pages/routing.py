"""From a page's name to its routes in both languages, and what becomes of whatever goes wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response  # noqa: TC002 - FastAPI reads it

from intake.api.asking import SECOND
from intake.pages import problem_pages
from intake.pages.paths import PATHS
from intake.pages.visits import MONTH, VISIT, Elsewhere, NotFound, Visit, comes_from_us, remember, visitor_of
from intake.problems import WAIT, Problem
from intake.store import StoreFailed
from intake.writer import Unavailable
from rules.faults import LawError
from rules.titles import LANGS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from fastapi import APIRouter

    from rules.text import Lang

    Answer = Callable[[Visit], Awaitable[Response]]

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 200
ENTRIES = ("sign_in", "link")  # pages with a form for who is not signed in: elsewhere, no cookie is set
OURS = (Elsewhere, NotFound, Problem, HTTPException, LawError)


def add(router: APIRouter, name: str, get: Answer | None = None, post: Answer | None = None) -> None:
    """Add the routes of a page: shown by ``get``, done by ``post``. What is only done shows the page it belongs to."""
    methods = ["GET", "POST"] if post else ["GET"]
    for lang in LANGS:
        router.add_api_route(
            PATHS[name].to(lang),
            _endpoint(name, lang, get, post),
            methods=methods,
            name=f"{name}.{lang}",
            response_model=None,
            include_in_schema=False,
        )


def _endpoint(
    name: str, lang: Lang, get: Answer | None, post: Answer | None
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        visitor, made = await visitor_of(request, request.app.state.intake)
        visit = Visit(request, name, lang, request.app.state.intake, visitor)
        if request.method == "POST" and post is not None:
            response = await _posted(visit, post)
        else:
            response = await _shown(visit, get)
        if made is not None and (name in ENTRIES or request.method == "POST"):
            remember(visit, response, VISIT, made, MONTH)
        return response

    return endpoint


async def _shown(visit: Visit, get: Answer | None) -> Response:
    if get is None:
        return visit.go("mine" if "program" in visit.request.path_params else "home")
    wait = _too_soon(visit)
    if wait:
        return problem_pages.told(visit, Problem("too_many", retry_after=wait))
    try:
        return await get(visit)
    except (Unavailable, StoreFailed) as failed:
        return problem_pages.unavailable(visit, WAIT[failed.reason])
    except OURS as raised:
        return _instead(visit, raised)


async def _posted(visit: Visit, post: Answer) -> Response:
    try:
        visit.posted = await _form_of(visit.request)
        wait = _too_soon(visit)
        if wait:
            return problem_pages.too_many(visit, wait)
        return await post(visit) if comes_from_us(visit) else problem_pages.not_ours(visit)
    except (Unavailable, StoreFailed) as failed:
        return problem_pages.not_written(visit, WAIT[failed.reason])
    except OURS as raised:
        return _instead(visit, raised)


async def _form_of(request: Request) -> dict[str, str]:
    """Read a form as browsers send ours; nothing of one in parts, which have charsets of their own."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        return {}
    form = await request.form(max_fields=MOST_FIELDS)
    return {name: said for name, said in form.items() if isinstance(said, str)}


def _too_soon(visit: Visit) -> int:
    """Count a request of somebody signed in, with those of their programs: 0, or the seconds to wait."""
    known = visit.visitor.account or visit.visitor.ended
    return 0 if known is None else visit.state.limiters.account.take(known.account, visit.state.clock() / SECOND)


def _instead(visit: Visit, raised: Exception) -> Response:
    """Give the page that is shown instead of the one asked for."""
    if isinstance(raised, Elsewhere):
        return problem_pages.sent(raised)
    if isinstance(raised, NotFound):
        return problem_pages.not_found(visit)
    if isinstance(raised, LawError):
        return problem_pages.closed(visit)
    return problem_pages.told(visit, raised if isinstance(raised, Problem) else Problem("too_large"))
