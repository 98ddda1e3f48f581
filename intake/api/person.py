"""The person behind an account: read and set by themselves alone; erased at their wish."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response

from intake import bank
from intake.api.asking import answer, intake_of, json_of, signed_in
from intake.api.schema import described
from intake.identity import DocumentKnown, Identity, IdentitySet, forget, known_of, set_identity
from intake.messages import FieldFault
from intake.persons import check_person
from intake.problems import Problem
from rules.text import Text

if TYPE_CHECKING:
    from intake.state import Account, Intake
    from intake.store import Transaction

router = APIRouter()
NOT_HERE = FieldFault(
    "email",
    "not_here",
    Text(
        "L’adresse est celle du compte, et ne se change pas ici. Retirez ce champ.",
        "The address is that of the account, and is not changed here. Take this field out.",
    ),
)


@router.get("/v1/person", **described("Lire son dossier", "Read one’s file", ok={200: "PersonKept"}))
async def read(request: Request) -> Response:
    """Give what is kept of the person who asks."""
    account = await signed_in(request)
    found = await intake_of(request).read(lambda tx: known_of(tx, account.account))
    if found is None:
        raise Problem("not_signed_in")
    return answer(found)


@router.put(
    "/v1/person",
    **described(
        "Dire qui l’on est",
        "Say who one is",
        ok={200: "PersonKept", 201: "PersonKept"},
        body="Person",
        problems=("document_known", "identity_set"),
    ),
)
async def say(request: Request) -> Response:
    """Set the identity, once; names may be corrected."""
    account = await signed_in(request)
    kept, new = await identify(intake_of(request), account, await json_of(request))
    return answer(kept, 201 if new else 200)


async def identify(intake: Intake, account: Account, said: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Set the identity of an account: give what is kept, and whether the person is new; the pages do this too.

    Raises:
        Problem: fields that cannot be (422), a document known already (409).
    """
    presented = check_person(said)
    faults = [NOT_HERE] if said.get("email") else []
    if presented.person is None or faults:
        raise Problem("refused", errors=[*faults, *(f for f in presented.faults if f.field != "email" or not faults)])
    identity = Identity(*(getattr(presented.person, name) for name in Identity._fields))

    def work(tx: Transaction, at: int) -> tuple[dict[str, Any] | None, bool]:
        _, new = set_identity(tx, at, account.account, identity)
        return known_of(tx, account.account), new

    try:
        kept, new = await intake.writer.run(work)
    except DocumentKnown:
        raise Problem("document_known") from None
    except IdentitySet:
        raise Problem("identity_set") from None
    except LookupError:
        kept, new = None, False
    intake.accounts.forget(account.account)
    if kept is None:
        raise Problem("not_signed_in")
    return kept, new


@router.delete(
    "/v1/person",
    **described(
        "Effacer son dossier, sans retour : déclarations, noms, compte",
        "Erase one’s file, for good: declarations, names, account",
        ok={204: None},
    ),
)
async def erase(request: Request) -> Response:
    """Forget the person who asks."""
    await erase_account(intake_of(request), await signed_in(request))
    return Response(status_code=204)


async def erase_account(intake: Intake, account: Account) -> None:
    """Erase an account and its person; the pages do this too."""
    await intake.writer.run(partial(_erased, account.account))
    intake.accounts.forget(account.account)


def _erased(account: str, tx: Transaction, at: int) -> None:
    """Erase whoever the account is now: somebody may have said who they are since it was read."""
    row = tx.one("SELECT person FROM account WHERE account = ?", (account,))
    if row is not None and row[0] is not None:
        bank.erase(tx, at, row[0])
    forget(tx, account)
