"""Registers who looks after corrections."""

from __future__ import annotations

from django.apps import AppConfig


class CorrectionsConfig(AppConfig):
    """Tables of corrections, their groups, steps and write-backs."""

    name = "tellonce.hub.corrections"

    def ready(self) -> None:
        from tellonce.hub.corrections.jobs import register  # noqa: PLC0415

        register()
