"""Changing what is declared about a source that may hold records already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.sources.config import SourceConfig, by_real_names, stored_config
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.models import Source
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.services import as_stored, check_deliverer, check_kind, plan_fetching
from tellonce.hub.sources.types import SourceView

_READING = ("columns", "country", "day_first", "source_version", "observed_at", "customer_key")
_RESOLVING = ("trust", "unique")


@dataclass(frozen=True)
class Change:
    """A setting before and after; None where it was, or is, not declared."""

    setting: str
    before: Any
    after: Any


@dataclass(frozen=True)
class PlannedChange:
    """What would change, and what that means for the records that are held."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def planned_change(source: SourceView, document: Mapping[str, Any] | None) -> PlannedChange:
    """What another configuration would change. Raises `WrongCall` for one that cannot be.

    The record id of a source that holds records stays: under another one each would be there twice.
    """
    check_kind(source.kind, document)
    before = by_real_names(Source.objects.values_list("config", flat=True).get(pk=source.id))
    after = as_stored(document)
    settings = dict.fromkeys([*before, *after])
    changes = tuple(
        Change(name, before.get(name), after.get(name))
        for name in settings
        if before.get(name) != after.get(name)
    )
    _check_record_id(source, stored_config(after))
    return PlannedChange(changes, tuple(_notes(source, stored_config(after))))


def change_source(name: str, document: Mapping[str, Any] | None, *, by: Actor) -> PlannedChange:
    """Declare this about a source from now on. Raises `WrongCall` and `Refused`."""
    check_deliverer(by, "source.set", name)
    source = source_named(name, counted=True)
    planned = planned_change(source, document)
    if not planned.changes:
        return planned
    with transaction.atomic():
        row = Source.objects.select_for_update().get(pk=source.id)
        row.learned = _still_learned(row.learned, source.config, stored_config(as_stored(document)))
        row.config = as_stored(document)
        row.save(update_fields=["config", "learned"])
        plan_fetching(source_named(name), by)
        details = {"settings": ", ".join(change.setting for change in planned.changes)[:200]}
        record_act(Act("source.set", by.id, target=name[:64], details=details))
    return planned


def _check_record_id(source: SourceView, after: SourceConfig) -> None:
    learned = source.learned.get(RECORDS)
    if learned is None:
        return
    before = source.config.record_id or learned["record_id"]
    if (after.record_id or before) == before:
        return
    raise WrongCall(
        f"The records of {source.name!r} are known by {before or 'their row number'}; "
        f"known by {after.record_id} each would be there twice.",
        hint="Add a source of its own for the new record id, and load the old one empty.",
    )


def _notes(source: SourceView, after: SourceConfig) -> Iterator[str]:
    """What the change means, in sentences."""
    if not source.records:
        return
    changed = [n for n in _READING if getattr(after, n) != getattr(source.config, n)]
    if changed:
        yield (
            f"{source.records:,} records were read under what was declared before "
            f"({', '.join(changed)} changed) and stay as they are until they arrive again changed; "
            f"`tellonce source restandardise {source.name}` reads all of them anew."
        )
    changed = [n for n in _RESOLVING if getattr(after, n) != getattr(source.config, n)]
    if changed:
        verb = "count" if len(changed) > 1 else "counts"
        yield f"{' and '.join(changed)} {verb} for all customers, resolved anew at the next load."
    if after.guard != source.config.guard:
        yield "The guard counts from the next full delivery on."


def _still_learned(
    learned: Mapping[str, Any], before: SourceConfig, after: SourceConfig
) -> dict[str, Any]:
    """What was settled and is not declared otherwise now: the rest is recognised anew."""
    kept = dict(learned)
    for content in before.layouts.keys() | after.layouts.keys():
        if before.layouts.get(content) != after.layouts.get(content):
            kept.pop(content, None)
    if RECORDS in kept:
        changed = {
            header
            for header in before.columns.keys() | after.columns.keys()
            if before.columns.get(header) != after.columns.get(header)
        }
        roles = {*before.named_columns().values(), *after.named_columns().values()}
        settled = kept[RECORDS]
        columns = {
            header: attribute
            for header, attribute in settled["columns"].items()
            if header not in changed | roles
        }
        region = settled["region"] if before.country == after.country else ""
        kept[RECORDS] = {**settled, "columns": columns, "region": region}
        if changed or before.country != after.country or before.day_first != after.day_first:
            # The country is told by columns; the order of dates was as it was declared.
            same = before.day_first in (None, after.day_first)
            orders = settled.get("reading", {}).get("orders", {}) if same else {}
            kept[RECORDS]["reading"] = {"orders": orders}
    return kept
