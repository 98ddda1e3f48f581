"""The machine, the versions and the day: what a figure means nothing without."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import polars as pl

MEASURED = ("polars", "duckdb", "numpy", "pandas", "openfisca-core", "zen-engine", "numba")
GIB = 2**30


def machine() -> dict[str, Any]:
    """Describe the machine and what runs on it."""
    return {
        "date": str(datetime.now(UTC).date()),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "threads": pl.thread_pool_size(),
        "memory_gib": round(_memory("MemTotal") / GIB),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: known for name in MEASURED if (known := _version(name))},
        "load": round(os.getloadavg()[0], 1),
    }


def available() -> int:
    """Give the memory that is free for use, in bytes."""
    return _memory("MemAvailable")


def _memory(name: str) -> int:
    lines = Path("/proc/meminfo").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.processor() or "unknown")


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
