"""After an undo: sources that took the value over are asked to write the former one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tellonce.hub.core.ids import new_id
from tellonce.hub.corrections.customers_at_hand import says_right, says_wrong
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.late_returns import due_of
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.storing import Telling
from tellonce.hub.corrections.types import (
    ASKED,
    DONE,
    IN_FORCE,
    OVERTAKEN,
    TAKEN_BACK,
    UNANSWERED,
    VERIFIED,
    Content,
)
from tellonce.hub.sources.selectors import current_versions, deleted_records

_HELD = (*UNANSWERED, DONE, VERIFIED)


def ask_to_give_back(rows: Sequence[Correction], policy: Declared, told: Telling) -> None:
    """In the transaction that undoes these corrections: ask each source that carries one, or says
    so, for the former value; not where a correction in force wants another one of the same record.
    """
    tasks = WriteBack.objects.filter(correction__in=rows, gives_back=False)
    took = list(tasks.filter(state__in=(DONE, VERIFIED)).select_related("record__source"))
    records = {task.record_id for task in took}
    wanted, gone = _wanted(records), deleted_records(records)
    versions = current_versions(records)
    row_of = {row.pk: row for row in rows}
    made = []
    for task in took:
        row = row_of[task.correction_id]
        if task.record_id in gone or (task.record_id, row.attribute) in wanted:
            continue
        seen = versions[task.record_id][0]
        public_id, source = new_id("tsk"), task.record.source.name
        made.append(
            WriteBack(
                public_id=public_id,
                correction=row,
                record_id=task.record_id,
                state=ASKED,
                gives_back=True,
                seen=seen,
                asked_at=told.at,
                due_at=due_of(row.severity, told.at, policy),
            )
        )
        told.add(row, "returning", source, task=public_id, source=source)
    WriteBack.objects.bulk_create(made)


def _wanted(records: set[int]) -> set[tuple[int, str]]:
    """(record, attribute) that corrections in force ask for."""
    tasks = WriteBack.objects.filter(record__in=records, gives_back=False, state__in=_HELD)
    tasks = tasks.filter(correction__state__in=IN_FORCE)
    return set(tasks.values_list("record_id", "correction__attribute"))


def ask_no_more_to_give_back(tasks: Mapping[Correction, Mapping[int, int]]) -> None:
    """In the transaction at hand: these records are asked for another value of the attribute."""
    wanted = {(record, row.attribute) for row, records in tasks.items() for record in records}
    held = WriteBack.objects.filter(
        record__in={record for record, _ in wanted}, gives_back=True, watched=True
    )
    over = [
        pk
        for pk, *about in held.values_list("id", "record_id", "correction__attribute")
        if tuple(about) in wanted
    ]
    WriteBack.objects.filter(pk__in=over).update(state=TAKEN_BACK, watched=False)


def look_whether_given_back(
    task: WriteBack, content: Content, said: Sequence[str], told: Telling
) -> None:
    """What a record says now, against the value that was undone and the former one."""
    row, source = task.correction, task.record.source.name
    former = Content(content.value, content.old, content.old is None, "", "")
    if says_right(former, said):
        task.state, task.verified_at, task.watched = VERIFIED, told.at, False
        told.add(row, "returned", source, task=task.public_id, source=source)
    elif says_wrong(former, said):
        told.add(row, "still", f"{source} delivered, and still says what was undone")
    else:
        task.state, task.watched = OVERTAKEN, False
        told.add(row, "still", f"{source} says something else now")
