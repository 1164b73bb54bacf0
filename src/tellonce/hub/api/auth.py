"""Who calls, with which scope, for which purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from tellonce.hub.accounts.selectors import caller_of_token
from tellonce.hub.accounts.types import PURPOSES, Actor, Caller
from tellonce.hub.api.limits import count
from tellonce.hub.api.problems import Problem
from tellonce.hub.policy.decide import purposes_of

RECORDS_SCOPE = "customers:read"
PURPOSE_HEADER = "Tellonce-Purpose"
PURPOSE_PARAMETER: dict[str, Any] = {
    "parameters": [
        {
            "in": "header",
            "name": PURPOSE_HEADER,
            "required": False,
            "description": "What the customer is read for; one of the client's purposes.",
            "schema": {"type": "string", "enum": list(PURPOSES)},
            "example": "service",
        }
    ]
}
"""For `openapi_extra` of every operation that reads customers."""


class Scoped(HttpBearer):
    """A Bearer token that has the scopes; each request counts towards the client's limit."""

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.scopes = scopes

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The caller; raises `Problem`."""
        caller = caller_of_token(token)
        if caller is None:
            count_guess(request)
            raise Problem(
                "unauthenticated", "The access token is unknown, has ended, or was revoked."
            ).with_headers({"WWW-Authenticate": 'Bearer realm="tellonce", error="invalid_token"'})
        used = count(caller.actor.id, settings.TELLONCE_REQUEST_LIMIT)
        request.answer_headers = used.headers
        request.caller = caller
        for scope in self.scopes:
            if scope not in caller.scopes:
                raise _lacks(scope, caller)
        return caller


def _lacks(scope: str, caller: Caller) -> Problem:
    scopes = ",".join(sorted({*caller.scopes, scope}))
    purposes = ",".join(purposes_of(caller.actor)) or "PURPOSE"
    return Problem(
        "scope",
        f"This token does not have the scope {scope}.",
        "Take a token with it, if the client has it; else ask an administrator for a client that "
        f"does: tellonce client add NAME --scopes {scopes} --purposes {purposes}",
        scope=scope,
    )


def count_guess(request: HttpRequest) -> None:
    """Count what may be guessing, by address: a guesser has no name, and must not be able to lock
    out a client by using its name.
    """
    count(f"guess {request.META.get('REMOTE_ADDR', '')}", settings.TELLONCE_GUESS_LIMIT)


def actor_of(request: HttpRequest) -> Actor:
    """Who acts in this request."""
    caller: Caller = request.caller
    return caller.actor


def scopes_of(request: HttpRequest) -> frozenset[str]:
    """What the token of this request is good for."""
    caller: Caller = request.caller
    return caller.scopes


def purpose_of(request: HttpRequest, said: str | None = None) -> str:
    """The purpose of this read: `said` in the body, or by header.

    Raises `Problem` naming the client's purposes where there is none, where two differ, and where
    the word is no purpose. Whether the client may act for it, policy decides.
    """
    words = {word for word in (said, request.headers.get(PURPOSE_HEADER)) if word}
    granted = purposes_of(actor_of(request))
    hint = f"Send {PURPOSE_HEADER} with one of: {', '.join(granted)}."
    if not words:
        raise Problem(
            "purpose",
            "A customer is read for a purpose, and none is named.",
            hint,
            purposes=granted,
        )
    if len(words) > 1:
        raise Problem("purpose", "Header and body name two purposes.", hint, purposes=granted)
    (word,) = words
    if word not in PURPOSES:
        raise Problem("purpose", "There is no such purpose.", hint, purposes=granted)
    return word


def may_read_records(request: HttpRequest) -> bool:
    """Whether this token may know records by their ids, as who reads customers does."""
    return RECORDS_SCOPE in scopes_of(request)


def told_row(row: Mapping[str, Any], request: HttpRequest) -> dict[str, Any]:
    """A row of evidence; without the id of a record for who may not know it."""
    kept = may_read_records(request)
    return {name: said for name, said in row.items() if kept or name != "record"}


def limit_searches(request: HttpRequest) -> None:
    """Count a look-up of people; there are fewer of these in a minute than of other requests."""
    used = count(f"search {actor_of(request).id}", settings.TELLONCE_SEARCH_LIMIT)
    request.answer_headers = used.headers
