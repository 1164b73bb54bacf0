"""Figures for Prometheus: requests as they happen, and what the database holds when asked.

Counting large tables takes a while, so those figures are at most a minute old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import DatabaseError, InterfaceError
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily

from tellonce.hub.customers.selectors import customer_counts
from tellonce.hub.events.webhooks.selectors import delivery_counts
from tellonce.hub.insight.alerts import alert_counts
from tellonce.hub.insight.selectors import kpi_states
from tellonce.hub.jobs.selectors import consumer_states, living_workers, queue_state
from tellonce.hub.jobs.sequencer import head
from tellonce.hub.matching.selectors import matching_counts
from tellonce.hub.sources.selectors import source_counts

_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 15, 60)
_COUNTED_EVERY = 60.0
NO_ROUTE = "none"


class HubCollector:
    """What the hub holds and how its work stands."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted_at = float("-inf")
        self._counts: dict[str, int] = {}

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The gauges; where the database does not answer only the one that says so."""
        try:
            found = [*self._work(), *self._quality(), *self._held()]
        except (DatabaseError, InterfaceError):
            yield GaugeMetricFamily("tellonce_database_up", "Whether it answers.", value=0)
            return
        yield GaugeMetricFamily("tellonce_database_up", "Whether it answers.", value=1)
        yield from found

    def describe(self) -> list[Any]:
        """Nothing, so that registering asks no database."""
        return []

    def _work(self) -> Iterator[GaugeMetricFamily]:
        queue = queue_state()
        yield _by("tellonce_jobs", "Jobs by state.", "state", queue.counts.items())
        yield GaugeMetricFamily(
            "tellonce_queue_age_seconds", "How long the oldest due job waits.", queue.oldest_due
        )
        lags = [(one.name, one.lag) for one in consumer_states()]
        yield _by("tellonce_feed_lag", "Events not seen yet.", "consumer", lags)
        yield GaugeMetricFamily("tellonce_feed_number", "The last event's number.", _last_number())
        yield GaugeMetricFamily("tellonce_workers", "Workers alive.", living_workers())
        deliveries = delivery_counts().items()
        yield _by("tellonce_webhook_deliveries", "Deliveries by state.", "state", deliveries)

    def _quality(self) -> Iterator[GaugeMetricFamily]:
        """As last measured; a KPI that is not measured has no sample, and never a 0."""
        value = GaugeMetricFamily("tellonce_kpi", "A KPI, and its parts.", labels=["kpi", "part"])
        target = GaugeMetricFamily("tellonce_kpi_target", "What is wanted of it.", labels=["kpi"])
        for state in kpi_states(1):
            target.add_metric([state.kpi.name], state.target)
            for part in (state.whole, *state.parts):
                if part.value is not None:
                    value.add_metric([state.kpi.name, part.name], part.value)
        alerts = GaugeMetricFamily(
            "tellonce_alerts", "Known troubles that are open.", labels=["kind", "severity"]
        )
        for labels, count in alert_counts().items():
            alerts.add_metric(list(labels), count)
        yield from (value, target, alerts)

    def _held(self) -> Iterator[GaugeMetricFamily]:
        for name, count in self._recent_counts().items():
            yield GaugeMetricFamily(f"tellonce_{name}", f"Number of {name}.", count)

    def _recent_counts(self) -> dict[str, int]:
        with self._lock:
            if time.monotonic() - self._counted_at > _COUNTED_EVERY:
                self._counts = {**source_counts(), **customer_counts(), **matching_counts()}
                self._counted_at = time.monotonic()
            return self._counts

    def forget(self) -> None:
        """Count anew when next asked; for tests."""
        self._counted_at = float("-inf")


def _by(
    name: str, words: str, label: str, values: Iterable[tuple[str, float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values:
        family.add_metric([key], value)
    return family


def made_registry() -> CollectorRegistry:
    """A registry with the figures of the hub and of this process."""
    registry = CollectorRegistry()
    registry.register(HUB)  # type: ignore[arg-type]
    ProcessCollector(registry=registry)
    return registry


def _last_number() -> int:
    return head("events").number


HUB = HubCollector()
REGISTRY = made_registry()
REQUESTS = Counter(
    "tellonce_requests",
    "Requests answered.",
    ("method", "route", "status"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "tellonce_request_seconds",
    "How long requests took.",
    ("method", "route"),
    registry=REGISTRY,
    buckets=_BUCKETS,
)
