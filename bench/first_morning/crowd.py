"""A part of the crowd, in a process of its own: ``python -m bench.first_morning.crowd JOB FOUND``.

JOB is a JSON file (see ``Job``), FOUND the npz file that it writes: one row a request answered, one row a person.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
import uvloop

from bench.first_morning.person import Person, Target

SOURCES = 8  # loopback addresses that people come from: one has 28,000 ports


class Job(TypedDict):
    """What a part of the crowd does. ``opens_at``: seconds since 1970; ``arrives``: seconds after it, one a person."""

    host: str
    port: int
    program: str
    opens_at: float
    seconds: float
    seed: int
    sessions: list[str]
    keys: list[str]
    bodies: list[str]
    arrives: list[float]


async def crowd(job: Job) -> tuple[list[Person], float]:
    """Live everybody's morning. Gives the people, and the longest this process was late for its own clock, seconds."""
    opening = time.monotonic() + job["opens_at"] - time.time()
    target = Target(job["host"], job["port"], job["program"], opening, opening + job["seconds"])
    chance = np.random.default_rng(job["seed"]).random
    bodies = [body.encode() for body in job["bodies"]]
    people = [
        Person(f"127.0.0.{2 + i % SOURCES}", session, key, bodies[i % len(bodies)], arrives, chance)
        for i, (session, key, arrives) in enumerate(zip(job["sessions"], job["keys"], job["arrives"], strict=True))
    ]
    late = [0.0]
    watch = asyncio.create_task(_watch(late))
    await asyncio.gather(*(person.morning(target) for person in people))
    watch.cancel()
    return people, max(late)


async def _watch(late: list[float]) -> None:
    while True:
        due = time.monotonic() + 0.05
        await asyncio.sleep(0.05)
        late.append(time.monotonic() - due)


def found(people: list[Person], lag: float) -> dict[str, Any]:
    """Put what the people remember into columns."""
    asked = [one for person in people for one in person.asked]
    return {
        "step": np.array([one.step for one in asked], dtype=np.int8),
        "sent": np.array([one.sent for one in asked]),
        "took": np.array([one.took for one in asked]),
        "status": np.array([one.status for one in asked], dtype=np.int16),
        "key": np.array([person.key for person in people]),
        "cuts": np.array([person.cuts for person in people]),
        "later": np.array([person.later for person in people]),
        "arrived": np.array([person.arrives for person in people]),
        "accepted_at": np.array([np.nan if p.accepted_at is None else p.accepted_at for p in people]),
        "answer": np.array([json.dumps(person.answer) for person in people]),
        "trouble": np.array([person.trouble for person in people]),
        "lag": np.array(lag),
    }


def main(job: str, into: str) -> None:
    """Read the job, live it, write what was found."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        people, lag = runner.run(crowd(json.loads(Path(job).read_text(encoding="utf-8"))))
    np.savez(into, **found(people, lag))


if __name__ == "__main__":
    main(*sys.argv[1:])
