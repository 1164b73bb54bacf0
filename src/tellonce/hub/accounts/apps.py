"""The app's name for Django."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Tables `users`, `user_roles`, `api_clients`, `remembered_answers`."""

    name = "tellonce.hub.accounts"
