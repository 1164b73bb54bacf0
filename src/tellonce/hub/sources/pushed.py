"""A delivery that is stored whole, in the transaction that begins it: what a program pushes."""

from __future__ import annotations

from dataclasses import asdict

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import (
    as_stored,
    changed,
    insert_numbered,
)
from tellonce.hub.core.canonical import canonical_json
from tellonce.hub.sources.alone import alone_in
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.models import Delivery
from tellonce.hub.sources.runs import note_push
from tellonce.hub.sources.services import note_load
from tellonce.hub.sources.types import Counts, DeliveryView, SourceView
from tellonce.hub.vault.services import new_key

NAME = "push"
_END = "UPDATE deliveries SET state = %s, position = %s, counts = %s, ended_at = %s WHERE id = %s"


def begin_push(source: SourceView, digest: str) -> DeliveryView:
    """A delivery with nothing in it yet, of rows with this SHA-256 (hex). In the transaction at
    hand, which is to end it, nobody else stores rows of the source.
    """
    alone_in([source.id])
    row = {
        "source_id": source.id,
        "content": RECORDS,
        "file_name": NAME,
        "digest": digest,
        "full": False,
        "state": Delivery.RECEIVING,
        "position": 0,
        "counts": "{}",
        "held": 0,
        "key_id": new_key().id,
        "started_at": clock.now(),
    }
    (number,) = insert_numbered(Delivery, list(row), [tuple(row.values())])
    return DeliveryView(
        id=number,
        source_id=source.id,
        source=source.name,
        content=RECORDS,
        file_name=NAME,
        full=False,
        state=Delivery.RECEIVING,
        position=0,
        counts=Counts(),
        key_id=row["key_id"],
    )


def end_push(delivery: DeliveryView, by: Actor, *, waits: bool) -> None:
    """Write down what became of it; `waits`: for its records to be placed."""
    state = Delivery.STORED if waits else Delivery.PLACED
    counts = canonical_json(asdict(delivery.counts)).decode()
    changed(_END, state, delivery.position, counts, as_stored(clock.now()), delivery.id)
    note_load(delivery, delivery.counts, by)
    note_push(delivery, by)
