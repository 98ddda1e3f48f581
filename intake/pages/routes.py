"""Every page, in both languages, and the style sheet."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import RedirectResponse, Response

from intake.pages import entry, form, identity, mine, operators, problem_pages, rendering, review, waiting
from intake.pages.routing import add
from intake.problems import preferred

router = APIRouter()
A_YEAR = "public, max-age=31536000, immutable"

add(router, "home", entry.home)
add(router, "accessibility", entry.accessibility)
add(router, "sign_in", entry.sign_in, entry.ask_link)
add(router, "mail_sent", entry.mail_sent)
add(router, "link", entry.link, entry.open_link)
add(router, "sign_out", None, entry.sign_out)
add(router, "identity", identity.show, identity.save)
add(router, "line", waiting.show)
add(router, "erase", mine.ask_erase, mine.erase)
add(router, "erased", mine.erased)
add(router, "operators", operators.show)
add(router, "mine", mine.show)
add(router, "form_resume", form.resume)
add(router, "form", form.show, form.save)
add(router, "review", review.show, review.deposit)
add(router, "conflict", review.conflict, review.settle)
add(router, "deposited", review.deposited)
add(router, "amend", None, mine.amend)
add(router, "give_up", None, mine.give_up)
add(router, "withdraw", mine.ask_withdraw, mine.withdraw)


async def style(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    """Give the style sheet; its name changes with what it says."""
    headers = {"Cache-Control": A_YEAR, "X-Content-Type-Options": "nosniff"}
    return Response(rendering.STYLE, media_type="text/css", headers=headers)


async def front(request: Request) -> Response:
    """Send a browser to the language that it likes better."""
    lang = preferred(request.headers.get("accept-language", ""))
    return RedirectResponse(f"/{lang}/", 303, {"Vary": "Accept-Language", "Cache-Control": "no-store"})


async def home_fr(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    """Send whoever left out the last stroke to the home page in French."""
    return RedirectResponse("/fr/", 303)


async def home_en(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    """Send whoever left out the last stroke to the home page in English."""
    return RedirectResponse("/en/", 303)


async def nowhere(request: Request) -> Response:
    """Say, in the language of the address, that there is no such page."""
    return problem_pages.nowhere(request)


router.add_api_route(rendering.STYLE_PATH, style, response_model=None, include_in_schema=False)
router.add_api_route("/", front, response_model=None, include_in_schema=False)
router.add_api_route("/fr", home_fr, response_model=None, include_in_schema=False)
router.add_api_route("/en", home_en, response_model=None, include_in_schema=False)
for lang in ("fr", "en"):
    router.add_api_route(
        f"/{lang}/{{rest:path}}", nowhere, methods=["GET", "POST"], response_model=None, include_in_schema=False
    )
