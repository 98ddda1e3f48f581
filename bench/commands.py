"""The command line: start-up, scoring from file to file, explaining one person; wall time and peak of memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from bench.timing import able, interleaved, say
from ranking import score
from ranking.columns import ID

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.laws import Law

LAUNCHER = """
import json, resource, subprocess, sys, time
count = int(sys.argv[1])
walls = []
for _ in range(count + 1):
    start = time.perf_counter()
    subprocess.run(sys.argv[2:], check=True, capture_output=True)
    walls.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"ms": 1000 * sorted(walls[1:])[count // 2], "mib": peak}))
"""


def launched(words: Sequence[str], rounds: int) -> dict[str, float]:
    """Run a command several times after once: median milliseconds, and the peak in MiB.

    A small process starts it, because a child counts the memory of the process that it was forked from.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = [sys.executable, "-c", LAUNCHER, str(rounds), *words]
    done = subprocess.run(start, check=False, capture_output=True, text=True, env=kept)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}\n{done.stderr}")
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def tirage(*words: str) -> list[str]:
    """Give the words of a command of this environment."""
    return [str(Path(sys.executable).parent / "tirage"), *words]


def start_up(rounds: int) -> list[dict[str, Any]]:
    """Time what does no work: the interpreter alone, the help, the list of laws."""
    say("start-up of the command line")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "tirage --help": tirage("--help"),
        "tirage law list": tirage("law", "list"),
    }
    return [{"command": name, **launched(words, rounds)} for name, words in commands.items()]


def on_files(law: Law, frame: pl.DataFrame, folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Time commands on a pool in Parquet."""
    pool, out = file_of(law, folder), folder / "scores.parquet"
    frame.write_parquet(pool)
    of = ("--program", law.program, "--on", str(law.day))
    someone = frame[ID][frame.height // 2]
    commands = {
        "tirage score": tirage("score", str(pool), *of, "--out", str(out)),
        "tirage score --no-breakdown": tirage("score", str(pool), *of, "--out", str(out), "--no-breakdown"),
        "tirage explain": tirage("explain", str(pool), someone, *of),
    }
    rows = []
    for name, words in commands.items():
        say(f"{law.program}: {name}, {frame.height:,} declarations in Parquet")
        measured = launched(words, rounds)
        rows.append({"law": law.program, "size": frame.height, "command": name, **measured})
        say(f"    {measured['ms']:.0f} ms, {measured['mib']:.0f} MiB")
    return rows


def file_of(law: Law, folder: Path) -> Path:
    """Name the file of a pool."""
    return folder / f"{law.program.replace('/', '_')}.parquet"


def from_parquet(law: Law, pool: Path, size: int, rounds: int) -> dict[str, Any]:
    """Time reading the columns that a score needs, and scoring from the file."""
    say(f"{law.program}: reading the columns, and scoring from Parquet")
    regulation = law.regulation
    columns = [ID, *regulation.needed]
    there, failed = able(
        {
            "reading the columns": partial(pl.read_parquet, pool, columns=columns),
            "reading, then scoring": lambda: score(
                pl.read_parquet(pool, columns=columns), regulation, facts_on=law.day, breakdown=False
            ),
            "a streaming query": lambda: score(
                pl.scan_parquet(pool), regulation, facts_on=law.day, breakdown=False
            ).collect(),
        }
    )
    medians = interleaved(there, rounds, warm=False)
    bytes_ = pool.stat().st_size
    return {"law": law.program, "size": size, "bytes": bytes_, "ms": medians, "failed": failed}
