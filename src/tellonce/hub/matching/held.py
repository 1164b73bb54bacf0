"""The models a hub holds: proposed ones, the one in force, and those that were."""

from __future__ import annotations

from collections.abc import Mapping

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import fetched
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.matching.models import MatchModel
from tellonce.hub.matching.selectors import adopted_fingerprint
from tellonce.hub.matching.types import HeldModel, StoredModel

SHIPPED, TRAINED = MatchModel.SHIPPED, MatchModel.TRAINED
_SHORTEST = 6
_NEWEST = "SELECT fingerprint FROM match_models WHERE origin <> %s ORDER BY id DESC LIMIT 1"
_NEWEST_TRAINED_ON = "SELECT records FROM match_models WHERE origin <> %s ORDER BY id DESC LIMIT 1"


def propose_model(
    document: str, fingerprint: str, *, origin: str, records: int, changes: Mapping[str, int]
) -> StoredModel:
    """Keep a model and what it would change; one that is held already gets the newer figures."""
    row, _ = MatchModel.objects.update_or_create(
        fingerprint=fingerprint,
        defaults={"changes": dict(changes)},
        create_defaults={
            "changes": dict(changes),
            "document": document,
            "origin": origin,
            "records": records,
            "created_at": clock.now(),
        },
    )
    return _stored(row)


def model_called(fingerprint: str) -> StoredModel:
    """The model of this fingerprint, or whose fingerprint begins so; raises `Unknown`, and
    `WrongCall` where several do or too little is given.
    """
    if len(fingerprint) < _SHORTEST:
        raise WrongCall(
            f"{fingerprint!r} is too short for a fingerprint.",
            hint=f"Give at least {_SHORTEST} signs of it: `tellonce model list`.",
        )
    rows = list(MatchModel.objects.filter(fingerprint__startswith=fingerprint)[:2])
    if not rows:
        raise Unknown(f"There is no model {fingerprint!r}.", hint="See `tellonce model list`.")
    if len(rows) > 1:
        raise WrongCall(f"Several models begin with {fingerprint!r}.", hint="Give more of it.")
    return _stored(rows[0])


def held_models() -> list[HeldModel]:
    """Every model, the newest first."""
    force = adopted_fingerprint()
    rows = MatchModel.objects.defer("document").order_by("-id")
    return [
        HeldModel(
            row.fingerprint,
            row.origin,
            row.records,
            row.created_at,
            row.adopted_at,
            row.fingerprint == force,
            row.changes,
        )
        for row in rows
    ]


def only_shipped() -> bool:
    """Whether no model but the shipped one was ever made."""
    return not fetched("SELECT 1 FROM match_models WHERE origin <> %s LIMIT 1", MatchModel.SHIPPED)


def newest_trained_on() -> int:
    """How many records the newest model was trained on, in force or proposed; 0 where none was."""
    rows = fetched(_NEWEST_TRAINED_ON, MatchModel.SHIPPED)
    return rows[0][0] if rows else 0


def is_newest_in_force() -> bool:
    """Whether no model is proposed, and nobody went back to an older one."""
    rows = fetched(_NEWEST, MatchModel.SHIPPED)
    return bool(rows) and rows[0][0] == adopted_fingerprint()


def _stored(row: MatchModel) -> StoredModel:
    return StoredModel(
        row.document, row.fingerprint, row.origin, row.records, row.created_at, row.adopted_at
    )
