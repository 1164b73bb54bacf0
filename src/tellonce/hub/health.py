"""Questions about the hub's health that cost little: for `/readyz` and `tellonce doctor`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tellonce.hub.core.clock import now
from tellonce.hub.core.errors import HubError
from tellonce.hub.core.storage import database_in_words
from tellonce.hub.jobs.selectors import living_workers, queue_state, worker_last_seen

_LITTLE = 500_000_000  # bytes free below which we speak up
_WAITS_TOO_LONG = 300.0  # seconds a due job may wait before a missing worker is trouble
_MOST_SKEW = timedelta(seconds=5)


@dataclass(frozen=True)
class Finding:
    """The answer to one question: `hint` says what to do, also where all is well ('' nothing)."""

    name: str
    ok: bool
    sentence: str
    hint: str = ""

    def as_json(self) -> dict[str, Any]:
        """The finding, ready for JSON."""
        return asdict(self)


def asked(question: Callable[[], Finding]) -> Finding:
    """The finding; a question the database does not let us ask is a finding too."""
    name = question.__name__.strip("_")
    try:
        with database_in_words():
            return question()
    except HubError as error:
        return Finding(name, False, str(error), error.hint)
    except (DatabaseError, InterfaceError) as error:
        return Finding(name, False, f"The database says: {error}", "Restore the last backup.")


def readiness() -> list[Finding]:
    """Whether requests can be served and work gets done; nothing here says where anything is."""
    found = asked(database)
    if not found.ok:
        connection.close()
        return [Finding("database", False, "The database does not answer."), space()]
    return [found, asked(migrations), asked(at_work), space()]


def database() -> Finding:
    """Whether it answers at all."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Finding("database", True, f"{connection.display_name} answers.")


def migrations() -> Finding:
    """Whether the tables are those of this program."""
    executor = MigrationExecutor(connection)
    leaves = executor.loader.graph.leaf_nodes()
    pending = len(executor.migration_plan(leaves))
    if pending:
        return Finding(
            "migrations", False, "The database is older than this program.", "tellonce upgrade"
        )
    if newer := unknown_migrations(executor.loader.applied_migrations, executor.loader):
        return Finding(
            "migrations",
            False,
            f"The database is newer than this program, by {len(newer)} migrations.",
            "Install the version of the program that it was upgraded to.",
        )
    return Finding("migrations", True, "the tables are those of this program.")


def unknown_migrations(
    applied: Iterable[tuple[str, str]], loader: MigrationLoader | None = None
) -> set[tuple[str, str]]:
    """Those of our own migrations among these that this program does not have."""
    loader = loader or MigrationLoader(connection)
    return {one for one in applied if one[0] in settings.APPS} - set(loader.disk_migrations)


def at_work() -> Finding:
    """Whether any worker lives."""
    if count := living_workers():
        return Finding("worker", True, f"{count} at work.")
    return Finding("worker", False, "No worker is at work.", "tellonce serve, or tellonce work")


def worker() -> Finding:
    """The same for `doctor`, where a hub at rest may have none."""
    if count := living_workers():
        return Finding("worker", True, f"{count} at work.")
    seen = worker_last_seen()
    last = f"last seen {seen:%Y-%m-%d %H:%M} UTC" if seen else "the last one signed off"
    waits = queue_state().oldest_due
    if waits > _WAITS_TOO_LONG:
        return Finding(
            "worker",
            False,
            f"no worker is at work ({last}), and a job has waited for {waits / 60:.0f} minutes.",
            "Start one: tellonce serve, or tellonce work.",
        )
    return Finding("worker", True, f"none is at work ({last}), and nothing waits for one.")


def clock() -> Finding:
    """Whether our clock is that of the database, and no row comes from the future."""
    ours = now()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs = cursor.fetchone()[0]
        if abs(theirs - ours) > _MOST_SKEW:
            apart = (theirs - ours).total_seconds()
            return Finding(
                "clock",
                False,
                f"the database's clock is {apart:+.0f} seconds from ours.",
                "Let both machines take their time from the network (NTP).",
            )
    seen = worker_last_seen()
    if seen is not None and seen - ours > _MOST_SKEW:
        return Finding(
            "clock",
            False,
            f"a worker was seen {(seen - ours).total_seconds():.0f} seconds from now.",
            "The clock was set back, or another machine's is ahead: check them.",
        )
    return Finding("clock", True, f"it is {ours:%Y-%m-%d %H:%M:%S} UTC, here and in the database.")


def space() -> Finding:
    """Whether the disk has room for what comes next."""
    free = shutil.disk_usage(settings.TELLONCE_HOME).free
    enough = free >= _LITTLE
    hint = "" if enough else "Free some space before the next load."
    return Finding("space", enough, f"{free / 1e9:.1f} GB are free.", hint)
