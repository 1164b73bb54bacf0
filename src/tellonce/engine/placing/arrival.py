"""What arrived: made comparable, keyed and encoded once."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.block.few import keys_of_few
from tellonce.engine.coded import coded
from tellonce.engine.errors import InputError
from tellonce.engine.model.document import MatchModel
from tellonce.engine.placing.lookup import Identity
from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.encode import encode_coded
from tellonce.engine.score.few import encode_few
from tellonce.engine.settings import SPELLING, Settings
from tellonce.engine.tables import canonical

FEW = 16  # records; up to here the fixed cost of columns outweighs what they save


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
    keys, encoded, values = _ready(records, model, settings)
    return Arrival(records, row, keys, encoded, values)


def _ready(
    records: pa.Table, model: MatchModel, settings: Settings
) -> tuple[pa.Table, Encoded, pa.Array]:
    """KEYS, arrays and their strings, made by records or by columns, whichever is less work."""
    key, unique = settings.hash_key, settings.unique_sources
    if records.num_rows <= FEW:
        rows = [standardise.comparable_row(record) for record in records.to_pylist()]
        keys = keys_of_few(rows, model.block, SPELLING, key)
        return keys, *encode_few(rows, model.score, SPELLING, key, unique)
    comparable = coded(standardise.comparable(records, standardise.StandardiseParams()))
    keys = block.keys_of(comparable, model.block, SPELLING, key)
    return keys, *encode_coded(comparable, model.score, SPELLING, key, unique)


def identities(records: pa.Table) -> list[Identity]:
    """(source, record_id) of each of RECORDS."""
    columns = (records[name].to_pylist() for name in ("source", "record_id"))
    return list(zip(*columns, strict=True))
