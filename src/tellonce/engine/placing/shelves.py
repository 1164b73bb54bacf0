"""Tables that are added to: chunks that merge as they grow, so that taking stays quick."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Longs = npt.NDArray[np.int64]


class Shelves:
    """Rows numbered from 0 in the order in which they were added, never renumbered.

    As in a binary counter, a chunk merges with the one before it once it is as long: there are
    about log2 as many chunks as rows, and each row is copied about as often.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self.chunks: list[pa.Table] = []
        self.starts: list[int] = []
        self.rows = 0

    def add(self, table: pa.Table) -> None:
        """Add rows at the end."""
        if not table.num_rows:
            return
        start = self.rows
        self.rows += table.num_rows
        while self.chunks and self.chunks[-1].num_rows <= table.num_rows:
            table = pa.concat_tables([self.chunks.pop(), table])
            start = self.starts.pop()
        self.chunks.append(table.combine_chunks())
        self.starts.append(start)

    def take(self, rows: Longs) -> pa.Table:
        """The rows with these numbers, in the order given."""
        chunk = np.searchsorted(self.starts, rows, side="right") - 1
        parts, places = [self.schema.empty_table()], []
        for number in np.unique(chunk).tolist():
            here = np.flatnonzero(chunk == number)
            parts.append(self.chunks[number].take(pa.array(rows[here] - self.starts[number])))
            places.append(here)
        if len(parts) == 2:
            return parts[1]
        order = np.argsort(np.concatenate([np.zeros(0, np.int64), *places]))
        return pa.concat_tables(parts).take(pa.array(order))
