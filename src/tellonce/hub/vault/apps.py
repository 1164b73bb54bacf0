"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Tables `master_keys`, `named_keys`, `data_keys`."""

    name = "tellonce.hub.vault"
