"""The studio's Prometheus metrics."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class StudioMetrics:
    """Counters and histograms in a registry of their own, one per studio."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._jobs = Counter(
            "studio_jobs", "Jobs that ended, by kind and outcome.", ("kind", "outcome"), registry=self._registry
        )
        self._stages = Histogram(
            "studio_stage_seconds", "Seconds per stage of the work.", ("stage",), registry=self._registry,
            buckets=_SECONDS,
        )  # fmt: skip
        self._disk = Gauge("studio_disk_bytes", "Bytes in the projects' folders.", registry=self._registry)
        self._removed = Counter(
            "studio_removed_bytes", "Bytes that were removed, by reason.", ("reason",), registry=self._registry
        )
        self._refusals = Counter(
            "studio_refusals", "Requests that were refused, by the API's code.", ("code",), registry=self._registry
        )
        self.streams = Gauge("studio_open_streams", "Streams that are followed now.", registry=self._registry)

    def watch_disk(self, used: Callable[[], int]) -> None:
        """Read the number of bytes on disk from `used`."""
        self._disk.set_function(used)

    def ended(self, kind: str, *, succeeded: bool) -> None:
        """Count a job that ended."""
        self._jobs.labels(kind, "succeeded" if succeeded else "failed").inc()

    def refused(self, code: int) -> None:
        """Count a refused request."""
        self._refusals.labels(code).inc()

    def stage(self, stage: str, seconds: float) -> None:
        """Record how long a stage took."""
        self._stages.labels(stage).observe(seconds)

    def removed(self, reason: str, size: int) -> None:
        """Count removed bytes."""
        self._removed.labels(reason).inc(size)

    def text(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)
