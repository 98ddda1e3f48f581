"""The pages of the form: each is kept as it was typed, then checked, then shown again or followed by the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake.api.line import admitted
from intake.pages import answers, drafts
from intake.pages.form_file import Form, FormPage, form_of
from intake.pages.paths import path
from intake.pages.questions import Answers, Step, answers_of
from intake.pages.rendering import see_other
from intake.pages.visits import Elsewhere, NotFound, Visit
from intake.problems import Problem
from rules.text import Text

if TYPE_CHECKING:
    from starlette.responses import Response

ERRORS = Text("#erreurs", "#errors")
SAVED = Text("?enregistre=1", "?saved=1")
SAVED_NAMES = ("enregistre", "saved")
TWICE = Text("#deux-onglets", "#two-tabs")
REVIEW = Text("Vérifier et déposer", "Review and submit")
READY, NOT_READY = Text("prêt", "ready"), Text("à faire", "to do")


async def come_in(visit: Visit) -> str:
    """Give the person, who is sent to the line until their turn has come."""
    person = visit.person
    try:
        await admitted(visit.state, person)
    except Problem as problem:
        if problem.code == "not_admitted":
            raise Elsewhere(path("line", visit.lang)) from None
        raise
    return person


async def checked(visit: Visit, person: str) -> Answers:
    """Read the draft of a person and check it against the law of the day."""
    served = visit.served
    draft = await visit.state.read(lambda tx: drafts.read(tx, person, served.id))
    return answers_of(draft, served.regulation, served.today)


def steps(visit: Visit, found: Answers) -> list[Step]:
    """Give the pages of the form and the review, and how far each has come."""
    pages = [Step(page.id, page.title, found.state(page), visit.to("form", page=page.slug)) for page in found.pages]
    ready = READY if found.good is not None else NOT_READY
    return [*pages, Step("review", REVIEW, ready, visit.to("review"))]


async def resume(visit: Visit) -> Response:
    """Go on where the person was."""
    found = await checked(visit, await come_in(visit))
    page = found.next_page()
    return visit.go("review") if page is None else visit.go("form", page=page.slug)


async def show(visit: Visit) -> Response:
    """Show a page of the form with what was typed, and what is wrong with it."""
    found = await checked(visit, await come_in(visit))
    page = _page(visit, found.form)
    if page not in found.pages:
        return await resume(visit)
    return _rendered(visit, found, page)


def _page(visit: Visit, form: Form) -> FormPage:
    found = form.page(str(visit.request.path_params["page"]), visit.lang)
    if found is None:
        raise NotFound
    return found


def _rendered(visit: Visit, found: Answers, page: FormPage) -> Response:
    parts = found.shown(page)
    faults = [one for _, _, questions in parts for one in questions if one.message is not None]
    place = found.pages.index(page)
    other = found.draft.replaced.get(page.id)
    return visit.page(
        "form.html",
        here=Text(*(_address(visit, page, lang) for lang in ("fr", "en"))),
        form_page=page,
        form_parts=parts,
        faults=faults,
        unsaved=False,
        saved=not faults and any(name in visit.request.query_params for name in SAVED_NAMES),
        seen=found.draft.seen_of(page.id),
        replaced=[] if other is None else _differences(found, page, other.typed, visit),
        steps=steps(visit, found),
        before=visit.to("form", page=found.pages[place - 1].slug) if place else "",
    )


def _address(visit: Visit, page: FormPage, lang: str) -> str:
    own = {key: str(part) for key, part in visit.request.path_params.items() if key != "page"}
    return path("form", "fr" if lang == "fr" else "en", page=page.slug, **own)


def _differences(found: Answers, page: FormPage, other: answers.Typed, visit: Visit) -> list[tuple[Text, str, str]]:
    """Give the questions that two tabs answered otherwise, with both answers as they were typed."""
    rows = []
    for field in page.fields:
        theirs, mine = (
            " ".join(one for part in field.parts if (one := typed.get(part, ""))) for typed in (other, found.typed)
        )
        if theirs != mine:
            words = dict(field.options)
            rows.append((field.title, _words(theirs, words, visit), _words(mine, words, visit)))
    return rows


def _words(answer: str, words: dict[str, Text], visit: Visit) -> str:
    return words[answer].to(visit.lang) if answer in words else answer or "–"


async def save(visit: Visit) -> Response:
    """Keep a page as it was typed, before it is checked; then show what is wrong with it, or the next page."""
    served, late = visit.served, visit.visitor.ended
    page = _page(visit, form_of(served.regulation))
    if late is not None and late.person is not None:
        await _keep(visit, late.person, page)
        return see_other(path("sign_in", visit.lang) + ("?fin=1" if visit.lang == "fr" else "?ended=1"))
    person = visit.person
    if "keep" in visit.posted:
        other = visit.posted["keep"] == "other"
        await visit.state.writer.run(lambda tx, at: drafts.settle(tx, at, person, served.id, page.id, other=other))
        return visit.go("form", page=page.slug)
    twice = await _keep(visit, person, page)
    await come_in(visit)
    found = await checked(visit, person)
    if twice:
        return visit.go("form", page=page.slug, after=TWICE.to(visit.lang))
    if any(field.name in found.messages for field in page.fields):
        return visit.go("form", page=page.slug, after=ERRORS.to(visit.lang))
    if "stay" in visit.posted:
        return visit.go("form", page=page.slug, after=SAVED.to(visit.lang))
    return _onwards(visit, found, page)


async def _keep(visit: Visit, person: str, page: FormPage) -> bool:
    typed, seen = answers.sent(page, visit.posted), visit.posted.get("seen", "")
    program = visit.served.id
    return await visit.state.writer.run(lambda tx, at: drafts.keep(tx, at, person, program, page.id, typed, seen))


def _onwards(visit: Visit, found: Answers, page: FormPage) -> Response:
    """Go to the page after this one; after the last, to the first that is not done, or to the review."""
    pages = found.pages
    place = pages.index(page) + 1 if page in pages else len(pages)
    if place < len(pages):
        return visit.go("form", page=pages[place].slug)
    left = found.next_page()
    return visit.go("review") if left is None else visit.go("form", page=left.slug)
