"""Records that wait to be placed: put in by whoever changes them, taken out by who places them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, change_each, clear_out, fetched, insert_rows, locking
from tellonce.hub.intake.models import Waiting
from tellonce.hub.intake.work import PLACE
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.matching.services import index_records
from tellonce.hub.quality.recording import keep_findings
from tellonce.hub.sources.selectors import ACTIVE, current_versions
from tellonce.hub.sources.types import Counts, StoredRecords

_CUT_SHORT = timedelta(seconds=10)

_UPDATE = "UPDATE waiting SET version_id = %s, urgent = (urgent OR %s) WHERE record_id = %s"
_DELETE = "DELETE FROM waiting WHERE record_id = %s AND version_id = %s"
_LOCKED = "SELECT record_id, version_id FROM waiting WHERE record_id"
_HELD = "UPDATE waiting SET held_id = %s WHERE record_id = %s"
_ROW = ("record_id", "version_id", "held_id")


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A record, its version to be placed, and the one it is held by (None: it is not held).

    `noted`: it stands among those that wait; a new one that is placed in the transaction that
    stores it need not.
    """

    record: int
    version: int
    held: int | None
    noted: bool = True


class Versions:
    """Record -> version, of millions: 16 bytes each. Records are added in ascending order."""

    def __init__(self) -> None:
        self._records, self._versions = array("q"), array("q")

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[int]:
        return iter(self._records)

    def add(self, record: int, version: int) -> None:
        """A record above all that are there."""
        self._records.append(record)
        self._versions.append(version)

    def get(self, record: int) -> int | None:
        """The version of a record; None where it is not there."""
        at = bisect_left(self._records, record)
        there = at < len(self._records) and self._records[at] == record
        return self._versions[at] if there else None


def waits_now(stored: StoredRecords, *, urgent: bool = False) -> Counts:
    """In the transaction that stored them: records can be looked up, what rules found in them is
    kept, and they wait to be placed.
    """
    _keep_beside(stored)
    await_placing(stored.moved, urgent=urgent)
    return stored.counts


def waits_here(stored: StoredRecords) -> list[WaitingRecord]:
    """The same for who places them before the transaction ends: what is to be placed. A record that
    was not held and did not wait is not noted, since nobody else sees it before it is placed.
    """
    _keep_beside(stored)
    unheld = [record for record, (_, before) in stored.moved.items() if before is None]
    new = set(unheld) - waiting_among(unheld).keys()
    noted = {record: said for record, said in stored.moved.items() if record not in new}
    await_placing(noted, urgent=True)
    found = [WaitingRecord(record, stored.moved[record][0], None, noted=False) for record in new]
    return sorted([*found, *waiting_among(noted).values()], key=lambda one: one.record)


def _keep_beside(stored: StoredRecords) -> None:
    gone = {record for record, (_, before) in stored.moved.items() if before is None}
    index_records(stored.keys, new=gone)
    keep_findings(stored.source, stored)


def await_placing(moved: Mapping[int, tuple[int, int | None]], *, urgent: bool = False) -> None:
    """In the transaction that stored them: these records (record -> version that wins now, version
    that did) wait to be placed. What a record that waits already is held by stays as it is.

    Those that wait are locked first: one that is being settled waits no more by the time it can be.
    """
    select, order = "SELECT record_id FROM waiting WHERE record_id", locking("ORDER BY record_id")
    known = {record for (record,) in among(select, moved, then=order)}
    now = clock.now()
    change_each(_UPDATE, [(moved[record][0], urgent, record) for record in sorted(known)])
    insert_rows(
        Waiting,
        (*_ROW, "urgent", "since"),
        [(r, version, held, urgent, now) for r, (version, held) in moved.items() if r not in known],
    )


def enqueue_placing(actor: str, *, urgent: bool = False) -> None:
    """In the transaction that stored something: have it placed soon; at most one such job waits.

    `urgent`: whoever stored it places it at once, and the job is for where that is cut short.
    """
    if urgent:
        enqueue(PLACE, {}, actor, unique=f"{PLACE}:urgent", delay=_CUT_SHORT)
    else:
        enqueue(PLACE, {}, actor, unique=PLACE)


def next_waiting(limit: int) -> list[WaitingRecord]:
    """The next to be placed: those a person waits for, else the oldest."""
    rows = fetched(f"SELECT {', '.join(_ROW)} FROM waiting ORDER BY id LIMIT %s", limit)  # noqa: S608
    return urgent_waiting(limit) or [WaitingRecord(*row) for row in rows]


def urgent_waiting(limit: int) -> list[WaitingRecord]:
    """Those that a person waits for, the oldest first."""
    select = f"SELECT {', '.join(_ROW)} FROM waiting WHERE urgent"  # noqa: S608  names are our own
    return [WaitingRecord(*row) for row in fetched(f"{select} ORDER BY id LIMIT %s", limit)]


def waiting_among(records: Collection[int]) -> dict[int, WaitingRecord]:
    """Those of these records (row ids) that wait."""
    rows = among(f"SELECT {', '.join(_ROW)} FROM waiting WHERE record_id", records)  # noqa: S608
    return {row[0]: WaitingRecord(*row) for row in rows}


def all_waiting() -> Versions:
    """Every record that waits, with the version to be placed."""
    found = Versions()
    rows = Waiting.objects.order_by("record_id").values_list("record_id", "version_id")
    for record, version in rows.iterator(20_000):
        found.add(record, version)
    return found


def settle(placed: Iterable[tuple[int, int, int | None]], *, alone: bool = False) -> None:
    """In the transaction that placed them: (record, the version that waited, the version it is held
    by now). A record that was changed meanwhile waits on, and so does one that was restricted, or
    is no more; `alone`: their sources are held, so none can have been. Rows are locked in the order
    in which `await_placing` locks them, so that neither waits for the other.
    """
    rows = {record: (version, now) for record, version, now in placed}
    there = dict(among(_LOCKED, rows, then=locking("ORDER BY record_id")))
    states = {} if alone else current_versions(there)
    over, still = [], []
    for record in there:
        version, now = rows[record]
        fits = alone or (states[record][1] == ACTIVE) == (now is not None)
        if there[record] == version and (fits or states[record][0] != version):
            over.append((record, version))
        else:
            still.append((now, record))
    change_each(_DELETE, over)
    change_each(_HELD, still)


def clear_queue() -> None:
    """After many were settled; not in a transaction."""
    clear_out(Waiting)


def waiting_count() -> int:
    """How many records wait to be placed."""
    return Waiting.objects.count()


def any_waiting() -> bool:
    """Whether any record waits to be placed."""
    return bool(fetched("SELECT 1 FROM waiting LIMIT 1"))
