"""Registers measuring and watching with the workers."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.insight import work


class InsightConfig(AppConfig):
    """Tables of KPI points, health, samples and alerts."""

    name = "tellonce.hub.insight"

    def ready(self) -> None:
        work.register()
