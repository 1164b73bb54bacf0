from __future__ import annotations

from django.apps import AppConfig


class BridgeConfig(AppConfig):
    name = "tellonce.hub.bridge"
