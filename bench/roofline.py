"""The roofline: how fast this machine reads memory, and so how long one perfect pass over the columns would take."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from bench.timing import interleaved, say
from rules.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bench.laws import Law

CACHE = Path("/sys/devices/system/cpu/cpu0/cache/index3/size")
LEAST = 2**29
MOST = 2**30
POOL = 48 * 10**6
SCORE_BYTES = 4
"""What a score, or the points of a part, takes in the result: Int32."""


def cache_bytes() -> int | None:
    """Give the size of the last level of the cache, None where the system does not say."""
    try:
        return int(CACHE.read_text(encoding="ascii").strip().removesuffix("K")) * 1024
    except (OSError, ValueError):
        return None


def array_bytes() -> int:
    """Choose the size of an array beyond the cache: twice its last level, from half a GiB to one."""
    return min(max(LEAST, 2 * (cache_bytes() or 0)), MOST)


def _in_parts(work: Callable[..., Any], parts: int, pool: ThreadPoolExecutor, *arrays: NDArray[np.int64]) -> None:
    """Run on equal parts of the arrays at once; numpy lets other threads run meanwhile."""
    list(pool.map(lambda pieces: work(*pieces), zip(*(np.array_split(array, parts) for array in arrays), strict=True)))


def bandwidth(rounds: int) -> dict[str, Any]:
    """Measure GB/s (10⁹ bytes): reading (a sum), and copying (bytes read and written), by one thread and by all.

    ``pool`` is reading as many bytes as a pool of a million has, over and over: from the cache where they fit it.
    """
    size, threads = array_bytes(), pl.thread_pool_size()
    say(f"bandwidth of memory, arrays of {size // 2**20} MiB")
    source = np.ones(size // 8, dtype=np.int64)
    target = np.zeros_like(source)
    few = source[: POOL // 8].copy()
    with ThreadPoolExecutor(threads) as pool:
        medians = interleaved(
            {
                "read, 1": partial(np.add.reduce, source),
                "copy, 1": partial(np.copyto, target, source),
                "pool, 1": partial(np.add.reduce, few),
                "read, all": partial(_in_parts, np.add.reduce, threads, pool, source),
                "copy, all": partial(_in_parts, np.copyto, threads, pool, target, source),
                "pool, all": partial(_in_parts, np.add.reduce, threads, pool, few),
            },
            rounds,
        )
    moved = {"read": size, "copy": 2 * size, "pool": POOL}
    rates = {name: moved[name[:4]] / milliseconds / 1e6 for name, milliseconds in medians.items()}
    cache = cache_bytes()
    return {"array_mib": size // 2**20, "cache_mib": cache and cache // 2**20, "gb_per_s": rates}


def roofline(law: Law, rates: dict[str, float]) -> dict[str, Any]:
    """Give, a million declarations, the bytes of one pass and the milliseconds of a perfect one."""
    made = plan(law.regulation)
    written = SCORE_BYTES * len(law.regulation.parts)
    each = {"score": made.bytes_read + SCORE_BYTES, "breakdown": made.bytes_read + written}
    passes = {
        f"{kind}, {threads}": bytes_ / rates[f"read, {threads}"]
        for kind, bytes_ in each.items()
        for threads in ("1", "all")
    }
    return {"law": law.program, "bytes_read": made.bytes_read, "bytes": each, "ms_a_million": passes}
