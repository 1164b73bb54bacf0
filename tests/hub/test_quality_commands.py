"""`tellonce quality kpis`, `declare`, `sample` and `answer`, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tellonce.cli.main import execute
from tests.hub.delivering import ANNA, OTTO, a_source, load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two(tmp_path: Path) -> None:
    """A hub with two customers."""
    a_source("crm")
    load(tmp_path / "a.csv", [ANNA, OTTO | {"phone": ""}])


def told(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert execute(["quality", *words]) == code
    out, err = capsys.readouterr()
    return out if code == 0 else err


def document(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(told(capsys, *words, "--json"))


def test_kpis_are_measured_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing was measured yet" in told(capsys, "kpis")
    shown = told(capsys, "kpis", "--measure")
    assert "Completeness rate                  50.0 %  at least 90.0 %  missed" in shown
    assert "Accuracy rate                not measured" in shown
    found = {one["name"]: one["state"] for one in document(capsys, "kpis")}
    assert found["completeness"] == "missed"
    one = told(capsys, "kpis", "completeness", "--part", "phone")
    assert "50.0 %, of 14" in one
    assert "lacks phone" in one
    assert document(capsys, "kpis", "completeness")["rows"]
    assert "no KPI 'acuracy'" in told(capsys, "kpis", "acuracy", code=2)
    assert "which KPI" in told(capsys, "kpis", "--part", "phone", code=2)


def test_targets_are_declared(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "quality.yaml"
    file.write_text("targets: {completeness: 0.4}\n")
    assert "target of completeness: 0.4" in told(capsys, "declare", str(file))
    assert document(capsys, "declare")["targets"] == {"completeness": 0.4}
    told(capsys, "kpis", "--measure")
    assert {one["name"]: one["state"] for one in document(capsys, "kpis")}["completeness"] == "met"
    file.write_text("targets: {completeness: 40}\n")
    assert "Write 95 % as 0.95" in told(capsys, "declare", str(file), code=2)


def test_a_sample_is_drawn_and_answered(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No sampled value is open." in told(capsys, "sample")
    assert "4 values drawn as sam_" in told(capsys, "sample", "--draw", "4")
    value = document(capsys, "sample")["values"][0]
    said = told(capsys, "answer", value["id"], "right", "--customer")
    assert f"The {value['attribute']} of {value['customer']} is right, the customer says." in said
    assert "right already" in told(capsys, "answer", value["id"], "wrong", code=2)
    assert len(document(capsys, "sample", "--state", "right")["values"]) == 1
