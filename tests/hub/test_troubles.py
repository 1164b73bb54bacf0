"""Detectors over a hub: each finds its seeded trouble, and nothing where there is none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tellonce.hub.activity.services import load_activity
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.consents.services import load_consents
from tellonce.hub.core import clock
from tellonce.hub.insight import alerting, alerts
from tellonce.hub.insight.figures import follow_golden
from tellonce.hub.insight.troubles.registry import DETECTORS, detector_named
from tellonce.hub.insight.types import Trouble
from tellonce.hub.snapshots.models import SnapshotTime
from tellonce.hub.sources.models import Source, SourceRun
from tests.hub.api.calling import a_caller, problem
from tests.hub.delivering import a_source, load, write_csv

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 3, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NAMES = (
    *("Adler", "Bach", "Clemens", "Dorn", "Ebel", "Falk", "Giese", "Hahn"),
    *("Iser", "Jahn", "Kolb", "Lenz", "Marx", "Noll", "Ober", "Pohl"),
)
GIVEN = ("Alma", "Bruno", "Cleo", "Dario", "Elka", "Fabio", "Greta", "Hanno", "Ilka", "Janno")


def found(name: str) -> list[Trouble]:
    follow_golden()
    return detector_named(name).find()


def about(kind: str) -> list[str]:
    """What the one alert of a kind is about, read over HTTP a few rows at a time."""
    alerting.check_troubles()
    (alert,) = alerts.alerts(kind=kind)
    caller, rows, cursor = a_caller(), [], ""
    while True:
        page = caller.get(f"/alerts/{alert.id}/evidence?limit=4&cursor={cursor}").json()
        rows += [value for row in page["rows"] for value in row.values()]
        cursor = page["cursor"]
        if not cursor:
            return rows


def runs(source: str, hours: list[float], now: datetime, **more: Any) -> None:
    """Runs of a source, so many hours before now."""
    row = Source.objects.get(name=source)
    counts = {"added": more.pop("rows", 100), "quarantined": more.pop("bad", 0)}
    SourceRun.objects.bulk_create(
        SourceRun(
            source=row,
            content="records",
            trigger="command",
            actor="usr_1",
            state=more.get("state", "done"),
            trouble=more.get("trouble", ""),
            counts=counts,
            started_at=now - HOUR * ago,
            ended_at=now - HOUR * ago,
        )
        for ago in hours
    )


def person(number: int, **more: object) -> dict[str, object]:
    """Somebody with a name, a birth date and contacts of its own."""
    given = GIVEN[number % 10]
    family = f"{NAMES[number % 16]}{'aeiou'[number // 16 % 5]}{'nrs'[number // 80 % 3]}berg"
    return {
        "id": f"p{number}",
        "first name": given,
        "last name": family,
        "dob": f"{1950 + number % 47}-{1 + number % 12:02}-{1 + number % 27:02}",
        "email": f"{given}.{family}.{number}@example.org".lower(),
        "phone": f"+48 601 {number // 1000:03} {number % 1000:03}",
        "street": f"{NAMES[number % 13]}weg",
        "house number": number,
        "postal code": f"{10_000 + number}",
        "city": "Musterstadt",
        **more,
    }


def test_an_empty_hub_has_no_known_trouble() -> None:
    for detector in DETECTORS:
        assert found(detector.name) == [], detector.name


def test_a_hub_of_many_usual_customers_has_no_known_trouble(tmp_path: Path) -> None:
    a_source("crm")
    load(tmp_path / "a.csv", [person(n) for n in range(120)])
    couples = [person(n, id=f"c{n}", phone="+48 601 000 003") for n in range(3, 5)]
    load(tmp_path / "b.csv", couples)
    for detector in DETECTORS:
        assert found(detector.name) == [], detector.name


def test_a_source_that_fell_silent_is_named_with_its_usual_rhythm(admin: Any) -> None:
    a_source("crm")
    a_source("shop")
    now = clock.now()
    runs("crm", [24.0 * n for n in range(5, 30)], now)
    runs("shop", [24.0 * n for n in range(30)], now)
    (trouble,) = found("source-silent")
    assert (trouble.key, trouble.severity) == ("crm", "high")
    assert trouble.sentence == (
        "crm has delivered nothing for 5 days; it was never silent for more than about 24 hours."
    )
    with clock.stopped_at(now - 4 * DAY):
        assert [one.key for one in found("source-silent")] == []


def test_a_scheduled_source_is_late_when_its_runs_fail(admin: Any) -> None:
    from tellonce.hub.sources.models import Source as Row

    a_source("crm")
    Row.objects.update(config={"schedule": "every 1h", "files": {"folder": "/data"}})
    now = clock.now()
    Row.objects.update(created_at=now - 10 * DAY)
    runs("crm", [5.0], now)
    (trouble,) = found("source-silent")
    assert "No run has begun since." in trouble.sentence
    runs("crm", [4.0, 3, 2, 1], now, state="failed", trouble="The host does not answer.")
    (trouble,) = found("source-silent")
    assert trouble.severity == "high"
    assert "was due 4 hours ago. Its last run failed: The host does not answer." in trouble.sentence
    runs("crm", [0.5], now)
    assert found("source-silent") == []


def test_a_sudden_volume_is_named(admin: Any) -> None:
    a_source("crm")
    now = clock.now().replace(hour=12)
    runs("crm", [24.0 * n for n in range(2, 30)], now, rows=1_000)
    with clock.stopped_at(now):
        assert found("volume-change") == []
        runs("crm", [24.0], now, rows=90)
        (trouble,) = found("volume-change")
    assert trouble.sentence.startswith("crm brought 90 rows of records on ")
    assert "about 1,000 are usual. That is many fewer." in trouble.sentence


def test_a_field_that_is_suddenly_empty_or_written_otherwise_is_named(
    tmp_path: Path, admin: Any
) -> None:
    from tellonce.hub.quality.profiles import profile_source

    a_source("crm")
    people = [person(n) for n in range(80)]
    with clock.stopped_at(NOON):
        load(tmp_path / "a.csv", people)
        profile_source("crm", by=admin)
    with clock.stopped_at(NOON + 32 * DAY):
        load(tmp_path / "b.csv", [{**one, "city": "Neustadt"} for one in people])
        profile_source("crm", by=admin)
        assert found("fill-change") == found("new-format") == []
    with clock.stopped_at(NOON + 64 * DAY):
        changed = [{**one, "email": "", "postal code": f"PC-{one['id']}"} for one in people]
        load(tmp_path / "c.csv", changed)
        profile_source("crm", by=admin)
        (fill,) = found("fill-change")
        (form,) = found("new-format")
    assert (fill.key, fill.severity) == ("crm:email", "high")
    assert form.key == "crm:postal code"
    assert form.sentence.startswith("crm: postal code has a new format")


def test_a_surge_of_quarantine_is_named(admin: Any) -> None:
    a_source("crm")
    now = clock.now()
    runs("crm", [24.0 * n for n in range(2, 30)], now, rows=990, bad=10)
    assert found("quarantine-surge") == []
    runs("crm", [1.0], now, rows=600, bad=400)
    (trouble,) = found("quarantine-surge")
    assert (
        "Of 1,000 rows of records that crm brought last, 400 went to quarantine" in trouble.sentence
    )


def test_a_customer_of_many_people_is_named(tmp_path: Path, admin: Any) -> None:
    from tellonce.hub.intake.deciding import customers_named, merge_customers

    a_source("crm")
    load(tmp_path / "a.csv", [person(n) for n in range(100)])
    assert found("over-merging") == []
    names = [f"crm:p{n}" for n in range(10)]
    done = merge_customers(customers_named(names), by=admin, reason="by mistake")
    (trouble,) = found("over-merging")
    assert trouble.key in done.customers
    assert trouble.severity == "high"
    assert "has grown to 10 records; 95 of 100 customers have at most 1." in trouble.sentence
    assert trouble.details["family_names"] == 10
    assert sorted(about("over-merging")) == sorted(names)


def test_one_phone_of_many_names_is_named_and_a_family_s_is_not(tmp_path: Path) -> None:
    a_source("crm")
    rows = [person(n) for n in range(150)]
    family = [person(n, **{"last name": "Musterowa", "phone": "+48 602 111 222"}) for n in range(6)]
    load(tmp_path / "a.csv", [*rows[6:], *family])
    assert found("shared-contact") == []
    fraud = [person(n, phone="+48 602 333 444") for n in range(20, 29)]
    load(tmp_path / "b.csv", fraud)
    (trouble,) = found("shared-contact")
    assert trouble.sentence == (
        "9 customers with 9 family names share one e-mail, phone or identifier."
    )
    assert about("shared-contact") == trouble.details["customers"]
    assert len(trouble.details["customers"]) == 9


def test_one_address_of_many_names_is_named(tmp_path: Path) -> None:
    a_source("crm")
    load(tmp_path / "a.csv", [person(n) for n in range(150)])
    assert found("shared-address") == []
    one = {"street": "Briefkastenallee", "house number": "1", "postal code": "20095"}
    load(tmp_path / "b.csv", [person(n, **one) for n in range(40, 53)])
    (trouble,) = found("shared-address")
    assert "13 customers with 13 family names share one address." in trouble.sentence
    assert about("shared-address") == trouble.details["customers"]


def test_an_actor_that_is_refused_again_and_again_is_named(admin: Any) -> None:
    def refused(times: int) -> None:
        for _ in range(times):
            record_act(Act("snapshot.take", "cli_7", outcome=REFUSED, purpose="risk"))
            record_act(Act("snapshot.take", "cli_8"))

    refused(9)
    assert found("repeated-refusals") == []
    refused(1)
    (trouble,) = found("repeated-refusals")
    assert trouble.sentence.startswith("cli_7 was refused 10 times on ")
    assert trouble.details["actions"] == ["snapshot.take"]
    with clock.stopped_at(clock.now() + 3 * DAY):
        assert found("repeated-refusals") == []


def test_slow_snapshots_are_named_and_quick_ones_are_not(admin: Any) -> None:
    now = clock.now()

    def times(count: int, ms: float, ago: timedelta) -> None:
        SnapshotTime.objects.bulk_create(
            SnapshotTime(at=now - ago, milliseconds=ms, kind="taken") for _ in range(count)
        )

    times(100, 30, 3 * DAY)
    times(20, 40, timedelta(minutes=20))
    assert found("slow-snapshots") == []
    times(20, 450, timedelta(minutes=10))
    (trouble,) = found("slow-snapshots")
    assert "take longer than 450 ms, of the last 40; 30 ms were usual." in trouble.sentence


def campaign(folder: Path, admin: Any, consents: list[tuple[int, str, str]]) -> list[Trouble]:
    """Twenty customers who were addressed on 20 February, and what they had consented to."""
    a_source("crm")
    load(folder / "a.csv", [person(n) for n in range(20)])
    touches = [
        {"touch_id": n, "customer": f"p{n}", "date": "2030-02-20", "campaign": "Spring"}
        for n in range(20)
    ]
    load_activity("crm", write_csv(folder / "touches.csv", touches), "marketing", by=admin)
    rows = [
        {"customer": f"p{n}", "purpose": "marketing", "state": state, "at": at}
        for n, state, at in consents
    ]
    if rows:
        load_consents("crm", write_csv(folder / "consents.csv", rows), by=admin)
    return found("consent-missing")


def test_consent_that_was_given_before_is_enough(tmp_path: Path, admin: Any) -> None:
    with clock.stopped_at(NOON):
        given = [(n, "given", "2030-01-01") for n in range(20)]
        late = [(n, "withdrawn", "2030-02-25") for n in range(10)]
        assert campaign(tmp_path, admin, [*given, *late]) == []


def test_consent_that_is_missing_or_was_withdrawn_before_is_named(
    tmp_path: Path, admin: Any
) -> None:
    with clock.stopped_at(NOON):
        given = [(n, "given", "2030-01-01") for n in range(14)]
        late = [(14, "given", "2030-02-25")]
        gone = [(n, "withdrawn", "2030-02-01") for n in range(6)]
        (trouble,) = campaign(tmp_path, admin, [*given, *late, *gone])
    assert trouble.severity == "critical"
    assert (
        "Of 20 customers addressed for marketing in the last 30 days, 12 had not consented at that "
        "moment: of 6 no consent is known, 6 had withdrawn it." in trouble.sentence
    )


def test_an_alert_whose_details_say_all_has_no_rows_behind_it(admin: Any) -> None:
    for _ in range(10):
        record_act(Act("snapshot.take", "cli_7", outcome=REFUSED, purpose="risk"))
    assert about("repeated-refusals") == []
    nowhere = f"/alerts/alr_{'0' * 32}/evidence"
    problem(a_caller("other").get(nowhere), 404, "not-found")
