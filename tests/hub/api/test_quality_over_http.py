"""KPIs and the verified sample over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellonce.hub.insight.measuring import measure_all
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import ANNA, OTTO, a_source, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    """Of a hub with two customers, one without a phone, measured."""
    a_source("crm")
    load(tmp_path / "a.csv", [ANNA, OTTO | {"phone": ""}])
    measure_all()
    return a_caller()


def test_kpis_are_listed_with_definition_target_and_trend(caller: Caller) -> None:
    found = {one["name"]: one for one in caller.get("/quality/kpis").json()["kpis"]}
    one = found["completeness"]
    assert (one["state"], one["unit"], one["better"]) == ("missed", "share", "more")
    assert one["value"] == pytest.approx(7 / 14)
    assert [point["value"] for point in one["trend"]] == [one["value"]]
    assert {part["name"]: part["value"] for part in one["parts"]}["phone"] == 0.5
    assert found["accuracy"]["value"] is None
    assert "tellonce quality sample" in found["accuracy"]["why"]
    assert caller.get("/quality/kpis?days=1").status_code == 200


def test_a_kpi_is_drilled_down_to_the_customers_behind_it(caller: Caller) -> None:
    found = caller.get("/quality/kpis/completeness?part=phone").json()
    assert [row["lacks"] for row in found["rows"]] == [["phone"]]
    assert found["rows"][0]["customer"].startswith("cus_")
    first = caller.get("/quality/kpis/completeness?limit=1").json()
    second = caller.get(f"/quality/kpis/completeness?limit=1&cursor={first['cursor']}").json()
    assert first["rows"] != second["rows"]
    assert "ottokar" not in str(found).lower()


def test_a_sample_is_drawn_listed_and_answered(caller: Caller) -> None:
    drawn = caller.post("/quality/sample", {"size": 4, "seed": "s"})
    assert drawn.status_code == 201
    assert drawn.json()["states"] == {"open": 4}
    values = caller.get("/quality/sample").json()["values"]
    path = f"/quality/sample/{values[0]['id']}/answer"
    done = caller.post(path, {"answer": "right", "said_by": "customer"})
    assert done.json()["state"] == "right"
    problem(caller.post(path, {"answer": "wrong"}), 409, "conflict")
    assert len(caller.get("/quality/sample?state=right").json()["values"]) == 1


def test_what_is_wrong_with_a_request_is_said(caller: Caller) -> None:
    problem(caller.get("/quality/kpis/acuracy"), 404, "not-found")
    problem(caller.get("/quality/kpis/completeness?part=x"), 422, "invalid")
    problem(caller.get("/quality/kpis/completeness?cursor=x"), 422, "invalid")
    problem(caller.get("/quality/kpis?days=0"), 422, "invalid")
    problem(caller.get("/quality/kpis?since=1"), 422, "invalid")
    problem(caller.post("/quality/sample", {"size": 0}), 422, "invalid")
    problem(caller.post("/quality/sample/val_1/answer", {"answer": "right"}), 404, "not-found")
    problem(caller.post("/quality/sample/val_1/answer", {"answer": "no"}), 422, "invalid")


def test_reading_and_answering_are_scopes_of_their_own() -> None:
    reader = a_caller("reader", scopes=("quality:read",))
    assert reader.get("/quality/kpis").status_code == 200
    problem(reader.post("/quality/sample", {"size": 1}), 403, "scope")
    other = a_caller("other", scopes=("customers:read",))
    problem(other.get("/quality/kpis"), 403, "scope")
    problem(other.get("/quality/sample"), 403, "scope")
