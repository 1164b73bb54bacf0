"""Registers who looks after corrections."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.corrections import work
from tellonce.hub.upkeep.blocking import register_block


class CorrectionsConfig(AppConfig):
    """Tables of corrections, their groups, steps and write-backs."""

    name = "tellonce.hub.corrections"

    def ready(self) -> None:
        work.register()
        register_block("corrections", "tellonce.hub.corrections.asking.open_attributes")
