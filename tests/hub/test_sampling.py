"""The verified sample: golden values drawn at random, and what people who know say of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Refused, Unknown, WrongCall
from tellonce.hub.insight import measuring, sampling, selectors, services
from tellonce.hub.insight.models import SampledValue
from tellonce.hub.insight.types import Asked, KpiState
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(tmp_path: Path) -> None:
    """A hub with three customers; one has no phone, and none an address."""
    a_source("crm")
    load(tmp_path / "a.csv", [ANNA, OTTO, WILMA | {"phone": ""}])


def accuracy() -> KpiState:
    measuring.measure_all()
    return selectors.kpi_state("accuracy")


def parts(found: KpiState) -> dict[str, float | None]:
    return {part.name: part.value for part in found.parts}


def test_a_sample_is_spread_over_what_matters_and_can_be_drawn_again(
    three: None, admin: Any
) -> None:
    one = sampling.draw_sample(8, by=admin, seed="a")
    two = sampling.draw_sample(8, by=admin, seed="a")
    assert one.population == {"name": 3, "birth_date": 3, "email": 3, "phone": 2}
    drawn = [
        sorted(
            SampledValue.objects.filter(sample__public_id=made.id).values_list(
                "customer_id", "attribute"
            )
        )
        for made in (one, two)
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 8
    assert {attribute for _, attribute in drawn[0]} == set(one.population)


def test_accuracy_is_what_people_said_with_its_interval(three: None, admin: Any) -> None:
    sampling.draw_sample(11, by=admin)
    assert accuracy().state == "not measured"
    values = sampling.drawn_values()
    assert len(values) == 11
    for value in values:
        wrong = value.attribute == "phone"
        sampling.answer_value(value.id, "wrong" if wrong else "right", by=admin)
    found = accuracy()
    assert parts(found) == {"birth_date": 1, "email": 1, "name": 1, "phone": 0}
    assert found.whole.value == pytest.approx(9 / 11)
    assert found.whole.low < 9 / 11 < found.whole.high
    first = selectors.kpi_evidence("accuracy", Asked(limit=2)).rows
    assert {row["answer"] for row in first} == {"wrong"}
    assert selectors.kpi_evidence("accuracy", Asked("email")).rows[0]["attribute"] == "email"


def test_unknown_and_changed_values_are_left_out_and_counted(
    three: None, admin: Any, tmp_path: Path
) -> None:
    sampling.draw_sample(11, by=admin)
    values = {value.attribute: value for value in sampling.drawn_values()}
    sampling.answer_value(values["name"].id, "right", by=admin, said_by="customer")
    sampling.answer_value(values["email"].id, "unknown", by=admin)
    new = [one | {"dob": "1970-01-01"} for one in (ANNA, OTTO, WILMA)]
    load(tmp_path / "b.csv", new)
    with pytest.raises(Conflict, match="has changed"):
        sampling.answer_value(values["birth_date"].id, "right", by=admin)
    found = accuracy()
    assert (found.whole.value, found.whole.evidence) == (1, 1)
    assert found.whole.why == "Left out: 1 that could not be known, 1 that had changed."


def test_answers_are_given_once_and_by_who_may(three: None, admin: Any) -> None:
    from tellonce.hub.accounts.types import Actor

    sampling.draw_sample(4, by=admin)
    value = sampling.drawn_values()[0]
    analyst = Actor("usr_1", "ana@example.org", "Ana", frozenset({"analyst"}))
    with pytest.raises(Refused, match="may not answer"):
        sampling.answer_value(value.id, "right", by=analyst)
    with pytest.raises(Refused, match="may not draw"):
        sampling.draw_sample(3, by=analyst)
    with pytest.raises(WrongCall, match="no answer"):
        sampling.answer_value(value.id, "perhaps", by=admin)
    with pytest.raises(Unknown, match="no sampled value"):
        sampling.answer_value("val_1", "right", by=admin)
    sampling.answer_value(value.id, "right", by=admin)
    with pytest.raises(Conflict, match="right already"):
        sampling.answer_value(value.id, "wrong", by=admin)


def test_a_sample_is_drawn_by_itself_as_often_as_declared(three: None, admin: Any) -> None:
    from tellonce.hub.insight.work import SAMPLE
    from tellonce.hub.jobs.services import enqueue, work_until_idle

    def run() -> list[int]:
        enqueue(SAMPLE, {}, "system")
        work_until_idle()
        return [one.values for one in sampling.samples()]

    services.declare("sample: {size: 4, days: 5}", by=admin)
    now = clock.now()
    assert run() == [4]
    assert run() == [4]
    with clock.stopped_at(now + timedelta(days=5, hours=1)):
        assert run() == [4, 4]
    services.declare("sample: {size: 0}", by=admin)
    with clock.stopped_at(now + timedelta(days=50)):
        assert run() == [4, 4]
