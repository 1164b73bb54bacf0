"""Profiles of sources: made of the records they have now, and compared with last month's.

One is made after each delivery of records, at most once an hour for each source. It tells what the
source says as a whole, not only the rows that came last: a delivery stores only what changed, so
its rows alone would not be like those of the delivery before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import fetched
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.policy.classes import attribute_class
from tellonce.hub.policy.types import Classification
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.quality.profile_types import SourceProfileView
from tellonce.hub.quality.profile_views import profile_view
from tellonce.hub.quality.running import rows_of, slices
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.selectors import source_named, sources
from tellonce.hub.sources.types import SourceView
from tellonce.rules.drift import Drift, drift
from tellonce.rules.profile_types import FieldProfile, Profile
from tellonce.rules.profiling import Known, profile_known

LEAST = 20
"""Records that must share a value before a stored profile tells it."""
SAMPLED = 50_000
"""Records of a source that a profile looks at, at most."""
AT_MOST_EACH = timedelta(hours=1)
LAST_MONTH = timedelta(days=28)
ALL_KEPT = timedelta(days=35)
"""How long every profile is kept; of the time before it one a week, and none after `LONGEST`."""
LONGEST = timedelta(days=800)
# What tells who somebody is, by itself: no value of these is listed, however many share it.
_WHO = frozenset({
    "email", "phone", "identifier", "full_name", "organisation", "street", "house_number", "unit",
    "po_box", "address_line", "full_address", "birth_date", "former_name",
})  # fmt: skip
_NEWEST = (
    "SELECT source_id, MAX(id) FROM deliveries WHERE content = %s AND state <> 'receiving' "
    "GROUP BY source_id"
)
_SOME = (
    "SELECT id FROM records WHERE source_id = %s AND state = 'active' AND id > %s "
    "AND id %% %s = 0 ORDER BY id LIMIT %s"
)
_ACTIVE = "SELECT COUNT(*) FROM records WHERE source_id = %s AND state = 'active'"
_SLICE = 1_000


def profile_source(name: str, *, by: Actor, progress: Progress = no_progress) -> SourceProfileView:
    """Make the profile of a source now.

    Raises `Unknown`, `WrongCall` where it has no records, `Refused`.
    """
    check_may_write(by, "quality.profile")
    source = source_named(name)
    made = _make(source, _newest().get(source.id, 0), progress)
    if made is None:
        raise WrongCall(
            f"{name} has no records to look at.", hint=f"Load some: `tellonce load {name} FILE`."
        )
    with transaction.atomic():
        record_act(Act("quality.profile", by.id, target=name[:64]))
    return profile_view(made)


def profile_due(progress: Progress) -> int:
    """For the workers: profiles of the sources that got a delivery since the last one; returns how
    many were made.
    """
    newest, made = _newest(), 0
    for source in sources():
        last = SourceProfile.objects.filter(source_id=source.id).order_by("-at", "-id").first()
        delivery = newest.get(source.id, 0)
        new = delivery > (last.delivery if last else 0)
        if new and (last is None or clock.now() - last.at >= AT_MOST_EACH):
            made += _make(source, delivery, progress) is not None
            thin_profiles(source.id)
    return made


def thin_profiles(source_id: int) -> int:
    """Drop old profiles of a source: of those older than `ALL_KEPT` all but the first of each week,
    and all that are older than `LONGEST`. Returns how many went.
    """
    now = clock.now()
    kept, gone = set(), []
    old = SourceProfile.objects.filter(source_id=source_id, at__lt=now - ALL_KEPT)
    for pk, at in old.order_by("at", "id").values_list("id", "at"):
        week = at.isocalendar()[:2]
        if at < now - LONGEST or week in kept:
            gone.append(pk)
        kept.add(week)
    SourceProfile.objects.filter(id__in=gone).delete()
    return len(gone)


def shareable(found: Profile) -> Profile:
    """What of a profile may be stored and shown to whoever may read quality.

    Nothing of a sensitive or secret attribute but shares, lengths and formats; of others no value
    that fewer than `LEAST` records share; of what tells who somebody is no value at all, only
    ranges. Of internal attributes (country, language, ...) everything.
    """
    return replace(found, fields=tuple(map(_shareable, found.fields)))


def _shareable(field: FieldProfile) -> FieldProfile:
    name = field.attribute or f"other:{field.field}"
    strictest = {attribute_class(name), attribute_class(f"other:{field.field}")}
    if strictest & {Classification.SECRET, Classification.SENSITIVE}:
        return field.without_values(None)
    if attribute_class(name) is Classification.INTERNAL:
        return field
    return field.without_values(LEAST, listed=name.partition(":")[0] not in _WHO)


def _newest() -> dict[int, int]:
    """Source -> its newest whole delivery of records."""
    return dict(fetched(_NEWEST, RECORDS))


def _make(source: SourceView, delivery: int, progress: Progress) -> SourceProfile | None:
    records = active_records(source.id)
    found = profile_known(looked_at(source, records, progress), source.name, _known(source))
    if not found.rows:
        return None
    kept, now = shareable(found), clock.now()
    earlier = last_months(source.id, now)
    return SourceProfile.objects.create(
        source_id=source.id,
        at=now,
        records=records,
        looked_at=kept.rows,
        delivery=delivery,
        document=kept.as_document(),
        compared_with=earlier.at if earlier else None,
        changes=[one.as_document() for one in _changes(earlier, kept, records)],
    )


def last_months(source_id: int, now: datetime) -> SourceProfile | None:
    """The newest profile of a source that is four weeks old, else the oldest one there is."""
    rows = SourceProfile.objects.filter(source_id=source_id, at__lt=now)
    before = rows.filter(at__lte=now - LAST_MONTH).order_by("-at", "-id").first()
    return before or rows.order_by("at", "id").first()


def _changes(earlier: SourceProfile | None, now: Profile, records: int) -> tuple[Drift, ...]:
    """What changed; volumes are those of all records, looked at or not."""
    if earlier is None:
        return ()
    try:
        before = Profile.from_document(earlier.document)
    except ValueError:  # made by an earlier program in another form
        return ()
    found = [one for one in drift(before, now) if one.kind != "volume"]
    volumes = (Profile(one.name, count, ()) for one, count in
               ((before, earlier.records), (now, records)))  # fmt: skip
    return (*drift(*volumes), *found)


def _known(source: SourceView) -> Known:
    learned = source.learned.get(RECORDS, {})
    said = {**learned.get("columns", {}), **source.config.columns}
    attributes = {header: name.partition("#")[0] for header, name in said.items()}
    known = {header: name for header, name in attributes.items() if name != "ignore"}
    return Known(known, source.config.region or learned.get("region"), source.config.day_first)


def active_records(source_id: int) -> int:
    """How many records of a source take part in matching."""
    ((records,),) = fetched(_ACTIVE, source_id)
    return int(records)


def looked_at(source: SourceView, records: int, progress: Progress) -> Iterator[pa.RecordBatch]:
    """The rows of the records that are looked at: every one, or every 2nd, 4th, 8th, ... by number,
    so that next time mostly the same are.
    """
    step, done = 1, 0
    while records > SAMPLED * step:
        step *= 2

    def ids(last: int) -> list[int]:
        rows: list[Any] = fetched(_SOME, source.id, last, step, _SLICE)
        return [pk for (pk,) in rows]

    for rows in slices(ids):
        done += len(rows)
        progress("profile", done, max(records // step, done))
        yield from rows_of(source, rows).to_batches()
