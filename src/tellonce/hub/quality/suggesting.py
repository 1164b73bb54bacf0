"""Rules that the records of a source make likely."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.types import Progress, no_progress
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.quality.access import check_may_write
from tellonce.hub.quality.judging import settled_surroundings
from tellonce.hub.quality.profiles import active_records, looked_at
from tellonce.hub.sources.config import RECORDS
from tellonce.hub.sources.selectors import source_named
from tellonce.hub.sources.types import SourceView
from tellonce.rules.profiling import Known, recognised_known
from tellonce.rules.suggesting import Suggestion, suggest


@dataclass(frozen=True)
class Suggested:
    """What the `looked_at` of the `records` of a source make likely, column by column."""

    source: str
    records: int
    looked_at: int
    rules: tuple[Suggestion, ...]


def suggest_rules(name: str, *, by: Actor, progress: Progress = no_progress) -> Suggested:
    """Rules for a source, the same lines as for a file of its records.

    Raises `Unknown`, `WrongCall` where it has no records, `Refused`.
    """
    check_may_write(by, "quality.suggest")
    source = source_named(name)
    records = active_records(source.id)
    parts = [pa.Table.from_batches([one]) for one in looked_at(source, records, progress)]
    if not parts:
        raise WrongCall(
            f"{name} has no records to look at.", hint=f"Load some: `tellonce load {name} FILE`."
        )
    rows = pa.concat_tables(parts, promote_options="default")
    known = recognised_known(rows, name, _known(source))
    found = suggest(rows, name, now=clock.now(), recognition=known)
    with transaction.atomic():
        record_act(Act("quality.suggest", by.id, target=name[:64]))
    return Suggested(name, records, rows.num_rows, found)


def _known(source: SourceView) -> Known:
    """What is known of the columns, the country and the dates of a source."""
    said = {**source.learned.get(RECORDS, {}).get("columns", {}), **source.config.columns}
    return Known(said, settled_surroundings(source).country, source.config.day_first)
