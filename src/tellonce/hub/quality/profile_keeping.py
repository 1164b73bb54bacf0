"""What of a profile is stored: no value of a person, and what changed since last month's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import fetched
from tellonce.hub.policy.classes import attribute_class
from tellonce.hub.policy.types import Classification
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.sources.config import RECORDS
from tellonce.rules.drift import Drift, drift
from tellonce.rules.profile_types import FieldProfile, Profile

LEAST = 20
"""Records, or customers, that must share a value before a stored profile tells it."""
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


def newest_deliveries(content: str) -> dict[int, int]:
    """Source -> its newest whole delivery of a content."""
    return dict(fetched(_NEWEST, content))


def is_due(source_id: int, content: str, delivery: int) -> bool:
    """Whether there is a delivery that no profile has seen, and the last one is an hour old."""
    rows = SourceProfile.objects.filter(source_id=source_id, content=content)
    last = rows.order_by("-at", "-id").first()
    new = delivery > (last.delivery if last else 0)
    return new and (last is None or clock.now() - last.at >= AT_MOST_EACH)


def keep_profile(
    source_id: int, content: str, found: Profile, *, total: int, delivery: int
) -> SourceProfile:
    """Store a profile of which every value may be told, with what changed; `total`: the rows that
    there are, looked at or not; `delivery`: the newest one that it has seen.
    """
    now = clock.now()
    earlier = last_months(source_id, now, content)
    return SourceProfile.objects.create(
        source_id=source_id,
        content=content,
        at=now,
        records=total,
        looked_at=found.rows,
        delivery=delivery,
        document=found.as_document(),
        compared_with=earlier.at if earlier else None,
        changes=[one.as_document() for one in _changes(earlier, found, total)],
    )


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


def thin_profiles(source_id: int, content: str = RECORDS) -> int:
    """Drop old profiles of a source: of those older than `ALL_KEPT` all but the first of each week,
    and all that are older than `LONGEST`. Returns how many went.
    """
    now = clock.now()
    kept, gone = set(), []
    old = SourceProfile.objects.filter(source_id=source_id, content=content, at__lt=now - ALL_KEPT)
    for pk, at in old.order_by("at", "id").values_list("id", "at"):
        week = at.isocalendar()[:2]
        if at < now - LONGEST or week in kept:
            gone.append(pk)
        kept.add(week)
    SourceProfile.objects.filter(id__in=gone).delete()
    return len(gone)


def last_months(source_id: int, now: datetime, content: str = RECORDS) -> SourceProfile | None:
    """The newest profile of a source that is four weeks old, else the oldest one there is."""
    rows = SourceProfile.objects.filter(source_id=source_id, content=content, at__lt=now)
    before = rows.filter(at__lte=now - LAST_MONTH).order_by("-at", "-id").first()
    return before or rows.order_by("at", "id").first()


def _changes(earlier: SourceProfile | None, now: Profile, records: int) -> tuple[Drift, ...]:
    """What changed; volumes are those of all records, looked at or not, and none of activity, of
    which only what is new was looked at.
    """
    if earlier is None:
        return ()
    try:
        before = Profile.from_document(earlier.document)
    except ValueError:  # made by an earlier program in another form
        return ()
    found = [one for one in drift(before, now) if one.kind != "volume"]
    if earlier.content != RECORDS:
        return tuple(found)
    volumes = (Profile(one.name, count, ()) for one, count in
               ((before, earlier.records), (now, records)))  # fmt: skip
    return (*drift(*volumes), *found)
