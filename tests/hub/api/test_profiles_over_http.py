"""Profiles of sources and what changed, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tellonce.hub.accounts.selectors import actor
from tellonce.hub.quality.profiles import profile_source
from tests.hub.api.calling import Caller, a_caller, problem
from tests.hub.delivering import a_source, load
from tests.hub.test_profiles import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller(tmp_path: Path) -> Caller:
    """Of a hub with a source that was profiled twice, the second time with less e-mail."""
    a_source(record_id="id")
    for name, mail in (("a.csv", 60), ("b.csv", 20)):
        load(tmp_path / name, people(mail=mail))
        profile_source("crm", by=actor())
    return a_caller()


def test_a_profile_tells_the_fields_and_what_changed(caller: Caller) -> None:
    found = caller.get("/quality/profiles/crm").json()
    assert (found["source"], found["records"], found["looked_at"]) == ("crm", 60, 60)
    fields = {one["field"]: one for one in found["fields"]}
    assert (fields["email"]["filled"], fields["email"]["top"]) == (20, [])
    assert [one["kind"] for one in found["changes"]] == ["fill"]
    early = caller.get("/quality/profiles/crm?as_of=2001-01-01T00:00:00Z")
    problem(early, 404, "not-found")


def test_figures_over_time_are_the_oldest_first(caller: Caller) -> None:
    found = caller.get("/quality/profiles/crm/history?field=email").json()
    assert [round(one["fill"], 2) for one in found["moments"]] == [1.0, 0.33]
    assert caller.get("/quality/profiles/crm/history").json()["source"] == "crm"


def test_what_changed_is_listed_for_all_sources(caller: Caller) -> None:
    (drift,) = caller.get("/quality/drifts").json()["drifts"]
    assert (drift["source"], drift["field"], drift["kind"]) == ("crm", "email", "fill")
    assert "person" not in drift["sentence"]


def test_who_sees_masks_is_told_figures_and_no_value(tmp_path: Path) -> None:
    a_source(record_id="id")
    load(tmp_path / "a.csv", people())
    profile_source("crm", by=actor())
    load(tmp_path / "b.csv", people(mail=20, tier="platinum"))
    profile_source("crm", by=actor())
    seen = a_caller("seer", purposes=("service",)).get("/quality/profiles/crm").json()
    told = a_caller("blind", purposes=("product",)).get("/quality/profiles/crm").json()
    seen_fields, fields = ({one["field"]: one for one in found["fields"]} for found in (seen, told))
    assert {one["text"] for one in seen_fields["tier"]["top"]} == {"platinum", "silver"}
    assert (fields["tier"]["top"], fields["tier"]["distinct"]) == ([], 2)
    assert fields["birth date"]["range"] is None
    assert (told["withheld"]["lines"], set(seen_fields) - set(fields)) == (2, set())
    assert {"income", "iban"}.isdisjoint(fields)
    (new,) = [one for one in told["changes"] if one["kind"] == "value_new"]
    assert new["details"] == []
    drifts = a_caller("third", purposes=("product",)).get("/quality/drifts").json()["drifts"]
    assert {one["field"] for one in drifts} == {one["field"] for one in told["changes"]}
    assert "platinum" not in f"{told}{drifts}"
    nobody = a_caller("mailer", purposes=("marketing",))
    assert nobody.get("/quality/profiles/crm").json()["fields"] == []
    assert nobody.get("/quality/profiles/crm/history").json()["moments"] == []
    assert nobody.get("/quality/drifts").json()["drifts"] == []


def test_what_is_wrong_with_a_request_is_said(caller: Caller) -> None:
    problem(caller.get("/quality/profiles/nowhere"), 404, "not-found")
    problem(caller.get("/quality/profiles/nowhere/history"), 404, "not-found")
    assert caller.get("/quality/profiles/crm?as_of=yesterday").status_code in (400, 422)
    assert caller.get("/quality/drifts?unknown=1").status_code in (400, 422)
    reader = a_caller("records-only", scopes=("records:write",))
    problem(reader.get("/quality/drifts"), 403, "scope")
