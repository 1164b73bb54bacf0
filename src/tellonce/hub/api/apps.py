"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """An app without tables: doors see services, selectors and types."""

    name = "tellonce.hub.api"
