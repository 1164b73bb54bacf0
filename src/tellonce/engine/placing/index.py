"""Which records have a key: sorted runs that merge as they grow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tellonce.engine.lists import steps

Longs = npt.NDArray[np.int64]
Run = tuple[Longs, npt.NDArray[np.int8], npt.NDArray[np.int32]]
Found = tuple[Longs, Longs, Longs]


class KeyIndex:
    """Keys of numbered records, in runs of key, kind and number, ascending by key.

    As in a binary counter, a run merges with the one before it once it is as long. Numbers are
    never taken out: who asks leaves out those that are gone.
    """

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def add(self, keys: pa.Table, first: int) -> None:
        """Add the KEYS of further records; row 0 is number `first`."""
        if not keys.num_rows:
            return
        run: Run = (
            keys["key"].to_numpy(),
            keys["kind"].to_numpy().astype(np.int8),
            (keys["row"].to_numpy() + first).astype(np.int32),
        )
        while self.runs and len(self.runs[-1][0]) <= len(run[0]):
            key, kind, number = (
                np.concatenate([one, other])
                for one, other in zip(self.runs.pop(), run, strict=True)
            )
            run = key, kind, number
        order = np.argsort(run[0], kind="stable")
        self.runs.append((run[0][order], run[1][order], run[2][order]))

    def sharing(self, keys: pa.Table) -> Found:
        """Row of KEYS, number of a record and the first kind of key they share; each pair once."""
        row, kind, key = (keys[name].to_numpy() for name in ("row", "kind", "key"))
        found = [_shared(run, kind, key) for run in self.runs]
        at = np.concatenate([np.zeros(0, np.int64), *(place for place, _ in found)])
        number = np.concatenate([np.zeros(0, np.int64), *(of for _, of in found)])
        pair = (row[at].astype(np.int64) << 32) | number
        order = np.lexsort((kind[at], pair))
        pair, kinds = pair[order], kind[at][order]
        new = np.ones(len(pair), np.bool_)
        new[1:] = pair[1:] != pair[:-1]
        return pair[new] >> 32, pair[new] & 0xFFFFFFFF, kinds[new].astype(np.int64)


def _shared(run: Run, kind: Longs, key: Longs) -> tuple[Longs, Longs]:
    """Place among the keys asked for, and number of a record, of each that is the same."""
    begin = np.searchsorted(run[0], key, side="left")
    at, step = steps(np.searchsorted(run[0], key, side="right") - begin)
    place = begin[at] + step
    same = run[1][place] == kind[at]
    return at[same], run[2][place[same]].astype(np.int64)
