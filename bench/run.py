"""Times this engine against the named peers, interleaved in one run, and prints medians and ratios.

python -m bench.run            print
python -m bench.run --write    print, and write bench/RESULTS.md
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

import rules
from ranking import sample, score
from ranking.conform import conform
from ranking.contest import Contest
from ranking.groups import Groups
from ranking.mechanisms import MECHANISMS
from ranking.order import Standing, cut
from ranking.parts import Ceiling
from ranking.places import Places, Room
from ranking.second import ArrowStream
from ranking.selection import Selection
from rules import plain, sql

DAY = date(2026, 4, 27)
RESULTS = Path(__file__).parent / "RESULTS.md"


def interleaved(contenders, rounds):
    """Time each contender once a round, after one round to warm up; give the median of each in milliseconds."""
    times = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if turn:
                times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def when_then(frame, regulation, *, breakdown):
    """Score as polars when/then over the law's tables, stage by stage, in one lazy query."""
    query = frame.lazy()
    for stage in plain.stages(regulation, DAY, frame.columns):
        query = query.with_columns(stage)
    if not breakdown:
        return query.select("declaration_id", "score").collect()
    return query.with_columns(plain.streams(regulation, ())).select(score_names(regulation)).collect()


def score_names(regulation):
    """Name the columns of a breakdown."""
    parts = [f"{part}_points" for part in regulation.parts if part != "score"]
    return ["declaration_id", *parts, "score", *[f"eligible_{stream.id}" for stream in regulation.streams]]


def scoring(size, rounds):
    """Time scoring of ``size`` declarations in memory."""
    regulation = rules.load("quebec/pstq").on(DAY)
    frame = conform(sample.generate(regulation, size, seed=7, on=DAY), regulation, DAY)
    connection = duckdb.connect()
    connection.register("arrow", ArrowStream(frame))
    connection.execute("CREATE TABLE pool AS SELECT * FROM arrow")
    total = sql.scoring(regulation, DAY, absent=regulation.test_columns, breakdown=False).sql(dialect="duckdb")
    whole = sql.scoring(regulation, DAY, absent=regulation.test_columns).sql(dialect="duckdb")
    contenders = {
        "score": lambda: score(frame, regulation, facts_on=DAY, breakdown=False),
        "breakdown": lambda: score(frame, regulation, facts_on=DAY),
        "when/then, score": lambda: when_then(frame, regulation, breakdown=False),
        "when/then, breakdown": lambda: when_then(frame, regulation, breakdown=True),
        "DuckDB CASE, score": lambda: connection.execute(f"CREATE OR REPLACE TABLE scores AS {total}"),
        "DuckDB CASE, breakdown": lambda: connection.execute(f"CREATE OR REPLACE TABLE scores AS {whole}"),
    }
    _agree(contenders, connection)
    medians = interleaved(contenders, rounds)
    connection.close()
    return medians, frame, regulation


def _agree(contenders, connection):
    """Refuse to time engines that do not say the same."""
    expected = contenders["score"]()["score"]
    for name, run in contenders.items():
        done = run()
        if "DuckDB" in name:
            found = connection.execute("SELECT score FROM scores ORDER BY declaration_id").fetchnumpy()["score"]
            done = pl.DataFrame({"score": found})
        assert (done["score"] == expected).all(), name


def cutting(frame, regulation, rounds, size=250_000, places=5000):
    """Time a cut-off by counting against a sort and a head, on the first ``size`` declarations."""
    few = frame.head(size)
    scores = score(few, regulation, facts_on=DAY, breakdown=False)["score"]
    standing = Standing.of(few, scores, regulation)
    keys = few.select("declaration_id", "submitted_at").with_columns(scores)
    contenders = {
        "cut-off by counting": partial(cut, standing.scores, places),
        "sort and head": partial(sort_and_head, keys, places),
    }
    by_sort, by_count = contenders["sort and head"](), contenders["cut-off by counting"]()
    assert by_count.score == by_sort
    return interleaved(contenders, rounds)


def sort_and_head(keys, places):
    """Find the score of the last of the best by sorting all."""
    best = keys.sort(["score", "submitted_at", "declaration_id"], descending=[True, False, False]).head(places)
    return best["score"].min()


def ceilings(frame, regulation):
    """Time a count of 100,000 places under ceilings that cross, 500 occupations by 200 countries, in seconds."""
    scores = score(frame, regulation, facts_on=DAY, breakdown=False)["score"]
    standing = Standing.of(frame, scores, regulation)
    title = {"fr": "essai", "en": "trial"}
    place = pl.int_range(frame.height, eager=True)
    crossed = {"occupation": ((place * 7919) % 500, 400), "country": (((place * 104_729) % 3_571) % 200, 900)}
    said = {"id": "1", "title": title, "mechanism": "count", "size": 100_000, "ties": "key", "certainty": "published"}
    start = time.perf_counter()
    rooms = []
    for name, (codes, limit) in crossed.items():
        groups = Groups.of(codes.cast(pl.String))
        ceiling = Ceiling(id=name, title=title, by=name, otherwise=limit, carried=False)
        rooms.append(Room(ceiling, groups, [limit] * len(groups.labels)))
    everyone = np.arange(frame.height, dtype=np.int64)
    MECHANISMS["count"].pick(Contest(Selection(**said), standing, everyone, Places(rooms)))
    return time.perf_counter() - start


LAUNCHER = """
import json, resource, subprocess, sys, time
walls = []
for _ in range(4):
    start = time.perf_counter()
    subprocess.run(sys.argv[1:], check=True, capture_output=True)
    walls.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
print(json.dumps({"wall": sorted(walls[1:])[1], "peak": peak}))
"""


def command(frame):
    """Time ``tirage score`` from Parquet to Parquet: wall seconds (median of three, after one) and peak memory in MiB.

    A small process starts it, because a child counts the memory of the process that it was forked from.
    """
    with tempfile.TemporaryDirectory() as folder:
        pool, out = Path(folder) / "pool.parquet", Path(folder) / "scores.parquet"
        frame.write_parquet(pool)
        tirage = [str(Path(sys.executable).parent / "tirage"), "score", str(pool)]
        words = [*tirage, "--program", "quebec/pstq", "--on", str(DAY), "--out", str(out)]
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        done = subprocess.run(
            [sys.executable, "-c", LAUNCHER, *words], check=True, capture_output=True, text=True, env=kept
        )
    measured = json.loads(done.stdout)
    return measured["wall"], measured["peak"]


LIBRARY = """
import time
import rules
start = time.perf_counter()
for name in rules.library():
    program = rules.load(name)
    program.on(program.source.begins)
print(time.perf_counter() - start)
"""


def library():
    """Time the reading and the check of every law of the library, in a fresh process: seconds, median of five."""
    words = [sys.executable, "-c", LIBRARY]
    return statistics.median(
        float(subprocess.run(words, check=True, capture_output=True, text=True).stdout) for _ in range(5)
    )


def versions():
    """Name what was measured."""
    known = ", ".join(f"{name} {version(name)}" for name in ("polars", "duckdb", "numpy"))
    return f"Python {platform.python_version()}, {known}"


def report(size, medians, cuts, crossed, wall, peak, loaded):
    """Write the figures as a page."""
    total, parts = medians["score"], medians["breakdown"]
    rows = [
        ("score only", total, medians["when/then, score"], medians["DuckDB CASE, score"]),
        ("full breakdown", parts, medians["when/then, breakdown"], medians["DuckDB CASE, breakdown"]),
    ]
    scoring_rows = [f"| {n} | {a:.1f} | {b:.1f} | {b / a:.1f} | {c:.1f} | {c / a:.1f} |" for n, a, b, c in rows]
    counted, sorted_ = cuts["cut-off by counting"], cuts["sort and head"]
    return f"""# Results

Medians of one interleaved run (`make bench`). Shared machine: read the ratios rather than the milliseconds.

- {datetime.now(UTC).date()}, {platform.machine()}, {pl.thread_pool_size()} threads, {versions()}
- `quebec/pstq` on {DAY}, 19 criteria; synthetic pool of {size:,} declarations, seed 7, in memory, typed.
- The peers run the same tables: polars `when/then` in one lazy query, DuckDB SQL `CASE` from a native table to a
  native table. All were first checked to give the same scores. The full breakdown of all has the streams too.

## Scoring {size:,} declarations, ms

| | tirage | polars when/then | ratio | DuckDB CASE | ratio |
|---|---:|---:|---:|---:|---:|
{chr(10).join(scoring_rows)}

Full breakdown against `when/then` for the score only: {medians["when/then, score"] / parts:.1f} times faster.

## Cut-off at 250,000 declarations, 5,000 places, ms

| by counting | sort and head | ratio |
|---:|---:|---:|
| {counted:.2f} | {sorted_:.2f} | {sorted_ / counted:.1f} |

## Ceilings that cross, {size:,} declarations, 500 × 200 groups, 100,000 places

{crossed:.1f} s, order and scan included.

## `tirage score`, {size:,} declarations, Parquet to Parquet, every row checked

{wall:.2f} s wall, {peak:.0f} MiB at the peak.

## The whole library of law, {len(rules.library())} programs, read and checked

{loaded * 1000:.0f} ms in a fresh process.
"""


def main():
    """Run the bench."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--size", type=int, default=1_000_000)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--write", action="store_true", help="write bench/RESULTS.md")
    given = options.parse_args()
    medians, frame, regulation = scoring(given.size, given.rounds)
    cuts = cutting(frame, regulation, given.rounds)
    crossed = ceilings(frame, regulation)
    wall, peak = command(frame)
    page = report(given.size, medians, cuts, crossed, wall, peak, library())
    print(page)
    if given.write:
        RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
