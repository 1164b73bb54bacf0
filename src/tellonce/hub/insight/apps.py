"""Registers measuring and watching with the workers."""

from __future__ import annotations

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Tables of KPI points, health, samples and alerts."""

    name = "tellonce.hub.insight"

    def ready(self) -> None:
        from tellonce.hub.insight.jobs import register  # noqa: PLC0415

        register()
