"""One transaction at a time stores records of a source, restricts them, or has them wait.

What it decides from what is stored would otherwise be out of date by the time it is written: an
older version would win, or a restriction be lost. On SQLite there is one writer anyway.
"""

from __future__ import annotations

from collections.abc import Collection

from tellonce.hub.core.bulk import among, locking


def alone_in(source_ids: Collection[int]) -> None:
    """Wait until no other transaction does so for these sources; until this one ends none can."""
    among("SELECT id FROM sources WHERE id", source_ids, then=locking("ORDER BY id"))


def alone_with(records: Collection[int]) -> None:
    """`alone_in` the sources of these records (row ids)."""
    alone_in({source for (source,) in among("SELECT source_id FROM records WHERE id", records)})
