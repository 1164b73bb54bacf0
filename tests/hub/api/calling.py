"""What the tests of the API share: a client of the API that has a token."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.test import Client

from tellonce.hub.accounts.clients import add_client
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.types import PURPOSES, SCOPES, ClientSecret

PREFIX = "/api/v1"
MEMBERS = {"type", "title", "status", "detail", "hint", "request_id"}


@dataclass
class Caller:
    """Calls the API in process, with a token where it has one."""

    token: str = ""
    purpose: str = ""

    def get(self, path: str, **headers: str) -> Any:
        return Client().get(PREFIX + path, headers=self._headers(headers))

    def delete(self, path: str, **headers: str) -> Any:
        return Client().delete(PREFIX + path, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        kind = headers.pop("Content_Type", "application/json")
        return Client().post(PREFIX + path, text, kind, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if self.purpose:
            headers.setdefault("Tellonce-Purpose", self.purpose)
        return headers


def a_client(
    name: str = "shop", scopes: tuple[str, ...] = tuple(SCOPES), purposes: Any = PURPOSES
) -> ClientSecret:
    """A client of this name; without more, one that may do everything."""
    return add_client(name, list(scopes), list(purposes), by=actor())


def token_for(client: ClientSecret, **more: str) -> Any:
    """The answer to a request for a token."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client.client.id,
        "client_secret": client.secret,
        **more,
    }
    return Client().post(f"{PREFIX}/oauth/token", form)


def a_caller(name: str = "shop", purpose: str = "service", **more: Any) -> Caller:
    """A new client that has taken a token."""
    return Caller(token_for(a_client(name, **more)).json()["access_token"], purpose)


def problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem document of an answer, once it is sure to be one."""
    found: dict[str, Any] = answer.json()
    assert (answer.status_code, found["type"]) == (status, f"/api/v1/docs#{kind}"), found
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(found) >= MEMBERS
    assert all(found[name] for name in MEMBERS)
    assert found["status"] == status
    assert answer.headers["X-Request-ID"] == found["request_id"]
    assert answer.headers["Cache-Control"] == "no-store"
    return found
