"""Whether the hub is in order: one finding per question, none of which changes anything."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connection

from tellonce.hub import env
from tellonce.hub.audit.selectors import entry_count, first_break
from tellonce.hub.core.errors import HubError
from tellonce.hub.core.storage import database_in_words
from tellonce.hub.jobs.sequencer import number_pending
from tellonce.hub.vault.services import check_keys

_LITTLE = 500_000_000  # bytes free below which we speak up


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


def findings() -> list[Finding]:
    """Every question asked; an error of one does not keep the others from being asked."""
    return [_asked(question) for question in (_system, _storage, _space, _files, _keys, _audit)]


def _asked(question: Callable[[], Finding]) -> Finding:
    name = question.__name__.strip("_")
    try:
        with database_in_words():
            return question()
    except HubError as error:
        return Finding(name, False, str(error), error.hint)
    except DatabaseError as error:
        return Finding(name, False, f"The database says: {error}", "Restore the last backup.")


def _system() -> Finding:
    found = [str(one.msg) for one in checks.run_checks(databases=["default"]) if one.is_serious()]
    return Finding("system", not found, " ".join(found) or "every system check passes.")


def _storage() -> Finding:
    if connection.vendor != "sqlite":
        return Finding("storage", True, f"{connection.display_name} answers.")
    with connection.cursor() as cursor:
        answer = cursor.execute("PRAGMA quick_check").fetchone()[0]
    hint = "" if answer == "ok" else "Restore the last backup."
    return Finding("storage", answer == "ok", f"SQLite says: {answer}.", hint)


def _space() -> Finding:
    free = shutil.disk_usage(settings.TELLONCE_HOME).free
    enough = free >= _LITTLE
    hint = "" if enough else "Free some space before the next load."
    return Finding("space", enough, f"{free / 1e9:.1f} GB are free.", hint)


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
