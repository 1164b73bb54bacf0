"""Validity, consistency and timeliness come from rules that were judged, and from upkeep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.core.errors import WrongCall
from tellonce.hub.insight import measuring, selectors
from tellonce.hub.insight.types import Asked, KpiState
from tellonce.hub.jobs.services import tick
from tellonce.hub.quality.services import RulesFile, set_rules
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

pytestmark = pytest.mark.django_db


def state(name: str) -> KpiState:
    measuring.measure_all()
    return selectors.kpi_state(name)


def behind(name: str, part: str = "") -> Any:
    return selectors.kpi_evidence(name, Asked(part)).rows


def test_validity_is_how_often_rules_of_it_were_met(tmp_path: Path, admin: Any) -> None:
    a_source("crm")
    text = "- email: valid, name: mail, dimension: validity\n- phone: required, name: tel\n"
    set_rules(RulesFile("rules.yaml", text), by=admin)
    assert state("validity").state == "not measured"
    load(tmp_path / "a.csv", [ANNA, OTTO | {"email": "not an address"}, WILMA | {"phone": ""}])
    found = state("validity")
    assert found.whole.value == pytest.approx(2 / 3)
    assert [(part.name, part.evidence) for part in found.parts] == [("mail", 3)]
    (row,) = behind("validity")
    assert (row["record"], row["rule"], row["field"]) == ("crm:2", "mail", "email")


def test_consistency_is_whether_the_sources_agree(tmp_path: Path) -> None:
    assert state("consistency").state == "not measured"
    a_source("crm")
    a_source("shop")
    load(tmp_path / "a.csv", [ANNA, OTTO, WILMA])
    load(tmp_path / "b.csv", [ANNA | {"id": "A", "dob": "1985-03-12"}], "shop")
    tick()
    found = state("consistency")
    assert found.whole.value == pytest.approx(2 / 3)
    (row,) = behind("consistency")
    assert row["about"] == "birth_date"
    with pytest.raises(WrongCall, match="no part 'x'"):
        behind("consistency", "x")


def test_timeliness_is_what_is_not_stale(tmp_path: Path) -> None:
    a_source("crm")
    old = {"updated_at": "2001-01-01"}
    load(tmp_path / "a.csv", [ANNA | old, OTTO | {"updated_at": "2026-11-01"}])
    tick()
    found = state("timeliness")
    shares = {part.name: part.value for part in found.parts}
    assert shares["email"] == 0.5
    assert found.whole.value is not None
    assert 0 < found.whole.value < 1
    rows = behind("timeliness", "email")
    assert [row["stale"] for row in rows]
    assert len(rows) == 1
