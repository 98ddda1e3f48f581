"""Scores a pool larger than memory, and draws a round from it, by polars and by DuckDB: time, peak memory, disk.

python -m bench.larger                          ten million declarations, printed
python -m bench.larger --size 100000000 --write    a hundred million, and write bench/LARGER.md

The pieces are one generated million, put together anew: see ``recombined``. ``--generate`` draws every piece instead.
Every step runs in a process of its own, whose peak memory is that of the whole process. What is made is deleted.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import polars as pl

import rules
from ranking import sample, score_file, second
from ranking.counted import draw as counted
from ranking.counted.in_duckdb import DuckDB
from ranking.counted.in_polars import Polars
from ranking.instruction import read_instruction

DAY = date(2026, 4, 27)
PIECE = 1_000_000
RESULTS = Path(__file__).parent / "LARGER.md"
ENGINES = ("polars", "duckdb")
OF_ANOTHER_PERSON = ["sex", "region"]

INSTRUCTION = """
program = "{program}"
id = "larger"
title = {{ fr = "Banque plus grande que la mémoire", en = "Pool larger than memory" }}
law_on = {day}
extracted_at = {day}T23:59:59Z

[cite]
act = "bench"
provision = "bench"
provision_checked = false
published = {day}
url = "https://example.org"
read_on = {day}
certainty = {{ fr = "inventée", en = "invented" }}

[[selection]]
id = "1"
title = {{ fr = "Les meilleures", en = "The best" }}
stream = {streams}
mechanism = "count"
size = {places}
ties = "key"
certainty = "published"
"""


def recombined(base, number):
    """Make another million out of one: the rows turned by an offset, other numbers, dates and instants.

    Persons who filed twice still did. Everyone is born up to 27 days earlier and filed a little earlier, so that keys
    differ from piece to piece; other columns stay together row by row, because the law forbids some combinations.
    """
    turn = number * 7919 % base.height
    rows = pl.concat([base.slice(turn), base.slice(0, turn)])
    return rows.with_columns(
        declaration_id="S" + (pl.int_range(pl.len()) + number * base.height).cast(pl.String).str.zfill(9),
        person_id="P" + (pl.col("person_id").str.slice(4).cast(pl.Int64) + number * base.height).cast(pl.String),
        submitted_at=pl.col("submitted_at") - pl.duration(milliseconds=number * 37),
        birth_date=pl.col("birth_date") - pl.duration(days=number % 28),
    )


def make(program, size, folder, *, generate):
    """Write the pieces of the pool."""
    regulation = rules.load(program).on(DAY)
    pieces = -(-size // PIECE)
    base = None if generate else sample.generate(regulation, min(size, PIECE), seed=7, on=DAY)
    (folder / "pool").mkdir()
    for number in range(pieces):
        if generate:
            made = sample.generate_piece(regulation, size, seed=7, on=DAY, piece=number, pieces=pieces)
        else:
            made = recombined(base, number).head(size - number * PIECE)
        made.drop(OF_ANOTHER_PERSON, strict=False).write_parquet(folder / "pool" / f"p-{number:05}.parquet")
    return {}


def score(program, engine, folder):
    """Score straight from the pieces, every row checked: by polars, or checked by polars and scored by DuckDB."""
    regulation = rules.load(program).on(DAY)
    out = folder / f"{engine}.parquet"
    if engine == "polars":
        score_file(folder / "pool", regulation, out, breakdown=False)
    else:
        second.score_file(folder / "pool", regulation, out, breakdown=False)
    return {}


def look(_, engine, folder):
    """Tell what an engine's scores are: how many of each, and sums by score of numbers that depend on who has it."""
    number = pl.col("declaration_id").str.slice(1).cast(pl.Int64)
    scores = pl.scan_parquet(folder / f"{engine}.parquet")
    sums = scores.group_by("score").agg(
        pl.len(), number.sum().alias("sum"), (number**2 % 1_000_003).sum().alias("rest")
    )
    return {"rows": sums.collect().sort("score").rows()}


def draw(program, engine, folder, places):
    """Draw a round from counts by score and the tie group."""
    streams = [stream.id for stream in rules.load(program).on(DAY).streams]
    path = folder / "round.toml"
    path.write_text(INSTRUCTION.format(program=program, day=DAY, places=places, streams=json.dumps(streams)))
    instruction, out = read_instruction(path), folder / f"round-{engine}"
    pool = str(folder / "pool" / "*.parquet")
    with tempfile.TemporaryDirectory(dir=folder) as work:
        if engine == "polars":
            done = counted(instruction, Polars(pl.scan_parquet(pool), Path(work)), out)
        else:
            with DuckDB(pool, Path(work), memory="2GiB", threads=2) as source:
                done = counted(instruction, source, out)
        used = disk(Path(work))
    [selection] = done.selections
    invited = pl.read_parquet(out / "invitations.parquet").sort("rank")
    return {
        "cut_off": selection.cut_off,
        "invited": invited["declaration_id"].to_list(),
        "outcomes": done.outcomes,
        "moved": list(done.moved),
        "work": used,
    }


def disk(path):
    """Count the bytes under a folder, or of a file."""
    return path.stat().st_size if path.is_file() else sum(file.stat().st_size for file in path.rglob("*.parquet"))


LAUNCHER = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], check=True, stdout=subprocess.PIPE, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
took = {"wall": time.perf_counter() - start, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}
print(json.dumps(took | json.loads(done.stdout)))
"""


def step(given, folder, name, engine="", places=0):
    """Run one step in a process of its own; a small process starts it, and measures it."""
    words = ["--program", given.program, "--size", str(given.size), "--folder", str(folder), "--places", str(places)]
    words += ["--step", name, "--engine", engine, *(["--generate"] if given.generate else [])]
    start = [sys.executable, "-c", LAUNCHER, sys.executable, "-m", "bench.larger", *words]
    done = json.loads(subprocess.run(start, check=True, stdout=subprocess.PIPE, text=True).stdout)
    print(f"{name} {engine}: {done['wall']:.1f} s, {done['peak']:.0f} MiB", file=sys.stderr)
    return done


def run_step(given):
    """Be one step."""
    folder = Path(given.folder)
    if given.step == "make":
        return make(given.program, given.size, folder, generate=given.generate)
    if given.step == "draw":
        return draw(given.program, given.engine, folder, given.places)
    return {"score": score, "look": look}[given.step](given.program, given.engine, folder)


def everything(given, folder):
    """Make the pool, score it and draw from it by both engines, and refuse results that differ."""
    made = step(given, folder, "make")
    rows = [("pieces made", "", made, disk(folder / "pool"))]
    sums = {}
    for engine in ENGINES:
        scored = step(given, folder, "score", engine)
        rows.append(("scored", engine, scored, disk(folder / f"{engine}.parquet")))
        sums[engine] = step(given, folder, "look", engine)["rows"]
        (folder / f"{engine}.parquet").unlink()
    assert sums["polars"] == sums["duckdb"], "the engines differ"
    assert sum(row[1] for row in sums["polars"]) == given.size
    drawn = {}
    for engine in () if given.no_draw else ENGINES:
        drawn[engine] = step(given, folder, "draw", engine, given.places)
        rows.append((f"round of {given.places:,} drawn", engine, drawn[engine], drawn[engine]["work"]))
    for name in () if given.no_draw else ("cut_off", "invited", "outcomes"):
        assert drawn["polars"][name] == drawn["duckdb"][name], f"the engines differ: {name}"
    return rows, len(sums["polars"]), drawn.get("polars")


def report(given, rows, scores, drawn):
    """Write the figures as a page."""
    known = ", ".join(f"{name} {version(name)}" for name in ("polars", "duckdb", "numpy"))
    lines = [
        f"| {name} | {engine} | {run['wall']:.1f} | {run['cpu']:.1f} | {run['peak']:,.0f} | {held / 2**20:,.0f} |"
        for name, engine, run, held in rows
    ]
    how = "each drawn anew" if given.generate else "one generated million put together anew, see bench/larger.py"
    same = f"- The engines agree: at each of {scores:,} scores as many declarations, of the same sums of numbers"
    if drawn:
        rows_moved, bytes_moved = drawn["moved"]
        same += f""", the same cut-off ({drawn["cut_off"]}), the same
  invitees in the same order, the same number of every outcome.
- Drawn by `ranking.counted`: scores, streams and keys of every declaration are written once; what comes to the driver
  is counts and the tie group ({rows_moved:,} rows, {bytes_moved:,} bytes)"""
    how = f"{-(-given.size // PIECE)} Parquet files ({how})"
    python = f"{platform.machine()}, {pl.thread_pool_size()} threads, Python {platform.python_version()}"
    return f"""# A pool larger than memory

`make bench-larger`. Shared machine: wall seconds depend on what else ran; CPU seconds are of all threads together.

- {datetime.now(UTC).date()}, {python}, {known}
- `{given.program}` on {DAY}, {given.size:,} declarations in
  {how}.
- Scored straight from the files: polars checks every row against the whole contract of a pool; before DuckDB scores,
  polars checks every value against its domain. DuckDB holds at most 2 GiB and gives the rows back in their order.
{same}.

| step | engine | wall s | CPU s | peak MiB | MiB written |
|---|---|---:|---:|---:|---:|
{chr(10).join(lines)}
"""


def main():
    """Run the bench, or one of its steps."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", default="canada/express_entry")
    options.add_argument("--size", type=int, default=10_000_000)
    options.add_argument("--places", type=int, default=5000)
    options.add_argument("--generate", action="store_true", help="draw every piece instead of recombining one")
    options.add_argument("--no-draw", action="store_true", help="score only")
    options.add_argument("--folder", help="where the pool is made (in a folder of its own, deleted after)")
    options.add_argument("--write", action="store_true", help="write bench/LARGER.md")
    options.add_argument("--step", help=argparse.SUPPRESS)
    options.add_argument("--engine", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.step:
        print(json.dumps(run_step(given)))
        return
    needed = given.size * 120
    free = shutil.disk_usage(given.folder or tempfile.gettempdir()).free
    if free < needed:
        sys.exit(f"{needed / 2**30:.0f} GiB of disk are needed, {free / 2**30:.0f} are free: choose another --folder")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        page = report(given, *everything(given, Path(folder)))
    print(page)
    print(f"{time.perf_counter() - start:.0f} s in all", file=sys.stderr)
    if given.write:
        RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
