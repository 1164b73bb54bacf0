"""COMPARABLE -> KEYS under a block model, and the training of that model.

A key is SipHash-2-4 under the secret hash key over 64-bit words: the hash of the kind's name, then
the word of each feature, which is the hash of its text under the same key, or its number. A text
is hashed once, however many keys it goes into.

Whether two records share a key depends on the two records and the model alone: which values are too
common, and are joined with a second feature or not used, is decided once, at training.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa

from tellonce.engine.block.categories import category_names
from tellonce.engine.block.cost import affordable_size, pairs_of
from tellonce.engine.block.grouped import Grouped, grouped, refined, within
from tellonce.engine.block.hashed import Hashed
from tellonce.engine.block.kinds import BY_NAME, KINDS, MOST_ROWS, Kind
from tellonce.engine.coded import Coded, coded
from tellonce.engine.lists import Longs
from tellonce.engine.model.document import BlockModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.tables import KEYS


def keys(table: pa.Table, model: BlockModel, spelling: Spelling, hash_key: bytes) -> pa.Table:
    """The KEYS of a COMPARABLE table under a model, ordered by (kind, key, row)."""
    return keys_of(coded(table), model, spelling, hash_key)


def keys_of(
    records: Coded, model: BlockModel, spelling: Spelling, hash_key: bytes, *, alone: bool = True
) -> pa.Table:
    """The same of a table whose texts are codes; `alone` keeps the keys that one row alone has."""
    hashed = Hashed(records, spelling, hash_key, model.categories)
    common, unusable = (np.array(hashes, np.int64) for hashes in (model.refined, model.stopped))
    found = {}
    for name in model.kinds:
        kind = KINDS[BY_NAME[name]]
        plain = grouped(*hashed.keys(kind), alone=alone)
        part = within(plain.keys, common)
        if part.any():
            plain = refined(plain, part, hashed.refining(kind.refine), hash_key, alone=alone)
        found[name] = plain.of(~within(plain.keys, unusable))
    return _table(found)


def train(table: pa.Table, spelling: Spelling, hash_key: bytes) -> BlockModel:
    """The key kinds of a COMPARABLE table, and the values to refine or stop; see `train_keys`."""
    return train_keys(coded(table), spelling, hash_key)[0]


def train_keys(
    records: Coded, spelling: Spelling, hash_key: bytes, *, threads: int = 1
) -> tuple[BlockModel, pa.Table]:
    """Choose key kinds and the values to refine or stop, within a budget of candidate pairs; with
    the KEYS of the records under that model, those left out that one row alone has.

    A kind may cost PAIRS_A_RECORD pairs a record: beyond that its largest blocks are refined, and
    what is still too large is stopped. Kinds are taken in their order until the budget is spent.
    """
    categories = category_names(records)
    hashed = Hashed(records, spelling, hash_key, categories)
    found: dict[str, Grouped] = {}
    kinds = [kind for kind in KINDS if not kind.many_keys or hashed.rows <= MOST_ROWS]
    skipped, spent = [kind.name for kind in KINDS if kind not in kinds], 0
    common: list[Longs] = []
    stopped: list[Longs] = []
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        fitting = [pool.submit(_fitted, hashed, kind) for kind in kinds]
        for kind, fitted in zip(kinds, fitting, strict=True):
            if spent > enough(hashed.rows):
                pool.shutdown(wait=False, cancel_futures=True)
                skipped += [rest.name for rest in kinds[kinds.index(kind) :]]
                break
            groups, too_common, unusable = fitted.result()
            cost = pairs_of(groups.sizes)
            if not len(groups.sizes) and not len(unusable):
                continue
            if spent + cost > budget(hashed.rows):
                skipped.append(kind.name)
                continue
            spent += cost
            found[kind.name] = groups
            common.append(too_common)
            stopped.append(unusable)
    model = BlockModel(
        kinds=tuple(found),
        refined=_every(common),
        stopped=_every(stopped),
        skipped=tuple(skipped),
        categories=categories,
    )
    return model, _table(found)


def count_anew(
    records: Coded, model: BlockModel, spelling: Spelling, hash_key: bytes, *, threads: int = 1
) -> tuple[BlockModel, pa.Table]:
    """The model with its key kinds as they are and the values to refine or stop counted in these
    records, for one whose hashed values are not known here; with their KEYS, as `train_keys` has.
    """
    hashed = Hashed(records, spelling, hash_key, model.categories)
    kinds = [KINDS[BY_NAME[name]] for name in model.kinds]
    with ThreadPoolExecutor(max(threads, 1)) as pool:
        fitted = dict(zip(model.kinds, pool.map(partial(_fitted, hashed), kinds), strict=True))
    counted = replace(
        model,
        refined=_every(common for _groups, common, _stopped in fitted.values()),
        stopped=_every(stopped for _groups, _common, stopped in fitted.values()),
    )
    return counted, _table({name: groups for name, (groups, _, _) in fitted.items()})


LEAST_PAIRS, PAIRS_A_RECORD = 400_000, 6  # that one kind may cost
# What all kinds may cost. More than this found no more customers among a million records.
LEAST_BUDGET, BUDGET_A_RECORD = 3_000_000, 12


def budget(rows: int) -> int:
    """Candidate pairs that all kinds together may cost for so many records."""
    return max(LEAST_BUDGET, BUDGET_A_RECORD * rows)


def enough(rows: int) -> int:
    """Candidate pairs after which no further kind is looked at: nearly the budget of many rows."""
    return max(LEAST_BUDGET, BUDGET_A_RECORD * rows * 9 // 10)


def _fitted(hashed: Hashed, kind: Kind) -> tuple[Grouped, Longs, Longs]:
    """The affordable shared keys of a kind, its refined and its stopped keys."""
    allowance = max(LEAST_PAIRS, PAIRS_A_RECORD * hashed.rows)
    groups = grouped(*hashed.keys(kind), alone=False)
    too_large = groups.sizes > affordable_size(groups.sizes, allowance)
    too_common = groups.keys[too_large]
    if not len(too_common):
        return groups, too_common, too_common
    second = hashed.refining(kind.refine)
    groups = refined(groups, too_large, second, hashed.hash_key, alone=False)
    too_large = groups.sizes > affordable_size(groups.sizes, allowance)
    return groups.of(~too_large), too_common, groups.keys[too_large]


def _every(parts: Iterable[Longs]) -> tuple[int, ...]:
    return tuple(sorted(int(value) for part in parts for value in part))


def _table(found: dict[str, Grouped]) -> pa.Table:
    ordered = sorted((BY_NAME[name], groups) for name, groups in found.items())
    if not ordered:
        return KEYS.empty_table()
    arrays = (
        np.concatenate([groups.rows for _, groups in ordered]),
        np.concatenate([np.full(len(groups.rows), kind, np.int16) for kind, groups in ordered]),
        np.concatenate([np.repeat(groups.keys, groups.sizes) for _, groups in ordered]),
    )
    return pa.Table.from_arrays([pa.array(a) for a in arrays], schema=KEYS)
