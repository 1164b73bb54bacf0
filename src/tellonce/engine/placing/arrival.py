"""What arrived: made comparable, keyed and encoded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.block import keys as block
from tellonce.engine.block.few import keys_of_few
from tellonce.engine.coded import Coded, coded
from tellonce.engine.errors import InputError
from tellonce.engine.model.document import MatchModel, ScoreModel
from tellonce.engine.placing.lookup import Identity
from tellonce.engine.score.arrays import Encoded
from tellonce.engine.score.encode import encode_coded
from tellonce.engine.score.few import encode_few
from tellonce.engine.settings import SPELLING, Settings, apart
from tellonce.engine.tables import canonical

# Records; up to here the fixed cost of columns outweighs what they save. Keys cost more by rows.
FEW, FEW_ENCODED = 16, 100


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
    ready = _ready(records)
    return Arrival(
        records, row, _keys(ready, model, settings), *_encoded(ready, model.score, settings)
    )


def match_keys(records: pa.Table, model: MatchModel, settings: Settings) -> pa.Table:
    """KEYS of RECORDS, whose `row` is the place in the table."""
    return _keys(_ready(records), model, settings)


def encoded(records: pa.Table, model: MatchModel, settings: Settings) -> tuple[Encoded, pa.Array]:
    """RECORDS as the kernels read them, in the order given, and the strings of their codes."""
    return _encoded(_ready(records, FEW_ENCODED), model.score, settings)


def encoded_rows(
    rows: Sequence[Mapping[str, Any]], model: MatchModel, settings: Settings
) -> tuple[Encoded, pa.Array]:
    """The same of a few rows of RECORDS, FEW_ENCODED at most for it to be less work."""
    return _encoded([standardise.comparable_row(row) for row in rows], model.score, settings)


Ready = list[dict[str, Any]] | Coded
"""Comparable records, made record by record or by columns, whichever is less work."""


def _ready(records: pa.Table, few: int = FEW) -> Ready:
    if records.num_rows <= few:
        return [standardise.comparable_row(record) for record in records.to_pylist()]
    return coded(standardise.comparable(records, standardise.StandardiseParams()))


def _keys(ready: Ready, model: MatchModel, settings: Settings) -> pa.Table:
    if isinstance(ready, Coded):
        return block.keys_of(ready, model.block, SPELLING, settings.hash_key)
    return keys_of_few(ready, model.block, SPELLING, settings.hash_key)


def _encoded(ready: Ready, model: ScoreModel, settings: Settings) -> tuple[Encoded, pa.Array]:
    key, unique = settings.hash_key, apart(settings, model)
    if isinstance(ready, Coded):
        return encode_coded(ready, model, SPELLING, key, unique)
    return encode_few(ready, model, SPELLING, key, unique)


def identities(records: pa.Table) -> list[Identity]:
    """(source, record_id) of each of RECORDS."""
    columns = (records[name].to_pylist() for name in ("source", "record_id"))
    return list(zip(*columns, strict=True))
