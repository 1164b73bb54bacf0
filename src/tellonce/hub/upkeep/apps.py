"""Registers who keeps freshness and findings."""

from __future__ import annotations

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Tables of freshness, confirmations, findings and nudges."""

    name = "tellonce.hub.upkeep"

    def ready(self) -> None:
        from tellonce.hub.jobs.registry import register_consumer  # noqa: PLC0415
        from tellonce.hub.upkeep.following import keep_ahead, look_at_events  # noqa: PLC0415
        from tellonce.hub.upkeep.jobs import register  # noqa: PLC0415

        register_consumer("upkeep", keep_ahead, look_at_events)
        register()
