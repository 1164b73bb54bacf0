"""The quarantine, worked through by people: seen by reason, opened, replayed, discarded.

A row that is replayed is delivered again as it stood, under the configuration of now. Where it
fails again it waits again, with the new reason; so nothing is lost on the way.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.db.models import Count

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.incoming import (
    Incoming,
    file_incoming,
    known_headers,
    paged_incoming,
    with_columns,
)
from tellonce.hub.sources.loaders import loader_of
from tellonce.hub.sources.models import Quarantined
from tellonce.hub.sources.places import quarantine_place
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import QuarantinedEntry, QuarantineGroup, Replayed
from tellonce.hub.vault.services import decrypt, opened_key
from tellonce.io.objects import object_chunk
from tellonce.io.values import Chunk

MAY_READ = ("engineer", "steward", "admin")
_AT_ONCE = 5_000


@dataclass(frozen=True)
class Which:
    """Rows that wait: of one source ("" for all), with one reason, or of these numbers."""

    source: str = ""
    reason: str = ""
    ids: tuple[int, ...] = ()


def quarantine_groups(source: str = "") -> list[QuarantineGroup]:
    """How many rows wait, by source, kind and reason; the most first."""
    rows = _waiting(Which(source))
    names = ("delivery__source__name", "delivery__content", "reason")
    counted = rows.values_list(*names).annotate(count=Count("id"))
    return [QuarantineGroup(*row) for row in counted.order_by("-count", *names)]


def quarantine_entries(which: Which, limit: int = 50) -> list[QuarantinedEntry]:
    """Rows that wait, the newest first; without what stands in them."""
    rows = _waiting(which).select_related("delivery__source").order_by("-id")
    return [_entry(row) for row in rows[:limit]]


def open_quarantined(ids: Sequence[int], *, by: Actor) -> list[tuple[QuarantinedEntry, str]]:
    """These rows with their text, whatever became of them; audited. Raises `Unknown`, `Refused`."""
    _check(by, "quarantine.read")
    rows = list(Quarantined.objects.filter(pk__in=ids).select_related("delivery__source"))
    _check_all_there(ids, rows)
    with transaction.atomic():
        for source in {row.delivery.source.name for row in rows}:
            count = sum(row.delivery.source.name == source for row in rows)
            record_act(Act("quarantine.read", by.id, target=source[:64], details={"rows": count}))
    return [(_entry(row), _text(row)) for row in rows]


def discard_quarantined(which: Which, *, by: Actor, reason: str) -> int:
    """These rows will not be used; they are kept, sealed, as discarded. Gives how many.

    Raises `WrongCall` without a reason, and where nothing waits.
    """
    _check(by, "quarantine.discard")
    if not reason.strip():
        raise WrongCall("Nothing is discarded without a reason.", hint="Say why with --because.")
    with transaction.atomic():
        rows = _rows(which)
        Quarantined.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Quarantined.DISCARDED
        )
        target, details = rows[0].delivery.source.name[:64], {"rows": len(rows)}
        action = "quarantine.discard"
        record_act(Act(action, by.id, reason=reason.strip()[:200], target=target, details=details))
    return len(rows)


def replay_quarantined(which: Which, *, by: Actor, progress: Progress = no_progress) -> Replayed:
    """Deliver these rows again, under the configuration of now.

    Lines that are no row (a field too many, bytes that do not decode) cannot be delivered as they
    stand: they go on waiting, and `unreadable` counts them.
    """
    _check(by, "quarantine.replay")
    rows = _rows(which)
    totals = Replayed()
    contents = set()
    for delivery in dict.fromkeys(row.delivery_id for row in rows):
        part = [row for row in rows if row.delivery_id == delivery]
        readable = [(row, said) for row in part if (said := _object(row)) is not None]
        for start in range(0, len(readable), _AT_ONCE):
            counts = _deliver(readable[start : start + _AT_ONCE], by, progress)
            totals = totals.plus(counts)
        contents.add(part[0].delivery.content)
        totals = totals.plus(Replayed(unreadable=len(part) - len(readable)))
    _settle(contents, by, progress)
    return totals


def replay_corrected(
    which: Which, path: Path, *, by: Actor, progress: Progress = no_progress
) -> Replayed:
    """Load a file in which a person has mended these rows, and let them wait no more."""
    _check(by, "quarantine.replay")
    rows = _rows(which)
    kinds = {(row.delivery.source.name, row.delivery.content) for row in rows}
    if len(kinds) > 1:
        raise WrongCall(
            "These rows are not of one source and kind, so no one file holds them mended.",
            hint="Name one source, or the rows one by one.",
        )
    done = _loaded(rows, file_incoming(path), by, progress)
    _settle({rows[0].delivery.content}, by, progress)
    return done


def _deliver(
    readable: list[tuple[Quarantined, dict[str, Any]]], by: Actor, progress: Progress
) -> Replayed:
    """Load rows of one delivery again, under their own row numbers."""
    rows = [row for row, _ in readable]
    chunk = object_chunk(said for _, said in readable)
    numbers = [rows[at].row for at in chunk.rows.to_pylist()]
    rejects = tuple(replace(one, row=rows[one.row].row) for one in chunk.rejects)
    source, content = source_named(rows[0].delivery.source.name), rows[0].delivery.content
    declared = source.config.named_columns().values() if content == RECORDS else ()
    table = with_columns(chunk.table, [*known_headers(source, content), *declared])
    chunk = Chunk(table, pa.array(numbers, pa.int64()), rejects)
    stands = ",".join(str(row.pk) for row in rows)
    digest = hashlib.sha256(f"replay {stands}".encode()).hexdigest()
    incoming = paged_incoming(rows[0].delivery.file_name, digest, iter([chunk]), None)
    return _loaded(rows, incoming, by, progress)


def _loaded(
    rows: Sequence[Quarantined], incoming: Incoming, by: Actor, progress: Progress
) -> Replayed:
    content = rows[0].delivery.content
    ids = [row.pk for row in rows]
    Quarantined.objects.filter(pk__in=ids).update(state=Quarantined.REPLAYING)
    said: dict[str, Any] = {"full": False} if content == RECORDS else {}
    load = loader_of(content).load
    report = load(rows[0].delivery.source.name, incoming, by=by, progress=progress, **said)
    counts = report.delivery.counts
    with transaction.atomic():
        Quarantined.objects.filter(pk__in=ids).update(state=Quarantined.REPLAYED)
        details = {"rows": len(rows)}
        target = rows[0].delivery.source.name[:64]
        record_act(Act("quarantine.replay", by.id, target=target, details=details))
    return Replayed(loaded=counts.rows - counts.quarantined, waiting=counts.quarantined)


def _settle(contents: set[str], by: Actor, progress: Progress) -> None:
    for content in contents:
        settle = loader_of(content).settle
        if settle is not None:
            settle(by=by, progress=progress)


def _waiting(which: Which) -> Any:
    rows = Quarantined.objects.filter(state__in=(Quarantined.WAITING, Quarantined.REPLAYING))
    if which.source:
        rows = rows.filter(delivery__source_id=source_named(which.source).id)
    if which.reason:
        rows = rows.filter(reason__icontains=which.reason)
    return rows.filter(pk__in=which.ids) if which.ids else rows


def _rows(which: Which) -> list[Quarantined]:
    """The rows that are meant, oldest first; raises `Unknown` where some do not wait."""
    if not (which.source or which.ids):
        raise WrongCall("It is not said which rows.", hint="Name a source, or rows by --id.")
    rows = list(_waiting(which).select_related("delivery__source").order_by("id"))
    _check_all_there(which.ids, rows)
    if not rows:
        raise Unknown("No such row waits in quarantine.", hint="See `tellonce quarantine list`.")
    return rows


def _check_all_there(ids: Sequence[int], rows: Sequence[Quarantined]) -> None:
    missing = set(ids) - {row.pk for row in rows}
    if missing:
        numbers = ", ".join(map(str, sorted(missing)))
        raise Unknown(
            f"No such row waits in quarantine: {numbers}.", hint="See `tellonce quarantine list`."
        )


def _check(by: Actor, action: str) -> None:
    """Refuse who is neither engineer, steward nor administrator."""
    what, hint = "work on what waits in quarantine", "Ask an engineer or a steward."
    refuse_unless(by, MAY_READ, action, may_not=what, hint=hint)


def _entry(row: Quarantined) -> QuarantinedEntry:
    return QuarantinedEntry(
        id=row.pk,
        source=row.delivery.source.name,
        content=row.delivery.content,
        file_name=row.delivery.file_name,
        row=row.row,
        reason=row.reason,
        state=row.state,
        delivered_at=row.delivery.started_at,
    )


def _text(row: Quarantined) -> str:
    place = quarantine_place(row.delivery_id, row.row)
    return decrypt(opened_key(row.delivery.key_id), bytes(row.raw), place).decode()


def _object(row: Quarantined) -> dict[str, Any] | None:
    """The row by column; None where its text is a line that could not be read as one."""
    try:
        said = json.loads(_text(row))
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
