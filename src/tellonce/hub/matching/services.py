"""Writes. Each runs in the caller's transaction and takes a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import insert_rows
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.matching.models import Decision, Edge, KeyIndex, MatchModel
from tellonce.hub.matching.types import StoredEdge

_DELETE_EDGE = "DELETE FROM edges WHERE left_id = %s AND right_id = %s"
_EDGE = ("left_id", "right_id", "match_weight", "probability", "linked")
_EDGE_VALUES = ("left", "right", "match_weight", "probability", "linked")


def adopt_model(document: str, fingerprint: str, *, origin: str, records: int) -> None:
    """Put a model in force; one that was held before is put in force again."""
    now = clock.now()
    MatchModel.objects.update_or_create(
        fingerprint=fingerprint,
        defaults={"adopted_at": now},
        create_defaults={
            "document": document,
            "origin": origin,
            "records": records,
            "created_at": now,
            "adopted_at": now,
        },
    )


def index_records(keys: Mapping[int, Collection[int]]) -> None:
    """Make these the look-up keys of each record (row id); none: it cannot be found."""
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM key_index WHERE record_id = %s", [(r,) for r in keys])
    rows = sorted({(key, record) for record, hashes in keys.items() for key in hashes})
    insert_rows(KeyIndex, ("hash", "record_id"), rows)


def change_edges(gone: Sequence[tuple[int, int]], fresh: Sequence[StoredEdge]) -> None:
    """Forget pairs and keep others; a pair whose weight changed is in both."""
    with connection.cursor() as cursor:
        cursor.executemany(_DELETE_EDGE, gone)
    insert_rows(Edge, _EDGE, [tuple(getattr(edge, n) for n in _EDGE_VALUES) for edge in fresh])


def record_decision(left: int, right: int, verdict: str, *, actor: str, reason: str = "") -> None:
    """Append what a person said about two records (row ids): same, different or unsure."""
    if verdict not in (Decision.SAME, Decision.DIFFERENT, Decision.UNSURE) or left == right:
        raise WrongCall(
            "A decision says of two records that they are the same, different, or unsure.",
            hint="Name two records, and one of same, different, unsure.",
        )
    Decision(
        left_id=min(left, right),
        right_id=max(left, right),
        verdict=verdict,
        actor=actor,
        reason=reason,
        decided_at=clock.now(),
    ).save(force_insert=True)
