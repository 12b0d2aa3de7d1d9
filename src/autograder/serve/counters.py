"""What Prometheus reads at `/metrics`. Every application has a registry of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128)

__all__ = ["CONTENT_TYPE_LATEST", "Counters"]


class Counters:
    """The service's counters."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "autograder_requests", "Requests answered.", ("route", "status"), registry=self.registry
        )
        self._seconds = Histogram(
            "autograder_request_seconds",
            "From a request's first byte to its answer's last.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._waiting = Gauge(
            "autograder_queue_rows", "Responses that wait.", ("lane",), registry=self.registry
        )
        self._batches = Histogram(
            "autograder_batch_rows",
            "Responses graded together.",
            ("lane",),
            buckets=_ROWS,
            registry=self.registry,
        )
        self._graded = Counter("autograder_rows_graded", "Verdicts given.", registry=self.registry)
        self._scores = Counter(
            "autograder_scores", "Scores given.", ("score",), registry=self.registry
        )
        self._ready = Gauge(
            "autograder_ready", "1 while grading is possible, else 0.", registry=self.registry
        )
        for score in range(1, 6):
            self._scores.labels(score)

    def watch(self, lane: str, num_waiting: Callable[[], int]) -> None:
        """Read a lane's queue when somebody looks."""
        self._waiting.labels(lane).set_function(num_waiting)
        self._batches.labels(lane)

    def watch_ready(self, is_ready: Callable[[], bool]) -> None:
        self._ready.set_function(is_ready)

    def batch(self, lane: str, size: int) -> None:
        self._batches.labels(lane).observe(size)

    def request(self, route: str, status: int, seconds: float) -> None:
        self._requests.labels(route, status).inc()
        self._seconds.labels(route).observe(seconds)

    def verdicts(self, scores: Iterable[int]) -> None:
        for score in scores:
            self._graded.inc()
            self._scores.labels(score).inc()

    def page(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self.registry)
