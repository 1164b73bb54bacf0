"""API clients: added, listed, rotated, revoked; and what each may see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from oauth2_provider.models import AccessToken, Application

from tellonce.cli.main import execute
from tellonce.hub.accounts.clients import add_client, revoke_client
from tellonce.hub.accounts.selectors import api_clients
from tellonce.hub.accounts.services import add_user
from tellonce.hub.accounts.types import CLIENT, PURPOSES, Actor
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.policy.decide import decide, purposes_of
from tellonce.hub.policy.types import Action, Facts

KNOWN = Facts(restricted=False, consents={"marketing": True})


def run(capsys: Any, *words: str) -> dict[str, Any]:
    assert execute(["client", *words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.django_db
def test_a_client_is_added_with_a_secret_that_is_shown_once_and_stored_as_a_hash(
    capsys: Any,
) -> None:
    made = run(capsys, "add", "shop", "--scopes", "changes:read", "--purposes", "service,sales")
    assert made["id"].startswith("cli_")
    assert len(made["secret"]) == 128
    assert made["secret"] not in Application.objects.get().client_secret
    (listed,) = run(capsys, "list")
    assert (listed["name"], listed["purposes"]) == ("shop", ["sales", "service"])
    assert "secret" not in listed
    assert execute(["client", "list"]) == 0
    assert "last token never" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "scopes", "purposes", "sentence"),
    [
        ("Web Shop", ["changes:read"], ["service"], "cannot name"),
        ("shop", [], ["service"], "at least one scope"),
        ("shop", ["all"], ["service"], "no scope 'all'"),
        ("shop", ["changes:read"], ["fun"], "no purpose 'fun'"),
        ("shop", ["changes:read"], [], "at least one purpose"),
    ],
)
def test_what_cannot_be_a_client_is_refused(
    name: str, scopes: list[str], purposes: list[str], sentence: str, admin: Actor
) -> None:
    with pytest.raises(WrongCall, match=sentence):
        add_client(name, scopes, purposes, by=admin)


@pytest.mark.django_db
def test_a_name_is_free_again_once_its_client_is_revoked(admin: Actor) -> None:
    first = add_client("shop", ["changes:read"], ["service"], by=admin).client
    with pytest.raises(WrongCall, match="already"):
        add_client("shop", ["changes:read"], ["service"], by=admin)
    assert revoke_client("shop", by=admin).revoked_at is not None
    second = add_client("shop", ["changes:read"], ["service"], by=admin).client
    assert {one.id for one in api_clients()} == {first.id, second.id}
    revoke_client("shop", by=admin)
    with pytest.raises(Unknown, match="not revoked"):
        revoke_client("shop", by=admin)
    assert (AccessToken.objects.count(), Application.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_only_an_administrator_manages_clients_and_whoever_else_tries_is_written_down(
    admin: Actor,
) -> None:
    kim = add_user("kim@example.org", "engineer", by=admin)
    with pytest.raises(Refused):
        add_client("shop", ["changes:read"], ["service"], by=kim)
    entry = AuditEntry.objects.order_by("id").last()
    assert (entry.action, entry.outcome, entry.actor) == ("client.add", "refused", kim.id)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_client_acts_for_what_it_was_granted_and_never_sees_a_secret_in_the_clear(
    purpose: str,
) -> None:
    granted = Actor("cli_1", "shop", "shop", frozenset({CLIENT}), frozenset({purpose}))
    assert purposes_of(granted) == [purpose]
    for other in set(PURPOSES) - {purpose}:
        assert decide(granted, Action.REQUEST, "", other, KNOWN).denied
    assert not decide(granted, Action.REQUEST, "", purpose, KNOWN).denied
    for attribute in ("income_band", "identifier:pesel"):
        decision = decide(granted, Action.VALUE, attribute, purpose, KNOWN)
        assert decision.answer.name in ("MASK", "DENY")
