"""Tokens: taken with id and secret, good for ten minutes, gone at once when revoked."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken

from tellonce.hub.accounts.clients import revoke_client, rotate_client
from tellonce.hub.core import clock
from tests.hub.api.calling import PREFIX, Caller, a_caller, a_client, problem, token_for


@pytest.mark.django_db
def test_id_and_secret_give_a_token_for_ten_minutes_that_is_stored_as_a_hash() -> None:
    answer = token_for(a_client())
    found = answer.json()
    assert (answer.status_code, found["expires_in"], found["token_type"]) == (200, 600, "Bearer")
    assert "refresh_token" not in found
    row = AccessToken.objects.get()
    assert row.token == ""
    assert row.token_checksum != found["access_token"]
    assert Caller(found["access_token"]).get("/changes").status_code == 200


@pytest.mark.django_db
def test_a_client_may_also_sign_in_by_http_basic() -> None:
    client = a_client()
    basic = base64.b64encode(f"{client.client.id}:{client.secret}".encode()).decode()
    answer = Client().post(
        f"{PREFIX}/oauth/token",
        {"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200


@pytest.mark.django_db
def test_a_token_may_have_fewer_scopes_than_its_client_but_not_more() -> None:
    client = a_client(scopes=("changes:read", "match:read"))
    assert token_for(client).json()["scope"] == "changes:read match:read"
    less = token_for(client, scope="match:read").json()
    assert less["scope"] == "match:read"
    problem(Caller(less["access_token"]).get("/changes"), 403, "scope")
    more = problem(token_for(client, scope="records:write"), 400, "bad-request")
    assert more["error"] == "invalid_scope"
    assert more["detail"] == "This client does not have one of these scopes."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "cli_" + "0" * 32}, 401, "invalid_client"),
        ({"client_id": "\x00"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        (
            {"grant_type": "urn:ietf:params:oauth:grant-type:device_code"},
            400,
            "unsupported_grant_type",
        ),
    ],
)
def test_what_is_not_right_gives_no_token(form: dict[str, str], status: int, error: str) -> None:
    answer = token_for(a_client(), **form)
    kind = "unauthenticated" if status == 401 else "bad-request"
    assert problem(answer, status, kind)["error"] == error


@pytest.mark.django_db
def test_a_token_ends_after_ten_minutes() -> None:
    caller = a_caller()
    assert caller.get("/changes").status_code == 200
    with clock.stopped_at(clock.now() + timedelta(minutes=10, seconds=1)):
        ended = problem(caller.get("/changes"), 401, "unauthenticated")
    assert "oauth/token" in ended["hint"]


@pytest.mark.django_db
def test_revoking_a_client_ends_its_tokens_at_once(admin: Any) -> None:
    caller = a_caller("shop")
    revoke_client("shop", by=admin)
    answer = caller.get("/changes")
    problem(answer, 401, "unauthenticated")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.django_db
def test_a_new_secret_ends_the_old_one_and_its_tokens(admin: Any) -> None:
    old = a_client("shop")
    caller = Caller(token_for(old).json()["access_token"])
    new = rotate_client("shop", by=admin)
    problem(caller.get("/changes"), 401, "unauthenticated")
    problem(token_for(old), 401, "unauthenticated")
    assert token_for(new).status_code == 200


@pytest.mark.django_db
def test_a_token_that_has_ended_is_forgotten_when_the_next_is_taken() -> None:
    client = a_client()
    token_for(client)
    AccessToken.objects.update(expires=clock.now() - timedelta(seconds=1))
    token_for(client)
    assert AccessToken.objects.count() == 1


@pytest.mark.django_db
def test_guessing_a_secret_is_slowed_down_and_does_not_lock_its_client_out() -> None:
    client = a_client()
    for _ in range(60):
        assert token_for(client, client_secret="guess").status_code == 401
    problem(token_for(client, client_secret="guess"), 429, "too-many")
    assert token_for(client).status_code == 200


@pytest.mark.django_db
def test_guessing_is_slowed_down() -> None:
    for _ in range(60):
        assert Caller("guess").get("/changes").status_code == 401
    answer = Caller("guess").get("/changes")
    problem(answer, 429, "too-many")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
