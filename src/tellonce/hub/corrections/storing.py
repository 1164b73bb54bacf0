"""Rows of corrections: sealing what they say, moving them from state to state, and telling of it.

A state moves by a conditional UPDATE, so of two persons who act at once one is refused.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, Q

from tellonce.hub.core.bulk import among, insert_rows, locking
from tellonce.hub.core.errors import Conflict, Stale, Unknown
from tellonce.hub.core.ids import is_id
from tellonce.hub.corrections.declared import DEFAULT, Declared, declared
from tellonce.hub.corrections.models import (
    Correction,
    CorrectionPolicy,
    CorrectionStep,
)
from tellonce.hub.corrections.types import STEP_OF_STATE, Content
from tellonce.hub.customers.selectors import customers_by_record
from tellonce.hub.events.services import emit_many
from tellonce.hub.events.types import Happened
from tellonce.hub.vault.services import decrypt, encrypt, opened_keys
from tellonce.hub.vault.types import Key, Place

_HINT = "See them by `tellonce correction list`."
QUIET = frozenset({"detected", "valued", "answered", "expired", "still"})
"""Steps that are told in the story alone; all others are events too."""


@dataclass
class Telling:
    """Steps of several corrections, written at once: in their story, and as events.

    `customers`: record (row id) -> public id. An event holds ids and names of attributes only.
    """

    at: datetime
    actor: str
    customers: Mapping[int, str]
    _steps: list[tuple[Any, ...]] = field(default_factory=list)
    _events: list[Happened] = field(default_factory=list)

    def add(self, row: Correction, kind: str, words: str = "", **data: Any) -> None:
        """Something happened to a correction."""
        self._steps.append((row.pk, self.at, kind, self.actor, words))
        if kind in QUIET:
            return
        about = {
            "customer": self.customers.get(row.record_id, ""),
            "attribute": row.attribute,
            "origin": row.origin,
            "severity": row.severity,
            **data,
        }
        self._events.append(Happened(f"tellonce.correction.{kind}.v1", row.public_id, about))

    def write(self) -> None:
        """In the transaction at hand."""
        names = ("correction_id", "at", "kind", "actor", "words")
        insert_rows(CorrectionStep, names, self._steps)
        emit_many(self._events)
        self._steps, self._events = [], []


def telling(rows: Iterable[Correction], at: datetime, actor: str) -> Telling:
    """A telling about these corrections."""
    return Telling(at, actor, customers_by_record({row.record_id for row in rows}))


def correction_row(public_id: str) -> Correction:
    """The row of this id; raises `Unknown`."""
    row = _rows().filter(public_id=public_id).first()
    if row is None:
        raise unknown_correction(public_id)
    return row


def unknown_correction(public_id: str) -> Unknown:
    """What is raised where there is none of this id, for whoever asks."""
    shape = "" if is_id(public_id, "cor") else "An id looks like cor_ and 32 hex digits. "
    return Unknown(f"There is no correction {public_id!r}.", hint=shape + _HINT)


def correction_rows(ids: Collection[int]) -> list[Correction]:
    """The rows of these row ids, oldest first."""
    return list(_rows().filter(pk__in=ids).order_by("id"))


def hold(ids: Collection[int]) -> None:
    """In the transaction at hand: nobody else changes these corrections (row ids), or what sources
    are asked for by them, until it ends. What was read of them before is to be read again.
    """
    among("SELECT id FROM corrections WHERE id", ids, then=locking("ORDER BY id"))


def rows_of_group(public_id: str) -> list[Correction]:
    """The corrections of a group, oldest first; raises `Unknown`."""
    rows = list(_rows().filter(group__public_id=public_id).order_by("id"))
    if not rows:
        raise Unknown(f"There is no group {public_id!r}.", hint=_HINT)
    return rows


def rows_named(name: str) -> list[Correction]:
    """The correction of this id, or those of the group of this id; raises `Unknown`."""
    return rows_of_group(name) if name.startswith("cog_") else [correction_row(name)]


def _rows() -> Any:
    return Correction.objects.select_related("record", "group")


def check_seen(row: Correction, seen: int | None) -> None:
    """Raises `Stale` where a correction is not as the caller saw it."""
    if seen is not None and row.version != seen:
        raise Stale(
            f"The correction {row.public_id} is at version {row.version} by now, not at {seen}.",
            hint="Look at it again, and decide anew.",
        )


def check_state(row: Correction, states: Sequence[str], what: str) -> None:
    """Raises `Conflict` where a correction is in none of these states, so cannot be `what`."""
    if row.state not in states:
        so = " already" if row.state == what else f": it cannot be {what}"
        raise Conflict(
            f"The correction {row.public_id} is {row.state}{so}.",
            hint=f"See it: tellonce correction show {row.public_id}",
        )


def move(
    rows: Sequence[Correction], state: str, at: datetime, policy: Declared, **changes: Any
) -> None:
    """In the transaction at hand: these corrections are in `state` from now on, and its deadline
    runs. Raises `Conflict`, and nothing is kept, where one was changed meanwhile.
    """
    hold({row.pk for row in rows})
    step = STEP_OF_STATE.get(state)
    values = {"state": state, "since": at, "reminded_at": None, "overdue_at": None, **changes}
    for severity in {row.severity for row in rows}:
        part = [row for row in rows if row.severity == severity]
        due = at + timedelta(days=policy.deadlines[severity][step]) if step else None
        held = Correction.objects.filter(_as_they_are(part))
        if held.update(**values, due_at=due, version=F("version") + 1) != len(part):
            raise Conflict(
                f"The correction {part[0].public_id} was changed by somebody else just now"
                f"{', or another of these' if len(part) > 1 else ''}.",
                hint="Look at it again, and decide anew.",
            )
        for row in part:
            row.version += 1
            row.due_at = due
            for name, value in values.items():
                setattr(row, name, value)


def _as_they_are(rows: Sequence[Correction]) -> Q:
    """These rows, as long as they are in the state and version in which they were read."""
    at: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        at.setdefault((row.state, row.version), []).append(row.pk)
    found = Q(pk__in=[])
    for (state, version), ids in at.items():
        found |= Q(pk__in=ids, state=state, version=version)
    return found


def policy_in_force() -> tuple[int, Declared]:
    """The number of the declarations in force, 0 for the defaults, and what they say."""
    row = CorrectionPolicy.objects.order_by("-id").first()
    return (row.pk, _declared(row.text)) if row else (0, _declared(DEFAULT))


@lru_cache(maxsize=4)
def _declared(text: str) -> Declared:
    return declared(text)


def sealed(content: Content, key: Key, public_id: str) -> bytes:
    """What a correction says, under the key of its record."""
    return encrypt(key, json.dumps(asdict(content)).encode(), _place(public_id))


def contents(rows: Sequence[Correction]) -> dict[int, Content]:
    """Row id -> what a correction says; one whose record was erased is left out."""
    keys = opened_keys({row.record.key_id for row in rows})
    return {
        row.pk: Content(
            **json.loads(decrypt(keys[row.record.key_id], bytes(row.sealed), _place(row.public_id)))
        )
        for row in rows
        if row.record.key_id in keys
    }


def _place(public_id: str) -> Place:
    return Place("corrections", "sealed", public_id)
