"""Profiles of activity (orders, tickets, contacts, ...): per source and kind, over time.

Looked at is what came since last month's profile: among all that was ever held, what broke a week
ago would hardly show. Sealed columns are not opened.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import as_moment, fetched
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.profile_keeping import (
    LEAST,
    is_due,
    keep_profile,
    last_months,
    newest_deliveries,
    shareable,
    thin_profiles,
)
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.quality.profile_types import SourceProfileView
from tellonce.hub.quality.profile_views import profile_view
from tellonce.hub.sources.contents import ACTIVITY_KINDS
from tellonce.hub.sources.selectors import source_named, sources
from tellonce.hub.sources.types import SourceView
from tellonce.io.objects import object_chunk
from tellonce.rules.profile_types import FieldProfile, Profile
from tellonce.rules.profiling import Known, profile_known

SAMPLED = 50_000
"""Rows that a profile looks at, at most."""
FEWEST = 30
"""New rows below which a profile would be compared with nothing."""
FIELDS = (
    "customer_key",
    "occurred_at",
    "reference",
    "title",
    "product_key",
    "quantity",
    "amount",
    "currency",
    "status",
    "channel",
)
_SLICE = 1_000
_HELD = "FROM activities WHERE source_id = %s AND kind = %s"
_COUNT = f"SELECT COUNT(*) {_HELD}"
_COUNT_NEW = f"SELECT COUNT(*) {_HELD} AND delivery_id > %s"
_SOME = (
    f"SELECT activity_key, details, {', '.join(FIELDS)} {_HELD} AND delivery_id > %s "
    "AND activity_key > %s AND id %% %s = 0 ORDER BY activity_key LIMIT %s"
)


def profile_activity(
    name: str, kind: str, *, by: Actor, progress: Progress = no_progress
) -> SourceProfileView:
    """Make the profile of a kind of activity of a source now, of all of it where little is new.

    Raises `Unknown`, `WrongCall` where it is no kind or there is none, `Refused`.
    """
    check_may_write(by, "quality.profile")
    if kind not in ACTIVITY_KINDS:
        raise WrongCall(f"{kind!r} is no activity.", hint=f"Say {', '.join(ACTIVITY_KINDS)}.")
    source = source_named(name)
    asked = _asked(source, kind)
    if asked.new < FEWEST:
        asked = replace(asked, since=0, new=asked.total)
    made = _make(asked, newest_deliveries(kind).get(source.id, 0), progress)
    if made is None:
        raise WrongCall(
            f"{name} has no {kind} to look at.",
            hint=f"Load some: `tellonce load {name} FILE --as {kind}`.",
        )
    with transaction.atomic():
        record_act(Act("quality.profile", by.id, target=f"{name}:{kind}"[:64]))
    return profile_view(made)


def activity_profiles_due(progress: Progress) -> int:
    """For the workers: profiles of what got a delivery since the last one; returns how many were
    made.
    """
    made, by_id = 0, {source.id: source for source in sources()}
    for kind in ACTIVITY_KINDS:
        for source_id, delivery in newest_deliveries(kind).items():
            if is_due(source_id, kind, delivery):
                asked = _asked(by_id[source_id], kind)
                if asked.new >= FEWEST:
                    made += _make(asked, delivery, progress) is not None
                    thin_profiles(source_id, kind)
    return made


@dataclass(frozen=True)
class _Asked:
    """Which rows: of a source and kind, delivered after `since`; how many, and of how many."""

    source: SourceView
    kind: str
    since: int
    new: int
    total: int


def _asked(source: SourceView, kind: str) -> _Asked:
    earlier = last_months(source.id, clock.now(), kind)
    since = earlier.delivery if earlier else 0
    ((total,),) = fetched(_COUNT, source.id, kind)
    ((new,),) = fetched(_COUNT_NEW, source.id, kind, since)
    return _Asked(source, kind, since, new, total)


@dataclass
class _OneEach:
    """The first row of each customer key: what they share, many people share."""

    keys: set[str] = field(default_factory=set)
    rows: list[dict[str, str]] = field(default_factory=list)

    def add(self, row: dict[str, str]) -> None:
        key = row.get("customer_key", "")
        if key not in self.keys:
            self.keys.add(key)
            self.rows.append(row)


def _make(asked: _Asked, delivery: int, progress: Progress) -> SourceProfile | None:
    name, one_each = asked.source.name, _OneEach()
    found = profile_known(_batches(asked, one_each, progress), name, Known(), FIELDS)
    if not found.rows:
        return None
    shared = profile_known(iter([object_chunk(one_each.rows).table]), name, Known(), FIELDS)
    kept = _shared_by_many(shareable(found), shareable(shared))
    return keep_profile(asked.source.id, asked.kind, kept, total=asked.total, delivery=delivery)


def _shared_by_many(found: Profile, of_customers: Profile) -> Profile:
    """A profile of rows, which may all be one person's, with the values that `LEAST` customers
    share.
    """
    return replace(
        found, fields=tuple(_of_many(one, of_customers.of(one.field)) for one in found.fields)
    )


def _of_many(rows: FieldProfile, customers: FieldProfile | None) -> FieldProfile:
    if customers is None:
        return rows.without_values(None)
    told = {one.text for one in customers.top if one.rows >= LEAST}
    top = tuple(one for one in rows.top if one.text in told)
    return replace(rows, top=top, range=rows.range if customers.range else None)


def _batches(asked: _Asked, one_each: _OneEach, progress: Progress) -> Iterator[pa.RecordBatch]:
    """The rows that are looked at: every one, or every 2nd, 4th, 8th, ... by number."""
    step, done, last = 1, 0, ""
    while asked.new > SAMPLED * step:
        step *= 2
    while True:
        found = fetched(_SOME, asked.source.id, asked.kind, asked.since, last, step, _SLICE)
        if not found:
            return
        last = found[-1][0]
        rows = [_said(details, values) for _, details, *values in found]
        for row in rows:
            one_each.add(row)
        done += len(rows)
        progress("profile", done, max(asked.new // step, done))
        yield object_chunk(rows).table


def _said(details: str, values: list[Any]) -> dict[str, str]:
    """What a row says, as text; what is empty is left out."""
    said = dict(zip(FIELDS, map(_text, values), strict=True))
    if said["occurred_at"]:
        said["occurred_at"] = as_moment(values[FIELDS.index("occurred_at")]).isoformat()
    return {name: text for name, text in (said | json.loads(details or "{}")).items() if text}


def _text(value: Any) -> str:
    if isinstance(value, int | float | Decimal):  # what the database makes of a decimal
        return format(Decimal(str(value)).normalize(), "f")
    return "" if value is None else str(value)
