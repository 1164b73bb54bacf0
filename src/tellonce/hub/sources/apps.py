from __future__ import annotations

from django.apps import AppConfig


class SourcesConfig(AppConfig):
    """Tables of sources, deliveries, records and runs; fetching is a kind of job."""

    name = "tellonce.hub.sources"

    def ready(self) -> None:
        from tellonce.hub.jobs.registry import register_handler  # noqa: PLC0415
        from tellonce.hub.sources.jobs import fetch  # noqa: PLC0415
        from tellonce.hub.sources.services import FETCH  # noqa: PLC0415

        register_handler(FETCH, fetch, attempts=3)
