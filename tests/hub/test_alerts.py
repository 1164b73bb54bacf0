"""Alerts: opened once, brought up to date, closed by themselves, settled by people."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tellonce.cli.main import execute
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.models import AuditEntry
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, Refused, Unknown, WrongCall
from tellonce.hub.events.models import Event
from tellonce.hub.insight import alerting, alerts, services
from tellonce.hub.insight.models import Alert, DetectorRun
from tellonce.hub.insight.troubles.registry import Detector
from tellonce.hub.insight.types import Trouble
from tellonce.hub.insight.work import DETECT
from tellonce.hub.jobs.services import enqueue, work_until_idle
from tests.hub.meanwhile import meanwhile

pytestmark = pytest.mark.django_db
Look = Callable[..., None]


@pytest.fixture
def look(monkeypatch: pytest.MonkeyPatch) -> Look:
    """Let the one detector there is find these troubles; an error is raised by it."""
    said: list[Any] = []

    def find() -> list[Trouble]:
        if isinstance(said[-1], Exception):
            raise said[-1]
        return list(said[-1])

    def looked(*troubles: Trouble, error: Exception | None = None) -> None:
        said.append(error or troubles)
        alerting.check_troubles()

    one = Detector("source-silent", "A source is silent", "By its rhythm.", find)
    monkeypatch.setattr(alerting, "DETECTORS", (one,))
    return looked


def trouble(key: str = "crm", severity: str = "medium", days: int = 3) -> Trouble:
    sentence = f"{key} has delivered nothing for {days} days."
    return Trouble(key, severity, sentence, "Ask who runs it.", {"source": key})


def told() -> list[tuple[str, str]]:
    rows = Event.objects.filter(type__startswith="tellonce.alert.").order_by("id")
    return [(row.type.split(".")[2], row.data["severity"]) for row in rows]


def test_a_trouble_is_opened_once_and_closed_when_it_is_over(look: Look) -> None:
    look(trouble())
    look(trouble(days=4), trouble("shop"))
    crm, shop = sorted(alerts.alerts(), key=lambda one: one.key)
    assert (crm.sentence, crm.state) == ("crm has delivered nothing for 4 days.", "open")
    assert crm.seen_at > crm.opened_at
    look(trouble("shop"))
    assert [one.key for one in alerts.alerts()] == ["shop"]
    assert alerts.alert_named(crm.id).state == "closed"
    assert told() == [("opened", "medium")] * 2 + [("closed", "medium")]
    look(trouble())
    assert [one.key for one in alerts.alerts()] == ["crm"]
    assert len(alerts.alerts(state="closed")) == 2
    assert Alert.objects.filter(key="crm").count() == 2, "it is another one"
    event = Event.objects.filter(type=alerting.OPENED).first()
    assert event is not None
    assert set(event.data) == {"alert", "kind", "severity"}
    assert shop.kind == "source-silent"


def test_who_settles_an_alert_has_quiet_until_it_gets_worse(look: Look, admin: Any) -> None:
    look(trouble())
    (one,) = alerts.alerts()
    assert alerts.alert_counts() == {("source-silent", "medium"): 1}
    settled = alerting.acknowledge(one.id, "They move house.", by=admin)
    assert (settled.state, settled.reason, settled.settled_by) == (
        "acknowledged",
        "They move house.",
        admin.id,
    )
    look(trouble(days=9))
    assert alerts.alert_named(one.id).state == "acknowledged"
    assert alerts.alert_counts() == {}
    look(trouble(severity="high"))
    assert alerts.alert_named(one.id).state == "open"
    assert told() == [("opened", "medium"), ("opened", "high")]
    assert AuditEntry.objects.filter(action="alert.acknowledge", target=one.id).count() == 1


def test_a_snoozed_alert_comes_back_when_its_time_is_over(look: Look, admin: Any) -> None:
    look(trouble())
    (one,) = alerts.alerts()
    alerting.snooze(one.id, 2, "Until Friday.", by=admin)
    look(trouble())
    assert alerts.alert_named(one.id).state == "snoozed"
    with clock.stopped_at(clock.now() + timedelta(days=2, minutes=1)):
        look(trouble())
    assert alerts.alert_named(one.id).state == "open"
    assert len(told()) == 2


def test_a_detector_that_cannot_look_closes_nothing_and_is_written_down(look: Look) -> None:
    look(trouble())
    look(error=ValueError("annamaria@example.org"))
    assert len(alerts.alerts()) == 1
    ((_, found, why),) = alerts.detector_runs().values()
    assert (found, why) == (-1, "ValueError")
    look()
    assert alerts.alerts() == []
    assert next(iter(alerts.detector_runs().values()))[1:] == (0, "")


def test_a_detector_that_is_not_wanted_is_quiet(look: Look, admin: Any) -> None:
    look(trouble())
    services.declare("alerts: {source-silent: off}", by=admin)
    look(trouble())
    assert alerts.alerts() == []


def test_what_cannot_be_settled_is_refused(look: Look, admin: Any) -> None:
    look(trouble())
    (one,) = alerts.alerts()
    analyst = Actor("usr_1", "ana@example.org", "Ana", frozenset({"analyst"}))
    with pytest.raises(Refused, match="may not settle alerts"):
        alerting.acknowledge(one.id, "x", by=analyst)
    with pytest.raises(WrongCall, match="Why is not said"):
        alerting.acknowledge(one.id, " ", by=admin)
    with pytest.raises(WrongCall, match="not snoozed for 91 days"):
        alerting.snooze(one.id, 91, "x", by=admin)
    with pytest.raises(Unknown, match="no alert 'alr_1'"):
        alerting.snooze("alr_1", 1, "x", by=admin)
    look()
    with pytest.raises(Conflict, match="closed already"):
        alerting.acknowledge(one.id, "x", by=admin)


def test_workers_look_and_metrics_and_status_tell(look: Look, client: Client) -> None:
    from tellonce.hub.observing.metrics import HUB
    from tellonce.hub.status import hub_status

    look(trouble())
    enqueue(DETECT, {}, "system")
    work_until_idle()
    HUB.forget()
    text = client.get("/metrics").content.decode()
    assert 'tellonce_alerts{kind="source-silent",severity="medium"} 1.0' in text
    assert 'tellonce_kpi_target{kpi="completeness"} 0.9' in text
    assert 'tellonce_kpi{kpi="accuracy"' not in text, "what is not measured is no figure"
    status = hub_status()
    assert status.counts["open_alerts"] == 1


def test_alerts_by_command(look: Look, capsys: pytest.CaptureFixture[str]) -> None:
    def ran(*words: str, code: int = 0) -> str:
        assert execute(["alerts", *words]) == code
        out, err = capsys.readouterr()
        return out + err

    assert "Nobody has looked yet" in ran("list")
    look(trouble())
    shown = ran("list", code=1)
    assert "medium    source-silent\n    crm has delivered nothing for 3 days." in shown
    (one,) = json.loads(ran("list", "--json", code=1))
    assert "Ask who runs it." in ran("show", one["id"])
    assert "Give a reason" in ran("ack", one["id"], "--reason", " ", code=2)
    assert "is snoozed until" in ran("snooze", one["id"], "--days", "2", "--reason", "Friday")
    assert "(snoozed)" in ran("list")
    assert "is acknowledged" in ran("ack", one["id"], "--reason", "Known")
    assert json.loads(ran("show", one["id"], "--json"))["reason"] == "Known"
    assert "No alert is ever 'done'" in ran("list", "--state", "done", code=2)
    assert "There is no detector 'x'" in ran("list", "--kind", "x", code=2)
    look()
    assert "No known trouble." in ran("list")


def test_alerts_over_http(look: Look) -> None:
    from tellonce.hub.api.limits import forget
    from tests.hub.api.calling import a_caller, problem

    forget()
    look(trouble(), trouble("shop", "high"))
    caller = a_caller()
    page = caller.get("/alerts?limit=1").json()
    rest = caller.get(f"/alerts?limit=1&cursor={page['cursor']}").json()
    found = [*page["alerts"], *rest["alerts"]]
    assert {one["key"] for one in found} == {"crm", "shop"}
    path = f"/alerts/{found[0]['id']}"
    assert caller.get(path).json()["advice"] == "Ask who runs it."
    done = caller.post(f"{path}/acknowledge", {"reason": "Known."})
    assert (done.json()["state"], done.json()["reason"]) == ("acknowledged", "Known.")
    assert caller.post(f"{path}/snooze", {"reason": "x", "days": 1}).json()["state"] == "snoozed"
    assert len(caller.get("/alerts?state=open").json()["alerts"]) == 1
    problem(caller.post(f"{path}/snooze", {"reason": "x", "days": 0}), 422, "invalid")
    problem(caller.post(f"{path}/acknowledge", {}), 422, "invalid")
    problem(caller.get("/alerts/alr_1"), 404, "not-found")
    problem(caller.get("/alerts?state=done"), 422, "invalid")
    problem(caller.get("/alerts?cursor=1"), 422, "invalid")
    unknown = problem(caller.get("/alerts?kind=source-silnt"), 404, "not-found")
    assert unknown["detail"] == "There is no detector of this name."
    assert unknown["hint"] == "Did you mean 'source-silent'?"
    look()
    problem(caller.post(f"{path}/acknowledge", {"reason": "x"}), 409, "conflict")
    reader = a_caller("reader", scopes=("quality:read",))
    problem(reader.post(f"{path}/acknowledge", {"reason": "x"}), 403, "scope")


def test_a_detector_that_takes_long_rests_in_proportion(look: Look) -> None:
    look(trouble())
    run = DetectorRun.objects.get()
    DetectorRun.objects.update(seconds=20)
    for later, looks in ((3_990, False), (4_010, True)):
        with clock.stopped_at(run.ran_at + timedelta(seconds=later)):
            alerting.check_troubles(sparing=True)
            assert (DetectorRun.objects.get().ran_at > run.ran_at) is looks
    DetectorRun.objects.update(seconds=20)
    before = DetectorRun.objects.get().ran_at
    with clock.stopped_at(before + timedelta(seconds=1)):
        alerting.check_troubles()  # a person asks: all look
    assert DetectorRun.objects.get().ran_at > before


@pytest.mark.django_db(transaction=True)
def test_a_trouble_that_two_find_at_once_is_one_alert(
    look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = meanwhile(monkeypatch, alerting, "new_id", lambda: look(trouble()))
    look(trouble())
    other.ended()
    assert told() == [("opened", "medium")]
