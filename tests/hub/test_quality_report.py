"""The report on quality: text, HTML and JSON, from what was measured and found."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tellonce.cli.main import execute
from tellonce.hub.core import clock
from tellonce.hub.insight import measuring, report
from tellonce.hub.insight.charts import share_bar, trend_chart
from tellonce.hub.insight.models import Alert
from tellonce.hub.insight.types import TrendPoint
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load

NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def measured(db: None, tmp_path: Path) -> None:
    """A hub that was measured on two days, and that has an alert."""
    a_source("crm")
    with clock.stopped_at(NOON):
        load(tmp_path / "a.csv", [ANNA, OTTO, WILMA | {"phone": ""}])
        measuring.measure_all()
    with clock.stopped_at(NOON + DAY):
        load(tmp_path / "b.csv", [WILMA])
        measuring.measure_all()
        Alert(
            public_id="alr_1",
            kind="source-silent",
            key="crm",
            severity="high",
            sentence="crm & <co> is silent.",
            advice="Ask.",
            opened_at=clock.now(),
            seen_at=clock.now(),
        ).save()


def test_the_text_says_values_targets_and_troubles(measured: None) -> None:
    with clock.stopped_at(NOON + DAY):
        lines = list(report.as_text(report.quality_report()))
    text = "\n".join(lines)
    assert lines[0] == "Quality of customer data, 2030-03-02 12:00 UTC"
    assert "not measured, 1 known trouble open." in lines[1]
    assert "! high: crm & <co> is silent." in text
    assert "Completeness rate: 57.1 %, of 21" in text
    assert "missed, better by 4.8 points since 2030-03-01" in text
    assert "Accuracy rate: not measured. No sampled value was answered yet" in text


def test_the_page_stands_alone_and_escapes_what_it_quotes(measured: None) -> None:
    with clock.stopped_at(NOON + DAY):
        page = report.as_html(report.quality_report())
    assert "<script" not in page
    assert not re.search(r"(src|href)=", page)
    assert "crm &amp; &lt;co&gt; is silent." in page
    assert "Completeness rate" in page
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) > 8
    for chart in charts:
        ElementTree.fromstring(chart)
    assert "annamaria" not in page.lower()


@pytest.mark.usefixtures("measured")
def test_the_command_writes_each_format(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert execute(["quality", "report"]) == 0
    assert "Completeness rate" in capsys.readouterr().out
    assert execute(["quality", "report", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["name"] for one in found["kpis"]} >= {"accuracy", "completeness"}
    assert [one["key"] for one in found["alerts"]] == ["crm"]
    for form in ("html", "json", "text"):
        out = tmp_path / f"report.{form}"
        assert execute(["quality", "report", "--format", form, "--out", str(out)]) == 0
        assert "Completeness rate" in out.read_text(encoding="utf-8")
    capsys.readouterr()
    assert execute(["quality", "report", "--format", "pdf"]) == 2
    assert "Known: text, html, json." in capsys.readouterr().err


@pytest.mark.django_db
def test_a_hub_that_was_never_measured_has_a_report_too() -> None:
    found = report.quality_report()
    assert "0 of 0 measured targets met" in found.headline
    assert "not measured" in report.as_html(found)


def points(*values: float | None) -> list[TrendPoint]:
    return [TrendPoint(date(2030, 1, 1) + n * DAY, value) for n, value in enumerate(values)]


def test_a_line_is_broken_where_nothing_was_measured() -> None:
    drawn = trend_chart(points(0.5, 0.6, None, 0.7, 0.8, 0.9), 0.9, (0.85, 0.95), "t")
    root = ElementTree.fromstring(drawn)
    lines = [one.get("points", "").split() for one in root if one.tag.endswith("polyline")]
    assert [len(line) for line in lines] == [2, 3]
    heights = [float(one.split(",")[1]) for line in lines for one in line]
    assert heights == sorted(heights, reverse=True), "more stands higher"
    assert trend_chart(points(None, None), 0.9, None, "t") == ""
    assert "circle" in trend_chart(points(3.0), 3.0, None, "t"), "one day is a dot"
    assert 'width="120.0"' in share_bar(2)
