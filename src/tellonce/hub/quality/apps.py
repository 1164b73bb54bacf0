"""Registers the run over what is held with the workers."""

from __future__ import annotations

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Tables of rules, of what they found, and of how often they were met."""

    name = "tellonce.hub.quality"

    def ready(self) -> None:
        from tellonce.hub.quality.jobs import register  # noqa: PLC0415

        register()
