"""Review and deposit: what will be deposited, what it is worth by the law of the day, and the one button that does it.

The key of the deposit is made with the page, from what stands in the bank and in the draft: the same page, reloaded or
sent twice, deposits once.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from intake import bank
from intake.api.asking import KEY
from intake.bank import Answer, Live, Order
from intake.event import COLUMNS, Event
from intake.pages import answers, drafts
from intake.pages.form import ERRORS, come_in, steps
from intake.pages.paths import of_program
from intake.pages.questions import Answers, answers_of, in_words
from intake.pages.score import standing
from intake.problems import Problem

if TYPE_CHECKING:
    from starlette.responses import Response

    from intake.pages.drafts import Draft
    from intake.pages.form_file import Form, FormPage
    from intake.pages.visits import Visit
    from intake.state import Served
    from intake.store import Transaction
    from rules.regulation import Regulation
    from rules.text import Lang, Text

KINDS = {"deposited": "deposit", "amended": "amend"}


@dataclass(frozen=True)
class Section:
    """The answers of one page, in words."""

    title: Text
    address: str
    answers: list[tuple[Text, Text]]


@dataclass(frozen=True)
class PageFault:
    """A page that is not complete, for the summary of the review."""

    at: str
    title: Text
    message: Text


@dataclass(frozen=True)
class Standing:
    """What the bank has of a person in a program: the live declaration, its last event and body, and the draft."""

    live: Live | None
    event: Event | None
    body: dict[str, Any] | None
    draft: Draft
    last: Event | None

    @property
    def sequence(self) -> int:
        """The event that stands: 0 without a live declaration."""
        return 0 if self.live is None else self.live.sequence


def read_standing(tx: Transaction, program: str, person: str) -> Standing:
    """Read what the bank has of a person in a program."""
    live = bank.live(tx, program, person)
    last = _last(tx, program, person)
    body = None if live is None else bank.body_of(tx, live.sequence)
    return Standing(
        live,
        last if live is not None else None,
        None if body is None else json.loads(body),
        drafts.read(tx, person, program),
        last,
    )


def _last(tx: Transaction, program: str, person: str) -> Event | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM event WHERE person = ? AND program = ? ORDER BY sequence DESC LIMIT 1",
        (person, program),
    )
    return None if row is None else Event.of_row(row)


async def stands(visit: Visit, person: str) -> Standing:
    """Read what the bank has of the visitor."""
    program = visit.served.id
    return await visit.state.read(lambda tx: read_standing(tx, program, person))


def key_for(secret: bytes, program: str, person: str, last: Event | None, seen: str) -> str:
    """Make the key of a deposit: the same for the same draft over the same state of the bank."""
    said = f"{program}\n{person}\n{0 if last is None else last.sequence}\n{seen}".encode()
    digest = hmac.digest(secret, b"tirage intake deposit\n" + said, "sha256")
    return f"page_{urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def key_of(visit: Visit) -> str:
    """Give the key that a form brought back; empty where it is none, and then nothing is done."""
    written = visit.posted.get("key", "")
    return written if KEY.fullmatch(written) else ""


async def show(visit: Visit) -> Response:
    """Show what will be deposited, with the score as it stands."""
    person = await come_in(visit)
    return _rendered(visit, person, await stands(visit, person), changed=False)


def _rendered(visit: Visit, person: str, found: Standing, *, changed: bool) -> Response:
    served = visit.served
    given = answers_of(found.draft, served.regulation, served.today)
    if not found.draft.pages:
        return visit.go("mine")
    good = given.good
    score = None if good is None else standing(good, served.regulation, served.today, None)
    left = [page for page in given.pages if given.state(page).en != "done"]
    faults = [
        PageFault(visit.to("form", page=page.slug) + errors(given, page, visit.lang), page.title, given.state(page))
        for page in left
    ]
    return visit.page(
        "review.html",
        status=409 if changed else 200,
        faults=faults,
        changed=changed,
        amending=found.draft.base > 0,
        steps=steps(visit, given),
        answered=sections(visit, given),
        score=score,
        lasts=served.regulation.lifecycle.validity_months,
        zone=served.program.source.time_zone,
        key=key_for(visit.state.secret, served.id, person, found.last, found.draft.seen),
        seen=found.draft.seen,
    )


def errors(given: Answers, page: FormPage, lang: Lang) -> str:
    """Give the place of a page where its errors are listed, once it was saved."""
    return ERRORS.to(lang) if page.id in given.draft.pages else ""


def sections(visit: Visit, given: Answers) -> list[Section]:
    """Give the answers of every page that is asked."""
    return [Section(p.title, visit.to("form", page=p.slug), given.answered(p)) for p in given.pages]


@dataclass(frozen=True)
class Done:
    """What became of a deposit: an answer of the bank, or the reason why nothing was asked of it."""

    answer: Answer | None
    why: str = ""


async def deposit(visit: Visit) -> Response:
    """Deposit the draft, or amend what stands; once, however often it is sent."""
    person, served = await come_in(visit), visit.served
    key, seen = key_of(visit), visit.posted.get("seen", "")
    served.regulation  # noqa: B018 - the law is read here, not while everyone waits for the writer
    done = await visit.state.writer.run(lambda tx, at: _deposited(tx, at, served, person, key, seen))
    if done.why == "two_versions":
        return visit.go("conflict")
    if done.why:
        return _rendered(visit, person, await stands(visit, person), changed=done.why == "changed")
    _count(visit, done.answer, person)
    return visit.go("deposited")


def _deposited(tx: Transaction, at: int, served: Served, person: str, key: str, seen: str) -> Done:
    if answered_before(tx, person, key):
        return Done(None)
    found = read_standing(tx, served.id, person)
    if found.draft.seen != seen or not key:
        return Done(None, "changed")
    if found.draft.base != found.sequence:
        return Done(None, "two_versions")
    good = answers_of(found.draft, served.regulation, served.today).good
    if good is None:
        return Done(None, "not_good")
    order = Order(served.id, person, key, good)
    made = bank.deposit(tx, at, order) if found.live is None else bank.amend(tx, at, order, found.live.version)
    if made.status >= 400:
        raise Problem(made.code)
    drafts.drop(tx, person, served.id)
    return Done(made)


def answered_before(tx: Transaction, person: str, key: str) -> bool:
    """Tell whether a key has done what it asked for already."""
    row = tx.one("SELECT status FROM answer WHERE person = ? AND key = ?", (person, key))
    return row is not None and row[0] < 400


def _count(visit: Visit, answer: Answer | None, person: str) -> None:
    if answer is not None and not answer.replayed:
        visit.state.metrics.accepted(KINDS[answer.code])
        visit.state.line.done(person)


async def deposited(visit: Visit) -> Response:
    """Show the receipt of what stands."""
    found = await stands(visit, visit.person)
    if found.live is None or found.event is None:
        return visit.go("mine")
    zone = visit.served.program.source.time_zone
    return visit.page(
        "deposited.html", live=found.live, event=found.event, zone=zone, parts_of=of_program(visit.served.id)
    )


async def conflict(visit: Visit) -> Response:
    """Show what the bank has and what the draft has, where one was changed under the other."""
    found = await stands(visit, visit.person)
    if found.draft.base == found.sequence or not found.draft.pages:
        return visit.go("review")
    served = visit.served
    given = answers_of(found.draft, served.regulation, served.today)
    return visit.page(
        "conflict.html",
        status=409,
        rows=differences(given.form, found.body or {}, given, served.regulation),
        sequence=found.sequence,
    )


def differences(
    form: Form, body: dict[str, Any], given: Answers, regulation: Regulation
) -> list[tuple[Text, Text, Text]]:
    """Give the questions that the bank and the draft answer otherwise, both in words."""
    theirs, mine = answers.retyped(form, body) if body else {}, given.typed
    both = [
        (field, answers.spoken(field, theirs), answers.spoken(field, mine))
        for field in form.fields
        if answers.applies(field, form, mine, regulation) or field.name in theirs
    ]
    return [
        (field.title, in_words(field, one, regulation), in_words(field, other, regulation))
        for field, one, other in both
        if one != other
    ]


async def settle(visit: Visit) -> Response:
    """Keep the draft over what stands, both having been seen; or give the draft up."""
    person, program = visit.person, visit.served.id
    shown = visit.posted.get("sequence", "")
    draft_stays = visit.posted.get("keep") == "draft"

    def work(tx: Transaction, at: int) -> bool:
        standing_now = bank.live(tx, program, person)
        sequence = 0 if standing_now is None else standing_now.sequence
        if str(sequence) != shown:
            return False
        if draft_stays:
            drafts.rebase(tx, at, person, program, sequence)
        else:
            drafts.drop(tx, person, program)
        return True

    if not await visit.state.writer.run(work):
        return visit.go("conflict")
    return visit.go("review" if draft_stays else "mine")
