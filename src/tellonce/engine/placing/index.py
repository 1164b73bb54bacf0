"""Which records have a key: a sorted run for those there at first, a dictionary for the rest."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.lists import steps

Longs = npt.NDArray[np.int64]
Found = tuple[Longs, Longs, Longs]


class KeyIndex:
    """Keys of numbered records. A key is unlike those of other kinds: its hash is of its kind, too.

    Numbers are never taken out: who asks leaves out those that are gone.
    """

    def __init__(self) -> None:
        self.key = np.zeros(0, np.int64)
        self.kind = np.zeros(0, np.int8)
        self.number = np.zeros(0, np.int32)
        self.later: dict[int, list[int]] = {}

    def begin(self, keys: pa.Table) -> None:
        """Take over the KEYS of the first records, numbered as their rows."""
        hashed = keys["key"].to_numpy()
        order = np.argsort(hashed, kind="stable")
        self.key = hashed[order]
        self.kind = keys["kind"].to_numpy()[order].astype(np.int8)
        self.number = keys["row"].to_numpy()[order].astype(np.int32)

    def add(self, keys: pa.Table, first: int) -> None:
        """Add the KEYS of further records; row 0 is number `first`."""
        pairs = zip(keys["key"].to_pylist(), keys["row"].to_pylist(), strict=True)
        for key, row in pairs:
            self.later.setdefault(key, []).append(first + row)

    def sharing(self, keys: pa.Table) -> Found:
        """Row of KEYS, number of a record and the first kind of key they share; each pair once."""
        row, kind, key = (keys[name].to_numpy() for name in ("row", "kind", "key"))
        begin = np.searchsorted(self.key, key, side="left")
        count = np.searchsorted(self.key, key, side="right") - begin
        at, step = steps(count)
        place = begin[at] + step
        same = self.kind[place] == kind[at]
        at, number = at[same], self.number[place[same]].astype(np.int64)
        if self.later:
            more = [self.later.get(one, ()) for one in key.tolist()]
            at = np.concatenate([at, np.repeat(np.arange(len(more)), [len(m) for m in more])])
            later = np.array([one for many in more for one in many], np.int64)
            number = np.concatenate([number, later])
        pair = (row[at].astype(np.int64) << 32) | number
        order = np.lexsort((kind[at], pair))
        pair, kinds = pair[order], kind[at][order]
        new = np.ones(len(pair), np.bool_)
        new[1:] = pair[1:] != pair[:-1]
        return pair[new] >> 32, pair[new] & 0xFFFFFFFF, kinds[new].astype(np.int64)
