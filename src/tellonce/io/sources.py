"""Sources, read and recognised: the way into the engine for files and frames alike."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from tellonce.engine import standardise
from tellonce.engine.standardise import columns
from tellonce.io.errors import BadSetting
from tellonce.io.frames import arrow_table
from tellonce.io.identity import id_column, record_ids
from tellonce.io.mapping import SourceMapping, mapping_of, read_mapping
from tellonce.io.read import read_file, read_frame
from tellonce.io.values import Contents


@dataclass(frozen=True)
class Source:
    """A source that was read and recognised, and not yet standardised.

    `id_column` is where its record ids come from; None: they are row numbers.
    """

    name: str
    contents: Contents
    id_column: str | None
    ids: pa.Array
    recognition: columns.Recognition


def read_sources(
    sources: Mapping[str, Any],
    *,
    id: str | None = None,
    mapping: Mapping[str, Any] | str | Path | None = None,
    ignore: Collection[str] = (),
    progress: Callable[[str, int, int], None],
) -> list[Source]:
    """Read and recognise `sources`, name -> path or frame; see `tellonce.resolution.resolve`.

    Raises the errors of `io.errors`, MappingError and NothingRecognised.
    """
    said = source_mappings(mapping, sources)
    taken: list[Source] = []
    progress("read", 0, len(sources))
    # One after the other: relations of one DuckDB connection refuse to be read at the same time.
    given_as = {
        name: given if isinstance(given, str | Path) else arrow_table(given, name)
        for name, given in sources.items()
    }
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        reading = [
            pool.submit(_take, name, given, said.get(name, SourceMapping()), id, ignore)
            for name, given in given_as.items()
        ]
        for n, source in enumerate(reading, start=1):
            taken.append(source.result())
            progress("read", n, len(sources))
    _check_ignored(taken, ignore)
    return taken


def source_mappings(
    mapping: Mapping[str, Any] | str | Path | None, sources: Mapping[str, Any]
) -> dict[str, SourceMapping]:
    """What is said about each source. Raises BadSetting where it is about none of `sources`."""
    if not sources:
        raise BadSetting("No source was given.", "Name at least one file or frame.")
    for name in sources:
        if not isinstance(name, str):
            raise BadSetting(f"{name!r} is no name of a source.", "Names are texts.")
    if mapping is None:
        return {}
    if isinstance(mapping, str | Path):
        said = read_mapping(mapping)
    else:
        said = mapping_of(dict(mapping), "The mapping")
    for name in said:
        if name not in sources:
            raise BadSetting(
                f"The mapping speaks of a source {name!r}, which is not given.",
                f"The sources are {', '.join(sources)}.",
            )
    return said


def _take(
    name: str, given: Any, said: SourceMapping, id: str | None, ignore: Collection[str]
) -> Source:
    if isinstance(given, str | Path):
        contents = read_file(given, said.file)
    else:
        contents = read_frame(given, name)
    asked = said.id if said.id is not None else id
    ids = record_ids(contents, name, asked)
    kept = [header for header in contents.table.column_names if header not in ignore]
    looked_at = contents.table.select(kept)
    told = columns.Mapping(said.columns, said.region, said.day_first)
    recognition = columns.recognise(name, looked_at, told)
    return Source(name, contents, asked or id_column(contents), ids, recognition)


def _check_ignored(taken: list[Source], ignore: Collection[str]) -> None:
    headers = {header for source in taken for header in source.contents.table.column_names}
    for header in ignore:
        if header not in headers:
            raise BadSetting(
                f"No source has a column {header!r} to ignore.",
                f"Columns are {', '.join(sorted(headers))}.",
            )


def sentences(taken: list[Source]) -> Iterator[str]:
    """What is said before anything runs: about each file, its columns, and its rejected rows."""
    for source in taken:
        yield from source.contents.report.sentences()
        found = source.recognition.columns
        yield f"  record ids: {source.id_column or 'row numbers'}"
        yield f"  recognised: {', '.join(_told(c) for c in found if c.attribute is not None)}"
        left = [c for c in found if c.attribute is None and c.header != source.id_column]
        if left:
            yield f"  not used: {'; '.join(f'{c.header} ({c.why})' for c in left)}"
        rejects = source.contents.rejects
        if rejects:
            first = f"first in line {rejects[0].line}: {rejects[0].reason}"
            yield f"  rejected: {len(rejects)} row{'s' if len(rejects) > 1 else ''}, {first}"


def _told(column: columns.Column) -> str:
    label = _label(column)
    return label if label == column.header else f"{column.header} as {label}"


def _label(column: columns.Column) -> str:
    return f"{column.attribute}#{column.group}" if column.group else str(column.attribute)


def source_summary(
    source: Source, placeholders: Collection[standardise.Placeholder]
) -> dict[str, Any]:
    """What was found in a source, in plain values that JSON can hold."""
    found = source.recognition.columns
    return {
        "rows": source.contents.table.num_rows,
        "rejected": len(source.contents.rejects),
        "file": source.contents.report.sentences(),
        "id_column": source.id_column,
        "recognised": {c.header: _label(c) for c in found if c.attribute is not None},
        "not_used": {c.header: c.why for c in found if c.attribute is None},
        "placeholders": [asdict(placeholder) for placeholder in placeholders],
    }


def reject_rows(taken: list[Source]) -> Iterator[dict[str, Any]]:
    """The rows that could not be read: source, line, reason, raw."""
    for source in taken:
        for reject in source.contents.rejects:
            yield {
                "source": source.name,
                "line": reject.line,
                "reason": reject.reason,
                "raw": reject.raw,
            }
