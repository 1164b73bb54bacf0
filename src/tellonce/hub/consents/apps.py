from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.sources.contents import CONSENTS
from tellonce.hub.sources.loaders import register_loader


class ConsentsConfig(AppConfig):
    """Says how consents are loaded."""

    name = "tellonce.hub.consents"

    def ready(self) -> None:
        register_loader([CONSENTS], "tellonce.hub.consents.services.load_consents")
