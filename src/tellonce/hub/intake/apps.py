"""Registers placing with the workers, and how records are loaded."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Tables `waiting` and `partition`."""

    name = "tellonce.hub.intake"

    def ready(self) -> None:
        from tellonce.hub.intake.delivering import deliver_records  # noqa: PLC0415
        from tellonce.hub.intake.jobs import register  # noqa: PLC0415
        from tellonce.hub.intake.services import place_waiting  # noqa: PLC0415
        from tellonce.hub.sources.contents import RECORDS  # noqa: PLC0415
        from tellonce.hub.sources.loaders import register_loader  # noqa: PLC0415

        register()
        register_loader([RECORDS], deliver_records, place_waiting)
