from __future__ import annotations

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """Says how consents are loaded."""

    name = "tellonce.hub.consents"

    def ready(self) -> None:
        from tellonce.hub.consents.services import load_consents  # noqa: PLC0415
        from tellonce.hub.sources.contents import CONSENTS  # noqa: PLC0415
        from tellonce.hub.sources.loaders import register_loader  # noqa: PLC0415

        register_loader([CONSENTS], load_consents)
