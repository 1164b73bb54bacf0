"""Two make, change or remove the same thing at once: one is told what the other did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tellonce.hub.accounts import clients
from tellonce.hub.accounts import services as accounts
from tellonce.hub.accounts.models import User, UserRole
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.events.models import Endpoint, EndpointSecret
from tellonce.hub.events.webhooks import services as webhooks
from tellonce.hub.sources import services as sources
from tellonce.hub.vault import namedkeys
from tellonce.hub.vault import services as vault
from tellonce.hub.vault.models import MasterKey, NamedKey
from tests.hub.meanwhile import Meanwhile, meanwhile

pytestmark = pytest.mark.django_db(transaction=True)
Before = Callable[[Any, Callable[[], Any]], Meanwhile]


@pytest.fixture
def before_the_end(monkeypatch: pytest.MonkeyPatch) -> Before:
    """Somebody else does this when the next act of a module is written and not committed yet."""
    return lambda where, call: meanwhile(monkeypatch, where, "record_act", call)


def a_client(name: str = "shop") -> None:
    clients.add_client(name, ["customers:read"], ["service"], by=actor())


def a_webhook(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TELLONCE_WEBHOOKS_PRIVATE", "yes")
    return webhooks.add_endpoint("http://127.0.0.1:9", [], actor())[0].id


def test_one_user_of_an_address(before_the_end: Before) -> None:
    other = before_the_end(accounts, lambda: accounts.add_user("a@b.example", "admin", by=actor()))
    made = accounts.add_user("a@b.example", "steward", by=actor())
    assert other.ended().id == made.id
    roles = UserRole.objects.filter(user__public_id=made.id).values_list("role", flat=True)
    assert set(roles) == {"admin", "steward"}


def test_one_client_of_a_name(before_the_end: Before) -> None:
    other = before_the_end(clients, a_client)
    a_client()
    with pytest.raises(WrongCall, match="a client 'shop' already"):
        other.ended()


def test_one_source_of_a_name(before_the_end: Before) -> None:
    other = before_the_end(sources, lambda: sources.add_source("crm", "push", by=actor()))
    sources.add_source("crm", "push", by=actor())
    with pytest.raises(WrongCall, match="a source 'crm' already"):
        other.ended()


def test_a_client_that_is_being_revoked_gets_no_new_secret(before_the_end: Before) -> None:
    a_client()
    other = before_the_end(clients, lambda: clients.rotate_client("shop", by=actor()))
    clients.revoke_client("shop", by=actor())
    with pytest.raises(Unknown):
        other.ended()


def test_a_webhook_that_is_being_removed_does_not_come_back(
    before_the_end: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = a_webhook(monkeypatch)
    other = before_the_end(webhooks, lambda: webhooks.enable_endpoint(one, actor()))
    webhooks.remove_endpoint(one, actor())
    with pytest.raises(Unknown):
        other.ended()
    assert not Endpoint.objects.exists()


def test_of_two_new_secrets_one_lasts(
    before_the_end: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = a_webhook(monkeypatch)
    other = before_the_end(webhooks, lambda: webhooks.rotate_secret(one, actor()))
    webhooks.rotate_secret(one, actor())
    other.ended()
    assert EndpointSecret.objects.filter(until=None).count() == 1


def test_a_hub_that_two_set_up_has_one_administrator_and_one_set_of_keys(
    before_the_end: Before, monkeypatch: pytest.MonkeyPatch
) -> None:
    for model in (UserRole, User, MasterKey, NamedKey):
        model.objects.all().delete()
    other = meanwhile(monkeypatch, namedkeys, "make_missing", vault.install)
    vault.install()
    other.ended()
    assert (MasterKey.objects.count(), NamedKey.objects.count()) == (1, len(namedkeys.NAMES))
    other = before_the_end(accounts, accounts.make_first_administrator)
    made = accounts.make_first_administrator()
    assert other.ended().id == made.id
