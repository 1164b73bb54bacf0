"""Registers the system checks."""

from __future__ import annotations

from django.apps import AppConfig
from django.core.checks import Tags, register


class CoreConfig(AppConfig):
    """The app without tables."""

    name = "tellonce.hub.core"

    def ready(self) -> None:
        from tellonce.hub.core import checks  # noqa: PLC0415  no models before

        register(checks.columns_declare_persons, Tags.models)
        register(checks.storage_is_durable, Tags.database)
