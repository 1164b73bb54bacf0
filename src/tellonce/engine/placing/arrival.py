"""What arrived: made comparable, keyed and encoded once."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.errors import InputError
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.lookup import Identity
from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.encode import encode
from tellonce.engine.settings import SPELLING, Settings
from tellonce.engine.tables import canonical


@dataclass(frozen=True)
class Arrival:
    """New and changed records in canonical order; `encoded` and `values` are as `encode` gave them.

    `row` is the place of each record here.
    """

    records: pa.Table
    row: dict[Identity, int]
    keys: pa.Table
    encoded: Encoded
    values: pa.Array


def arrival(records: pa.Table, model: MatchModel, settings: Settings) -> Arrival:
    """RECORDS as they arrive; InputError where one has no name or two have the same."""
    records = canonical(records)
    named = identities(records)
    row = {identity: place for place, identity in enumerate(named)}
    if len(row) < len(named) or any(None in identity for identity in named):
        raise InputError(
            "Two of the records to be placed have the same source and record_id, or one has none.",
            "Name each record once, with its newest content.",
        )
    comparable = standardise.comparable(records, standardise.StandardiseParams())
    keys = block.keys(comparable, model.block, SPELLING, settings.hash_key)
    encoded, values = encode(
        comparable, model.score, SPELLING, settings.hash_key, settings.unique_sources
    )
    return Arrival(records, row, keys, encoded, values)


def identities(records: pa.Table) -> list[Identity]:
    """(source, record_id) of each of RECORDS."""
    columns = (records[name].to_pylist() for name in ("source", "record_id"))
    return list(zip(*columns, strict=True))
