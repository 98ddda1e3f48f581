"""A bank, everyone who will come to it, the service in a process of its own, and the crowd in two others."""

from __future__ import annotations

import json
import os
import resource
import secrets
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from bench.first_morning.found import Found
from intake import sessions
from intake.bank import fresh_person
from intake.config import Config, secret_of
from intake.fields import declared_names
from intake.sqlite_store import SqliteStore
from ranking.sample import generate
from rules import load

PROGRAM = "quebec/pstq"
SYNC_SECONDS = 0.020
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WORKERS = 2
PERSON = "INSERT INTO person (person, family_name, given_names, document_country, document_number, made_at)"
ACCOUNT = "INSERT INTO account (account, email, person, lang, epoch, made_at)"


@dataclass
class Morning:
    """A bank in a folder, and the people who signed in to it before it opened."""

    folder: Path
    port: int
    people: list[str] = field(default_factory=list)
    sessions: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)

    @property
    def bank(self) -> Path:
        return self.folder / "bank.sqlite"


def prepare(folder: Path, port: int, people: int) -> Morning:
    """Make a bank whose people have signed in already: their accounts and persons are written in one go, by SQL."""
    morning = Morning(folder, port)
    store = SqliteStore(morning.bank)
    accounts = [sessions.new_account() for _ in range(people)]
    morning.people = [fresh_person() for _ in range(people)]
    with store.write() as tx:
        rows = [(one, "Exemple", "Personne", "XXX", f"AB{i:08}", 0) for i, one in enumerate(morning.people)]
        tx.many(f"{PERSON} VALUES (?, ?, ?, ?, ?, ?)", rows)
        pairs = enumerate(zip(accounts, morning.people, strict=True))
        rows = [(account, f"p{i}@example.org", person, "fr", 0, 0) for i, (account, person) in pairs]
        tx.many(f"{ACCOUNT} VALUES (?, ?, ?, ?, ?, ?)", rows)
    store.close()
    key = sessions.key_of(secret_of(Config(bank=str(morning.bank))))
    until = int(time.time()) + 3600
    morning.sessions = [sessions.write(sessions.Session(account, 0, until), key) for account in accounts]
    morning.keys = [secrets.token_hex(16) for _ in accounts]
    morning.bodies = declarations(500)
    return morning


def declarations(size: int) -> list[str]:
    """Give synthetic declarations as they are sent."""
    today = date.today()  # noqa: DTZ011 - the service holds them to today
    regulation = load(PROGRAM).on(today)
    names = declared_names(regulation)
    rows = generate(regulation, size, seed=8, on=today).iter_rows(named=True)
    said = [{n: v.isoformat() if isinstance(v := row.get(n), date) else v for n in names} for row in rows]
    return [json.dumps(one, ensure_ascii=False) for one in said]


@dataclass
class Service:
    """The service of a morning, which may be killed and started again."""

    morning: Morning
    sync_seconds: float = SYNC_SECONDS
    files: int = 0
    process: subprocess.Popen | None = None

    def start(self, *, ready: bool = True) -> None:
        given = [str(self.morning.bank), str(self.morning.port), str(self.sync_seconds), str(self.files)]
        with (self.morning.folder / "service.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own
                [sys.executable, str(HERE / "slow_service.py"), *given], stdout=log, stderr=log, cwd=ROOT, env=there()
            )
        while ready and not self.alive():
            assert self.process.poll() is None, (self.morning.folder / "service.log").read_text()[-3000:]
            time.sleep(0.05)

    def alive(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.morning.port}/health", timeout=2) as said:
                return said.status == 200
        except OSError:
            return False

    def kill(self) -> None:
        """Kill −9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()

    def peak_mib(self) -> float:
        """Give the most memory that it held at once."""
        said = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) / 1024 for line in said.splitlines() if line.startswith("VmHWM"))

    def cpu_seconds(self) -> float:
        said = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(said[11]) + int(said[12])) / os.sysconf("SC_CLK_TCK")


def there() -> dict[str, str]:
    """Give the environment of a process that imports this tree."""
    return os.environ | {"PYTHONPATH": str(ROOT)}


def all_files() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Crowd:
    """Everyone, in processes of their own. They come at random within ``within`` seconds from ``opens_at`` on."""

    def __init__(
        self,
        morning: Morning,
        *,
        within: float,
        seconds: float,
        people: int | None = None,
        wait: float = 4.0,
        seed: int = 8,
    ) -> None:
        people = people or len(morning.people)
        self.opens_at = time.time() + wait
        self.seconds = seconds
        arrives = np.sort(np.random.default_rng(seed).random(people) * within)
        self.files, self.parts = [], []
        for part in range(WORKERS):
            mine = slice(part, people, WORKERS)
            job = morning.folder / f"job-{seed}-{part}.json"
            found = job.with_suffix(".npz")
            said = {"host": "127.0.0.1", "port": morning.port, "program": PROGRAM, "opens_at": self.opens_at}
            said |= {"seconds": seconds, "seed": seed + part, "bodies": morning.bodies}
            said |= {
                "sessions": morning.sessions[mine],
                "keys": morning.keys[mine],
                "arrives": arrives[part::WORKERS].tolist(),
            }
            job.write_text(json.dumps(said))
            command = [sys.executable, "-m", "bench.first_morning.crowd", str(job), str(found)]
            self.parts.append(subprocess.Popen(command, cwd=ROOT, env=there(), preexec_fn=all_files))  # noqa: S603, PLW1509
            self.files.append(found)

    def until(self, second: float) -> None:
        """Wait until so many seconds after the opening."""
        time.sleep(max(0.0, self.opens_at + second - time.time()))

    def found(self) -> Found:
        """Wait for everyone, and hear what they remember."""
        for part in self.parts:
            assert part.wait(self.seconds + 60) == 0
        return Found.read(self.files)

    def send_home(self) -> None:
        for part in self.parts:
            part.kill()
            part.wait()
