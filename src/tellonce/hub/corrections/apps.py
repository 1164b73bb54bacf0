"""Registers who looks after corrections."""

from __future__ import annotations

from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """Tables of corrections, their groups, steps and write-backs."""

    name = "tellonce.hub.corrections"

    def ready(self) -> None:
        from tellonce.hub.corrections.asking import open_attributes  # noqa: PLC0415
        from tellonce.hub.corrections.jobs import register  # noqa: PLC0415
        from tellonce.hub.upkeep.blocking import register_block  # noqa: PLC0415

        register()
        register_block("corrections", open_attributes)
