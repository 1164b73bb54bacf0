"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class SnapshotsConfig(AppConfig):
    """Table `snapshots`."""

    name = "tellonce.hub.snapshots"
