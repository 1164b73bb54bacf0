"""Writes: sources, deliveries, record versions, quarantine."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.db import transaction
from django.db.models import F

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.core.errors import Busy, Unknown, WrongCall
from tellonce.hub.jobs.services import remove_schedule, set_schedule
from tellonce.hub.sources.alone import alone_in
from tellonce.hub.sources.config import CONTENTS, RECORDS, by_real_names, source_config
from tellonce.hub.sources.incoming import Incoming
from tellonce.hub.sources.kinds import FETCHED
from tellonce.hub.sources.models import Delivery, Quarantined, Record, Source
from tellonce.hub.sources.places import quarantine_place
from tellonce.hub.sources.selectors import delivery_view, quarantined_rows, source_named
from tellonce.hub.sources.types import Counts, DeliveryView, QuarantinedRow, RefusedRow, SourceView
from tellonce.hub.sources.work import FETCH
from tellonce.hub.vault.services import content_hash, encrypt, new_key, opened_key

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


def add_source(
    name: str, kind: str, document: Mapping[str, Any] | None = None, *, by: Actor
) -> SourceView:
    """Make a source of a parsed YAML document (`config.py`); raises `WrongCall` and `Refused`."""
    check_deliverer(by, "source.add", name)
    with transaction.atomic():
        one_at_a_time("sources")
        check_source(name, kind)
        check_kind(kind, document)
        Source(name=name, kind=kind, config=as_stored(document), created_at=clock.now()).save(
            force_insert=True
        )
        record_act(Act("source.add", by.id, target=name[:64]))
        plan_fetching(source_named(name), by)
    return source_named(name)


def plan_fetching(source: SourceView, by: Actor) -> None:
    """Fetch the source by its schedule from now on, or by none."""
    name = f"source:{source.id}"
    if source.config.schedule:
        set_schedule(name, source.config.schedule, FETCH, {"source": source.name}, by.id)
    else:
        remove_schedule(name)


def check_deliverer(by: Actor, action: str, source: str) -> None:
    """Refuse who may not add sources and load their files: engineers and administrators may, and
    API clients, whose door has looked at their scopes.
    """
    if CLIENT not in by.roles:
        what, hint = "add sources or load files", "Ask an engineer, or act as one."
        refuse_unless(by, ("engineer", "admin"), action, may_not=what, hint=hint, target=source)


def check_source(name: str, kind: str) -> None:
    """Refuse a name that cannot be written as SOURCE:ID, or is taken, and an empty kind."""
    if not _NAME.fullmatch(name):
        raise WrongCall(
            f"{name!r} cannot be the name of a source.",
            hint="Use letters, digits, dots, dashes and underscores, such as crm or web-shop.",
        )
    if not kind.strip() or len(kind) > 40:
        raise WrongCall("The kind of a source is one or a few words.", hint="Such as `--kind crm`.")
    if Source.objects.filter(name=name).exists():
        raise WrongCall(
            f"There is a source {name!r} already.", hint=f"See `tellonce source show {name}`."
        )


def check_kind(kind: str, document: Mapping[str, Any] | None) -> None:
    """Refuse a wrong configuration, and the kind of a connector that it does not declare."""
    config = source_config(document)
    if kind in FETCHED and config.connector != kind:
        raise WrongCall(
            f"A source of the kind {kind!r} says in a section {kind!r} what is fetched.",
            hint=f"See `tellonce source schema --example {kind}`, and give the file by --config.",
        )


def as_stored(document: Mapping[str, Any] | None) -> dict[str, Any]:
    """A parsed YAML document as JSON, each setting under its one name: a date becomes its text."""
    named = by_real_names(document or {})
    return json.loads(json.dumps(named, default=lambda moment: moment.isoformat()))


def begin_delivery(
    source: SourceView, content: str, incoming: Incoming, *, full: bool
) -> DeliveryView:
    """The unfinished delivery of this very file where there is one (it goes on), else a new one."""
    if content not in CONTENTS:
        raise Unknown(
            f"Nothing is loaded as {content!r}.", hint=f"Say one of {', '.join(CONTENTS)}."
        )
    unfinished = Delivery.objects.filter(
        source_id=source.id,
        content=content,
        digest=incoming.digest,
        full=full,
        state=Delivery.RECEIVING,
    ).first()
    if unfinished is not None:
        Delivery.objects.filter(pk=unfinished.pk).update(run_id=incoming.run)
        return delivery_view(unfinished.pk)
    with transaction.atomic():
        made = Delivery.objects.create(
            source_id=source.id,
            content=content,
            file_name=incoming.name[-255:],
            digest=incoming.digest,
            run_id=incoming.run,
            full=full,
            counts=asdict(Counts()),
            key_id=new_key().id,
            started_at=clock.now(),
        )
    return delivery_view(made.pk)


def learn(source: SourceView, content: str, settled: Mapping[str, Any]) -> None:
    """Keep what the first delivery of this content settled, for every later one."""
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.id)
        row.learned = row.learned | {content: dict(settled)}
        row.save(update_fields=["learned"])


def check_unsettled(source: SourceView) -> None:
    """In a transaction that is alone in the source: raise `Busy` where its first records came since
    `source` was read, and settled what its columns are: rows that were read before may differ.
    """
    if RECORDS not in source.learned and RECORDS in source_named(source.name).learned:
        raise Busy(
            f"The first records of {source.name!r} came just now, and settled its columns.",
            hint="Hand yours over again.",
        )


def advance(delivery: DeliveryView, rows: int, counts: Counts) -> DeliveryView:
    """In the transaction that stored them: `rows` more accepted rows are committed."""
    total = delivery.counts.plus(counts)
    Delivery.objects.filter(pk=delivery.id, position=delivery.position).update(
        position=F("position") + rows, counts=asdict(total)
    )
    return replace(delivery, position=delivery.position + rows, counts=total)


def quarantine(delivery: DeliveryView, refused: Sequence[RefusedRow]) -> int:
    """Keep rows that cannot be used, sealed, but for those that wait already.

    Gives how many are new in this delivery: a source that is read again and again hands over the
    same row each time, and one of them is enough to work on.
    """
    if not refused:
        return 0
    numbers = [row.row for row in refused]
    kept = set(
        Quarantined.objects.filter(delivery_id=delivery.id, row__in=numbers).values_list(
            "row", flat=True
        )
    )
    fresh = [row for row in {row.row: row for row in refused}.values() if row.row not in kept]
    digests = {row.row: content_hash(row.raw.encode("utf-8", "replace"))[:16] for row in fresh}
    waiting = _waiting_elsewhere(delivery, set(digests.values()))
    key = opened_key(delivery.key_id)
    Quarantined.objects.bulk_create(
        [
            Quarantined(
                delivery_id=delivery.id,
                row=row.row,
                reason=row.reason[:255],
                rule=row.rule[:100],
                record_key=row.record_key,
                raw=encrypt(
                    key,
                    row.raw.encode("utf-8", "replace"),
                    quarantine_place(delivery.id, row.row),
                ),
                digest=digests[row.row],
            )
            for row in fresh
            if not row.raw or digests[row.row] not in waiting
        ],
        batch_size=2_000,
    )
    return len(fresh)


def _waiting_elsewhere(delivery: DeliveryView, digests: set[bytes]) -> set[bytes]:
    """Those digests of which a row of an earlier delivery of the same kind waits."""
    same = Quarantined.objects.filter(
        digest__in=digests,
        state=Quarantined.WAITING,
        delivery__source_id=delivery.source_id,
        delivery__content=delivery.content,
    )
    held = same.exclude(delivery_id=delivery.id).values_list("digest", flat=True)
    return {bytes(digest) for digest in held}


def read_quarantine(source: SourceView, *, by: Actor) -> list[QuarantinedRow]:
    """Rows that wait in quarantine, opened for a person to read; audited.

    Raises `Refused` for who is neither engineer, steward nor administrator.
    """
    action, what = "quarantine.read", "read what waits in quarantine"
    hint = "Ask an engineer or a steward, or leave --json out: then no row is opened."
    roles = ("engineer", "steward", "admin")
    refuse_unless(by, roles, action, may_not=what, hint=hint, target=source.name)
    rows = quarantined_rows(source.id)
    if rows:
        with transaction.atomic():
            record_act(Act(action, by.id, target=source.name[:64], details={"rows": len(rows)}))
    return rows


def mark_stored(delivery: DeliveryView, *, by: Actor, as_of: int | None = None) -> None:
    """The delivery is complete; if it changed any record, it waits to be placed."""
    counts = delivery_view(delivery.id).counts
    changes = counts.added + counts.changed + counts.deleted
    waits = delivery.content == RECORDS and changes
    state = Delivery.STORED if waits else Delivery.PLACED
    with transaction.atomic():
        Delivery.objects.filter(pk=delivery.id, state=Delivery.RECEIVING).update(
            state=state, as_of=as_of, ended_at=clock.now()
        )
        note_load(delivery, counts, by)


def note_load(delivery: DeliveryView, counts: Counts, by: Actor) -> None:
    """In the transaction that stored it whole: who delivered how many rows."""
    details = {"as": delivery.content, "rows": counts.rows}
    record_act(Act("load", by.id, target=delivery.source[:64], details=details))


def mark_placed(delivery_ids: Sequence[int]) -> None:
    """The records of these deliveries are customers now."""
    Delivery.objects.filter(pk__in=delivery_ids, state=Delivery.STORED).update(
        state=Delivery.PLACED
    )


def set_restricted(
    record_ids: Collection[int], *, restricted: bool
) -> dict[int, tuple[int, int | None]]:
    """In the transaction at hand, make records restricted, or active again; those that were
    already, or are deleted, stay.

    Returns record -> (its version, the version it was matched by until now).
    """
    before, after = Record.ACTIVE, Record.RESTRICTED
    if not restricted:
        before, after = after, before
    rows = Record.objects.filter(id__in=record_ids, state=before)
    alone_in(set(rows.values_list("source_id", flat=True)))
    found = dict(rows.values_list("id", "current_id"))
    Record.objects.filter(id__in=found).update(state=after)
    return {pk: (version, version if restricted else None) for pk, version in found.items()}
