"""Several act on corrections at once: nobody's word is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.core import clock
from tellonce.hub.corrections import joining, opening, tending, verifying, writing_back
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.selectors import tasks
from tellonce.hub.corrections.services import (
    THE_HUB,
    answer_task,
    approve,
    propose,
    tend_corrections,
    verify_corrections,
)
from tellonce.hub.intake.pushing import accept_records
from tellonce.hub.intake.services import place_waiting
from tests.hub.correcting import ANNA_OF_SHOP, events_of, people, proposed, seen, user, wrong_email
from tests.hub.delivering import ANNA
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db(transaction=True)


def applied() -> tuple[str, Any]:
    """A correction that two sources are asked for, and the steward."""
    people()
    one, steward = proposed(user("representative")), user("steward")
    approve(one, by=steward)
    return one, steward


def deliver(source: str, row: dict[str, Any]) -> None:
    accept_records(source, [row | {"updated_at": "2024-06-01T10:00:00Z"}], by=actor())
    place_waiting(by=actor())


def test_of_two_answers_the_later_one_moves_the_correction(monkeypatch: pytest.MonkeyPatch) -> None:
    one, steward = applied()
    first, second = (task.id for task in tasks(correction=one))
    other = meanwhile(
        monkeypatch, writing_back, "record_act", lambda: answer_task(second, "done", by=steward)
    )
    answer_task(first, "done", by=steward)
    other.ended()
    assert seen(one).state == "propagated"


def test_an_answer_stays_that_is_given_while_deliveries_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, steward = applied()
    first, _ = (task.id for task in tasks(correction=one))
    deliver("crm", ANNA | {"phone": "+48 600 700 899"})
    other = meanwhile(
        monkeypatch, verifying, "current_versions", lambda: answer_task(first, "done", by=steward)
    )
    verify_corrections()
    other.ended()
    assert [task.state for task in tasks(correction=one)] == ["done", "asked"]


def test_a_record_that_joins_is_asked_once_by_however_many_who_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, _ = applied()
    deliver("shop", ANNA_OF_SHOP | {"id": "B"})
    other = meanwhile(monkeypatch, joining, "current_versions", verify_corrections)
    verify_corrections()
    other.ended()
    assert WriteBack.objects.filter(correction__public_id=one).count() == 3


def test_a_finding_is_one_correction_also_where_two_propose_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people()
    new = wrong_email(finding="failure:1")
    other = meanwhile(monkeypatch, opening, "store", lambda: propose(new, by=THE_HUB))
    assert propose(new, by=THE_HUB) == other.ended()
    assert Correction.objects.count() == 1


def test_two_who_look_at_the_time_remind_once(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = applied()
    due = Correction.objects.get().due_at
    assert due is not None
    with clock.stopped_at(due - timedelta(minutes=1)):
        other = meanwhile(monkeypatch, tending, "telling", tend_corrections)
        tend_corrections()
        other.ended()
    assert events_of(one).count("reminded") == 1
