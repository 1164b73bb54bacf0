"""Profiles of sources over time: made after deliveries, compared with last month's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tellonce.cli.main import execute
from tellonce.hub.accounts.selectors import actor
from tellonce.hub.accounts.services import add_user
from tellonce.hub.bridge.types import no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Refused, Unknown, WrongCall
from tellonce.hub.quality import profiles
from tellonce.hub.quality.profile_keeping import thin_profiles
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.quality.profiles import profile_due, profile_source
from tellonce.hub.quality.selectors import latest_profile, moments, recent_drifts, standing_drifts
from tests.hub.delivering import Row, a_source, load

pytestmark = pytest.mark.django_db
ROWS = 60


def people(rows: int = ROWS, *, mail: int = ROWS, tier: str = "gold") -> list[Row]:
    """So many made-up people, the first `mail` of them with an e-mail address."""
    return [
        {
            "id": str(n),
            "first name": ["Annamaria", "Ottokar", "Wilhelmina"][n % 3],
            "last name": f"Beispiel{'abcdefghij'[n % 10]}",
            "email": f"person{n}@example.org" if n < mail else "",
            "birth date": f"19{50 + n % 40}-0{n % 9 + 1}-11",
            "income": str(20_000 + 7 * n),
            "iban": f"PL{n:026d}",
            "tier": tier if n % 2 else "silver",
        }
        for n in range(rows)
    ]


@contextmanager
def at(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: moment)
        yield


@pytest.fixture
def crm(tmp_path: Path) -> None:
    """A source with 60 people."""
    a_source(record_id="id")
    load(tmp_path / "a.csv", people())


def test_a_source_is_profiled_once_after_a_delivery(
    crm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (profile_due(no_progress), profile_due(no_progress)) == (1, 0)
    found = latest_profile("crm")
    field = found.profile.of("email")
    assert field is not None
    assert (found.records, found.profile.rows, field.filled, field.attribute) == (
        60,
        60,
        60,
        "email",
    )
    load(tmp_path / "b.csv", people(61))
    assert profile_due(no_progress) == 0  # at most one an hour
    with at(monkeypatch, clock.now() + timedelta(hours=2)):
        assert profile_due(no_progress) == 1
    assert latest_profile("crm").records == 61


def test_no_value_of_a_person_that_few_share_is_stored(crm: None) -> None:
    profile_source("crm", by=actor())
    (row,) = SourceProfile.objects.all()
    text = json.dumps(row.document)
    for value in ("person1@", "Beispiela", "1950-01-11", "20007", "20000", "PL00", '"1"'):
        assert value not in text
    assert "gold" in text  # of 30 records
    assert "Annamaria" in text  # of 20 records


def test_of_sensitive_and_secret_attributes_no_value_is_stored_however_many_share_it(
    tmp_path: Path,
) -> None:
    a_source(record_id="id")
    rows = [dict(row) | {"income": "1234567", "email": "all@example.org"} for row in people()]
    load(tmp_path / "a.csv", rows)
    profile_source("crm", by=actor())
    (row,) = SourceProfile.objects.all()
    text = json.dumps(row.document)
    assert "1234567" not in text
    assert "all@example.org" not in text
    income = latest_profile("crm").profile.of("income")
    assert income is not None
    assert (income.filled, income.formats[0].text) == (60, "9999999")


def test_what_changed_since_last_month_is_told(
    crm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    with at(monkeypatch, now - timedelta(days=40)):
        assert profile_source("crm", by=actor()).changes == ()
    load(tmp_path / "b.csv", people(mail=20, tier="platinum"))
    found = profile_source("crm", by=actor())
    assert found.compared_with == now - timedelta(days=40)
    assert {(one.kind, one.field) for one in found.changes} >= {
        ("fill", "email"), ("value_new", "tier"),
    }  # fmt: skip
    told = recent_drifts(now - timedelta(days=1))
    assert [one.change for one in told if one.change.kind == "fill"] == [
        one for one in found.changes if one.kind == "fill"
    ]
    assert {one.source for one in standing_drifts()} == {"crm"}
    assert recent_drifts(clock.now() + timedelta(days=1)) == []
    assert "person" not in " ".join(one.change.sentence for one in told)


def test_the_volume_is_that_of_all_records_looked_at_or_not(
    crm: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(profiles, "SAMPLED", 40)
    found = profile_source("crm", by=actor())
    assert (found.records, found.profile.rows) == (60, 30)
    load(tmp_path / "b.csv", people(140))
    found = profile_source("crm", by=actor())
    assert (found.records, found.profile.rows) == (140, 35)
    assert [one.sentence for one in found.changes if one.kind == "volume"] == [
        "140 rows are 2.3 times as many as the 60 before."
    ]


def test_figures_over_time_are_told_of_each_profile(crm: None, tmp_path: Path) -> None:
    profile_source("crm", by=actor())
    load(tmp_path / "b.csv", people(mail=30))
    profile_source("crm", by=actor())
    assert [one.fill for one in moments("crm", field="email")] == [1.0, 0.5]
    assert {one.field for one in moments("crm")} >= {"email", "tier"}


def test_old_profiles_are_thinned_to_one_a_week(crm: None, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    for days in (900, 60, 59, 58, 50, 20, 19):
        with at(monkeypatch, now - timedelta(days=days)):
            profile_source("crm", by=actor())
    weeks = {(now - timedelta(days=days)).isocalendar()[:2] for days in (60, 59, 58, 50)}
    assert thin_profiles(SourceProfile.objects.all()[0].source_id) == 1 + 4 - len(weeks)
    assert thin_profiles(SourceProfile.objects.all()[0].source_id) == 0
    assert SourceProfile.objects.filter(at__gte=now - timedelta(days=35)).count() == 2


def test_a_profile_of_an_earlier_time_can_be_read(
    crm: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    then = clock.now() - timedelta(days=3)
    with at(monkeypatch, then):
        profile_source("crm", by=actor())
    profile_source("crm", by=actor())
    assert latest_profile("crm", as_of=then + timedelta(days=1)).at == then
    with pytest.raises(Unknown, match="at that time"):
        latest_profile("crm", as_of=then - timedelta(days=1))


def test_what_cannot_be_profiled_is_said() -> None:
    a_source("empty")
    with pytest.raises(WrongCall, match="no records"):
        profile_source("empty", by=actor())
    with pytest.raises(Unknown, match="no profile"):
        latest_profile("empty")
    with pytest.raises(Unknown, match="no source"):
        profile_source("nowhere", by=actor())


def test_who_may_not_work_on_quality_makes_no_profile(crm: None) -> None:
    add_user("rep@example.org", "representative", by=actor())
    with pytest.raises(Refused):
        profile_source("crm", by=actor("rep@example.org"))


def test_the_command_shows_a_source_over_time_and_what_changed(
    crm: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert execute(["quality", "profile", "crm"]) == 2
    assert "--now" in capsys.readouterr().err
    assert execute(["quality", "profile", "crm", "--now"]) == 0
    told = capsys.readouterr().out
    assert "60 records." in told
    assert "There is no earlier profile" in told
    load(tmp_path / "b.csv", people(mail=20))
    assert execute(["quality", "profile", "crm", "--now", "--json", "--over-time"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in document["changes"]] == ["fill"]
    assert len({one["at"] for one in document["over_time"]}) == 2
    page = tmp_path / "crm.html"
    assert execute(["quality", "profile", "crm", "--over-time", "--html", str(page)]) == 1
    assert "filled 100% -> 33%" in capsys.readouterr().out
    assert "What changed" in page.read_text()


def test_options_of_files_and_of_sources_are_not_mixed(
    crm: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.csv"
    assert execute(["quality", "profile", "crm", "--against", str(file)]) == 2
    assert execute(["quality", "profile", str(file), "--now"]) == 2
    assert execute(["quality", "profile", str(tmp_path / "none.csv")]) == 2
