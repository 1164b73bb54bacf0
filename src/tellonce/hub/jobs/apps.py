"""Registers the purge of old jobs."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.jobs import work


class JobsConfig(AppConfig):
    """Tables `leases`, `jobs`, `workers`, `schedules`, `cursors`, `sequences`."""

    name = "tellonce.hub.jobs"

    def ready(self) -> None:
        work.register()
