"""Registers the purge of old jobs."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tables `leases`, `jobs`, `workers`, `schedules`, `cursors`, `sequences`."""

    name = "tellonce.hub.jobs"

    def ready(self) -> None:
        from tellonce.hub.jobs import registry, ticking  # noqa: PLC0415

        registry.register_handler(ticking.PURGE, ticking.purge_old_jobs)
        registry.register_recurring(ticking.PURGE, "every 1h", ticking.PURGE)
