"""The whole library of law, read and checked in a fresh process."""

from __future__ import annotations

import statistics
import subprocess
import sys
from typing import Any

import rules
from bench.timing import say

LIBRARY = """
import time
import rules
start = time.perf_counter()
for name in rules.library():
    program = rules.load(name)
    program.on(program.source.begins)
print(time.perf_counter() - start)
"""


def library(rounds: int) -> dict[str, Any]:
    """Time it: median milliseconds."""
    say("the library of law")
    words = [sys.executable, "-c", LIBRARY]
    times = [float(subprocess.run(words, check=True, capture_output=True, text=True).stdout) for _ in range(rounds)]
    return {"programs": len(rules.library()), "ms": statistics.median(times) * 1000}
