"""Records that join the customer of a correction, or leave it: whoever joins and says the wrong
value is asked to write the right one back, whoever leaves is asked no more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db import transaction

from tellonce.hub.bridge.stewards import values_of
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import fetched
from tellonce.hub.core.ids import new_id
from tellonce.hub.corrections.customers_at_hand import says_wrong
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.storing import (
    Telling,
    contents,
    correction_rows,
    hold,
    move,
    policy_in_force,
    telling,
)
from tellonce.hub.corrections.types import (
    APPLIED,
    ASKED,
    CLOSED,
    LEFT,
    PROPAGATED,
    WATCHED,
)
from tellonce.hub.corrections.writing_back import settle
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.sources.selectors import (
    current_versions,
    deleted_records,
    record_names,
    record_texts,
)

AT_ONCE = 100
_JOINED = """
    SELECT c.id, other.record_id, w.id FROM steward_values v
    JOIN corrections c ON c.public_id = v.correction
    JOIN memberships own ON own.record_id = v.record_id AND own.to_at IS NULL
    JOIN memberships other ON other.customer_id = own.customer_id AND other.to_at IS NULL
    LEFT JOIN write_backs w ON w.correction_id = c.id AND w.record_id = other.record_id
    WHERE v.ended_at IS NULL AND (w.id IS NULL OR w.state = %s)
    ORDER BY c.id, other.record_id LIMIT %s
"""
_HAVE_LEFT = """
    SELECT w.id FROM write_backs w
    JOIN corrections c ON c.id = w.correction_id
    JOIN memberships own ON own.record_id = c.record_id AND own.to_at IS NULL
    JOIN memberships other ON other.record_id = w.record_id AND other.to_at IS NULL
    WHERE w.watched AND NOT w.gives_back AND own.customer_id <> other.customer_id
    ORDER BY w.id LIMIT %s
"""


def follow_members() -> int:
    """Bring what sources are asked for in line with who belongs to the customers now; returns how
    many records joined or left.
    """
    return sum(_leave()) + sum(_join())


def _leave() -> Iterator[int]:
    while ids := [task for (task,) in fetched(_HAVE_LEFT, AT_ONCE)]:
        with transaction.atomic():
            named = WriteBack.objects.filter(pk__in=ids, watched=True)
            hold(set(named.values_list("correction_id", flat=True)))
            tasks = list(named.select_related("record__source"))
            rows = {row.pk: row for row in correction_rows({one.correction_id for one in tasks})}
            told = telling(rows.values(), clock.now(), SYSTEM)
            for task in tasks:
                if task.state != WATCHED:
                    words = f"the record of {task.record.source.name} left the customer"
                    told.add(rows[task.correction_id], "still", words)
            named.update(state=LEFT, watched=False)
            for row in rows.values():
                settle(row, policy_in_force()[1], told)
            told.write()
        yield len(ids)


def _join() -> Iterator[int]:
    while found := fetched(_JOINED, LEFT, AT_ONCE):
        with transaction.atomic():
            hold({correction for correction, _, _ in found})
            _ask_or_watch([one for one in fetched(_JOINED, LEFT, AT_ONCE) if one in found])
        yield len(found)


def _ask_or_watch(found: Collection[tuple[int, int, int | None]]) -> None:
    """`found`: correction, record, and the task that it had (None: none), all by row id."""
    records = {record for _, record, _ in found}
    versions, gone = current_versions(records), deleted_records(records)
    texts = record_texts(records - gone)
    said = values_of({record: text.document for record, text in texts.items()})
    rows = {row.pk: row for row in correction_rows({row for row, _, _ in found})}
    meant = contents(list(rows.values()))
    told = telling(rows.values(), clock.now(), SYSTEM)
    names = record_names(records)
    back = WriteBack.objects.in_bulk([task for _, _, task in found if task is not None])
    for pk, record, held in found:
        row, content = rows[pk], meant.get(pk)
        task = back.get(held) or WriteBack(public_id=new_id("tsk"), correction=row)
        task.record_id, task.seen, task.watched = record, versions[record][0], True
        task.state, task.asked_at = WATCHED, told.at
        if content and says_wrong(content, said.get(record, {}).get(row.attribute, ())):
            ask_one_more(row, task, names[record][0], told)
        task.save()
    told.write()


def ask_one_more(row: Correction, task: WriteBack, source: str, told: Telling) -> None:
    """In the transaction at hand: one more record says the wrong value, so the correction waits for
    its source, also where it was closed. Whoever calls saves the task.
    """
    task.state, task.asked_at = ASKED, told.at
    told.add(row, "propagated", source, task=task.public_id, source=source)
    if row.state in (PROPAGATED, CLOSED):
        policy = policy_in_force()[1]
        move([row], APPLIED, told.at, policy, outcome="", closed_at=None)
