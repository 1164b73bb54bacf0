"""The values that reading a file hands out. All are frozen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

MAX_ROW = 1 << 20  # bytes of UTF-8; a longer row is rejected
MAX_COLUMNS = 10_000  # of a file, or of rows that are sent together; a wider file is refused


@dataclass(frozen=True)
class FileSettings:
    """What a person may say about a text file; None means: recognise it.

    `encoding` is any name Python knows, `delimiter` one character, `header` whether the first row
    names the columns, `max_row` the longest row in bytes that is accepted.
    """

    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    max_row: int = MAX_ROW


@dataclass(frozen=True)
class Reject:
    """A row that could not be read.

    `row` counts data rows from 0 (rejected ones included), `line` lines of the file from 1 (for
    Parquet and frames: row + 1; 0 where a program handed the row over), `raw` is the text as it
    stood, undecodable bytes as `\\xNN`, cut after `values.MAX_RAW` characters.
    """

    row: int
    line: int
    reason: str
    raw: str


MAX_RAW = 65_536


@dataclass(frozen=True)
class FileReport:
    """What was recognised about a file; `sentences()` says it aloud.

    `encoding`, `delimiter` and `header` are None where the format has none; `columns` is empty for
    JSON lines that were opened and not yet read. `given` names those of
    the three that a person set.
    """

    path: str
    format: str
    columns: tuple[str, ...]
    gzip: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    header: bool | None = None
    sheet: str | None = None
    given: frozenset[str] = field(default=frozenset())

    def sentences(self) -> list[str]:
        """What was recognised, one sentence a line."""
        kind = self._kind() + (", gzipped" if self.gzip else "")
        parts = [f"{Path(self.path).name}: {kind}"]
        if self.encoding is not None:
            parts.append(self.encoding + self._how("encoding"))
        if self.header is not None:
            parts.append("header in the first row" if self.header else "no header row")
            parts[-1] += self._how("header")
        if self.columns:
            parts.append(f"{len(self.columns)} column{'s' if len(self.columns) != 1 else ''}")
        return [", ".join(parts) + "."]

    def _kind(self) -> str:
        if self.delimiter is not None:
            named = DELIMITER_WORDS.get(self.delimiter, repr(self.delimiter))
            return f"text separated by {named}{self._how('delimiter')}"
        return self.format if self.sheet is None else f"{self.format}, sheet {self.sheet!r}"

    def _how(self, what: str) -> str:
        return " (as given)" if what in self.given else ""


DELIMITER_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Chunk:
    """A stretch of a file: text columns, the row number of each accepted row (from 0 over all data
    rows, rejected included), and what was rejected on the way.
    """

    table: pa.RecordBatch
    rows: pa.Int64Array
    rejects: tuple[Reject, ...]


@dataclass(frozen=True)
class Opened:
    """A file that was looked at but not read: its report, and its rows, to be iterated once."""

    report: FileReport
    chunks: Iterator[Chunk]


@dataclass(frozen=True)
class Contents:
    """A whole file: text columns, row numbers of the accepted rows, rejects, and the report."""

    table: pa.Table
    rows: pa.Int64Array
    rejects: tuple[Reject, ...]
    report: FileReport
