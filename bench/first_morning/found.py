"""What the crowd remembers of a morning, put together from its parts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.first_morning.person import Step

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LATE = 0.25  # seconds: a crowd that is later than this for its own clock measures itself


@dataclass
class Found:
    """Columns: one row a request answered (``step``, ``sent``, ``took``, ``status``), one row a person (the others)."""

    columns: dict[str, np.ndarray]

    @classmethod
    def read(cls, files: Iterable[Path]) -> Found:
        """Read the parts."""
        parts = []
        for file in files:
            with np.load(file) as read:
                parts.append({name: np.atleast_1d(read[name]) for name in read.files})
        return cls({name: np.concatenate([part[name] for part in parts]) for name in parts[0]})

    @property
    def accepted(self) -> int:
        """How many people were told that their declaration is in the bank."""
        return int(np.isfinite(self.columns["accepted_at"]).sum())

    @property
    def people(self) -> int:
        """How many came."""
        return len(self.columns["key"])

    @property
    def last_accepted(self) -> float:
        """Seconds after the opening when the last one was accepted."""
        return float(np.nanmax(self.columns["accepted_at"], initial=0.0))

    @property
    def later(self) -> int:
        """How many times a place was later than before, or a ticket another one."""
        return int(self.columns["later"].sum())

    @property
    def answers(self) -> dict[str, dict[str, Any]]:
        """Give what each accepted person was told, by key."""
        told = np.isfinite(self.columns["accepted_at"])
        keys, answers = self.columns["key"][told], self.columns["answer"][told]
        return {str(key): json.loads(str(answer)) for key, answer in zip(keys, answers, strict=True)}

    def statuses(self) -> dict[int, int]:
        """Count answers by status."""
        kinds, counts = np.unique(self.columns["status"], return_counts=True)
        return {int(kind): int(count) for kind, count in zip(kinds, counts, strict=True)}

    def milliseconds(self, percent: float, step: Step | None = None) -> float:
        """Give a percentile of the time from sending a request to its answer."""
        took = self.columns["took"]
        took = took if step is None else took[self.columns["step"] == step]
        return float(np.percentile(took, percent) * 1000) if len(took) else 0.0

    def troubles(self) -> list[str]:
        """Say what those who were not accepted met, the first few kinds."""
        return sorted({str(one) for one in self.columns["trouble"] if one})[:5]

    def figures(self) -> dict[str, Any]:
        """Give the figures of a table."""
        waited = self.columns["accepted_at"] - self.columns["arrived"]
        statuses = self.statuses()
        return {
            "people": self.people,
            "accepted": self.accepted,
            "seconds until the last": round(self.last_accepted, 1),
            "wait p50, s": round(float(np.nanpercentile(waited, 50)), 2),
            "wait p99, s": round(float(np.nanpercentile(waited, 99)), 2),
            "requests": len(self.columns["took"]),
            "p50, ms": round(self.milliseconds(50), 1),
            "p99, ms": round(self.milliseconds(99), 1),
            "slowest, ms": round(self.milliseconds(100), 1),
            **{f"p99 of {s.name.lower()}, ms": round(self.milliseconds(99, s), 1) for s in Step},
            "503": statuses.get(503, 0),
            "429": statuses.get(429, 0),
            "other 4xx and 5xx": sum(n for kind, n in statuses.items() if kind >= 400 and kind not in {429, 503}),
            "cut": int(self.columns["cuts"].sum()),
            "later places": self.later,
            "the crowd's own lateness, ms": round(float(self.columns["lag"].max()) * 1000),
        }
