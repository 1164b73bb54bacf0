"""`tellonce confirm` and `tellonce upkeep`, as they are called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tellonce.cli.main import execute
from tellonce.hub.upkeep.models import Freshness
from tests.hub.upkeep.people import ANNA, OTTO, ages, customer_of, push, sources

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> str:
    sources("crm")
    push("crm", ANNA | {"seen": "2023-01-01"}, OTTO)
    return customer_of("1").public_id


def said(capsys: Any, *args: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert execute([*args, "--json"]) == code
    return json.loads(capsys.readouterr().out)


def test_stale_customers_are_listed_and_found_is_exit_1(anna: str, capsys: Any) -> None:
    page = said(capsys, "upkeep", "stale", code=1)
    assert [one["customer"] for one in page["customers"]] == [anna]
    assert execute(["upkeep", "stale", "--attribute", "email"]) == 1
    assert "annamaria@example.org" in capsys.readouterr().out
    assert execute(["upkeep", "stale", "--attribute", "occupation"]) == 0


def test_a_value_is_confirmed_by_the_customer_or_a_record_of_his_and_undone(
    anna: str, capsys: Any
) -> None:
    done = said(capsys, "confirm", "crm:1", "email", "--channel", "phone")
    assert (done["customer"], done["attribute"]) == (anna, "email")
    assert ages()["email"].score == 0
    assert execute(["confirm", done["id"], "--undo"]) == 0
    assert ages()["email"].stale
    assert execute(["confirm", anna]) == 2
    assert execute(["confirm", anna, "address", "--said-at", "2026-11-20"]) == 0
    assert "Undo: tellonce confirm --undo cnf_" in capsys.readouterr().out


def test_findings_figures_and_sweep_are_told(anna: str, capsys: Any) -> None:
    assert said(capsys, "upkeep", "sweep") == {"customers": 2, "opened": 0}
    found = said(capsys, "upkeep", "findings", code=1)["findings"]
    assert {one["attribute"] for one in found} == {"email", "phone", "address"}
    assert execute(["upkeep", "findings", "--kind", "shared"]) == 0
    assert execute(["upkeep", "findings", "--state", "all"]) == 1
    assert "should be fresh" in capsys.readouterr().out
    figures = said(capsys, "upkeep", "figures")
    assert figures["consistency"]["share"] == 1.0
    email = next(one for one in figures["timeliness"] if one["unit"] == "email")
    assert email["share"] == 0.5
    assert execute(["upkeep", "figures"]) == 0


def test_figures_of_customers_whom_nobody_looked_at_are_not_all_well(
    anna: str, capsys: Any
) -> None:
    Freshness.objects.all().delete()
    assert execute(["upkeep", "figures"]) == 0
    told = capsys.readouterr().out
    assert "Nobody was looked at yet" in told
    assert "tellonce upkeep sweep" in told
    assert "%" not in told
    assert said(capsys, "upkeep", "figures")["consistency"]["share"] is None


def test_a_policy_is_shown_with_its_sources_and_declared(
    anna: str, capsys: Any, tmp_path: Path
) -> None:
    assert execute(["upkeep", "policy"]) == 0
    assert "Bureau of Labor Statistics" in capsys.readouterr().out
    file = tmp_path / "upkeep.yaml"
    file.write_text("half_lives: {email: never}\n", encoding="utf-8")
    assert said(capsys, "upkeep", "policy", "--file", str(file))["version"]
    assert execute(["upkeep", "sweep"]) == 0
    assert "email" not in ages()
    file.write_text("half_lives: {email\n", encoding="utf-8")
    assert execute(["upkeep", "policy", "--file", str(file)]) == 2
    assert "line 2" in capsys.readouterr().err


def test_people_are_planned_asked_and_answer(anna: str, capsys: Any) -> None:
    (planned,) = said(capsys, "upkeep", "nudges", "plan")["nudges"]
    assert planned["customer"] == anna
    (nudge,) = said(capsys, "upkeep", "nudges", "send")
    assert execute(["upkeep", "nudges", "send"]) == 0
    assert "0 customers asked" in capsys.readouterr().out
    assert execute(["upkeep", "nudges", "plan"]) == 0
    assert "  1 customer not: asked lately." in capsys.readouterr().out
    assert said(capsys, "upkeep", "nudges", "answered", nudge["id"], "declined")["state"]
    assert execute(["upkeep", "nudges", "answered", nudge["id"], "confirmed"]) == 2
    assert execute(["upkeep", "nudges", "list"]) == 0
    assert "declined" in capsys.readouterr().out
