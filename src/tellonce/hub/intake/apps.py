"""Registers placing with the workers, and how records are loaded."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.intake import work
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.loaders import register_loader


class IntakeConfig(AppConfig):
    """Tables `waiting` and `partition`."""

    name = "tellonce.hub.intake"

    def ready(self) -> None:
        work.register()
        register_loader(
            [RECORDS],
            "tellonce.hub.intake.delivering.deliver_records",
            "tellonce.hub.intake.services.place_waiting",
        )
