"""What the tests of corrections share: a hub of three people in two sources, and who acts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.corrections.selectors import correction_view
from tellonce.hub.corrections.services import propose, verify_corrections
from tellonce.hub.corrections.types import CorrectionView, NewCorrection
from tellonce.hub.customers.selectors import customers_of_records, golden_document
from tellonce.hub.events.models import Event
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tellonce.hub.quality.services import RulesFile, set_rules
from tellonce.hub.sources.selectors import record_ids
from tellonce.hub.upkeep.following import sweep
from tellonce.hub.upkeep.turning import open_what_went_stale
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

NEW = "corrected@example.org"
ANNA_OF_SHOP = ANNA | {"id": "A"}


def people() -> None:
    """Three people in crm, the first of them in shop too; observed in 2024."""
    seen = {"updated_at": "2024-05-01T10:00:00Z"}
    for name, rows in (("crm", [ANNA, OTTO, WILMA]), ("shop", [ANNA_OF_SHOP])):
        a_source(name, record_id="id", observed_at="updated_at")
        accept_records(name, [row | seen for row in rows], by=actor())
    place_waiting(by=actor())


def user(role: str, name: str = "") -> Actor:
    """Somebody of this role."""
    email = f"{name or role}@example.com"
    add_user(email, role, by=actor())
    return actor(email)


def deliver(source: str, row: dict[str, Any], observed: str) -> None:
    """A source delivers a row, true since `observed`, and it is looked at."""
    accept_records(source, [row | {"updated_at": observed}], by=actor())
    place_waiting(by=actor())
    verify_corrections()


def wrong_email(**more: Any) -> NewCorrection:
    """Anna's e-mail is wrong."""
    said = {"record": ("crm", "1"), "value": NEW, "old": ANNA["email"], **more}
    return NewCorrection("email", **said)


def proposed(by: Actor, **more: Any) -> str:
    """The id of a correction of Anna's e-mail."""
    return propose(wrong_email(**more), by=by)


def seen(public_id: str) -> CorrectionView:
    """The correction as it stands."""
    return correction_view(public_id)


def golden(name: str, attribute: str) -> Any:
    """The golden values of the customer of SOURCE:ID, as (value, source)."""
    source, _, key = name.partition(":")
    (customer,) = customers_of_records(list(record_ids([(source, key)]).values()))
    document = golden_document(customer.id)
    assert document is not None
    return [(v.value, v.source) for v in document.values if v.attribute == attribute]


def events_of(public_id: str) -> list[str]:
    """What was told of a correction, in order: proposed, approved, ..."""
    rows = Event.objects.filter(subject=public_id).order_by("id").values_list("type", flat=True)
    return [kind.removeprefix("tellonce.correction.").removesuffix(".v1") for kind in rows]


def row_of(name: str) -> int:
    """The row id of SOURCE:ID."""
    source, _, key = name.partition(":")
    return record_ids([(source, key)])[source, key]


def set_rule(text: str) -> None:
    """A rule is in force for all sources."""
    set_rules(RulesFile("rules.yaml", f"{text}\n"), by=actor())


def disagree(row: dict[str, Any]) -> None:
    """The shop says something else than crm, and it is found."""
    deliver("shop", row, "2024-05-02T10:00:00Z")
    list(sweep())


def grow_stale(source: str, row: dict[str, Any]) -> None:
    """What a source says is long ago, and that is found."""
    deliver(source, row | {"city": "Testowo"}, "2024-05-02T10:00:00Z")
    with clock.stopped_at(clock.now() + timedelta(days=3650)):
        list(sweep())
        list(open_what_went_stale())
