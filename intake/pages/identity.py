"""Who the person is: names and document, kept as typed under the account until they are accepted."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from intake.api.person import identify
from intake.countries import countries
from intake.pages import drafts
from intake.pages.answers import plain
from intake.pages.drafts import IDENTITY
from intake.pages.entry import Fault, where_they_were
from intake.pages.rendering import see_other
from intake.problems import Problem
from intake.state import account_of
from rules.text import Text

if TYPE_CHECKING:
    from starlette.responses import Response

    from intake.pages.visits import Visit
    from rules.text import Lang

PAGE = "identity"
TITLES = {
    "family_name": Text("Nom de famille", "Family name"),
    "given_names": Text("Prénoms", "Given names"),
    "document_country": Text("Pays qui a délivré le document", "Country that issued the document"),
    "document_number": Text("Numéro du document", "Number of the document"),
}
CHOOSE = Text("Choisissez un pays dans la liste.", "Choose a country from the list.")
LONGEST = 500


async def show(visit: Visit) -> Response:
    """Ask who the person is; whoever has said so goes on."""
    account = visit.account
    if account.person is not None:
        return see_other(await where_they_were(visit, account))
    draft = await visit.state.read(lambda tx: drafts.read(tx, account.account, IDENTITY))
    return _rendered(visit, draft.typed, {})


def _rendered(visit: Visit, typed: dict[str, str], messages: dict[str, Text]) -> Response:
    faults = [Fault(name, title, messages[name]) for name, title in TITLES.items() if name in messages]
    return visit.page(
        "identity.html",
        status=422 if messages else 200,
        typed=typed,
        messages=messages,
        faults=faults,
        countries=_countries(visit.lang),
    )


@cache
def _countries(lang: Lang) -> list[tuple[str, str]]:
    """Give codes and names of countries in the order of their names, letters with accents among those without."""
    named = [(code, country.title.to(lang)) for code, country in countries().items()]
    return sorted(named, key=lambda one: (plain(one[1]), one[1]))


async def save(visit: Visit) -> Response:
    """Keep what was typed, then set the identity."""
    account = visit.account
    typed = {name: visit.posted.get(name, "")[:LONGEST] for name in TITLES}
    await visit.state.writer.run(lambda tx, at: drafts.put(tx, at, account.account, IDENTITY, PAGE, typed))
    try:
        await identify(visit.state, account, dict(typed))
    except Problem as problem:
        if problem.code == "refused":
            messages = {error.field: error.message for error in problem.errors}
            return _rendered(visit, typed, messages | dict.fromkeys(messages.keys() & {"document_country"}, CHOOSE))
        if problem.code in ("document_known", "identity_set"):
            return _rendered(visit, typed, {"document_number": problem.detail})
        raise
    await visit.state.writer.run(lambda tx, _at: drafts.drop(tx, account.account, IDENTITY))
    known = await visit.state.read(lambda tx: account_of(tx, account.account))
    return see_other(await where_they_were(visit, known or account))
