"""Reads of alerts; apart from the detectors, for who only counts or shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tellonce.hub.core.errors import Unknown
from tellonce.hub.insight.models import Alert, DetectorRun
from tellonce.hub.insight.types import AlertView


def alerts(
    *, state: str = "", kind: str = "", limit: int = 50, before: str = ""
) -> list[AlertView]:
    """Alerts, the newest first; without a state those that are not closed. `before`: the id after
    which to go on.
    """
    rows = Alert.objects.order_by("-public_id")
    rows = rows.filter(state=state) if state else rows.exclude(state=Alert.CLOSED)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(public_id__lt=before) if before else rows
    return [alert_view(row) for row in rows[:limit]]


def alert_named(public_id: str) -> AlertView:
    """One of them; raises `Unknown`."""
    row = Alert.objects.filter(public_id=public_id).first()
    if row is None:
        raise unknown_alert(public_id)
    return alert_view(row)


def alert_counts() -> Mapping[tuple[str, str], int]:
    """(kind, severity) -> alerts that nobody has settled yet."""
    counts: dict[tuple[str, str], int] = {}
    for kind, severity in Alert.objects.filter(state=Alert.OPEN).values_list("kind", "severity"):
        counts[kind, severity] = counts.get((kind, severity), 0) + 1
    return counts


def detector_runs() -> dict[str, tuple[datetime, int, str]]:
    """Detector -> when it looked last, how much it found, why it could not look ("": it did)."""
    rows = DetectorRun.objects.values_list("name", "ran_at", "found", "trouble")
    return {name: (at, found, trouble) for name, at, found, trouble in rows}


def unknown_alert(public_id: str) -> Unknown:
    """What is raised where there is none of this id."""
    return Unknown(f"There is no alert '{public_id[:40]}'.", hint="See `tellonce alerts list`.")


def alert_view(row: Alert) -> AlertView:
    """A row as it may leave the app."""
    return AlertView(
        id=row.public_id,
        kind=row.kind,
        key=row.key,
        severity=row.severity,
        sentence=row.sentence,
        advice=row.advice,
        details=row.details,
        state=row.state,
        opened_at=row.opened_at,
        seen_at=row.seen_at,
        closed_at=row.closed_at,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
        reason=row.reason,
        until=row.until,
    )
