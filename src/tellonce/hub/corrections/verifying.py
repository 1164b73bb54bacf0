"""Do the sources carry it? Whatever a source delivers of a record that a correction touched is
looked at, also after the correction was closed, for as long as its value counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet

from tellonce.hub.bridge.stewards import keeps_several, values_of
from tellonce.hub.core import clock
from tellonce.hub.corrections.customers_at_hand import says_right, says_wrong
from tellonce.hub.corrections.giving_back import look_whether_given_back
from tellonce.hub.corrections.joining import ask_one_more, follow_members
from tellonce.hub.corrections.models import Correction, WriteBack
from tellonce.hub.corrections.storing import (
    Telling,
    contents,
    hold,
    move,
    policy_in_force,
    telling,
)
from tellonce.hub.corrections.types import (
    ASKED,
    DONE,
    GONE,
    OVERTAKEN,
    REFUSED,
    REOPENED,
    VERIFIED,
    WATCHED,
    Content,
    NewCorrection,
)
from tellonce.hub.corrections.writing_back import settle
from tellonce.hub.jobs.types import SYSTEM
from tellonce.hub.sources.selectors import (
    current_versions,
    deleted_records,
    observed_times,
    record_texts,
)

AT_ONCE = 100
_ANSWERED = (DONE, VERIFIED, OVERTAKEN, GONE)


@dataclass
class Looked:
    """What came of looking: how many records were looked at, corrections (public ids) that came
    back wrong, and values that a source says now though nobody proposed them.
    """

    records: int = 0
    reopened: list[str] = field(default_factory=list)
    others: list[NewCorrection] = field(default_factory=list)


@dataclass(frozen=True)
class _Delivered:
    """What a record says of the attribute now, and since when that is true."""

    values: Sequence[str]
    observed: datetime | None


def look_at_deliveries() -> Looked:
    """Look at who joined and left, and at every record that says something else than when it was
    looked at last.
    """
    follow_members()
    looked = Looked()
    while tasks := list(_changed()[:AT_ONCE]):
        with transaction.atomic():
            hold({task.correction_id for task in tasks})
            _look(list(_changed().filter(pk__in=[task.pk for task in tasks])), looked)
    return looked


def _changed() -> QuerySet[WriteBack]:
    """Tasks whose record has another version by now."""
    rows = WriteBack.objects.filter(watched=True).exclude(record__current_id=F("seen"))
    rows = rows.select_related("correction__record", "correction__group", "record__source")
    return rows.order_by("id")


def _look(tasks: Sequence[WriteBack], looked: Looked) -> None:
    records = {task.record_id for task in tasks}
    versions, gone, observed = (
        look(records) for look in (current_versions, deleted_records, observed_times)
    )
    texts = record_texts(records - gone)
    said = values_of({i: text.document for i, text in texts.items()})
    rows = {task.correction_id: task.correction for task in tasks}
    meant = contents(list(rows.values()))
    told = telling(rows.values(), clock.now(), SYSTEM)
    for task in tasks:
        task.correction = row = rows[task.correction_id]
        task.seen = versions[task.record_id][0]
        if task.record_id not in said:
            _is_gone(task, told)
        elif content := meant.get(row.pk):
            values = said[task.record_id].get(row.attribute, ())
            if task.gives_back:
                look_whether_given_back(task, content, values, told)
            else:
                _compare(task, content, _Delivered(values, observed[task.record_id]), told, looked)
    looked.records += len(tasks)
    WriteBack.objects.bulk_update(
        tasks,
        ["state", "seen", "watched", "asked_at", "verified_at", "answered_at", "reason", "as_of"],
    )
    for row in rows.values():
        _follow(row, told, looked)
    told.write()


def _is_gone(task: WriteBack, told: Telling) -> None:
    asked, task.state = task.state != WATCHED, GONE
    if asked:
        told.add(task.correction, "still", f"{task.record.source.name} deleted the record")


def _compare(
    task: WriteBack, content: Content, now: _Delivered, told: Telling, looked: Looked
) -> None:
    """What a record says now, against what was wrong and what is right."""
    row, source = task.correction, task.record.source.name
    wrong, right = says_wrong(content, now.values), says_right(content, now.values)
    several = keeps_several(row.attribute, is_identifier=row.is_identifier)
    if task.state == WATCHED:
        if wrong:
            ask_one_more(row, task, source, told)
    elif wrong:
        _says_the_old(task, source, now.observed, told)
    elif right and task.state != VERIFIED:
        task.state, task.verified_at, task.as_of = VERIFIED, told.at, now.observed
        told.add(row, "verified", source, task=task.public_id, source=source)
    elif not right and now.values and not several and task.state != OVERTAKEN:
        task.state = OVERTAKEN
        told.add(row, "still", f"{source} says something else now")
        looked.others.append(_another(task, content, now.values[0]))


def _says_the_old(task: WriteBack, source: str, observed: datetime | None, told: Telling) -> None:
    """It comes back wrong where the source had answered, and what it says now is no older."""
    row = task.correction
    is_older = observed is not None and task.as_of is not None and observed <= task.as_of
    if task.state in _ANSWERED and not is_older:
        task.state, task.reason = ASKED, ""
        task.verified_at = task.answered_at = task.as_of = None
        row.reopened += 1
        words = f"{source} delivered the old value again"
        told.add(row, "reopened", words, task=task.public_id, source=source)
    elif task.state != REFUSED:
        told.add(row, "still", f"{source} delivered, and still says the old value")


def _another(task: WriteBack, content: Content, value: str) -> NewCorrection:
    """A value that is neither: life may have gone on, so somebody has to look at it."""
    row = task.correction
    return NewCorrection(
        f"identifier:{row.attribute}" if row.is_identifier else row.attribute,
        record=(task.record.source.name, task.record.record_key),
        value=value,
        old=content.value,
        origin="disagreement",
        severity=row.severity,
        reason=f"{task.record.source.name} says so after the correction {row.public_id}.",
        finding=f"{task.public_id}:{task.seen}",
    )


def _follow(row: Correction, told: Telling, looked: Looked) -> None:
    """Move a correction to where its tasks are."""
    policy = policy_in_force()[1]
    before = Correction.objects.filter(pk=row.pk).values_list("reopened", flat=True).get()
    if row.reopened > before:
        looked.reopened.append(row.public_id)
        again = {"reopened": row.reopened, "outcome": "", "closed_at": None}
        move([row], REOPENED, told.at, policy, **again)
    else:
        settle(row, policy, told)
