from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.sources import work


class SourcesConfig(AppConfig):
    """Tables of sources, deliveries, records and runs; fetching is a kind of job."""

    name = "tellonce.hub.sources"

    def ready(self) -> None:
        work.register()
