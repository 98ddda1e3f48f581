"""Times this engine against the named peers, interleaved in one run, and prints medians and ratios.

python -m bench.run                   what needs no other library, under five minutes
python -m bench.run --full            every peer, up to ten million declarations, the picture of growth
python -m bench.run --write           and write bench/RESULTS.md
python -m bench.run --again           the page anew from the figures of the last run, out/bench.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.ceilings import ceilings
from bench.commands import file_of, from_parquet, on_files, start_up
from bench.draw import draw
from bench.first_morning.results import section_of
from bench.laws import EXPRESS_ENTRY, LAWS, PSTQ, Law
from bench.library import library
from bench.machine import machine
from bench.report import page
from bench.roofline import bandwidth, roofline
from bench.scoring import scoring
from bench.sweep import run as sweep
from bench.timing import say

RESULTS = Path(__file__).parent / "RESULTS.md"
FIGURES = Path("out/bench.json")
SMALL, LARGE = 250_000, 1_000_000
SIZES = {False: (SMALL, LARGE), True: (20_000, 100_000, SMALL, LARGE, 10_000_000)}


def measure(*, full: bool, rounds: int, sizes: tuple[int, ...]) -> dict[str, Any]:
    """Measure everything, law by law."""
    start = time.perf_counter()
    found: dict[str, Any] = {"full": full, "rounds": rounds, "machine": machine()}
    found["bandwidth"] = bandwidth(rounds)
    found["roofline"] = [roofline(law, found["bandwidth"]["gb_per_s"]) for law in LAWS]
    found["start_up"] = start_up(2 * rounds + 1)
    found["library"] = library(5)
    found |= {"scoring": [], "absent": [], "commands": [], "parquet": []}
    with tempfile.TemporaryDirectory() as folder:
        for law in LAWS:
            _law(law, found, Path(folder), sizes, rounds)
    found["minutes"] = (time.perf_counter() - start) / 60
    say("done")
    return found


def _law(law: Law, found: dict[str, Any], folder: Path, sizes: tuple[int, ...], rounds: int) -> None:
    pool = law.pool(max(sizes))
    for name, rows in scoring(law, pool, sizes, rounds).items():
        found[name] += rows
    pool = pool.head(LARGE)
    found["commands"] += on_files(law, pool, folder, 3)
    found["parquet"].append(from_parquet(law, file_of(law, folder), pool.height, rounds))
    if law == EXPRESS_ENTRY:
        found["draw"] = draw(law, pool, [size for size in (SMALL, LARGE) if size <= pool.height], rounds)
        found["sweep"] = sweep(law, pool.head(SMALL))
    if law == PSTQ:
        found["ceilings"] = ceilings(law, pool)


def main() -> None:
    """Run the bench."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--full", action="store_true", help="every size and the picture")
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--most", type=int, help="no pool larger than this")
    options.add_argument("--write", action="store_true", help="write bench/RESULTS.md, with --full the picture too")
    options.add_argument("--again", action="store_true", help="measure nothing: the figures of the last run")
    given = options.parse_args()
    if given.again:
        found = json.loads(FIGURES.read_text(encoding="utf-8"))
    else:
        sizes = tuple(size for size in SIZES[given.full] if size <= (given.most or size))
        found = measure(full=given.full, rounds=given.rounds, sizes=sizes)
        FIGURES.parent.mkdir(exist_ok=True)
        FIGURES.write_text(json.dumps(found, indent=1), encoding="utf-8")
    text = page(found)
    print(text)
    if given.write:
        kept = section_of(RESULTS.read_text(encoding="utf-8"))  # the first morning is measured by its own command
        RESULTS.write_text(f"{text}\n{kept}" if kept else text, encoding="utf-8")
        if found["full"]:
            from bench.growth import write  # noqa: PLC0415 - altair takes a while to import

            write(found)


if __name__ == "__main__":
    main()
