"""Registers placing with the workers."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Tables `waiting` and `partition`."""

    name = "tellonce.hub.intake"

    def ready(self) -> None:
        from tellonce.hub.intake.jobs import register  # noqa: PLC0415

        register()
