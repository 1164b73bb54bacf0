"""COMPARABLE -> KEYS under a block model, and the training of that model.

Whether two records share a key depends on the two records and the model alone: which values are too
common, and are joined with a second feature or not used, is decided once, at training.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.block import features as f
from tellonce.engine.block.cost import affordable_size, block_sizes, pairs_of
from tellonce.engine.block.kinds import BY_NAME, KINDS, Kind
from tellonce.engine.lists import steps
from tellonce.engine.model.document import BlockModel
from tellonce.engine.model.hashing import hash64
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.tables import COMPARABLE, KEYS, check

Longs = npt.NDArray[np.int64]
Keyed = tuple[Longs, Longs]  # rows and keys, without repetition


class Features:
    """The features of a COMPARABLE table, by unit, and one refining feature a row."""

    def __init__(self, table: pa.Table, spelling: Spelling) -> None:
        self.rows = table.num_rows
        self.units: dict[str, f.Unit] = {
            "identifier": f.identifiers(table["identifiers"]),
            "email": f.emails(table["emails"]),
            "phone": f.plain(table["phones"]),
            "name": f.names(table["names"], spelling),
            "date": f.dates(table),
            "address": f.addresses(table["addresses"]),
            "organisation": f.organisations(table["organisations"], spelling),
            "other": f.categories(table["others"], self.rows),
        }
        given = self._first("name", "initial")
        place = pc.coalesce(self._first("address", "postal"), self._first("address", "city"))
        born = self.units["date"].features["year"]
        self.refining = {
            "given": pc.fill_null(given, ""),
            "place": pc.fill_null(place, ""),
            "born_or_place": pc.fill_null(pc.coalesce(born, place), ""),
        }

    def _first(self, unit: str, feature: str) -> pa.Array:
        """The feature of the first entry of each row, null where the row has none."""
        rows = self.units[unit].rows
        found, first = np.unique(rows, return_index=True)
        at = np.full(self.rows, -1, np.int64)
        at[found] = first
        return self.units[unit].features[feature].take(pa.array(at, mask=at < 0))

    def values(self, kind: Kind) -> tuple[Longs, pa.Array]:
        """Row and joined value of each key of a kind."""
        units: dict[str, list[str]] = {}
        for name in kind.features:
            unit, feature = name.split(".")
            units.setdefault(unit, []).append(feature)
        rows, parts = self._entries(*units.popitem())
        for unit, wanted in units.items():
            rows, parts = _crossed(rows, parts, *self._entries(unit, wanted), self.rows)
        return rows, pc.binary_join_element_wise(*parts, "\x1f")

    def _entries(self, unit: str, wanted: list[str]) -> tuple[Longs, list[pa.Array]]:
        columns = [self.units[unit].features[name] for name in wanted]
        filled = np.ones(len(self.units[unit].rows), np.bool_)
        for column in columns:
            filled &= column.is_valid().to_numpy(zero_copy_only=False)
        keep = pa.array(np.flatnonzero(filled))
        return self.units[unit].rows[filled], [column.take(keep) for column in columns]


def _crossed(
    rows: Longs, parts: list[pa.Array], other_rows: Longs, others: list[pa.Array], count: int
) -> tuple[Longs, list[pa.Array]]:
    """Every entry of the first with every entry of the second of the same row; rows ascending."""
    starts = np.searchsorted(other_rows, np.arange(count + 1))
    times = np.diff(starts)[rows]
    left, step = steps(times)
    right = starts[rows[left]] + step
    take_left, take_right = pa.array(left), pa.array(right)
    crossed = [p.take(take_left) for p in parts] + [p.take(take_right) for p in others]
    return rows[left], crossed


def _distinct(rows: Longs, keys: Longs) -> Keyed:
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    new = np.ones(len(rows), np.bool_)
    new[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    return rows[new], keys[new]


class _Keyer:
    """Hashes the values of one kind, plain and refined."""

    def __init__(self, features: Features, kind: Kind, hash_key: bytes) -> None:
        self.rows, values = features.values(kind)
        self.named = pc.binary_join_element_wise(kind.name, values, "\x1e")
        self.hash_key = hash_key
        self.keys = hash64(self.named, hash_key) if len(values) else np.zeros(0, np.int64)
        self.refining = features.refining[kind.refine]

    def refined(self, values: npt.ArrayLike) -> Longs:
        """The keys, those among `values` joined with the refining feature of their row."""
        keys = self.keys.copy()
        at = np.flatnonzero(np.isin(keys, np.asarray(values, np.int64)))
        if len(at):
            second = self.refining.take(pa.array(self.rows[at]))
            named = pc.binary_join_element_wise(self.named.take(pa.array(at)), second, "\x1e")
            keys[at] = hash64(named, self.hash_key)
        return keys


def keys(table: pa.Table, model: BlockModel, spelling: Spelling, hash_key: bytes) -> pa.Table:
    """The KEYS of a COMPARABLE table under a model, ordered by (kind, key, row)."""
    features = Features(check(table, COMPARABLE, "COMPARABLE"), spelling)
    refined, stopped = np.array(model.refined, np.int64), np.array(model.stopped, np.int64)
    found = {}
    for name in model.kinds:
        keyer = _Keyer(features, KINDS[BY_NAME[name]], hash_key)
        all_keys = keyer.refined(refined)
        used = ~np.isin(all_keys, stopped)
        found[name] = _distinct(keyer.rows[used], all_keys[used])
    return _table(found)


def train(table: pa.Table, spelling: Spelling, hash_key: bytes) -> BlockModel:
    """Choose key kinds and the values to refine or stop, within a budget of candidate pairs.

    A kind may cost PAIRS_A_RECORD pairs a record: beyond that its largest blocks are refined, and
    what is still too large is stopped. Kinds are taken in their order until the budget is spent.
    """
    features = Features(check(table, COMPARABLE, "COMPARABLE"), spelling)
    chosen, skipped, spent = [], [], 0
    refined: list[Longs] = []
    stopped: list[Longs] = []
    for kind in KINDS:
        keyer = _Keyer(features, kind, hash_key)
        found = _fitted(keyer, features.rows)
        if found is None:
            continue
        cost, too_common, unusable = found
        if spent + cost > budget(features.rows):
            skipped.append(kind.name)
            continue
        spent += cost
        chosen.append(kind.name)
        refined.append(too_common)
        stopped.append(unusable)
    return BlockModel(
        kinds=tuple(chosen),
        refined=_merged(refined),
        stopped=_merged(stopped),
        skipped=tuple(skipped),
    )


LEAST_PAIRS, PAIRS_A_RECORD = 400_000, 6  # that one kind may cost
LEAST_BUDGET, BUDGET_A_RECORD = 3_000_000, 30  # that all kinds may cost


def budget(rows: int) -> int:
    """Candidate pairs that all kinds together may cost for so many records."""
    return max(LEAST_BUDGET, BUDGET_A_RECORD * rows)


def _fitted(keyer: _Keyer, rows: int) -> tuple[int, Longs, Longs] | None:
    """Pairs of a kind, its refined and its stopped keys; None where no two records share a key."""
    allowance = max(LEAST_PAIRS, PAIRS_A_RECORD * rows)
    values, sizes = block_sizes(_distinct(keyer.rows, keyer.keys)[1])
    if pairs_of(sizes) == 0:
        return None
    large = affordable_size(sizes, allowance)
    too_common = values[sizes > large]
    if len(too_common) == 0:
        return pairs_of(sizes), too_common, too_common
    values, sizes = block_sizes(_distinct(keyer.rows, keyer.refined(too_common))[1])
    large = affordable_size(sizes, allowance)
    unusable = values[sizes > large]
    return pairs_of(sizes[sizes <= large]), too_common, unusable


def _merged(parts: list[Longs]) -> tuple[int, ...]:
    every = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    return tuple(int(value) for value in every)


def _table(found: Mapping[str, Keyed]) -> pa.Table:
    ordered = sorted((BY_NAME[name], pairs) for name, pairs in found.items() if len(pairs[0]))
    rows, all_keys, kinds = [], [], []
    for kind, (kind_rows, kind_keys) in ordered:
        order = np.lexsort((kind_rows, kind_keys))
        rows.append(kind_rows[order].astype(np.int32))
        all_keys.append(kind_keys[order])
        kinds.append(np.full(len(kind_rows), kind, np.int16))
    if not rows:
        return KEYS.empty_table()
    arrays = [np.concatenate(part) for part in (rows, kinds, all_keys)]
    return pa.Table.from_arrays([pa.array(a) for a in arrays], schema=KEYS)
