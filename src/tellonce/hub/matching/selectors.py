"""Reads."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from tellonce.hub.matching.models import Decision, Edge, KeyIndex, MatchModel
from tellonce.hub.matching.types import LiveDecision, StoredEdge, StoredModel


def adopted_model() -> StoredModel | None:
    """The model in force, None before the first adoption."""
    row = MatchModel.objects.filter(adopted_at__isnull=False).order_by("adopted_at", "id").last()
    if row is None:
        return None
    return StoredModel(
        row.document, row.fingerprint, row.origin, row.records, row.created_at, row.adopted_at
    )


def any_decision() -> bool:
    """Whether a person has ever decided about a pair."""
    return Decision.objects.exists()


def live_decisions() -> list[LiveDecision]:
    """The newest decision of each pair, `unsure` left out."""
    newest: dict[tuple[int, int], str] = {}
    for left, right, verdict in Decision.objects.order_by("id").values_list(
        "left_id", "right_id", "verdict"
    ):
        newest[left, right] = verdict
    return [
        LiveDecision(left, right, verdict)
        for (left, right), verdict in sorted(newest.items())
        if verdict != Decision.UNSURE
    ]


def records_with_key(key: int) -> list[int]:
    """Row ids of the records that carry a keyed hash; equality is still to be verified."""
    return sorted(KeyIndex.objects.filter(hash=key).values_list("record_id", flat=True))


def edges_of(record_ids: Collection[int]) -> list[StoredEdge]:
    """The kept pairs that any of these records is in, strongest first."""
    rows = Edge.objects.filter(Q(left_id__in=record_ids) | Q(right_id__in=record_ids))
    return [
        StoredEdge(*row)
        for row in rows.order_by("-match_weight", "left_id", "right_id").values_list(
            "left_id", "right_id", "match_weight", "probability", "linked"
        )
    ]


def stored_edges() -> set[StoredEdge]:
    """Every kept pair."""
    rows = Edge.objects.values_list("left_id", "right_id", "match_weight", "probability", "linked")
    return {StoredEdge(*row) for row in rows.iterator(20_000)}


def matching_counts() -> dict[str, int]:
    """For status: pairs that may be one customer, are not taken for one, and nobody decided on."""
    decided = Decision.objects.filter(left_id=OuterRef("left_id"), right_id=OuterRef("right_id"))
    return {"open_reviews": Edge.objects.filter(~Exists(decided), linked=False).count()}
