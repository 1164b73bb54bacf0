"""What the hub holds, counted, and what to do next."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import django
from django.conf import settings
from django.db import connection

from tellonce.hub.accounts.selectors import user_count
from tellonce.hub.activity.selectors import activity_counts
from tellonce.hub.audit.selectors import entry_count
from tellonce.hub.customers.selectors import customer_counts
from tellonce.hub.events.selectors import event_count
from tellonce.hub.insight.alerts import alert_counts
from tellonce.hub.jobs.selectors import (
    consumer_states,
    job_counts,
    living_workers,
    running_jobs,
)
from tellonce.hub.matching.selectors import matching_counts
from tellonce.hub.snapshots.selectors import snapshot_count
from tellonce.hub.sources.held_counts import held_by_source
from tellonce.hub.sources.selectors import source_counts
from tellonce.version import __version__

LABELS = {
    "sources": "sources",
    "records": "records",
    "customers": "customers",
    "activities": "activities",
    "orphans": "orphaned activities",
    "quarantined": "rows in quarantine",
    "unplaced": "deliveries to be placed",
    "held_deletions": "deletions held",
    "open_reviews": "open reviews",
    "snapshots": "snapshots",
    "open_alerts": "open alerts",
    "events": "events",
    "audit_entries": "audit entries",
    "users": "users",
}


@dataclass(frozen=True)
class HubStatus:
    """Counts by name (`LABELS`), jobs by state, the work at hand (`workers`, how many live;
    `running`, each job with its progress; `behind`, the events each consumer has not seen;
    `held`, the deliveries whose deletions wait for a person), the database, the versions.
    """

    counts: Mapping[str, int]
    jobs: Mapping[str, int]
    work: Mapping[str, Any]
    database: Mapping[str, str]
    versions: Mapping[str, str]

    def as_json(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return {
            **self.counts,
            "jobs": dict(self.jobs),
            "work": dict(self.work),
            "database": dict(self.database),
            "versions": dict(self.versions),
        }

    def lines(self) -> list[tuple[str, str]]:
        """The same for people: (label, value)."""
        running, behind = self.work["running"], self.work["behind"]
        jobs = ", ".join(f"{count:,} {state}" for state, count in self.jobs.items() if count)
        return [
            *((label, f"{self.counts[name]:,}") for name, label in LABELS.items()),
            ("jobs", jobs or "none"),
            ("workers", f"{self.work['workers']:,}"),
            *((f"job {one['id']}", f"{one['kind']} {one['progress']}") for one in running),
            *((f"{name} is behind by", f"{lag:,} events") for name, lag in behind.items() if lag),
            *((f"held of {one['source']}", _held(one)) for one in self.work["held"]),
            ("database", " ".join(self.database.values())),
            ("versions", ", ".join(f"{name} {v}" for name, v in self.versions.items())),
        ]

    def next_step(self) -> tuple[str, str]:
        """What to do next: a sentence and a command."""
        if dead := self.jobs["dead"]:
            failed = "job has" if dead == 1 else "jobs have"
            return f"{dead:,} {failed} failed for good. See why:", "tellonce jobs list --state dead"
        if not self.counts["sources"]:
            return "No source yet. Add the first one:", "tellonce source add NAME --kind KIND"
        if not self.counts["records"]:
            return "No record yet. Load a file of one source:", "tellonce load SOURCE FILE"
        if quarantined := self.counts["quarantined"]:
            rows = "row waits" if quarantined == 1 else "rows wait"
            return f"{quarantined:,} {rows} in quarantine. See why:", "tellonce quarantine list"
        if held := self.work["held"]:
            records = f"{held[0]['records']:,} records of {held[0]['source']}"
            return (
                f"{records} were missing from a full file. If they are gone, delete them:",
                f"tellonce source approve {held[0]['delivery']}",
            )
        if alerts := self.counts["open_alerts"]:
            known = "trouble is" if alerts == 1 else "troubles are"
            return f"{alerts:,} known {known} open. See what to do:", "tellonce alerts list"
        if not self.counts["snapshots"]:
            return (
                "Ask for the first snapshot:",
                "tellonce snapshot --record SOURCE:ID --purpose service",
            )
        return "All is in order. Check it now and then:", "tellonce doctor"


def hub_status() -> HubStatus:
    """Count everything; a database that does not answer raises."""
    counts = {
        **source_counts(),
        **customer_counts(),
        **activity_counts(),
        **matching_counts(),
        "held_deletions": sum(count for *_, count in held_by_source()),
        "open_alerts": sum(alert_counts().values()),
        "snapshots": snapshot_count(),
        "events": event_count(),
        "audit_entries": entry_count(),
        "users": user_count(),
    }
    return HubStatus(
        counts={name: counts[name] for name in LABELS},
        jobs=job_counts(),
        work=_work(),
        database={"kind": connection.display_name, "place": _place()},
        versions={
            "tellonce": __version__,
            "django": django.get_version(),
            "python": sys.version.split()[0],
        },
    )


def _work() -> dict[str, Any]:
    return {
        "workers": living_workers(),
        "running": [
            {"id": job.id, "kind": job.kind, "progress": job.progress} for job in running_jobs()
        ],
        "behind": {one.name: one.lag for one in consumer_states()},
        "held": [
            {"source": source, "delivery": delivery, "records": count}
            for source, delivery, count in held_by_source()
        ],
    }


def _held(one: Mapping[str, Any]) -> str:
    return f"{one['records']:,} records; to delete: tellonce source approve {one['delivery']}"


def _place() -> str:
    """Where the database is, without user and password."""
    described = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return str(described["NAME"])
    return f"{described['HOST'] or 'localhost'}/{described['NAME']}"
