"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class PolicyConfig(AppConfig):
    """An app without tables: policy is configuration in the code, with its version."""

    name = "tellonce.hub.policy"
