"""What a source hands over, whatever it stands in: a file, or pages of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tellonce.hub.sources.arrival import file_digest
from tellonce.hub.sources.contents import RECORDS
from tellonce.hub.sources.types import SourceView
from tellonce.io.read import open_file, whole_contents
from tellonce.io.values import Chunk, Contents, FileReport, FileSettings, Opened


@dataclass(frozen=True)
class Incoming:
    """`name` and `digest` (SHA-256, hex) of what is handed over, and how it is opened, once.

    `paged`: it comes in pages, each of which is stored before the next is asked for; else it is
    read as one, and the whole of it settles what its columns are. `run`: the run it belongs to.
    """

    name: str
    digest: str
    opened: Callable[[FileSettings], Opened]
    paged: bool = False
    run: int | None = None

    def contents(self, settings: FileSettings) -> Iterator[Contents]:
        """The rows: the whole of a file at once, else page by page; raises `io.errors`."""
        opened = self.opened(settings)
        if not self.paged:
            yield whole_contents(opened, self.name)
            return
        for chunk in opened.chunks:
            table = pa.Table.from_batches([chunk.table])
            yield Contents(table, chunk.rows, chunk.rejects, opened.report)


def file_incoming(path: Path, run: int | None = None) -> Incoming:
    """A file; raises the errors of `io.errors` where it cannot be read."""
    digest = file_digest(path)
    return Incoming(path.name, digest, lambda settings: open_file(path, settings), run=run)


def paged_incoming(name: str, digest: str, chunks: Iterator[Chunk], run: int | None) -> Incoming:
    """Pages of rows, which are asked for one after the other."""
    opened = Opened(FileReport(name, "rows", ()), chunks)
    return Incoming(name, digest, lambda _settings: opened, paged=True, run=run)


def with_columns(table: pa.RecordBatch, headers: Sequence[str]) -> pa.RecordBatch:
    """The batch with all these columns and its own: rows leave out what they have no value of."""
    wanted = list(dict.fromkeys([*headers, *table.schema.names]))
    there, missing = set(table.schema.names), pa.nulls(table.num_rows, pa.string())
    columns = [table.column(h) if h in there else missing for h in wanted]
    return pa.RecordBatch.from_arrays(columns, names=wanted)


def known_id(source: SourceView) -> str:
    """The column that is declared or settled as the record's id, "" before that."""
    return str(source.config.record_id or source.learned.get(RECORDS, {}).get("record_id") or "")


def known_headers(source: SourceView, content: str) -> list[str]:
    """Headers that earlier deliveries of a source settled."""
    columns = source.learned.get(content, {}).get("columns", {})
    return list(columns) if content == RECORDS else list(columns.values())
