"""Whether the hub is in order: one finding per question, none of which changes anything."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings
from django.core import checks
from django.db import connection

from tellonce.hub import env, health
from tellonce.hub.audit.selectors import entry_count, first_break
from tellonce.hub.events.webhooks.selectors import disabled_endpoints
from tellonce.hub.health import Finding, asked
from tellonce.hub.jobs.selectors import consumer_states, job_counts
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.sources.held_counts import held_by_source
from tellonce.hub.vault.services import check_keys

_OF_TESTS = "TELLONCE_TEST_"


def findings() -> list[Finding]:
    """Every question asked; an error of one does not keep the others from being asked.

    Where the tables are not those of this program, nothing else can be asked of them.
    """
    first = [asked(_configuration), asked(health.migrations)]
    if not first[-1].ok:
        return first
    return first + [asked(question) for question in _QUESTIONS]


def _configuration() -> Finding:
    """Names that are no setting are mostly misspelt ones, which would be silently ignored."""
    known = {one.name for one in env.SETTINGS}
    known |= {f"{one.name}_FILE" for one in env.SETTINGS if one.secret}
    unknown = sorted(
        name
        for name in os.environ
        if name.startswith("TELLONCE_") and not name.startswith(_OF_TESTS) and name not in known
    )
    if unknown:
        return Finding(
            "configuration",
            False,
            f"{' and '.join(unknown)} is no setting.",
            "See the table of settings in docs/operators.md.",
        )
    for setting in env.SETTINGS:
        env.read(setting.name)
    if env.read("TELLONCE_PRODUCTION") and env.read("TELLONCE_WEBHOOKS_PRIVATE"):
        return Finding(
            "configuration",
            False,
            "webhooks may go to private addresses, in production.",
            "Unset TELLONCE_WEBHOOKS_PRIVATE.",
        )
    return Finding("configuration", True, f"all {len(known)} settings can be read.")


def _system() -> Finding:
    found = [str(one.msg) for one in checks.run_checks(databases=["default"]) if one.is_serious()]
    return Finding("system", not found, " ".join(found) or "every system check passes.")


def _storage() -> Finding:
    if connection.vendor != "sqlite":
        return Finding("storage", True, f"{connection.display_name} answers.{_unkempt()}")
    with connection.cursor() as cursor:
        answer = cursor.execute("PRAGMA quick_check").fetchone()[0]
    hint = "" if answer == "ok" else "Restore the last backup."
    return Finding("storage", answer == "ok", f"SQLite says: {answer}.", hint)


def _unkempt() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW autovacuum")
        if cursor.fetchone() == ("on",):
            return ""
    return (
        " Its autovacuum is off: tables grow with every change, and searches slow down, until "
        "somebody runs VACUUM; see the runbook."
    )


def _files() -> Finding:
    """Keys may be read by their owner only; that the disk is encrypted we can only ask for."""
    home = Path(settings.TELLONCE_HOME)
    files = [Path(settings.TELLONCE_MASTER_KEY_FILE), home / "secret.key"]
    if not (env.read("TELLONCE_SECRET_KEY") or _is_filled(files[1])):
        return Finding(
            "files",
            False,
            f"The secret key {files[1]} is missing or empty.",
            "Remove it if it is empty, and run `tellonce init`, which makes a new one.",
        )
    open_ones = [str(path) for path in files if path.is_file() and path.stat().st_mode & 0o077]
    if open_ones:
        return Finding(
            "files",
            False,
            f"Others than the owner may read {' and '.join(open_ones)}.",
            f"Run: chmod 600 {' '.join(open_ones)}",
        )
    return Finding(
        "files",
        True,
        "key files belong to their owner alone.",
        "Names, e-mails and addresses stand readable in the database: is the disk encrypted?",
    )


def _is_filled(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _keys() -> Finding:
    check_keys()
    return Finding("keys", True, "the master key opens this database.")


def _audit() -> Finding:
    number_pending()
    broken = first_break()
    if broken is None:
        return Finding("audit", True, f"the chain of {entry_count()} entries holds.")
    return Finding(
        "audit",
        False,
        f"the chain breaks at entry {broken.number}: {broken.problem}.",
        "Compare with a backup: what follows cannot be trusted as evidence.",
    )


def _jobs() -> Finding:
    held_up = [one for one in consumer_states() if one.trouble]
    if held_up:
        one = held_up[0]
        return Finding(
            "jobs",
            False,
            f"'{one.name}' is held up {one.lag:,} events behind: {one.trouble}",
            "It goes on by itself when that is mended.",
        )
    if dead := job_counts()["dead"]:
        return Finding(
            "jobs",
            False,
            f"{dead:,} failed for good.",
            "See why with `tellonce jobs list --state dead`; then replay or cancel them.",
        )
    return Finding("jobs", True, "none failed for good.")


def _webhooks() -> Finding:
    if count := disabled_endpoints():
        return Finding(
            "webhooks",
            False,
            f"{count:,} are disabled.",
            "See why with `tellonce webhook list`; then enable and replay, or remove them.",
        )
    return Finding("webhooks", True, "none is disabled.")


def _deletions() -> Finding:
    if held := held_by_source():
        source, delivery, count = held[0]
        more = f"; {len(held) - 1:,} more of other deliveries" if len(held) > 1 else ""
        return Finding(
            "deletions",
            False,
            f"{count:,} of {source} are held, since so much was missing from a full file{more}.",
            f"If they are right: tellonce source approve {delivery}; else load the whole file.",
        )
    return Finding("deletions", True, "none is held.")


_QUESTIONS = (
    _system,
    _storage,
    health.space,
    _files,
    _keys,
    _audit,
    health.worker,
    health.clock,
    _jobs,
    _webhooks,
    _deletions,
)
