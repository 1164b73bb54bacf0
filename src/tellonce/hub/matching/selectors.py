"""Reads."""

from __future__ import annotations

from collections.abc import Collection

from tellonce.hub.core.bulk import among, among_either, fetched
from tellonce.hub.matching.models import Decision, Edge, KeyIndex, MatchModel, Review
from tellonce.hub.matching.types import LiveDecision, StoredEdge, StoredModel

_ADOPTED = (
    "SELECT fingerprint FROM match_models WHERE adopted_at IS NOT NULL "
    "ORDER BY adopted_at DESC, id DESC LIMIT 1"
)
ENDS = ("left_id", "right_id")
"""The two records of a pair."""
_EDGE = ("left_id", "right_id", "kind", "pattern", "match_weight", "probability", "linked")


def adopted_model() -> StoredModel | None:
    """The model in force, None before the first adoption."""
    row = MatchModel.objects.filter(adopted_at__isnull=False).order_by("adopted_at", "id").last()
    if row is None:
        return None
    return StoredModel(
        row.document, row.fingerprint, row.origin, row.records, row.created_at, row.adopted_at
    )


def adopted_fingerprint() -> str:
    """Which model is in force, "" before the first adoption."""
    rows = fetched(_ADOPTED)
    return rows[0][0] if rows else ""


def any_decision() -> bool:
    """Whether a person has ever decided about a pair."""
    return Decision.objects.exists()


def live_decisions() -> list[LiveDecision]:
    """The newest decision of each pair, where it says same or different."""
    newest: dict[tuple[int, int], str] = {}
    for left, right, verdict in Decision.objects.order_by("id").values_list(
        "left_id", "right_id", "verdict"
    ):
        newest[left, right] = verdict
    return [
        LiveDecision(left, right, verdict)
        for (left, right), verdict in sorted(newest.items())
        if verdict in (Decision.SAME, Decision.DIFFERENT)
    ]


def records_with_key(key: int) -> list[int]:
    """Row ids of the records that carry a keyed hash; equality is still to be verified."""
    return sorted(KeyIndex.objects.filter(hash=key).values_list("record_id", flat=True))


def edges_of(record_ids: Collection[int]) -> list[StoredEdge]:
    """The kept pairs that any of these records is in, strongest first."""
    found = edges_touching(record_ids)
    return sorted(found, key=lambda edge: (-edge.match_weight, edge.left, edge.right))


def edges_touching(record_ids: Collection[int]) -> set[StoredEdge]:
    """The kept pairs with an end among these records, each once."""
    edges = f"SELECT {', '.join(_EDGE)} FROM edges WHERE"  # noqa: S608  names are our own
    rows = among_either(edges, ENDS, record_ids)
    return {StoredEdge(*row[:-1], bool(row[-1])) for row in rows}


def records_sharing(keys: Collection[int]) -> list[tuple[int, int]]:
    """(key, record) for every record that is in the index under one of these blocking keys."""
    return among("SELECT hash, record_id FROM match_keys WHERE hash", keys)


def decisions_touching(record_ids: Collection[int]) -> list[LiveDecision]:
    """The newest decision of each pair with an end among these records, whatever it says."""
    newest: dict[tuple[int, int], tuple[int, str]] = {}
    select = "SELECT id, left_id, right_id, verdict FROM decisions WHERE"
    for pk, left, right, verdict in among_either(select, ENDS, record_ids):
        newest[left, right] = max((pk, verdict), newest.get((left, right), (0, "")))
    return [LiveDecision(*pair, verdict) for pair, (_, verdict) in sorted(newest.items())]


def stored_edges() -> set[StoredEdge]:
    """Every kept pair."""
    rows = Edge.objects.values_list(*_EDGE)
    return {StoredEdge(*row) for row in rows.iterator(20_000)}


def pairs_said_same(record_ids: Collection[int]) -> list[tuple[int, int]]:
    """The pairs of these records that are the same by the newest word of a person."""
    all_of = set(record_ids)
    found = decisions_touching(record_ids)
    pairs = [(one.left, one.right) for one in found if one.verdict == Decision.SAME]
    return [pair for pair in pairs if all_of.issuperset(pair)]


def matching_counts() -> dict[str, int]:
    """For status: pairs that a person should look at."""
    return {"open_reviews": Review.objects.count()}
