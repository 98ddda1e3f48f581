"""Metrics, for Prometheus: the line, the writer, the doors, and what was refused. No label names anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

from intake.lately import Lately

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
BATCH = (1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """The metrics of one service, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "intake_requests", "Requests answered.", ("method", "route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "intake_request_seconds", "From the first byte read to the answer.", buckets=SECONDS, registry=self.registry
        )
        self._refused = Counter("intake_refused", "Requests refused, by reason.", ("reason",), registry=self.registry)
        self._accepted = Counter(
            "intake_accepted", "Declarations accepted and durable.", ("kind",), registry=self.registry
        )
        self._commit = Histogram(
            "intake_commit_seconds", "One commit, sync included.", buckets=SECONDS, registry=self.registry
        )
        self._batch = Histogram(
            "intake_batch_size", "Pieces of work in one commit.", buckets=BATCH, registry=self.registry
        )
        self._counters: dict[tuple[str, str, int], Counter] = {}
        self.lately = Lately()

    def request(self, method: str, route: str, status: int, seconds: float, code: str) -> None:
        """Count a request; ``code`` is that of its problem, empty without one."""
        key = (method, route, status)
        counter = self._counters.get(key)
        if counter is None:
            counter = self._counters[key] = self._requests.labels(method, route, str(status))
        counter.inc()
        self._seconds.observe(seconds)
        if code:
            self._refused.labels(code).inc()

    def refused(self, reason: str) -> None:
        """Count what was refused before it was a request."""
        self._refused.labels(reason).inc()

    def accepted(self, kind: str) -> None:
        """Count a declaration that was accepted."""
        self._accepted.labels(kind).inc()
        self.lately.accepted()

    def commit(self, batch: int, seconds: float) -> None:
        """Count a commit: what ``Writer`` tells its ``watch``."""
        self.lately.committed(seconds)
        self._commit.observe(seconds)
        self._batch.observe(batch)

    def gauge(self, name: str, says: str, reading: Callable[[], float]) -> None:
        """Add a value that is read when metrics are asked for."""
        Gauge(name, says, registry=self.registry).set_function(reading)

    def refusals(self) -> dict[str, int]:
        """Give how many were refused since the start, by reason, the most frequent first."""
        found = [one for family in self._refused.collect() for one in family.samples if one.name.endswith("_total")]
        counts = {one.labels["reason"]: int(one.value) for one in found}
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    def text(self) -> bytes:
        """Write all of them as Prometheus reads them."""
        return generate_latest(self.registry)
