"""The first morning: 20,000 people, one connection each, on a disk whose every sync takes 20 ms longer.

``make first-morning`` runs it; loopback only, some minutes. What must be true is asserted; what was measured is told.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from bank_on_disk import found as chain_checked
from morning import PROGRAM, ROOT, SYNC_SECONDS, Crowd, Morning, Service, all_files, prepare, there

from bench.first_morning.person import Step
from intake.sqlite_store import SqliteStore

if TYPE_CHECKING:
    from bench.first_morning.found import Found

pytestmark = pytest.mark.morning
PEOPLE = 20_000


@pytest.fixture
def running(tmp_path, port):
    """Give a function that prepares a morning and starts its service; whatever runs is ended after the test."""
    started = []

    def start(people: int, **settings) -> tuple[Morning, Service]:
        morning = prepare(tmp_path, port, people)
        service = Service(morning, **settings)
        started.append(service)
        service.start()
        return morning, service

    yield start
    for service in started:
        service.stop()


def nothing_is_missing(morning: Morning, found: Found) -> int:
    """Hold the bank to what people were told: every deposit is there, as told, by its person. Gives the events."""
    store = SqliteStore(morning.bank)
    live = chain_checked(store)
    person_of = dict(zip(morning.keys, morning.people, strict=True))
    with store.read() as tx:
        for key, told in found.answers.items():
            row = tx.one("SELECT person, declaration, link FROM event WHERE sequence = ?", (told["sequence"],))
            assert row == (person_of[key], told["declaration"], bytes.fromhex(told["link"]))
            assert live[person_of[key]] == told["sequence"]
        tickets, holders = tx.one("SELECT count(*), count(DISTINCT person) FROM ticket")
        events = tx.one("SELECT count(*) FROM event")[0]
    store.close()
    assert tickets == holders
    return events


def all_were_accepted(found: Found) -> None:
    assert found.accepted == found.people, found.troubles()
    assert found.later == 0
    assert found.milliseconds(0, Step.DEPOSIT) >= 1000 * SYNC_SECONDS, "nobody is answered before a sync"
    assert {status for status in found.statuses() if status >= 500} <= {503}, found.statuses()


def test_twenty_thousand_in_one_minute(running, results):
    morning, service = running(PEOPLE)
    found = Crowd(morning, within=60, seconds=180).found()
    figures = found.figures() | {"the service's seconds of processor": round(service.cpu_seconds(), 1)}
    results["20,000 in one minute"] = figures | {"its peak of memory, MiB": round(service.peak_mib())}
    service.stop()
    all_were_accepted(found)
    assert nothing_is_missing(morning, found) == PEOPLE
    assert found.milliseconds(99) < 500, figures


def test_twenty_thousand_in_one_second(running, results):
    morning, service = running(PEOPLE)
    found = Crowd(morning, within=1, seconds=150).found()
    figures = found.figures() | {"the service's seconds of processor": round(service.cpu_seconds(), 1)}
    results["20,000 in one second"] = figures | {"its peak of memory, MiB": round(service.peak_mib())}
    service.stop()
    all_were_accepted(found)
    assert nothing_is_missing(morning, found) == PEOPLE
    assert found.last_accepted < 60, figures


def test_killed_in_the_middle(running, results):
    morning, service = running(PEOPLE)
    crowd = Crowd(morning, within=40, seconds=170)
    crowd.until(20)
    service.kill()
    killed_at = time.monotonic()
    time.sleep(2)
    service.start()
    back = time.monotonic() - killed_at
    found = crowd.found()
    results["killed −9 at 20 s of 40"] = found.figures() | {"seconds until it answers again": round(back, 1)}
    service.stop()
    all_were_accepted(found)
    assert int(found.columns["cuts"].sum()) > 0
    assert nothing_is_missing(morning, found) == PEOPLE


class Abusers:
    """Processes that keep others out. They are signed in."""

    def __init__(self, morning: Morning, kind: str, count: int, seconds: float, number: int = 0) -> None:
        job = morning.folder / f"{kind}-{number}.job.json"
        self.file = morning.folder / f"{kind}-{number}.json"
        said = {"kind": kind, "port": morning.port, "count": count, "seconds": seconds}
        job.write_text(json.dumps(said | {"sessions": morning.sessions[HONEST:]}))
        command = [sys.executable, "-m", "bench.first_morning.abuse", str(job), str(self.file)]
        self.process = subprocess.Popen(  # noqa: S603 - our own
            command,
            cwd=ROOT,
            env=there(),
            preexec_fn=all_files,  # noqa: PLW1509
        )

    def found(self) -> dict:
        assert self.process.wait(120) == 0
        return json.loads(self.file.read_text())


HONEST, OTHERS = 200, 100


def test_twenty_thousand_open_sockets_with_a_limit_of_4096_files(running, results):
    morning, service = running(HONEST + OTHERS, files=4_096)
    idle = [Abusers(morning, "idle", PEOPLE // 2, 40, number) for number in range(2)]
    time.sleep(8)
    found = Crowd(morning, people=HONEST, within=10, seconds=60, wait=2).found()
    held = [one.found() for one in idle]
    results["200 people, 20,000 idle sockets, 4,096 files"] = found.figures() | {
        "sockets that they held at once": sum(one["most open at once"] for one in held),
        "its peak of memory, MiB": round(service.peak_mib()),
    }
    assert service.alive()
    service.stop()
    all_were_accepted(found)
    assert nothing_is_missing(morning, found) == HONEST


def test_slow_huge_and_deep(running, results):
    morning, service = running(HONEST + OTHERS, files=4_096)
    others = {"slow": 2_000, "huge": 20, "deep": 4}
    abusers = {kind: Abusers(morning, kind, count, 25) for kind, count in others.items()}
    time.sleep(3)
    found = Crowd(morning, people=HONEST, within=10, seconds=60, wait=2).found()
    met = {kind: one.found() for kind, one in abusers.items()}
    peak = service.peak_mib()
    results["200 people, 2,000 slow, 20 × 100 MB, depth 10,000"] = found.figures() | {
        "its peak of memory, MiB": round(peak)
    }
    results["what the slow, the huge and the deep were told"] = met
    assert service.alive()
    service.stop()
    all_were_accepted(found)
    assert nothing_is_missing(morning, found) == HONEST
    assert peak < 300
    assert set(met["deep"]) <= {"most open at once", "400", "413", "422", "429", "cut"}, met
    assert "400" in met["deep"], met
    assert "413" in met["huge"], met


def test_two_amendments_of_one_version_and_replays(running, results):
    """Of four amendments at once with one If-Match, one is made; each replay gives the first answer."""
    import httpx

    morning, service = running(20)
    with httpx.Client(base_url=f"http://127.0.0.1:{morning.port}", timeout=30) as client:
        said = replayed = 0
        for number in range(20):
            made, again = amended_at_once(client, morning, number)
            assert sorted(made) == [200, 412, 412, 412]
            said, replayed = said + 4, replayed + again
    service.stop()
    results["four amendments at once with one If-Match, 20 times"] = {"made": 20, "refused": said - 20}
    results["replays that gave the first answer"] = {"of them": replayed}


def amended_at_once(client, morning, number):
    from concurrent.futures import ThreadPoolExecutor

    path, head = f"/v1/declarations/{PROGRAM}", {"Authorization": f"Bearer {morning.sessions[number]}"}
    head["Content-Type"] = "application/json"
    deposit = head | {"Idempotency-Key": morning.keys[number]}
    first = client.post(path, content=morning.bodies[number].encode(), headers=deposit)
    assert first.status_code == 201, first.text

    def amend(which):
        asked = head | {"If-Match": first.headers["etag"], "Idempotency-Key": f"amendment-{which}-{number:06}"}
        sent = morning.bodies[number + 20 + which].encode()
        return asked, sent, client.put(path, content=sent, headers=asked)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(amend, range(4)))
    for asked, sent, answered in made:
        again = client.put(path, content=sent, headers=asked)
        assert (again.status_code, again.json().get("sequence")) == (
            answered.status_code,
            answered.json().get("sequence"),
        )
    again = client.post(path, content=morning.bodies[number].encode(), headers=deposit)
    assert (again.status_code, again.json()) == (201, first.json())
    return [answered.status_code for _, _, answered in made], 5
