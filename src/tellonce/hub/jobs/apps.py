"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Tables `leases`, `jobs`, `sequences`."""

    name = "tellonce.hub.jobs"
