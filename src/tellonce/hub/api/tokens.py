"""POST /oauth/token: access tokens for client credentials. django-oauth-toolkit does the work."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from ninja import Form, Router, Schema
from oauth2_provider.oauth2_backends import get_oauthlib_core
from pydantic import Field

from tellonce.hub.accounts.clients import note_token
from tellonce.hub.api.auth import count_guess
from tellonce.hub.api.limits import count
from tellonce.hub.api.problems import Problem
from tellonce.hub.core.ids import is_id

router = Router(tags=["tokens"])
GRANT = "client_credentials"
_WRONG = "The client or its secret is not right."
_SENTENCES = {"invalid_scope": "This client does not have one of these scopes."}
_EXAMPLE = {
    "access_token": "k3J...",
    "expires_in": 600,
    "token_type": "Bearer",
    "scope": "match:read",
}


class TokenRequest(Schema):
    """Form fields. Id and secret come here, or by HTTP Basic."""

    grant_type: str = Field(max_length=100, examples=[GRANT])
    client_id: str = Field("", max_length=100)
    client_secret: str = Field("", max_length=300)
    scope: str = Field("", max_length=1000, description="Scopes by space; empty: all it has.")


class Token(Schema):
    """A token for ten minutes. There is no refresh token: take another."""

    access_token: str
    expires_in: int
    token_type: str
    scope: str

    model_config = {"json_schema_extra": {"examples": [_EXAMPLE]}}


@router.post("/token", auth=None, response=Token, summary="Take an access token")
def take_token(request: HttpRequest, form: Form[TokenRequest]) -> JsonResponse:
    """Send id and secret of a client, get a Bearer token for its scopes, good for ten minutes."""
    if form.grant_type != GRANT:
        raise _refused(400, "unsupported_grant_type", f"Only {GRANT} is served here.")
    client = _named_client(request, form)
    if not is_id(client, "cli"):
        count_guess(request)
        raise _refused(401, "invalid_client", "There is no client of this id.")
    _, _, body, status = get_oauthlib_core().create_token_response(request)
    answer: dict[str, Any] = json.loads(body)
    if status != 200:
        count_guess(request)
        said = _SENTENCES.get(answer["error"]) or answer.get("error_description") or _WRONG
        raise _refused(status, answer["error"], said)
    count(f"token {client}", settings.TELLONCE_GUESS_LIMIT)
    note_token(client)
    response = JsonResponse(answer)
    response.headers["Pragma"] = "no-cache"
    return response


def _named_client(request: HttpRequest, form: TokenRequest) -> str:
    """The client that the request claims to come from."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return form.client_id
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[0]
    except ValueError:
        return ""


def _refused(status: int, error: str, sentence: str) -> Problem:
    """A problem that OAuth libraries read as well: RFC 6749 names the member `error`."""
    kind = "unauthenticated" if status == 401 else "bad-request"
    hint = "See `tellonce client list`; `tellonce client rotate` gives a new secret."
    problem = Problem(kind, sentence, hint, error=error, error_description=sentence)
    return problem.with_headers(
        {"WWW-Authenticate": 'Basic realm="tellonce"'} if status == 401 else {}
    )
