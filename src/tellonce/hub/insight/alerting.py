"""What detectors find becomes alerts: opened once, brought up to date, closed when it is over."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.core.errors import Conflict, WrongCall
from tellonce.hub.core.ids import new_id
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.insight.alerts import alert_view, unknown_alert
from tellonce.hub.insight.declared import declared
from tellonce.hub.insight.figures import follow_golden
from tellonce.hub.insight.models import Alert, DetectorRun
from tellonce.hub.insight.troubles.registry import DETECTORS, Detector
from tellonce.hub.insight.types import SEVERITIES, AlertView, Trouble

OPENED, CLOSED = "tellonce.alert.opened.v1", "tellonce.alert.closed.v1"
MAY_SETTLE = ("steward", "engineer", "officer", "manager", "admin")
MOST_DAYS = 90
REST = 200
"""A look that took 20 seconds is followed by 4,000 of rest: half a per cent of the time."""
_log = logging.getLogger(__name__)


def check_troubles(progress: Progress = no_progress, *, sparing: bool = False) -> int:
    """Let every detector look, and settle what it found; returns how many alerts are open.

    `sparing`: those whose last look took long wait until it is `REST` times as long ago.

    A detector that cannot look leaves its alerts as they are and is written down as such; the
    others look all the same. One that was declared off closes its alerts.
    """
    follow_golden(progress)
    off = declared().off
    resting = _resting() if sparing else set()
    for done, detector in enumerate(DETECTORS):
        progress("detect", done, len(DETECTORS))
        if detector.name in off:
            _settle(detector.name, [])
            continue
        if detector.name in resting:
            continue
        began = time.monotonic()
        try:
            found = detector.find()
        except Exception as error:
            _log.exception("The detector %s could not look.", detector.name)
            _note(detector, -1, time.monotonic() - began, type(error).__name__)
            continue
        _settle(detector.name, found)
        _note(detector, len(found), time.monotonic() - began)
    return Alert.objects.exclude(state=Alert.CLOSED).count()


def _resting() -> set[str]:
    """Detectors that would take more than one part in `REST` of the time if they looked now."""
    now = clock.now()
    rows = DetectorRun.objects.values_list("name", "ran_at", "seconds")
    return {name for name, at, took in rows if at <= now < at + timedelta(seconds=REST * took)}


def _note(detector: Detector, found: int, seconds: float, trouble: str = "") -> None:
    DetectorRun.objects.update_or_create(
        name=detector.name,
        defaults={
            "ran_at": clock.now(),
            "found": found,
            "trouble": trouble,
            "seconds": round(seconds, 3),
        },
    )


def _settle(kind: str, found: Sequence[Trouble]) -> None:
    """Open what is new, bring up to date what is known, close what is over; one transaction."""
    now = clock.now()
    troubles = {one.key[:200]: one for one in found}
    with transaction.atomic():
        one_at_a_time("alerts")
        held = {
            row.key: row
            for row in Alert.objects.select_for_update().filter(kind=kind, closed_at=None)
        }
        for key, trouble in troubles.items():
            if key in held:
                _update(held[key], trouble, now)
            else:
                _open(kind, key, trouble, now)
        for key, row in held.items():
            if key not in troubles:
                row.state, row.closed_at = Alert.CLOSED, now
                row.save(update_fields=["state", "closed_at"])
                _tell(CLOSED, row)


def _open(kind: str, key: str, trouble: Trouble, now: datetime) -> None:
    row = Alert(
        public_id=new_id("alr"),
        kind=kind,
        key=key,
        severity=trouble.severity,
        sentence=trouble.sentence,
        advice=trouble.advice,
        details=dict(trouble.details),
        opened_at=now,
        seen_at=now,
    )
    row.save(force_insert=True)
    _tell(OPENED, row)


def _update(row: Alert, trouble: Trouble, now: datetime) -> None:
    """Worse than when somebody settled it, or snoozed until now: it is open again, and told."""
    worse = SEVERITIES.index(trouble.severity) > SEVERITIES.index(row.severity)
    over = row.state == Alert.SNOOZED and row.until is not None and row.until <= now
    again = row.state != Alert.OPEN and (worse or over)
    row.severity, row.sentence = trouble.severity, trouble.sentence
    row.advice, row.details, row.seen_at = trouble.advice, dict(trouble.details), now
    if again:
        row.state, row.until = Alert.OPEN, None
    row.save()
    if again:
        _tell(OPENED, row)


def _tell(kind: str, row: Alert) -> None:
    """By id, kind and severity alone: what it is about may be a person."""
    data = {"alert": row.public_id, "kind": row.kind, "severity": row.severity}
    emit(Happened(kind, row.public_id, data))


def acknowledge(public_id: str, reason: str, *, by: Actor) -> AlertView:
    """Say that somebody knows and sees to it: it is shown as such until it is over, or worse.

    Raises `Refused`, `Unknown`, `WrongCall` without a reason, `Conflict` where it is closed.
    """
    return _settled(public_id, reason, None, by=by)


def snooze(public_id: str, days: float, reason: str, *, by: Actor) -> AlertView:
    """Not to be told of it for some days, unless it gets worse; raises as `acknowledge`."""
    if not 0 < days <= MOST_DAYS:
        raise WrongCall(
            f"An alert is not snoozed for {days:g} days.", hint=f"Give up to {MOST_DAYS} days."
        )
    return _settled(public_id, reason, clock.now() + timedelta(days=days), by=by)


def _settled(public_id: str, reason: str, until: datetime | None, *, by: Actor) -> AlertView:
    action = "alert.acknowledge" if until is None else "alert.snooze"
    hint = "Ask a steward or an engineer."
    refuse_unless(by, MAY_SETTLE, action, may_not="settle alerts", hint=hint, target=public_id)
    if not reason.strip():
        raise WrongCall("Why is not said.", hint="Give a reason, for those who look at it later.")
    with transaction.atomic():
        row = Alert.objects.select_for_update().filter(public_id=public_id).first()
        if row is None:
            raise unknown_alert(public_id)
        if row.state == Alert.CLOSED:
            raise Conflict("This alert is closed already.", hint="Nothing is left to be done.")
        row.state = Alert.ACKNOWLEDGED if until is None else Alert.SNOOZED
        row.settled_by, row.settled_at = by.id, clock.now()
        row.reason, row.until = reason.strip()[:255], until
        row.save()
        record_act(Act(action, by.id, target=public_id, details={"kind": row.kind}))
    return alert_view(row)
