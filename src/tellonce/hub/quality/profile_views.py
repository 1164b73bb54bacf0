"""Reads: the profiles of sources, and what changed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.quality.profile_models import SourceProfile
from tellonce.hub.quality.profile_types import FieldMoment, SourceDrift, SourceProfileView
from tellonce.hub.sources.contents import ACTIVITY_KINDS, RECORDS
from tellonce.hub.sources.selectors import source_named
from tellonce.rules.drift import Drift
from tellonce.rules.profile_types import Profile

MOST_MOMENTS = 200
PROFILED = (RECORDS, *ACTIVITY_KINDS)
"""What rows of a source are profiled."""


def profile_view(row: SourceProfile) -> SourceProfileView:
    """A profile as it may leave the app."""
    return SourceProfileView(
        row.pk,
        row.source.name,
        row.content,
        row.at,
        row.records,
        Profile.from_document(row.document),
        row.compared_with,
        tuple(map(_drift, row.changes)),
    )


def latest_profile(
    source: str, *, content: str = RECORDS, as_of: datetime | None = None
) -> SourceProfileView:
    """The newest profile of a source's records (or of its activity of this kind), or the one that
    was newest at `as_of`; raises `Unknown`, `WrongCall` for a content that is not profiled.
    """
    rows = _rows(source, content).select_related("source")
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    row = rows.order_by("-at", "-id").first()
    if row is None:
        of_what = "" if content == RECORDS else f" --content {content}"
        raise Unknown(
            f"There is no profile of {content} of {source}"
            f"{' yet' if as_of is None else ' at that time'}.",
            hint="A worker makes one after each delivery; "
            f"`tellonce quality profile {source}{of_what} --now` makes one at once.",
        )
    return profile_view(row)


def moments(source: str, *, content: str = RECORDS, field: str = "") -> list[FieldMoment]:
    """The figures of a source's fields (or of one) over time, the oldest first, of its newest
    `MOST_MOMENTS` profiles; raises as `latest_profile` does.
    """
    rows = _rows(source, content).order_by("-at", "-id")
    found = []
    for row in reversed(rows[:MOST_MOMENTS]):
        found += [
            FieldMoment(
                row.at,
                one.field,
                one.fill,
                one.distinct,
                one.formats_distinct,
                sum(each.rows for each in one.placeholders),
            )
            for one in Profile.from_document(row.document).fields
            if field in ("", one.field)
        ]
    return found


def recent_drifts(since: datetime) -> list[SourceDrift]:
    """What changed in sources as profiles tell that were made since then: of each source, kind and
    field the newest, by source. A sentence holds no value of a record.
    """
    rows = SourceProfile.objects.select_related("source").filter(at__gte=since)
    found: dict[tuple[str, str, str, str | None], SourceDrift] = {}
    for row in rows.exclude(compared_with=None).order_by("at", "id"):
        for one in map(_drift, row.changes):
            key = (row.source.name, row.content, one.kind, one.field)
            found[key] = SourceDrift(row.source.name, row.content, row.at, row.compared_with, one)
    return [found[k] for k in sorted(found, key=lambda k: (k[0], k[1], k[3] or "", k[2]))]


def standing_drifts() -> list[SourceDrift]:
    """What is so now: the changes that the newest profile of each source tells."""
    newest: dict[tuple[int, str], SourceProfile] = {}
    for row in (
        SourceProfile.objects.select_related("source").order_by("at", "id").defer("document")
    ):
        newest[row.source_id, row.content] = row
    return [
        SourceDrift(row.source.name, row.content, row.at, row.compared_with, _drift(one))
        for row in newest.values()
        if row.compared_with
        for one in row.changes
    ]


def _rows(source: str, content: str) -> QuerySet[SourceProfile]:
    if content not in PROFILED:
        raise WrongCall(
            f"There are no profiles of {content[:40]!r}.", hint=f"Say {', '.join(PROFILED)}."
        )
    return SourceProfile.objects.filter(source_id=source_named(source).id, content=content)


def _drift(said: dict[str, object]) -> Drift:
    details: tuple[str, ...] = tuple(said["details"])  # type: ignore[arg-type]
    return Drift(**{**said, "details": details})  # type: ignore[arg-type]
