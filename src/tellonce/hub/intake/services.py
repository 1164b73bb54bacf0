"""THE PATH OF ONE BATCH ON ONE PAGE: deliver -> validate -> place -> customers -> events.

    deliver    the file becomes record versions, in short transactions that can be resumed
    validate   rows that cannot be used go to quarantine, with the reason
    place      one resolver at a time works out who is who, over all active records
    customers  memberships, golden versions and ids change where the answer changed
    events     and each change is told, in the transaction that made it

A crash anywhere leaves whole transactions only. Running the same again goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import REFUSED, Act
from tellonce.hub.bridge.types import Progress, Tell, no_progress, no_telling
from tellonce.hub.core.errors import Refused
from tellonce.hub.intake.delivering import deliver_records
from tellonce.hub.intake.placing import Placed, place_all
from tellonce.hub.jobs.services import confirm, held_lease
from tellonce.hub.matching.services import record_decision
from tellonce.hub.sources.selectors import deliveries_to_place
from tellonce.hub.sources.types import LoadReport

RESOLVER = "resolver"


@dataclass(frozen=True)
class RecordsLoaded:
    """What a load of records did; `placed` None where nothing waited to be placed."""

    report: LoadReport
    placed: Placed | None


def load_records(
    source: str,
    path: Path,
    *,
    full: bool = False,
    by: Actor,
    yes_delete: bool = False,
    progress: Progress = no_progress,
    tell: Tell = no_telling,
) -> RecordsLoaded:
    """Deliver a file of records and place what waits; `full`: what is missing from it is deleted,
    or held where it is more than the source's guard lets pass and `yes_delete` is not said.

    Raises `Unknown` for the source, `WrongCall` and the errors of `io.errors` for the file, `Busy`
    where another process delivers to this source or resolves.
    """
    report = deliver_records(
        source, path, full=full, by=by, yes_delete=yes_delete, progress=progress, tell=tell
    )
    return RecordsLoaded(report, place_waiting(by=by, progress=progress))


def place_waiting(*, by: Actor, progress: Progress = no_progress) -> Placed | None:
    """Resolve if any stored delivery is not placed yet; waits a minute for another resolver."""
    if not deliveries_to_place():
        return None
    with held_lease(RESOLVER, by.id, wait_seconds=60) as lease:
        return place_all(lease, progress)


def decide(
    pairs: Sequence[tuple[int, int]], verdict: str, *, by: Actor, reason: str = ""
) -> Placed:
    """Record what a person says about pairs of records (row ids), and place again.

    `verdict` is same, different or unsure; the newest of a pair counts, so a decision is undone by
    another one. Raises `Refused` for who is neither steward nor administrator, and `WrongCall`.
    """
    _check_steward(by)
    with held_lease(RESOLVER, by.id, wait_seconds=60) as lease:
        with transaction.atomic():
            confirm(lease)
            for left, right in pairs:
                record_decision(left, right, verdict, actor=by.id, reason=reason)
            details = {"pairs": len(pairs), "verdict": verdict}
            record_act(Act("decide", by.id, details=details))
        return place_all(lease, no_progress)


def _check_steward(by: Actor) -> None:
    if by.roles & {"steward", "admin"}:
        return
    with transaction.atomic():
        reason = "neither steward nor administrator"
        record_act(Act("decide", by.id, outcome=REFUSED, reason=reason))
    raise Refused(
        f"{by.email} may not decide which records are one customer.",
        hint="Ask a steward, or act as one.",
    )
