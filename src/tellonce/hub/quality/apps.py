"""Registers the run over what is held with the workers."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.quality import work


class QualityConfig(AppConfig):
    """Tables of rules, of what they found, and of how often they were met."""

    name = "tellonce.hub.quality"

    def ready(self) -> None:
        work.register()
