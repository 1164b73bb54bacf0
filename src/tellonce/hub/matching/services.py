"""Writes. Each runs in the caller's transaction and takes a few thousand rows at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import connection

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import change_each, insert_rows
from tellonce.hub.matching.models import Edge, KeyIndex, MatchKey, MatchModel
from tellonce.hub.matching.types import StoredEdge

_FORGET_KEYS = "DELETE FROM key_index WHERE record_id = %s"
_DELETE_EDGE = "DELETE FROM edges WHERE left_id = %s AND right_id = %s"
_LINK_EDGE = "UPDATE edges SET linked = %s WHERE left_id = %s AND right_id = %s"
_DELETE_KEY = "DELETE FROM match_keys WHERE hash = %s AND record_id = %s"
_EDGE = ("left_id", "right_id", "kind", "pattern", "match_weight", "probability", "linked")


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


def index_records(keys: Mapping[int, Collection[int]], new: Collection[int] = ()) -> None:
    """Make these the look-up keys of each record (row id); none: it cannot be found. Those that
    are `new` had none.
    """
    change_each(_FORGET_KEYS, [(record,) for record in keys if record not in new])
    rows = sorted({(key, record) for record, hashes in keys.items() for key in hashes})
    insert_rows(KeyIndex, ("hash", "record_id"), rows)


def change_edges(gone: Sequence[tuple[int, int]], fresh: Sequence[StoredEdge]) -> None:
    """Forget pairs and keep others; a pair whose weight changed is in both."""
    change_each(_DELETE_EDGE, gone)
    insert_rows(Edge, _EDGE, fresh)


def link_edges(linked: Mapping[tuple[int, int], bool]) -> None:
    """Say of kept pairs whether both records ended in one customer."""
    change_each(_LINK_EDGE, [(on, *pair) for pair, on in linked.items()])


def change_match_keys(gone: Iterable[tuple[int, int]], fresh: Iterable[tuple[int, int]]) -> None:
    """Take (key, record) pairs out of the index of blocking keys, and put others in, by key."""
    change_each(_DELETE_KEY, sorted(gone))
    insert_rows(MatchKey, ("hash", "record_id"), sorted(fresh))


def clear_match_keys() -> None:
    """Empty the index of blocking keys."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM match_keys")
