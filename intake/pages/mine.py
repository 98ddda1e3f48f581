"""My declaration: what stands in the bank, its score, what changes when; to amend, withdraw, or erase everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from intake import bank
from intake.api.person import erase_account
from intake.bank import Order
from intake.event import Event, Kind
from intake.expiry import Validity, draft_until
from intake.pages import drafts
from intake.pages.answers import retyped, sent
from intake.pages.dates import day_and_hour, local_day
from intake.pages.drafts import IDENTITY, Draft, Kept
from intake.pages.form_file import form_of
from intake.pages.questions import answers_of
from intake.pages.review import Section, answered_before, key_for, key_of, read_standing, sections, stands
from intake.pages.score import standing
from intake.pages.visits import leave_nothing
from intake.problems import Problem
from rules.text import Text
from rules.titles import LANGS

if TYPE_CHECKING:
    from typing import Any

    from starlette.responses import Response

    from intake.pages.answers import Typed
    from intake.pages.form_file import Form
    from intake.pages.visits import Visit
    from intake.store import Transaction

ENDED = {
    Kind.WITHDRAW: Text("Vous avez retiré votre déclaration le", "You withdrew your declaration on"),
    Kind.EXPIRE: Text("Votre déclaration a cessé de compter le", "Your declaration ceased to count on"),
}


async def show(visit: Visit) -> Response:
    """Show what stands, with its score; the draft, where there is one."""
    served, person = visit.served, visit.person
    found = await stands(visit, person)
    zone, regulation = served.program.source.time_zone, served.regulation
    score, ends, answered = None, None, list[Section]()
    if found.live is not None and found.body is not None:
        ends = Validity.on(served.program, visit.state.clock()).ends(found.live.first_at)
        score = standing(found.body, regulation, served.today, None if ends is None else local_day(ends, zone))
        answered = _sections(visit, found.body)
    typed_at = max((kept.at for kept in found.draft.pages.values()), default=None)
    return visit.page(
        "mine.html",
        title=regulation.title,
        live=found.live,
        event=found.event,
        last=None if found.last is None or found.live is not None else _ended(found.last, zone),
        draft=typed_at,
        draft_until=None if typed_at is None else draft_until(typed_at),
        resume=visit.to("form_resume"),
        addresses={name: visit.to(name) for name in ("amend", "withdraw", "give_up")},
        score=score,
        ends=ends,
        zone=zone,
        answered=answered,
    )


def _ended(last: Event, zone: str) -> Text | None:
    if last.kind not in ENDED:
        return None
    said = ENDED[last.kind]
    fr, en = (f"{said.to(lang)} {day_and_hour(last.at, zone, lang)}." for lang in LANGS)
    return Text(fr, en)


def _sections(visit: Visit, body: dict[str, Any]) -> list[Section]:
    """Give what stands in words, page by page."""
    served = visit.served
    pages = {page: Kept(typed, 0) for page, typed in _pages(form_of(served.regulation), body).items()}
    return sections(visit, answers_of(Draft(pages, {}, 0), served.regulation, served.today))


def _pages(form: Form, body: dict[str, Any]) -> dict[str, Typed]:
    """Put what stands back into what would be typed, page by page."""
    typed = retyped(form, body)
    return {page.id: sent(page, typed) for page in form.pages}


async def amend(visit: Visit) -> Response:
    """Begin a draft from what stands, unless there is one."""
    served, person = visit.served, visit.person
    form = form_of(served.regulation)

    def work(tx: Transaction, at: int) -> None:
        found = read_standing(tx, served.id, person)
        if found.live is not None and found.body is not None and not found.draft.pages:
            drafts.begin_from(tx, at, person, served.id, found.sequence, _pages(form, found.body))

    await visit.state.writer.run(work)
    return visit.go("form", page=form.pages[0].slug)


async def give_up(visit: Visit) -> Response:
    """Forget the draft."""
    person, program = visit.person, visit.served.id
    await visit.state.writer.run(lambda tx, _at: drafts.drop(tx, person, program))
    return visit.go("mine")


async def ask_withdraw(visit: Visit) -> Response:
    """Ask before a declaration is withdrawn."""
    return await _ask_withdraw(visit, changed=False)


async def _ask_withdraw(visit: Visit, *, changed: bool) -> Response:
    person, program = visit.person, visit.served.id
    found = await stands(visit, person)
    if found.live is None:
        return visit.go("mine")
    return visit.page(
        "withdraw.html",
        status=409 if changed else 200,
        changed=changed,
        live=found.live,
        key=key_for(visit.state.secret, program, person, found.last, "withdraw"),
        back=visit.to("mine"),
    )


async def withdraw(visit: Visit) -> Response:
    """Withdraw what was shown, and keep its answers as a draft."""
    served, person = visit.served, visit.person
    key, shown = key_of(visit), visit.posted.get("sequence", "")
    form = form_of(served.regulation)

    def work(tx: Transaction, at: int) -> bool:
        if answered_before(tx, person, key):
            return True
        found = read_standing(tx, served.id, person)
        if found.live is None:
            return True
        if str(found.sequence) != shown or not key:
            return False
        made = bank.withdraw(tx, at, Order(served.id, person, key), found.live.version)
        if made.status >= 400:
            raise Problem(made.code)
        if found.body is not None and not found.draft.pages:
            drafts.begin_from(tx, at, person, served.id, 0, _pages(form, found.body))
        drafts.rebase(tx, at, person, served.id, 0)
        visit.state.metrics.accepted("withdraw")
        return True

    if not await visit.state.writer.run(work):
        return await _ask_withdraw(visit, changed=True)
    return visit.go("mine")


async def ask_erase(visit: Visit) -> Response:
    """Ask before everything is erased."""
    visit.account  # noqa: B018 - sends to sign in whoever is not
    return visit.page("erase.html", done=False)


async def erased(visit: Visit) -> Response:
    """Say that everything is erased."""
    return visit.page("erase.html", done=True)


async def erase(visit: Visit) -> Response:
    """Forget the person and the account."""
    account = visit.account

    await visit.state.writer.run(lambda tx, _at: drafts.drop(tx, account.account, IDENTITY))
    await erase_account(visit.state, account)
    response = visit.go("erased")
    leave_nothing(visit, response)
    return response
