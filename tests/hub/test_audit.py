"""The audit: append-only, chained, without values; a change anywhere is found and placed."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction

from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.audit.selectors import first_break
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.jobs.services import work_until_idle
from tellonce.hub.vault.services import subject_hash

pytestmark = pytest.mark.django_db


@pytest.fixture
def five_acts() -> None:
    AuditEntry.objects.filter(number=None).delete()
    for n in range(5):
        record_act(Act("snapshot.take", "usr_1", purpose="service", details={"n": n}))
    number_pending("audit")


def test_an_untouched_chain_holds(five_acts: None) -> None:
    assert first_break() is None
    record_act(Act("snapshot.take", "usr_2", outcome=REFUSED, reason="no"))
    number_pending("audit")
    assert first_break() is None


def test_the_chain_is_one_across_runs_of_the_sequencer(five_acts: None) -> None:
    record_act(Act("user.add", "usr_1"))
    number_pending("audit")
    fifth, sixth = AuditEntry.objects.filter(number__in=[5, 6]).order_by("number")
    assert sixth.previous == fifth.digest


@pytest.mark.parametrize(
    ("column", "value"),
    [("actor", "usr_9"), ("outcome", "refused"), ("purpose", "sales"), ("subjects", ["x"])],
)
def test_a_changed_entry_is_found(five_acts: None, column: str, value: object) -> None:
    AuditEntry.objects.filter(number=3).update(**{column: value})
    assert (first_break().number, first_break().problem) == (
        3,
        "the entry was changed after it was written",
    )


def test_an_entry_of_bytes_that_are_no_text_is_found(five_acts: None) -> None:
    if connection.vendor != "sqlite":
        return  # a column of PostgreSQL holds its own type only
    with connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entries SET reason = x'ff' WHERE number = 3")
    assert first_break().number == 3


def test_a_removed_entry_is_found(five_acts: None) -> None:
    AuditEntry.objects.filter(number=2).delete()
    assert (first_break().number, first_break().problem) == (2, "an entry is missing")


def test_removed_entries_at_the_end_are_found(five_acts: None) -> None:
    AuditEntry.objects.filter(number__gte=4).delete()
    assert (first_break().number, first_break().problem) == (4, "entries at the end are missing")


def test_an_entry_rewritten_with_a_fitting_digest_is_found_at_the_next_one(five_acts: None) -> None:
    from tellonce.hub.audit import chain

    third = AuditEntry.objects.get(number=3)
    third.actor = "usr_9"
    third.digest = chain._digest(third)
    third.save()
    assert first_break().number == 4


def test_customers_are_named_by_a_keyed_hash_only(five_acts: None) -> None:
    record_act(Act("search", "usr_1", subjects=("cus_1", "cus_2")))
    row = AuditEntry.objects.order_by("id").last()
    assert row.subjects == [subject_hash("cus_1"), subject_hash("cus_2")]
    assert "cus_" not in json.dumps(row.subjects)


@pytest.mark.django_db(transaction=True)
def test_acts_in_quick_succession_do_not_each_wait_for_the_chain(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    number_pending()
    monkeypatch.setattr("tellonce.hub.jobs.sequencer._last", {})
    for n in range(3):
        with transaction.atomic():
            record_act(Act("customer.view", "cli_1", details={"n": n}))
    assert AuditEntry.objects.filter(number=None).count() == 2
    work_until_idle()
    assert AuditEntry.objects.filter(number=None).count() == 0
    assert first_break() is None
