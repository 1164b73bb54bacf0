"""Rows in quarantine: which are meant, and what stands in them once people wrote into fields."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.jobs.services import held_lease
from tellonce.hub.sources.models import QuarantineCorrection, Quarantined
from tellonce.hub.sources.places import quarantine_correction_place, quarantine_place
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import QuarantinedEntry
from tellonce.hub.vault.services import decrypt, opened_key
from tellonce.hub.vault.types import Key

PATIENCE = 2.0  # seconds to wait for who works in the same quarantine
MAY_READ = ("engineer", "steward", "admin")
_SEE = "See `tellonce quarantine list`."
Corrections = Mapping[str, str | None]


@dataclass(frozen=True)
class Which:
    """Rows that wait: of one source ("" for all), whose reason holds these words, of these numbers,
    or sent there by one validation rule, but none of those sent there by the rules `without`.
    """

    source: str = ""
    reason: str = ""
    ids: tuple[int, ...] = ()
    rule: str = ""
    without: tuple[str, ...] = ()


def check_may_work(by: Actor, action: str) -> None:
    """Refuse who is neither engineer, steward nor administrator; of an API client the door has
    looked at the scopes.
    """
    if CLIENT not in by.roles:
        what, hint = "work on what waits in quarantine", "Ask an engineer or a steward."
        refuse_unless(by, MAY_READ, action, may_not=what, hint=hint)


def waiting_rows(which: Which) -> Any:
    """The query of the rows that wait and are meant."""
    rows = Quarantined.objects.filter(state__in=Quarantined.WAITS)
    if which.source:
        rows = rows.filter(delivery__source_id=source_named(which.source).id)
    if which.reason:
        rows = rows.filter(reason__icontains=which.reason)
    if which.rule:
        rows = rows.filter(rule=which.rule)
    if which.without:
        rows = rows.exclude(rule__in=which.without)
    return rows.filter(pk__in=which.ids) if which.ids else rows


def rows_meant(which: Which, most: int | None = None) -> list[Quarantined]:
    """The rows that are meant, oldest first, at most so many; raises `Unknown` where one of those
    that are named does not wait, or none does.
    """
    if not (which.source or which.ids or which.rule):
        raise WrongCall(
            "It is not said which rows.", hint="Name a source, a rule, or rows by --id."
        )
    rows = list(waiting_rows(which).select_related("delivery__source").order_by("id")[:most])
    if most is None or len(which.ids) <= most:
        check_all_there(which.ids, rows)
    if not rows:
        raise Unknown("No such row waits in quarantine.", hint=_SEE)
    return rows


@contextmanager
def rows_held(which: Which, by: Actor, most: int | None = None) -> Iterator[list[Quarantined]]:
    """`rows_meant`, of sources in whose quarantine nobody else works inside the block: what he
    discards would be delivered, and of two who replay one would end what waits again. Raises
    `Busy`.
    """
    with ExitStack() as held:
        for source in sorted({row.delivery.source_id for row in rows_meant(which, most)}):
            lease = held_lease(f"quarantine:{source}", by.id, wait_seconds=PATIENCE)
            held.enter_context(lease)
        yield rows_meant(which, most)


def check_all_there(ids: Sequence[int], rows: Sequence[Quarantined]) -> None:
    """Raise `Unknown` where a row of these numbers is missing."""
    missing = set(ids) - {row.pk for row in rows}
    if missing:
        some = "No such row waits" if len(set(ids)) == 1 else "One of these rows does not wait"
        raise Unknown(f"{some} in quarantine.", hint=_SEE)


def corrections_of(rows: Collection[Quarantined]) -> dict[int, dict[str, str | None]]:
    """Row -> field -> what was last written into it; rows that nobody corrected are left out."""
    places = {row.pk: row for row in rows}
    keys: dict[int, Key] = {}
    found: dict[int, dict[str, str | None]] = {}
    written = QuarantineCorrection.objects.filter(quarantined_id__in=places).order_by("id")
    for one in written:
        row = places[one.quarantined_id]
        value = None
        if one.value is not None:
            key_id = row.delivery.key_id
            key = keys.get(key_id) or keys.setdefault(key_id, opened_key(key_id))
            place = quarantine_correction_place(row.delivery_id, row.row, one.header)
            value = decrypt(key, bytes(one.value), place).decode()
        found.setdefault(row.pk, {})[one.header] = value
    return found


def corrected_headers(rows: Collection[Quarantined]) -> dict[int, tuple[str, ...]]:
    """Row -> the fields that were written into, sorted."""
    written = QuarantineCorrection.objects.filter(quarantined__in=[row.pk for row in rows])
    found: dict[int, set[str]] = {}
    for row, header in written.values_list("quarantined_id", "header"):
        found.setdefault(row, set()).add(header)
    return {row: tuple(sorted(headers)) for row, headers in found.items()}


def entry_of(row: Quarantined, corrected: Mapping[int, tuple[str, ...]]) -> QuarantinedEntry:
    """The row without what stands in it; `corrected` as `corrected_headers` gives it."""
    return QuarantinedEntry(
        id=row.pk,
        source=row.delivery.source.name,
        content=row.delivery.content,
        file_name=row.delivery.file_name,
        row=row.row,
        reason=row.reason,
        state=row.state,
        delivered_at=row.delivery.started_at,
        rule=row.rule,
        record_key=row.record_key,
        corrected=corrected.get(row.pk, ()),
        because=row.because,
    )


def text_of(row: Quarantined) -> str:
    """What stands in the row, as it came."""
    place = quarantine_place(row.delivery_id, row.row)
    return decrypt(opened_key(row.delivery.key_id), bytes(row.raw), place).decode()


def row_object(text: str) -> dict[str, Any] | None:
    """A row's text by column; None where it is a line that could not be read as one."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def with_corrections(said: Mapping[str, Any], corrections: Corrections) -> dict[str, Any]:
    """The row with what people wrote into its fields; an emptied field is left out."""
    whole = {**said, **corrections}
    return {header: value for header, value in whole.items() if value is not None}
