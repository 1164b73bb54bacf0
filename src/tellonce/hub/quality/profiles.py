"""Profiles of sources: made of the records they have now, and compared with last month's.

One is made after each delivery of records, at most once an hour for each source. It tells what the
source says as a whole, not only the rows that came last: a delivery stores only what changed, so
its rows alone would not be like those of the delivery before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core.bulk import fetched
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.profile_keeping import (
    is_due,
    keep_profile,
    newest_deliveries,
    shareable,
    thin_profiles,
)
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.quality.profile_types import SourceProfileView
from tellonce.hub.quality.profile_views import profile_view
from tellonce.hub.quality.running import rows_of, slices
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.selectors import source_named, sources
from tellonce.hub.sources.types import SourceView
from tellonce.rules.profiling import Known, profile_known

SAMPLED = 50_000
"""Records of a source that a profile looks at, at most."""
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
    made = _make(source, newest_deliveries(RECORDS).get(source.id, 0), progress)
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
    newest, made = newest_deliveries(RECORDS), 0
    for source in sources():
        delivery = newest.get(source.id, 0)
        if is_due(source.id, RECORDS, delivery):
            made += _make(source, delivery, progress) is not None
            thin_profiles(source.id)
    return made


def _make(source: SourceView, delivery: int, progress: Progress) -> SourceProfile | None:
    records = active_records(source.id)
    found = profile_known(looked_at(source, records, progress), source.name, _known(source))
    if not found.rows:
        return None
    return keep_profile(source.id, RECORDS, shareable(found), total=records, delivery=delivery)


def _known(source: SourceView) -> Known:
    learned = source.learned.get(RECORDS, {})
    said = {**learned.get("columns", {}), **source.config.columns}
    attributes = {header: name.partition("#")[0] for header, name in said.items()}
    known = {header: name for header, name in attributes.items() if name != "ignore"}
    return Known(known, source.config.country or learned.get("region"), source.config.day_first)


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
