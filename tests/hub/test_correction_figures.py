"""Lead time, reopen rate and queue of corrections, as KPIs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.corrections import services
from tellonce.hub.insight import measuring, selectors
from tellonce.hub.insight.types import Asked, KpiState
from tests.hub.correcting import ANNA_OF_SHOP, NEW, deliver, people, proposed, user
from tests.hub.delivering import ANNA

pytestmark = pytest.mark.django_db


def state(name: str) -> KpiState:
    measuring.measure_all()
    return selectors.kpi_state(name)


def test_corrections_are_measured_from_proposal_to_closing_and_when_they_come_back() -> None:
    people()
    representative, steward = user("representative"), user("steward")
    assert state("correction-lead-time").state == "not measured"
    assert state("reopen-rate").state == "not measured"
    now = clock.now()
    with clock.stopped_at(now):
        one = proposed(representative, reason="She spelled it out.", severity="high")
    with clock.stopped_at(now + timedelta(days=3)):
        queue = {part.name: part for part in state("queue-age").parts}["corrections"]
        assert (queue.value, queue.evidence) == (pytest.approx(3), 1)
        services.approve(one, by=steward)
        deliver("crm", ANNA | {"email": NEW}, "2030-01-01T00:00:00Z")
        deliver("shop", ANNA_OF_SHOP | {"email": NEW}, "2030-01-01T00:00:00Z")
        lead = state("correction-lead-time")
        assert (lead.whole.value, lead.whole.evidence) == (pytest.approx(3, abs=0.01), 1)
        assert {part.name for part in lead.parts} == {"p90", "high"}
        assert state("reopen-rate").whole.value == 0
        (row,) = selectors.kpi_evidence("correction-lead-time", Asked("high")).rows
        assert (row["correction"], row["attribute"]) == (one, "email")
        with pytest.raises(WrongCall, match="no such part"):
            selectors.kpi_evidence("correction-lead-time", Asked("grave"))
    with clock.stopped_at(now + timedelta(days=4)):
        deliver("crm", ANNA, "2030-02-01T00:00:00Z")
        again = state("reopen-rate")
        assert (again.whole.value, again.whole.evidence) == (1, 1)
        assert again.whole.low < 1
        first = selectors.kpi_evidence("reopen-rate", Asked(limit=1))
        assert ([row["reopened"] for row in first.rows], first.next) == ([1], one)
        rest = selectors.kpi_evidence("reopen-rate", Asked(limit=1, cursor=one))
        assert (rest.rows, rest.next) == ((), "")
