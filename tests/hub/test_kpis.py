"""The KPIs: measured from what the hub holds, never made up, with what is behind each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError

from tellonce.hub.activity.services import load_activity
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.customers.models import Customer
from tellonce.hub.insight import figures, measuring, selectors, services, watching
from tellonce.hub.insight.kpis.registry import KPIS
from tellonce.hub.insight.models import CustomerFigure, HealthHour, KpiPoint
from tellonce.hub.insight.types import Asked, KpiState
from tellonce.hub.insight.words import amount, said
from tellonce.hub.snapshots.models import SnapshotTime
from tellonce.hub.snapshots.services import take_snapshot
from tellonce.hub.snapshots.serving import serve_snapshot
from tellonce.hub.snapshots.types import SnapshotRequest
from tests.hub.delivering import ANNA, OTTO, WILMA, a_source, load, write_csv

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def watch() -> Iterator[None]:
    watching.WATCH.forget()
    yield
    watching.WATCH.forget()


@pytest.fixture
def three(tmp_path: Path) -> None:
    """A hub with three customers; one has no phone, and none an address."""
    a_source("crm")
    load(tmp_path / "a.csv", [ANNA, OTTO, WILMA | {"phone": ""}])


def state(name: str) -> KpiState:
    measuring.measure_all()
    return selectors.kpi_state(name)


def page_by_page(name: str, limit: int) -> list[Any]:
    """What is behind a KPI, read a few at a time."""
    rows: list[Any] = []
    page = selectors.kpi_evidence(name, Asked(limit=limit))
    while page.next:
        assert len(page.rows) == limit
        rows += page.rows
        page = selectors.kpi_evidence(name, Asked(limit=limit, cursor=page.next))
    return [*rows, *page.rows]


def parts(found: KpiState) -> dict[str, float | None]:
    return {part.name: part.value for part in found.parts}


def test_without_evidence_nothing_is_measured_and_it_is_said_why() -> None:
    before = selectors.kpi_states()
    assert [one.state for one in before] == ["not measured"] * len(KPIS)
    assert all("tellonce quality kpis --measure" in one.whole.why for one in before)
    measuring.measure_all()
    after = {one.kpi.name: one for one in selectors.kpi_states()}
    for name, one in after.items():
        if name != "queue-age":  # nothing waits, which is something known
            assert (one.whole.value, one.state) == (None, "not measured"), name
            assert one.whole.why, name
    assert after["queue-age"].whole.value == 0


def test_every_kpi_says_what_it_is() -> None:
    assert len({kpi.name for kpi in KPIS}) == len(KPIS)
    for kpi in KPIS:
        assert kpi.better in ("more", "less")
        assert kpi.definition.endswith(".")
        assert kpi.formula.endswith(".")
        assert kpi.evidence_words


def test_completeness_counts_what_matters(three: None) -> None:
    found = state("completeness")
    assert parts(found)["phone"] == pytest.approx(2 / 3)
    assert parts(found)["name"] == 1
    assert parts(found)["street"] == 0
    assert found.whole.value == pytest.approx((3 + 3 + 3 + 2) / 21)
    assert (found.whole.evidence, found.state) == (21, "missed")
    behind = selectors.kpi_evidence("completeness", Asked("phone"))
    (wilma,) = [c.public_id for c in Customer.objects.all() if c.family_name == "placeholderson"]
    assert behind.rows == ({"customer": wilma, "lacks": ["phone"]},)
    first = selectors.kpi_evidence("completeness", Asked(limit=2))
    rest = selectors.kpi_evidence("completeness", Asked(limit=2, cursor=first.next))
    assert len(first.rows) + len(rest.rows) == 3
    assert not rest.next
    with pytest.raises(WrongCall, match="no part 'shoe size'"):
        selectors.kpi_evidence("completeness", Asked("shoe size"))
    with pytest.raises(WrongCall, match="not a cursor"):
        selectors.kpi_evidence("completeness", Asked(cursor="x"))


def test_figures_follow_each_change_of_a_golden_record(three: None, tmp_path: Path) -> None:
    assert figures.follow_golden() == 3
    assert figures.follow_golden() == 0
    load(tmp_path / "b.csv", [WILMA, {"id": "9", "first name": "Neu", "last name": "Neuling"}])
    assert figures.follow_golden() == 2
    customers, counts = figures.fill_counts()
    assert (customers, counts["phone"], counts["name"]) == (4, 3, 4)
    load(tmp_path / "c.csv", [ANNA], full=False)
    assert CustomerFigure.objects.count() == 4


def test_figures_are_those_of_a_count_from_nothing(three: None, tmp_path: Path) -> None:
    figures.follow_golden()
    load(tmp_path / "b.csv", [ANNA | {"phone": "", "city": "Przykładów"}, OTTO | {"email": ""}])
    figures.follow_golden()
    kept = set(CustomerFigure.objects.values_list("customer_id", "filled", "address"))
    CustomerFigure.objects.all().delete()
    figures.Mark.objects.all().delete()
    figures.follow_golden()
    assert set(CustomerFigure.objects.values_list("customer_id", "filled", "address")) == kept


def test_uniqueness_expects_doubles_by_the_pairs_that_are_kept_apart(tmp_path: Path) -> None:
    from tellonce.hub.intake import reviewing
    from tellonce.hub.intake.review_queue import open_reviews

    a_source("crm")
    doubtful = ANNA | {"id": "5", "first name": "Anna", "last name": "Inna", "dob": "", "email": ""}
    load(tmp_path / "a.csv", [ANNA, OTTO, doubtful])
    found = state("uniqueness")
    (pair,) = selectors.kpi_evidence("uniqueness", Asked()).rows
    assert found.whole.value == pytest.approx(1 - pair["probability"] / 3, abs=1e-4)
    assert found.whole.low < found.whole.value < found.whole.high
    from tellonce.hub.accounts.selectors import actor

    (review,) = open_reviews(by=actor(), limit=5).reviews
    reviewing.decide_review(review.id, "different", by=actor())
    assert state("uniqueness").whole.value == 1
    assert selectors.kpi_evidence("uniqueness", Asked()).rows == ()


def test_retrieval_times_are_those_of_real_requests(three: None, admin: Any) -> None:
    taken = take_snapshot(SnapshotRequest("service", record="crm:1"), admin)
    serve_snapshot(taken.snapshot.id, "service", admin)
    with pytest.raises(Unknown):
        take_snapshot(SnapshotRequest("service", record="crm:77"), admin)
    assert sorted(SnapshotTime.objects.values_list("kind", flat=True)) == ["served", "taken"]
    assert all(ms > 0 for ms in SnapshotTime.objects.values_list("milliseconds", flat=True))
    SnapshotTime.objects.all().delete()
    now = clock.now()
    SnapshotTime.objects.bulk_create(
        SnapshotTime(at=now - timedelta(days=1), milliseconds=n, kind="taken")
        for n in range(1, 201)
    )
    SnapshotTime(at=now - timedelta(days=31), milliseconds=9_999, kind="taken").save()
    found = state("retrieval-time")
    assert parts(found) == {"p50": 100, "p95": 190, "p99": 198}
    assert (found.whole.value, found.whole.evidence, found.state) == (190, 200, "met")
    slowest = page_by_page("retrieval-time", 7)
    assert [row["milliseconds"] for row in slowest] == list(range(200, 0, -1))
    with clock.stopped_at(now + timedelta(days=61)):
        measuring.measure_all()
    assert SnapshotTime.objects.count() == 200, "older ones are forgotten"


def test_a_minute_that_nobody_saw_counts_as_down() -> None:
    def note(minute: int, *failing: str) -> None:
        with clock.stopped_at(NOON + timedelta(minutes=minute, seconds=7)):
            services.note_ready(list(failing))

    for minute in range(100):
        if not 70 <= minute < 90:
            note(minute)
    note(50, "worker")
    note(50)
    with clock.stopped_at(NOON + timedelta(minutes=100)):
        found = state("availability")
        assert found.whole.value == pytest.approx(79 / 100)
        assert found.whole.evidence == 100
        assert parts(found)["seen"] == pytest.approx(79 / 80)
        rows = page_by_page("availability", 1)
        assert rows == list(selectors.kpi_evidence("availability", Asked()).rows)
    assert [(row["what"], row["minutes"], row["reasons"]) for row in rows] == [
        ("not seen", 20, []),
        ("seen not ready", 1, ["worker"]),
    ]
    assert HealthHour.objects.count() == 2


def test_what_is_seen_while_the_database_is_away_is_written_when_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*args: Any) -> None:
        raise DatabaseError

    with clock.stopped_at(NOON):
        services.note_ready([])
    with monkeypatch.context() as patch:
        patch.setattr(watching, "_write", away)
        with clock.stopped_at(NOON + timedelta(minutes=1)):
            services.note_ready(["database"])
    assert HealthHour.objects.get().down == 0
    with clock.stopped_at(NOON + timedelta(minutes=2)):
        services.note_ready([])
    row = HealthHour.objects.get()
    assert (row.up, row.down, row.reasons) == (0b101, 0b010, ["database"])


def test_satisfaction_tells_the_scale_of_each_question(three: None, tmp_path: Path) -> None:
    day = clock.now().date().isoformat()
    answers = [
        *[("How was our help?", score) for score in (1, 2, 4, 5, 5, 4, 5, 5, 3, 4)],
        *[("Would you recommend us (NPS)?", score) for score in (10, 9, 9, 10, 6, 0, 8, 8, 9, 10)],
        *[("Two only", 5), ("Two only", 5)],
    ]
    rows = [
        {"survey_id": n, "customer": "1", "date": day, "question": question, "score": score}
        for n, (question, score) in enumerate(answers)
    ]
    load_surveys(tmp_path, rows)
    found = state("satisfaction")
    assert (found.whole.value, found.whole.evidence) == (pytest.approx(0.7), 10)
    assert found.whole.low < 0.7 < found.whole.high
    assert state("recommendation").whole.value == pytest.approx(100 * (6 - 2) / 10)
    behind = selectors.kpi_evidence("satisfaction", Asked()).rows
    assert [row["answer"] for row in behind] == [3, 2, 1]
    assert page_by_page("satisfaction", 2) == list(behind)
    assert len(selectors.kpi_evidence("recommendation", Asked()).rows) == 2
    with pytest.raises(WrongCall, match="no such question"):
        selectors.kpi_evidence("satisfaction", Asked("What?"))


@pytest.mark.parametrize(
    "name", ["availability", "completeness", "recommendation", "retrieval-time", "satisfaction"]
)
def test_a_cursor_of_another_list_is_refused(name: str) -> None:
    with pytest.raises(WrongCall, match="not a cursor of this list"):
        selectors.kpi_evidence(name, Asked(cursor="cus_1"))


def load_surveys(folder: Path, rows: list[dict[str, Any]]) -> None:
    from tellonce.hub.accounts.selectors import actor

    load_activity("crm", write_csv(folder / "surveys.csv", rows), "surveys", by=actor())


def test_the_queue_age_is_that_of_what_waits_longest(tmp_path: Path) -> None:
    a_source("crm", record_id="id")
    with clock.stopped_at(NOON):
        load(tmp_path / "a.csv", [ANNA, OTTO | {"id": ""}])
    with clock.stopped_at(NOON + timedelta(days=9)):
        found = state("queue-age")
        assert (found.whole.value, found.state) == (pytest.approx(9), "missed")
        assert parts(found)["quarantine"] == pytest.approx(9)
        assert parts(found)["reviews"] == 0
        rows = selectors.kpi_evidence("queue-age", Asked("quarantine")).rows
    assert [(row["queue"], row["waiting"]) for row in rows] == [("quarantine", 1)]


def test_one_point_a_day_makes_the_trend(three: None, tmp_path: Path) -> None:
    for day in range(3):
        with clock.stopped_at(NOON + timedelta(days=day)):
            measuring.measure_all()
            measuring.measure_all()
    with clock.stopped_at(NOON + timedelta(days=2)):
        load(tmp_path / "b.csv", [WILMA])
        found = state("completeness")
        assert [round(one.value or 0, 3) for one in found.trend] == [0.524, 0.524, 0.571]
    assert KpiPoint.objects.filter(kpi="completeness", part="").count() == 3


def test_one_that_cannot_be_measured_does_not_keep_the_others_from_it(
    three: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    def broken(window: Any) -> Any:
        raise ValueError("no")

    monkeypatch.setattr(measuring, "KPIS", (replace(KPIS[0], measure=broken), *KPIS[1:]))
    with pytest.raises(ValueError, match="no"):
        measuring.measure_all()
    assert selectors.kpi_state("completeness").whole.value is not None
    assert selectors.kpi_state("accuracy").measured_at is None


class TestDeclaring:
    """What matters, and what is wanted."""

    def test_what_is_declared_counts_at_once(self, three: None, admin: Any) -> None:
        text = "attributes: [name, phone]\ntargets: {completeness: 0.8, completeness.phone: 0.5}"
        services.declare(text, by=admin)
        found = state("completeness")
        assert found.whole.value == pytest.approx(5 / 6)
        assert (found.target, found.state, found.targets) == (0.8, "met", {"phone": 0.5})
        assert set(parts(found)) == {"name", "phone", "all"}
        assert services.declared().author == admin.id

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("targets: {acuracy: 0.9}", "no KPI 'acuracy'"),
            ("targets: {accuracy: 97}", "is no share"),
            ("targets: {accuracy: high}", "is no number"),
            ("targets: [1]", "`targets` is no list"),
            ("attributes: [shoe_size]", "'shoe_size' is filled is not counted"),
            ("attributes: name", "`attributes` is no list"),
            ("sample: {size: -1}", "not from 0 to 5,000"),
            ("sample: {sise: 1}", "something else than size and days"),
            ("alerts: {nothing: off}", "No detector is called 'nothing'"),
            ("samples: {}", "Nothing is called 'samples'"),
            ("- a", "no list of names and values"),
            ("a: [", "is no YAML"),
        ],
    )
    def test_what_is_not_understood_is_refused(self, admin: Any, text: str, sentence: str) -> None:
        with pytest.raises(WrongCall, match=sentence):
            services.declare(text, by=admin)
        assert services.declared().at is None


def test_a_share_is_never_rounded_to_all_or_none() -> None:
    from tellonce.hub.insight.kpis.registry import kpi_named
    from tellonce.hub.insight.types import Part

    kpi = kpi_named("accuracy")
    assert amount(kpi, 1) == "100.0 %"
    assert amount(kpi, 0.9996) == "99.96 %"
    assert amount(kpi, 0.9999999) == "over 99.999 %"
    assert amount(kpi, 0.0000001) == "under 0.001 %"
    assert said(kpi, Part("", None, why="No.")) == "not measured. No."
    assert said(kpi, Part("", 0.5, 10, 0.2, 0.8)) == "50.0 % (20.0 % to 80.0 %), of 10"
