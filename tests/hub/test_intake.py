"""Whatever arrives, changes, goes, is decided or corrected, in any order: the customers of one
batch.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core.errors import Busy, Contradiction
from tellonce.hub.core.ids import new_id
from tellonce.hub.customers.models import Customer, Membership
from tellonce.hub.customers.searching import customers_by_record
from tellonce.hub.customers.stewarding import (
    end_steward_values,
    steward_values_on,
    store_steward_values,
)
from tellonce.hub.customers.types import NewStewardValue
from tellonce.hub.events.models import Event
from tellonce.hub.intake import services
from tellonce.hub.intake.deciding import decide
from tellonce.hub.intake.matching import match_record
from tellonce.hub.intake.models import Waiting
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import (
    accept_placed,
    place_pending,
    place_records_now,
    place_waiting,
    restrict_records,
)
from tellonce.hub.intake.stewarding import change_steward_values
from tellonce.hub.intake.turns import resolving
from tellonce.hub.jobs.running import work_once
from tellonce.hub.matching.models import MatchKey
from tellonce.hub.sources.models import Record
from tellonce.hub.sources.selectors import deliveries_to_place, record_ids
from tests.hub.batches import batch, stored
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source

pytestmark = pytest.mark.django_db

KEYS = [("crm", str(n)) for n in range(5)] + [("shop", str(n)) for n in range(4)]
MOST_STATEMENTS = 56  # with those of a lease that is taken and given back
PEOPLE = (  # twins, their mother of the same name, a stranger, and one who married
    ("Testa", "Przykladna", "1980-01-13"),
    ("Tessa", "Przykladna", "1980-01-13"),
    ("Testa", "Przykladna", "1955-03-01"),
    ("Mock", "Mockowy", "1971-12-24"),
    ("Testa", "Mockowa", "1980-01-13"),
)


@dataclass(frozen=True)
class Put:
    """A record comes with a version; somebody may wait until it is placed."""

    key: tuple[str, str]
    version: int
    row: tuple[tuple[str, str], ...]
    waits: bool


@dataclass(frozen=True)
class Decide:
    """A person decides about two records."""

    left: tuple[str, str]
    right: tuple[str, str]
    verdict: str


@dataclass(frozen=True)
class Restrict:
    """A record is restricted, or free again."""

    key: tuple[str, str]
    restricted: bool


@dataclass(frozen=True)
class Say:
    """A steward says what the customer of a record has; None: nothing of the kind."""

    key: tuple[str, str]
    attribute: str
    value: str | None
    instead_of: str | None


@dataclass(frozen=True)
class TakeBack:
    """The steward values anchored to a record are ended."""

    key: tuple[str, str]


@st.composite
def rows(draw: Any) -> tuple[tuple[str, str], ...]:
    """What a record may say."""
    at = draw(st.sampled_from([0, 0, 0, 1, 2, 3, 4]))
    given_name, family, born = PEOPLE[at]
    return (
        ("first name", draw(st.sampled_from([given_name, given_name, given_name, "T", ""]))),
        ("last name", draw(st.sampled_from([family, family, "Przykladny"]))),
        ("dob", draw(st.sampled_from([born, born, "1980-03-01", ""]))),
        ("email", draw(st.sampled_from([f"p{at}@example.com", "family@example.com", ""]))),
        ("phone", draw(st.sampled_from([f"+4860010020{at}", "+48221234567", ""]))),
        ("pesel", draw(st.sampled_from(["", "", "80011312346", "80011312353"]))),
        ("deleted", draw(st.sampled_from(["", "", "", "", "", "yes"]))),
    )


EMAILS = st.sampled_from([None, "p0@example.com", "family@example.com", "new@example.com"])
NAMES = st.sampled_from([None, "Przykladna", "Nowa"])


def acts() -> st.SearchStrategy[Any]:
    """One thing that happens."""
    keys = st.sampled_from(KEYS)
    verdicts = st.sampled_from(["same", "different", "unsure"])
    put = st.builds(Put, keys, st.integers(1, 4), rows(), st.sampled_from([False, False, True]))
    return st.one_of(
        put,
        put,
        put,
        put,
        st.builds(Decide, keys, keys, verdicts),
        st.builds(Restrict, keys, st.booleans()),
        st.builds(Say, keys, st.just("email"), EMAILS, EMAILS),
        st.builds(Say, keys, st.just("pesel"), st.sampled_from(["80011312353"]), st.none()),
        st.builds(Say, keys, st.sampled_from(["family_name", "city"]), NAMES, NAMES),
        st.builds(TakeBack, keys),
    )


def happen(chunk: list[Any]) -> None:
    """Deliver and decide what is in a chunk, placing only what somebody waits for."""
    for act in chunk:
        if isinstance(act, Put):
            row = {"id": act.key[1], "version": act.version, **dict(act.row)}
            accept = accept_placed if act.waits else accept_records
            accept(act.key[0], [row], by=actor())
            continue
        wanted = [act.left, act.right] if isinstance(act, Decide) else [act.key]
        ids = [record_ids([key]).get(key) for key in wanted]
        if None in ids or len(set(ids)) < len(ids):
            continue
        if isinstance(act, Restrict):
            restrict_records(ids, restricted=act.restricted, by=actor())
        elif isinstance(act, Say | TakeBack):
            say(act, ids[0])
        else:
            with suppress(Contradiction):
                decide([tuple(ids)], act.verdict, by=actor())


def say(act: Say | TakeBack, record: int) -> None:
    """Set a steward value, or end those of a record."""

    def change(moment: datetime) -> list[int]:
        if isinstance(act, Say):
            one = NewStewardValue(
                record, act.attribute, act.value, act.instead_of, "steward", new_id("cor")
            )
            one = replace(one, is_identifier=act.attribute == "pesel")
            store_steward_values([one], moment)
        else:
            ids = [one.id for of in steward_values_on([record]).values() for one in of]
            end_steward_values(ids, moment, "undone")
        return [record]

    change_steward_values(change, actor="steward")


def holds(history: list[list[Any]]) -> None:
    """After every chunk the hub holds what a batch over what is left would."""
    for name in ("crm", "shop"):
        a_source(name, record_id="id", source_version="version", deleted="deleted")
    for chunk in history:
        happen(chunk)
        place_waiting(by=actor())
        assert not Waiting.objects.exists()
        assert stored() == batch()
        assert not Membership.objects.filter(to_at=None, record__state="deleted").exists()
        assert not Membership.objects.filter(to_at=None, customer__retired_at__isnull=False)


HISTORIES = st.lists(st.lists(acts(), min_size=1, max_size=6), min_size=1, max_size=4)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(HISTORIES)
def test_any_history_gives_the_customers_of_one_batch(history: list[list[Any]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        holds(history)
        transaction.set_rollback(True)


@pytest.mark.drill
@settings(
    max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(HISTORIES)
def test_thousands_of_histories_give_the_customers_of_one_batch(history: list[list[Any]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        holds(history)
        transaction.set_rollback(True)


def row_id(key: str) -> int:
    """Row id of a record of crm."""
    return record_ids([("crm", key)])["crm", key]


def test_what_is_pushed_is_kept_at_once_and_placed_by_a_worker() -> None:
    a_source()
    done = accept_records("crm", [ANNA, ANNA | {"id": "7"}], by=actor())
    assert (done.counts.added, set(done.records)) == (2, {"1", "7"})
    assert Waiting.objects.count() == 2
    assert not Customer.objects.exists()
    assert work_once(frozenset({"intake.place"}))
    assert Customer.objects.count() == 1
    assert not Waiting.objects.exists()


def test_a_pushed_row_that_cannot_be_used_goes_to_quarantine_and_the_rest_goes_on() -> None:
    a_source(record_id="id")
    done = accept_records("crm", [ANNA, "no row", OTTO | {"id": ""}], by=actor())
    assert (done.counts.added, done.counts.quarantined) == (1, 2)
    assert [r.reason.partition(",")[0] for r in done.refused] != []


def test_who_is_waited_for_is_placed_first() -> None:
    a_source()
    accept_records("crm", [WILMA], by=actor())
    place_waiting(by=actor())
    accept_records("crm", [ANNA, OTTO], by=actor())
    place_records_now([row_id("2")], by=actor())
    assert list(Waiting.objects.values_list("record__record_key", flat=True)) == ["1"]
    assert Customer.objects.count() == 2


def test_what_was_placed_at_once_leaves_no_delivery_to_be_placed() -> None:
    a_source()
    accepted = accept_records("crm", [ANNA], by=actor(), urgent=True)
    assert deliveries_to_place() == [accepted.delivery]
    place_records_now(list(accepted.records.values()), by=actor())
    assert deliveries_to_place() == []


def test_a_record_that_is_waited_for_is_kept_and_placed_in_one_transaction() -> None:
    a_source()
    accept_records("crm", [OTTO], by=actor())
    place_waiting(by=actor())
    with CaptureQueriesContext(connection) as seen:
        done = accept_placed("crm", [ANNA], by=actor())
    writes = [q["sql"] for q in seen if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    of_leases = [sql for sql in writes if "leases" in sql]
    assert deliveries_to_place() == []
    assert not Waiting.objects.exists()
    assert len(customers_by_record(done.records.values())) == 1
    assert Event.objects.filter(number=None).count() == 0
    assert len(of_leases) < len(writes)
    begun = [q["sql"] for q in seen if q["sql"].startswith("SAVEPOINT")]
    assert len(begun) == 2  # the lease is taken, and all the rest is written


def test_a_new_record_that_is_placed_at_once_takes_few_statements_and_never_waits() -> None:
    a_source()
    accept_placed("crm", [OTTO], by=actor())
    with CaptureQueriesContext(connection) as seen:
        accept_placed("crm", [ANNA], by=actor())
    writes = [q["sql"] for q in seen if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert not [sql for sql in writes if "waiting" in sql]
    assert len(seen) <= MOST_STATEMENTS


def test_a_record_that_waits_already_is_placed_with_what_is_said_now() -> None:
    a_source()
    accept_records("crm", [ANNA], by=actor())
    accept_placed("crm", [ANNA | {"last name": "Nowa"}], by=actor())
    assert not Waiting.objects.exists()
    (customer,) = Customer.objects.all()
    assert customer.family_name == "nowa"


def test_a_record_is_kept_before_the_turn_where_another_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_source()
    at_once = partial(resolving, wait_seconds=0)
    monkeypatch.setattr(services, "resolving", lambda actor, **_: at_once(actor))
    with resolving("someone"), pytest.raises(Busy):
        accept_placed("crm", [ANNA], by=actor())
    assert Waiting.objects.filter(urgent=True).count() == 1
    assert place_pending("system") is not None
    assert Customer.objects.count() == 1


def test_a_record_that_changes_twice_while_it_waits_is_placed_with_its_newest_version() -> None:
    a_source(record_id="id", source_version="v")
    accept_records("crm", [ANNA | {"v": 1}], by=actor())
    place_waiting(by=actor())
    keys = MatchKey.objects.count()
    for version, email in ((3, "newest@example.org"), (2, "middle@example.org")):
        accept_records("crm", [ANNA | {"v": version, "email": email}], by=actor())
    assert place_pending("system") is not None
    assert stored() == batch()
    assert MatchKey.objects.count() == keys


def test_search_before_create_finds_explains_and_writes_nothing() -> None:
    a_source()
    accept_records("crm", [ANNA, OTTO, WILMA], by=actor())
    place_waiting(by=actor())
    before = (Record.objects.count(), Customer.objects.count())
    row = {key: value for key, value in ANNA.items() if key != "id"} | {"first name": "Annemaria"}
    (found,) = match_record(row)
    assert (found.source, found.record_id) == ("crm", "1")
    assert found.linked
    assert found.probability > 0.9
    reasons = {reason.comparison for reason in found.candidate.reasons}
    assert "email" in reasons
    assert (Record.objects.count(), Customer.objects.count()) == before
    assert match_record({"first name": "Nobody", "last name": "Unheardof"}) == []


def test_a_record_is_deleted_by_a_row_that_says_nothing_else() -> None:
    a_source(record_id="id", deleted="gone")
    accept_records("crm", [ANNA, OTTO], by=actor())
    done = accept_records("crm", [{"id": "2", "gone": True}], by=actor())
    assert done.counts.quarantined == 0
    assert (done.counts.changed, done.counts.deleted) == (1, 1)
    place_waiting(by=actor())
    assert list(Membership.objects.filter(to_at=None).values_list("record__record_key")) == [("1",)]


def test_an_older_version_does_not_come_back_after_a_row_without_a_version() -> None:
    a_source(record_id="id", source_version="version")
    accept_records("crm", [ANNA | {"version": "5"}], by=actor())
    accept_records("crm", [{**ANNA, "first name": "Annika"}], by=actor())
    late = accept_records("crm", [{**ANNA, "first name": "Stale", "version": "3"}], by=actor())
    assert (late.counts.changed, late.counts.older) == (0, 1)
    newer = accept_records("crm", [{**ANNA, "first name": "Newer", "version": "6"}], by=actor())
    assert newer.counts.changed == 1


def test_an_older_version_of_the_same_delivery_does_not_come_back_either() -> None:
    a_source(record_id="id", source_version="version")
    rows = [ANNA | {"version": version} for version in ("5", "", "3")]
    counts = accept_records("crm", rows, by=actor()).counts
    assert (counts.added, counts.changed, counts.older) == (1, 1, 1)
