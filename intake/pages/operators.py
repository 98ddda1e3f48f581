"""The page of who runs the service: is it writing, does the line move, what is refused. Nobody is named on it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from intake.api.operations import for_operators, writes
from intake.config import DATABASES
from intake.event import Head, head
from intake.openings import Policy
from intake.pages.visits import NotFound
from intake.problems import KINDS
from rules.text import Text

if TYPE_CHECKING:
    from starlette.responses import Response

    from intake.config import Config
    from intake.pages.visits import Visit
    from intake.state import Intake
    from intake.store import Transaction

SECOND = 1_000_000
EVERY = 10
LITTLE = 2 * 1024**3  # bytes free beside the bank, below which the page warns
REASONS = {
    "disk_full": Text("le disque est plein", "the disk is full"),
    "sync_failed": Text("le disque n’a pas confirmé l’écriture", "the disk did not confirm what was written"),
    "busy": Text("un autre écrivain tient la banque", "another writer holds the bank"),
    "gone": Text("la banque n’est plus joignable", "the bank cannot be reached any more"),
}
POLICIES = {
    Policy.ARRIVAL: Text("ordre d’arrivée", "order of arrival"),
    Policy.RANDOM: Text(
        "au sort pour qui est venu avant l’ouverture, puis ordre d’arrivée",
        "by lot for those who came before the opening, then order of arrival",
    ),
}


async def show(visit: Visit) -> Response:
    """Show how the service is, to the machine itself alone, as ``/metrics``."""
    if not for_operators(visit.request):
        raise NotFound
    state = visit.state
    well = await writes(state)
    top, live = await state.read(_bank) if well else (None, ())
    again = any(name in visit.request.query_params for name in ("suivre", "follow"))
    response = visit.page(
        "operators.html",
        well=well,
        failing=REASONS.get(state.writer.failing or ""),
        writer=state.writer,
        most_waiting=state.config.limits.waiting,
        lately=state.metrics.lately,
        line=state.line,
        policy=POLICIES[state.line.opening.policy],
        opens_at=state.line.opening.opens_at,
        zone=next(iter(state.programs.values())).program.source.time_zone,
        top=top,
        live=live,
        behind=_behind(state, top),
        doors=state.doors,
        refusals=_refusals(state),
        free=_free(state.config),
        little=LITTLE,
        again=again,
        every=EVERY,
    )
    if again:
        response.headers["Refresh"] = str(EVERY)
    return response


def _bank(tx: Transaction) -> tuple[Head, list[tuple[str, int]]]:
    """Read where the log stands, and how many declarations are live in each program."""
    rows = tx.all("SELECT program, COUNT(*) FROM live GROUP BY program ORDER BY program")
    return head(tx), [(program, count) for program, count in rows]


def _behind(state: Intake, top: Head | None) -> int:
    """Say how many seconds the server's clock is behind the log: it has jumped back, or it had jumped ahead."""
    return 0 if top is None else max(0, (top.at - state.clock()) // SECOND)


def _refusals(state: Intake) -> list[dict[str, Any]]:
    found = state.metrics.refusals()
    return [
        {"code": code, "title": KINDS[code].title if code in KINDS else None, "count": found[code]} for code in found
    ]


def _free(config: Config) -> int | None:
    """Give the bytes that are free where the bank is; None for a database server."""
    return None if config.bank.startswith(DATABASES) else shutil.disk_usage(Path(config.bank).parent).free
