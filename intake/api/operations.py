"""For operators: alive, ready, metrics."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.requests import Request  # noqa: TC002 - FastAPI reads it
from starlette.responses import Response

from intake.api.asking import SECOND, answer, intake_of, peer
from intake.api.schema import described
from intake.limits import is_loopback
from intake.problems import Problem
from intake.writer import Unavailable

if TYPE_CHECKING:
    from intake.state import Intake
    from intake.store import Transaction

router = APIRouter()
PROBE_SECONDS = 2.0
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-real-ip")  # who is behind a proxy is not the machine
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/health", **described("Le service vit", "The service is alive", ok={200: "Alive"}, signed=False))
async def health(request: Request) -> Response:  # noqa: ARG001 - the signature of a route
    """Say that the process answers."""
    return answer({"alive": True})


@router.get(
    "/ready",
    **described("Le service peut écrire", "The service can write", ok={200: "Ready"}, signed=False),
)
async def ready(request: Request) -> Response:
    """Say whether a commit reaches the disk now: one is tried, at most once a second."""
    intake = intake_of(request)
    waiting = intake.writer.waiting
    if waiting >= intake.config.limits.waiting or not await writes(intake):
        raise Problem("unavailable", retry_after=2)
    return answer({"ready": True, "waiting": waiting})


async def writes(intake: Intake) -> bool:
    """Try a commit; what was found is believed for a second."""
    now = intake.clock()
    tried_at, well = intake.probed
    if 0 <= now - tried_at < SECOND:
        return well
    try:
        await asyncio.wait_for(intake.writer.run(_touch), PROBE_SECONDS)
    except (Unavailable, TimeoutError):
        well = False
    else:
        well = True
    intake.probed = (now, well)
    return well


def for_operators(request: Request) -> bool:
    """Tell whether a request comes from the machine itself, not through a proxy, or the settings open the metrics."""
    if intake_of(request).config.metrics_from_anywhere:
        return True
    return is_loopback(peer(request)) and not any(name in request.headers for name in FORWARDED)


def _touch(tx: Transaction, at: int) -> None:  # noqa: ARG001 - the signature of work
    """Write something that changes nothing, so that there is a commit."""
    tx.run("UPDATE head SET sequence = sequence WHERE one = 1")


@router.get(
    "/metrics",
    **described("Mesures", "Metrics", ok={200: "text/plain"}, problems=("not_here",), signed=False),
)
async def metrics(request: Request) -> Response:
    """Give the metrics, to the machine itself unless the settings open them."""
    intake = intake_of(request)
    if not for_operators(request):
        raise Problem("not_here")
    return Response(intake.metrics.text(), media_type=PROMETHEUS)
