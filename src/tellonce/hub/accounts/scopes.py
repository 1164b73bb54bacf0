"""Which scopes a token may have: those of its client. Read by django-oauth-toolkit."""

from __future__ import annotations

from typing import Any

from oauth2_provider.scopes import BaseScopes

from tellonce.hub.accounts.types import SCOPES


class ClientScopes(BaseScopes):
    """A token has the scopes that were asked for, else all that its client has."""

    def get_all_scopes(self) -> dict[str, str]:
        """Every scope there is, with what it allows."""
        return SCOPES

    def get_available_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """The scopes of one client."""
        client = getattr(application, "api_client", None)
        return list(client.scopes) if client else []

    def get_default_scopes(
        self, application: Any = None, request: Any = None, *args: Any, **kwargs: Any
    ) -> list[str]:
        """What a request without `scope` gets."""
        return self.get_available_scopes(application, request)
