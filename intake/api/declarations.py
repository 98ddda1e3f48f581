"""Declarations: deposited, read, amended, withdrawn. One set of routes a program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response

from intake import bank
from intake.api.asking import answer, etag, if_match, intake_of, json_of, key_of, person_of
from intake.api.line import admitted
from intake.api.schema import ETAG, KEY_HEADER, MATCH_HEADER, described, schema_name
from intake.bank import Answer, Order
from intake.clock import instant
from intake.models import check
from intake.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import APIRouter

    from intake.event import Event
    from intake.state import Served
    from intake.store import Transaction

WRITES = ("no_person", "key_missing", "key_reused", "bad_header")
CHANGES = ("none_live", "version_changed", "no_if_match")
KINDS = {"deposited": "deposit", "amended": "amend", "withdrawn": "withdraw"}


class Declarations:
    """The routes of one program."""

    def __init__(self, served: Served) -> None:
        self.served = served

    def add(self, router: APIRouter) -> None:
        """Add the routes, the one most asked for first."""
        program = self.served.id
        path, name = f"/v1/declarations/{program}", program.replace("/", "_")
        body = schema_name(program, "Declaration")
        router.post(path, operation_id=f"deposit_{name}", **_deposit(body))(self.deposit)
        router.put(path, operation_id=f"amend_{name}", **_amend(body))(self.amend)
        router.delete(path, operation_id=f"withdraw_{name}", **_withdraw())(self.withdraw)
        router.get(path, operation_id=f"read_{name}", **_read(schema_name(program, "Live")))(self.read)

    async def deposit(self, request: Request) -> Response:
        """Put a declaration into the bank."""
        person, key = await person_of(request), key_of(request)
        await admitted(intake_of(request), person)
        order = Order(self.served.id, person, key, await self.checked(request))
        return await self._done(request, lambda tx, at: bank.deposit(tx, at, order))

    async def amend(self, request: Request) -> Response:
        """Change what is declared."""
        person, key = await person_of(request), key_of(request)
        declaration, version = if_match(request)
        await admitted(intake_of(request), person)
        order = Order(self.served.id, person, key, await self.checked(request))
        return await self._done(
            request, lambda tx, at: _other(tx, order, declaration) or bank.amend(tx, at, order, version)
        )

    async def withdraw(self, request: Request) -> Response:
        """Take a declaration out of the bank. Nobody waits in line for that."""
        order = Order(self.served.id, await person_of(request), key_of(request))
        declaration, version = if_match(request)
        return await self._done(
            request, lambda tx, at: _other(tx, order, declaration) or bank.withdraw(tx, at, order, version)
        )

    async def read(self, request: Request) -> Response:
        """Give what stands in the bank."""
        person = await person_of(request)
        found = await intake_of(request).read(lambda tx: _standing(tx, self.served.id, person))
        if found is None:
            raise Problem("none_live")
        tag = etag(found["declaration"], found["version"])
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return answer(found, headers={"ETag": tag})

    async def checked(self, request: Request) -> dict[str, Any]:
        """Read a declaration and hold it to the law of today.

        Raises:
            Problem: no JSON (400, 413, 415), or fields that cannot be (422), each named once.
        """
        said = await json_of(request)
        declared = check(said, self.served.regulation, self.served.today)
        if declared.values is None:
            raise Problem("refused", errors=declared.faults)
        return declared.values

    async def _done(self, request: Request, work: Callable[[Transaction, int], Answer]) -> Response:
        intake = intake_of(request)
        made = await intake.writer.run(work)
        if made.event is None or made.status >= 400:
            more = {} if made.version is None else {"version": made.version}
            raise Problem(made.code, more=more)
        if not made.replayed:
            intake.metrics.accepted(KINDS[made.code])
            intake.line.done(made.event.person)
        headers = {"ETag": etag(made.event.declaration, made.event.version)} if made.code != "withdrawn" else {}
        if made.replayed:
            headers["Idempotent-Replayed"] = "true"
        return answer(recorded(made.code, made.event), made.status, headers)


def recorded(code: str, event: Event) -> dict[str, Any]:
    """Write what was recorded, as it is sent: the same whenever it is asked for again."""
    return {
        "code": code,
        "program": event.program,
        "declaration": event.declaration,
        "version": event.version,
        "sequence": event.sequence,
        "at": instant(event.at).isoformat(timespec="microseconds"),
        "commitment": event.commitment.hex(),
        "link": event.link.hex(),
    }


def _other(tx: Transaction, order: Order, declaration: str) -> Answer | None:
    """Refuse a version that is one of another declaration, unless the key has its answer already."""
    standing = bank.live(tx, order.program, order.person)
    if standing is None or standing.declaration == declaration:
        return None
    known = tx.one("SELECT 1 FROM answer WHERE person = ? AND key = ?", (order.person, order.key))
    return None if known is not None else Answer(412, "version_changed", version=standing.version)


def _standing(tx: Transaction, program: str, person: str) -> dict[str, Any] | None:
    standing = bank.live(tx, program, person)
    body = None if standing is None else bank.body_of(tx, standing.sequence)
    if standing is None or body is None:
        return None
    last = tx.one("SELECT at FROM event WHERE sequence = ?", (standing.sequence,))
    return {
        "program": program,
        "declaration": standing.declaration,
        "version": standing.version,
        "first_at": instant(standing.first_at).isoformat(timespec="microseconds"),
        "last_at": instant(last[0] if last else standing.first_at).isoformat(timespec="microseconds"),
        "body": json.loads(body),
    }


def _deposit(body: str) -> dict[str, Any]:
    return _tagged(
        described(
            "Déposer sa déclaration",
            "Deposit one’s declaration",
            ok={201: "Recorded"},
            body=body,
            problems=(*WRITES, "not_admitted", "live_already"),
            headers=(KEY_HEADER,),
        )
    )


def _amend(body: str) -> dict[str, Any]:
    return _tagged(
        described(
            "Modifier sa déclaration ; l’instant du dépôt reste le même",
            "Amend one’s declaration; the instant of the deposit stays the same",
            ok={200: "Recorded"},
            body=body,
            problems=(*WRITES, *CHANGES, "not_admitted"),
            headers=(KEY_HEADER, MATCH_HEADER),
        )
    )


def _withdraw() -> dict[str, Any]:
    return described(
        "Retirer sa déclaration",
        "Withdraw one’s declaration",
        ok={200: "Recorded"},
        problems=(*WRITES, *CHANGES),
        headers=(KEY_HEADER, MATCH_HEADER),
    )


def _read(live: str) -> dict[str, Any]:
    return _tagged(
        described(
            "Lire sa déclaration",
            "Read one’s declaration",
            ok={200: live, 304: None},
            problems=("no_person", "none_live"),
        )
    )


def _tagged(said: dict[str, Any]) -> dict[str, Any]:
    """Say that good answers have an ETag."""
    for status in said["responses"]:
        if status < 300:
            said["responses"][status]["headers"] = ETAG
    return said
