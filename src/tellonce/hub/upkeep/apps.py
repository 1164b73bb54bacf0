"""Registers who keeps freshness and findings."""

from __future__ import annotations

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Tables of freshness, confirmations, findings and nudges."""

    name = "tellonce.hub.upkeep"

    def ready(self) -> None:
        from tellonce.hub.jobs.registry import register_consumer  # noqa: PLC0415
        from tellonce.hub.upkeep.jobs import register  # noqa: PLC0415
        from tellonce.hub.upkeep.keeping import follow_customers  # noqa: PLC0415

        register_consumer("upkeep", follow_customers)
        register()
