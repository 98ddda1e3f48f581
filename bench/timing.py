"""How time is taken: contenders in turn, so that what disturbs the machine disturbs all; medians."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BUDGET = 12_000
"""Milliseconds after which a contender runs in fewer rounds than the others, three at the least."""
FEWEST = 3
BEGUN = time.perf_counter()


def say(text: str) -> None:
    """Tell on the error stream how far the bench is."""
    print(f"[{time.perf_counter() - BEGUN:6.0f} s] {text}", file=sys.stderr, flush=True)


def once(run: Callable[[], Any]) -> tuple[Any, float]:
    """Run, and give the result and the milliseconds."""
    start = time.perf_counter()
    result = run()
    return result, (time.perf_counter() - start) * 1000


def able(contenders: Mapping[str, Callable[[], Any]]) -> tuple[dict[str, Callable[[], Any]], dict[str, str]]:
    """Run each once; give those that can, and why the others cannot."""
    there: dict[str, Callable[[], Any]] = {}
    failed: dict[str, str] = {}
    for name, run in contenders.items():
        try:
            run()
            there[name] = run
        except Exception as error:  # noqa: BLE001 - one that fails does not stop the others
            failed[name] = f"{type(error).__name__}: {error}".partition("\n")[0]
            say(f"    {name} left out: {failed[name]}")
    return there, failed


def interleaved(contenders: Mapping[str, Callable[[], Any]], rounds: int, *, warm: bool = True) -> dict[str, float]:
    """Time each contender once a round, in turn; give the median of each in milliseconds.

    ``warm`` runs each once before. Results are let go between runs, which no time is counted for.
    """
    if warm:
        for run in contenders.values():
            run()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(rounds):
        for name, run in contenders.items():
            if turn >= FEWEST and sum(times[name]) > BUDGET:
                continue
            gc.collect()
            times[name].append(once(run)[1])
    return {name: statistics.median(values) for name, values in times.items() if values}
