"""The score of a declaration as it stands, by criterion with provisions; and the receipt of a deposit."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response  # noqa: TC002 - FastAPI reads it

from intake import bank
from intake.api.asking import answer, intake_of, person_of, signed_in
from intake.api.declarations import Declarations, recorded
from intake.api.schema import described, schema_name
from intake.event import COLUMNS, Event
from intake.problems import Problem
from intake.proof import last_root, proof

if TYPE_CHECKING:
    from fastapi import APIRouter

    from intake.state import Intake, Served
    from intake.store import Transaction
    from rules.regulation import Regulation


class Score:
    """What the routes of one program say of a declaration without changing it."""

    def __init__(self, served: Served) -> None:
        self.served, self._declarations = served, Declarations(served)

    def add(self, router: APIRouter) -> None:
        """Add the routes."""
        program = self.served.id
        path, name = f"/v1/declarations/{program}", program.replace("/", "_")
        scored = described(
            "Pointage d’une déclaration telle quelle ; rien n’est gardé",
            "Score of a declaration as it stands; nothing is kept",
            ok={200: "Score"},
            body=schema_name(program, "Declaration"),
        )
        receipt = described(
            "Accusé de dépôt",
            "Receipt of the deposit",
            ok={200: "Receipt"},
            problems=("no_person", "none_live"),
        )
        router.post(f"{path}/score", operation_id=f"score_{name}", **scored)(self.score)
        router.get(f"{path}/receipt", operation_id=f"receipt_{name}", **receipt)(self.receipt)

    async def score(self, request: Request) -> Response:
        """Score a declaration by the law of today."""
        await signed_in(request)
        values = await self._declarations.checked(request)
        regulation, today = self.served.regulation, self.served.today
        return answer(await asyncio.to_thread(scored, values, regulation, today))

    async def receipt(self, request: Request) -> Response:
        """Give what lets a person show that the chain holds what they declared last."""
        person = await person_of(request)
        intake = intake_of(request)
        found = await intake.read(lambda tx: _receipt(tx, self.served.id, person))
        if found is None:
            raise Problem("none_live")
        if found.pop("published"):
            async with intake.proving:  # the first time reads the whole log, in a thread
                found["proof"] = await asyncio.to_thread(_proof, intake, found["declaration"])
        return answer(found)


def scored(values: dict[str, Any], regulation: Regulation, today: date) -> dict[str, Any]:
    """Score what was declared: points by criterion, with rows and provisions, as ``tirage explain --json`` does."""
    from rules.explain import explain  # noqa: PLC0415 - it takes time to load

    return explain(dated(values, regulation), regulation, today).as_dict()


def dated(values: dict[str, Any], regulation: Regulation) -> dict[str, Any]:
    """Turn days written as text into days."""
    return {
        name: date.fromisoformat(value)
        if value is not None and name in regulation.attributes and regulation.attributes[name].type == "date"
        else value
        for name, value in values.items()
    }


def _receipt(tx: Transaction, program: str, person: str) -> dict[str, Any] | None:
    standing = bank.live(tx, program, person)
    if standing is None:
        return None
    row = tx.one(f"SELECT {COLUMNS} FROM event WHERE sequence = ?", (standing.sequence,))
    kept = tx.one("SELECT salt, body FROM body WHERE sequence = ?", (standing.sequence,))
    if row is None or kept is None:
        return None
    event = Event.of_row(row)
    return recorded("deposited" if event.version == 1 else "amended", event) | {
        "person": event.person,
        "key": event.key,
        "kind": event.kind.value,
        "salt": bytes(kept[0]).hex(),
        "body": bytes(kept[1]).decode(),
        "published": last_root(tx, event.sequence) is not None,
        "proof": None,
    }


def _proof(intake: Intake, declaration: str) -> dict[str, Any]:
    """Prove that a declaration is under the last published root. The tree that this takes is kept, and grows."""
    with intake.store.read() as tx:
        return proof(tx, declaration, intake.tree)
