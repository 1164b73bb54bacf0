"""The loop that every file goes through, whatever it holds: chunk, clean, store, advance.

Each slice of rows is one transaction that also moves the delivery's position, so a load that was
killed goes on where it stopped, and nothing is stored twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction

from tellonce.hub.bridge.types import Progress
from tellonce.hub.core.bulk import count_grown_tables
from tellonce.hub.jobs.services import confirm
from tellonce.hub.jobs.types import HeldLease
from tellonce.hub.sources.alone import alone_in
from tellonce.hub.sources.arrival import ROWS_AT_ONCE
from tellonce.hub.sources.services import advance, quarantine
from tellonce.hub.sources.types import Counts, DeliveryView, RefusedRow

_COUNTED_FIRST = 4_000  # rows after which the tables are others than their database knows

Store = Callable[[DeliveryView, Sequence[Any]], Counts]


def store_in_slices(
    delivery: DeliveryView,
    batches: Iterable[tuple[Sequence[Any], Sequence[RefusedRow], int]],
    store: Store,
    lease: HeldLease,
    progress: Progress,
) -> DeliveryView:
    """Store the rows of a file; those before the delivery's position are committed already.

    `batches` gives accepted rows, refused rows, and how many card values were removed from them.
    `store` writes a slice and counts what became of it.
    """
    done, counted = 0, _COUNTED_FIRST
    for rows, refused, cards in batches:
        skipped = min(len(rows), max(0, delivery.position - done))
        done += skipped
        fresh = Counts(card_values=0 if skipped else cards)
        for part in _slices(rows[skipped:], refused):
            with transaction.atomic():
                confirm(lease)
                alone_in([delivery.source_id])
                kept = quarantine(delivery, part[1])
                counts = store(delivery, part[0]).plus(replace(fresh, quarantined=kept))
                delivery = advance(delivery, len(part[0]), counts)
            fresh = Counts()
            done += len(part[0])
            progress("write", done, 0)
            if done >= counted:
                count_grown_tables()
                counted *= 2
    if done >= _COUNTED_FIRST:
        count_grown_tables()
    return delivery


def _slices(
    rows: Sequence[Any], refused: Sequence[RefusedRow]
) -> Iterator[tuple[Sequence[Any], Sequence[RefusedRow]]]:
    for start in range(0, max(len(rows), len(refused), 1), ROWS_AT_ONCE):
        end = start + ROWS_AT_ONCE
        if rows[start:end] or refused[start:end]:
            yield rows[start:end], refused[start:end]
