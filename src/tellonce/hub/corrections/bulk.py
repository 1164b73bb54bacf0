"""Many corrections as one: a file of them, looked at before anything is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Conflict, HubError, WrongCall
from tellonce.hub.core.ids import new_id
from tellonce.hub.corrections.declared import Declared
from tellonce.hub.corrections.models import CorrectionGroup
from tellonce.hub.corrections.proposing import (
    Prepared,
    check_not_open,
    check_proposer,
    prepared,
    store,
)
from tellonce.hub.corrections.reviewing import approve_by_policy
from tellonce.hub.corrections.storing import policy_in_force
from tellonce.hub.corrections.types import (
    DETECTED,
    NewCorrection,
    Preview,
    Trouble,
)
from tellonce.io.read import read_file

MOST = 10_000
_COLUMNS = ("customer", "record", "attribute", "value", "old", "reason", "evidence", "severity")
_REMOVES = ("-", "(none)")


@dataclass(frozen=True)
class Judged:
    """A bulk that was looked at: what could be proposed, and what stands in the way."""

    ready: tuple[Prepared, ...]
    preview: Preview


def corrections_in(path: Path, *, reason: str = "") -> list[NewCorrection]:
    """The rows of a file with the columns record (SOURCE:ID) or customer, attribute, value, and, if
    they like, old, reason, evidence, severity. A value `-` removes.

    Raises `WrongCall`, and the errors of reading a file.
    """
    table = read_file(path).table
    names = {str(name).strip().casefold(): name for name in table.column_names}
    if "attribute" not in names or "value" not in names or not {"customer", "record"} & set(names):
        raise WrongCall(
            f"{path.name} lacks a column of corrections.",
            hint="It needs record (SOURCE:ID) or customer, attribute, and value.",
        )
    columns = {name: names[name] for name in _COLUMNS if name in names}
    rows = table.select(list(columns.values())).rename_columns(list(columns)).to_pylist()
    return [_new(row, reason) for row in rows]


def _new(row: Mapping[str, Any], reason: str) -> NewCorrection:
    said = {name: str(value).strip() for name, value in row.items() if value is not None}
    source, colon, key = said.get("record", "").partition(":")
    value = said.get("value", "")
    return NewCorrection(
        said.get("attribute", ""),
        customer=said.get("customer", ""),
        record=(source, key) if colon else None,
        value=None if value in ("", *_REMOVES) else value,
        removes=value in _REMOVES,
        old=said.get("old") or None,
        origin="steward",
        severity=said.get("severity") or "medium",
        reason=said.get("reason") or reason,
        evidence=said.get("evidence", ""),
    )


def judged(news: Sequence[NewCorrection], *, by: Actor, progress: Progress = no_progress) -> Judged:
    """What proposing these as one group would do; nothing is written.

    Raises `Refused` for who may not propose, `WrongCall` for none or more than `MOST`.
    """
    check_proposer(by)
    if not 0 < len(news) <= MOST:
        raise WrongCall(
            f"There are {len(news):,} corrections.", hint=f"Give 1 to {MOST:,} at a time."
        )
    ready, troubles = [], []
    taken: set[tuple[str, str, str | None]] = set()
    for number, (new, found) in enumerate(_each(news, by, progress), 1):
        if isinstance(found, HubError):
            troubles.append(Trouble(number, str(found), found.hint))
        elif (about := _about(found)) in taken:
            troubles.append(
                Trouble(number, f"{new.attribute} of this customer comes twice.", "Keep one.")
            )
        else:
            taken.add(about)
            ready.append(found)
    return Judged(tuple(ready), _preview(len(news), ready, troubles, policy_in_force()[1]))


def _about(found: Prepared) -> tuple[str, str, str | None]:
    """What no two of a group may be about; of values that are not seen, in the proposer's words."""
    return found.customer, found.attribute, found.content.old if found.seen else found.new.old


def _each(
    news: Iterable[NewCorrection], by: Actor, progress: Progress
) -> Iterator[tuple[NewCorrection, Prepared | HubError]]:
    for done, new in enumerate(news):
        progress("look", done, 0)
        try:
            found = prepared(new, by)
            if check_not_open(found) is not None:
                raise Conflict("It is open already.", hint="Look at the list of corrections.")
            if found.state == DETECTED:
                raise WrongCall("It gives no value.", hint="Write -, where there is none.")
        except HubError as error:
            yield new, error
        else:
            yield new, found


def _preview(
    rows: int, ready: Sequence[Prepared], troubles: Sequence[Trouble], policy: Declared
) -> Preview:
    customers = {one.customer for one in ready}
    return Preview(
        rows,
        len(ready),
        len(customers),
        dict(Counter(one.attribute for one in ready).most_common()),
        tuple(troubles),
        2 if len(customers) > policy.second_approval_above else 1,
    )


def propose_group(
    name: str,
    news: Sequence[NewCorrection],
    *,
    by: Actor,
    skip_troubles: bool = False,
    progress: Progress = no_progress,
) -> tuple[str, Preview]:
    """Propose corrections as one group; returns its public id and what was seen of it.

    Raises `Conflict` where a row cannot be proposed and `skip_troubles` is not said.
    """
    found = judged(news, by=by, progress=progress)
    return _stored(name, found, by, skip_troubles), found.preview


def _stored(name: str, found: Judged, by: Actor, skip_troubles: bool) -> str:
    preview = found.preview
    if not found.ready or (preview.troubles and not skip_troubles):
        first = preview.troubles[0]
        raise Conflict(
            f"{len(preview.troubles):,} of {preview.rows:,} rows cannot be proposed, "
            f"the first is row {first.row}: {first.problem}",
            hint="Look at the preview; correct the rows, or leave them out: --skip, over HTTP "
            '"skip": true.',
        )
    number, policy = policy_in_force()
    with transaction.atomic():
        group = CorrectionGroup(
            public_id=new_id("cog"),
            name=name[:120],
            author=by.id,
            needs=preview.needs,
            at=clock.now(),
        )
        group.save(force_insert=True)
        rows = store(found.ready, policy, by, group)
    approve_by_policy(rows, found.ready, (number, policy), by=by)
    return group.public_id
