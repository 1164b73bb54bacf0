"""Registers who keeps freshness and findings."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.upkeep import work


class UpkeepConfig(AppConfig):
    """Tables of freshness, confirmations, findings and nudges."""

    name = "tellonce.hub.upkeep"

    def ready(self) -> None:
        work.register()
