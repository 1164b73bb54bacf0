"""A file of records -> rows ready to be stored, and rows that cannot be used with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.hub.bridge.services import own_key_columns, standardised
from tellonce.hub.bridge.types import Recognised, RecognisedColumn, StandardisedRow
from tellonce.hub.intake.ahead import Part, Ready, each_ready
from tellonce.hub.quality.in_force import InForce
from tellonce.hub.quality.judging import (
    Met,
    facts_about,
    judge_rows,
    stamp_of,
    surroundings_at_hand,
)
from tellonce.hub.sources.arrival import (
    as_field,
    check_columns,
    customer_key,
    rejected_rows,
    row_objects,
)
from tellonce.hub.sources.cards import (
    CardFindings,
    card_rows,
    number_columns,
    truncate_cards,
    without_card_data,
)
from tellonce.hub.sources.config import RECORDS, SourceConfig
from tellonce.hub.sources.types import ArrivedRecord, Finding, RefusedRow, SourceView
from tellonce.hub.sources.versions import version_order, version_time
from tellonce.hub.vault.services import blind_indexes, content_hashes
from tellonce.io.identity import id_column
from tellonce.io.values import Contents
from tellonce.rules.surroundings import Surroundings

_LONGEST = 255
_DELETED = {"1", "true", "t", "yes", "y", "deleted", "ja", "tak", "x"}
_KEPT = {"", "0", "false", "f", "no", "n", "null", "none", "nein", "nie"}


AT_ONCE = 10_000
"""Rows that are made ready at once: a file of millions is never held row by row."""


@dataclass(frozen=True)
class ReadRecords:
    """A whole file, or a page, of records; its rows are made ready part by part.

    `count` rows can be identified, `refused` cannot be used. `record_id`: header of the column that
    names each record, "" where none does; `met`: rule -> how often it was met.
    """

    count: int
    refused: list[RefusedRow]
    card_values: int
    record_id: str
    sentences: tuple[str, ...]
    met: Mapping[str, Met]
    _recognised: Recognised
    _parts: _Parts

    @property
    def recognised(self) -> tuple[RecognisedColumn, ...]:
        """What each column was recognised as."""
        return self._recognised.columns

    @cached_property
    def settled(self) -> Mapping[str, Any]:
        """What every later delivery of the source keeps to; to work it out takes a while."""
        columns = dict(self._recognised.settled)
        read_as = self._parts.judging.read_as(self._parts.table, columns)
        return {
            "record_id": self.record_id,
            "columns": columns,
            "region": self._recognised.region,
            "reading": read_as.as_document(),
        }

    def parts(self) -> Iterator[tuple[list[ArrivedRecord], list[RefusedRow]]]:
        """Rows ready to be stored, and further ones that cannot be used, part by part."""
        first: dict[str, tuple[int, bytes]] = {}
        parts = [self._parts.slice(at, AT_ONCE) for at in range(0, self.count, AT_ONCE)]
        for part, ready in zip(
            parts, each_ready([Part(one.table, one.records) for one in parts]), strict=True
        ):
            yield _arrived(part, ready, first)

    def all(self) -> tuple[list[ArrivedRecord], list[RefusedRow]]:
        """Every row ready to be stored, and every one that cannot be used, or that a rule sends to
        quarantine.
        """
        rows: list[ArrivedRecord] = []
        refused = list(self.refused)
        for part, more in self.parts():
            rows += [row for row in part if row.refusal is None]
            refused += [refusal for row in part if (refusal := row.refusal) is not None]
            refused += more
        return rows, refused


def read_records(
    source: SourceView, contents: Contents, name: str, in_force: InForce | None = None
) -> ReadRecords:
    """Recognise, judge by the rules in force, and standardise the rows of a file or a page called
    `name`; raises `WrongCall`.
    """
    config, learned = source.config, dict(source.learned.get(RECORDS, {}))
    columns = _columns(config, learned, contents, name)
    findings = CardFindings()
    table, exempt = contents.table, number_columns(contents.table)
    keys = [columns[name] for name in ("record_id", "customer_key") if columns.get(name)]
    cards = card_rows(table, [key for key in keys if key not in exempt])
    table = without_card_data(table, findings, exempt=[*exempt, *keys])
    usable, refused = _usable(table, contents, columns.get("record_id"), cards)
    refused += rejected_rows(contents.rejects)
    numbers = contents.rows.take(usable)
    table = table.take(usable)
    ids = _ids(table, numbers, columns.get("record_id"))
    judging = _Judging(source, in_force, columns.get("deleted"))
    recognised, records = standardised(
        source.name,
        ids,
        table,
        columns=_attributes(config, learned, columns, table),
        region=config.country or learned.get("region") or None,
        day_first=config.day_first,
        amend=judging if in_force else None,
    )
    return ReadRecords(
        table.num_rows,
        refused,
        findings.total + len(cards),
        columns.get("record_id") or "",
        tuple(_sentences(contents, columns, recognised)),
        judging.met,
        recognised,
        _Parts(table, numbers, ids, records, columns, judging),
    )


@dataclass
class _Judging:
    """Has the rules in force judge rows once their columns are recognised; holds what came of it.

    `findings`: position of a row -> what was found in it; `stamp`: by what it was judged, "" where
    no rule is in force.
    """

    source: SourceView
    in_force: InForce | None
    deleted: str | None
    findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    met: Mapping[str, Met] = field(default_factory=dict)
    stamp: str = ""
    surroundings: Surroundings | None = None

    def read_as(self, rows: pa.Table, attributes: Mapping[str, str]) -> Surroundings:
        """How the rows are read, which is looked at once."""
        if self.surroundings is None:
            self.surroundings = surroundings_at_hand(self.source, rows, attributes)
        return self.surroundings

    def __call__(self, rows: pa.Table, attributes: Mapping[str, str], _region: str) -> pa.Table:
        assert self.in_force is not None
        found = self.read_as(rows, attributes)
        facts = facts_about(self.source, self.in_force, attributes, found)
        self.stamp = stamp_of(self.in_force, facts)
        judged = judge_rows(rows, self.in_force, facts, apart=self._deleted(rows))
        self.findings, self.met = judged.findings, judged.met
        return judged.table

    def _deleted(self, rows: pa.Table) -> list[int]:
        """Positions of rows that say no more than that their record is deleted."""
        if not self.deleted:
            return []
        texts = rows.column(self.deleted).to_pylist()
        return [row for row, text in enumerate(texts) if _says_deleted(text or "")]


@dataclass(frozen=True)
class _Parts:
    """Rows of a file: as they came, numbered and named, as RECORDS, and what rules found in the
    whole file, in which this part begins at `start`.
    """

    table: pa.Table
    numbers: pa.Array
    ids: pa.Array
    records: pa.Table
    columns: Mapping[str, str]
    judging: _Judging
    start: int = 0

    def slice(self, start: int, length: int) -> _Parts:
        """Some of the rows."""
        parts = (self.table, self.numbers, self.ids, self.records)
        cut = (part.slice(start, length) for part in parts)
        return _Parts(*cut, self.columns, self.judging, self.start + start)

    def column(self, name: str) -> list[str]:
        """The texts of a declared column, "" where there is none."""
        header = self.columns.get(name)
        if not header:
            return [""] * self.table.num_rows
        return [text or "" for text in self.table.column(header).to_pylist()]


def _columns(
    config: SourceConfig, learned: Mapping[str, Any], contents: Contents, file_name: str
) -> dict[str, str]:
    """Declared column -> header of this file; the record id is recognised where not declared."""
    headers = contents.table.column_names
    declared = config.named_columns()
    check_columns(declared, headers, file_name)
    if "record_id" in declared:
        return declared
    if "record_id" in learned:
        if learned["record_id"]:
            check_columns({"record_id": learned["record_id"]}, headers, file_name)
        return declared | {"record_id": learned["record_id"]}
    return declared | {"record_id": id_column(contents) or _own_key(contents.table) or ""}


def _own_key(table: pa.Table) -> str | None:
    """The first column called like a source's own key that is filled and unique."""
    for header in own_key_columns(table.column_names):
        column = table.column(header)
        if not column.null_count and pc.count_distinct(column).as_py() == len(column):
            return header
    return None


def _attributes(
    config: SourceConfig,
    learned: Mapping[str, Any],
    columns: Mapping[str, str],
    table: pa.Table,
) -> dict[str, str]:
    """Header -> attribute, as settled before, as implied by the declared columns, as declared."""
    mapping = dict(learned.get("columns", {}))
    for name in ("record_id", "deleted"):
        if columns.get(name):
            mapping[columns[name]] = "ignore"
    version = columns.get("source_version")
    if version:
        mapping[version] = "ignore"
        if "observed_at" not in columns and _are_times(table.column(version)):
            mapping[version] = "observed_at"
    if "observed_at" in columns:
        mapping[columns["observed_at"]] = "observed_at"
    return mapping | dict(config.columns)


def _are_times(column: pa.ChunkedArray) -> bool:
    texts = [text for text in column.slice(0, 1_000).to_pylist() if text]
    return bool(texts) and all(version_time(text) for text in texts)


def _usable(
    table: pa.Table, contents: Contents, record_id: str | None, cards: Mapping[int, str]
) -> tuple[pa.Array, list[RefusedRow]]:
    """Positions of the rows that can be identified, and the others with the reason."""
    reasons = {row: f"the value of {column} is a card number" for row, column in cards.items()}
    if record_id:
        for row, text in enumerate(table.column(record_id).to_pylist()):
            if not (text or "").strip():
                reasons[row] = f"no value in {record_id}, the record id"
            elif len(text) > _LONGEST:
                reasons[row] = f"the record id in {record_id} is longer than {_LONGEST}"
    if not reasons:
        return pa.array(range(table.num_rows), pa.int64()), []
    usable = [row for row in range(table.num_rows) if row not in reasons]
    texts = row_objects(table.take(pa.array(sorted(reasons), pa.int64())))
    refused = [
        RefusedRow(contents.rows[row].as_py(), reasons[row], truncate_cards(text.decode()))
        for row, text in zip(sorted(reasons), texts, strict=True)
    ]
    return pa.array(usable, pa.int64()), refused


def _ids(table: pa.Table, numbers: pa.Array, record_id: str | None) -> pa.Array:
    if not record_id:
        return numbers.cast(pa.string())
    column = pc.utf8_trim_whitespace(table.column(record_id))
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())


def _arrived(
    parts: _Parts, ready: Ready, first: dict[str, tuple[int, bytes]]
) -> tuple[list[ArrivedRecord], list[RefusedRow]]:
    """`first`: of rows without version that came before, where and with what content."""
    rows: list[ArrivedRecord] = []
    refused: list[RefusedRow] = []
    standardised, raws = ready
    numbers, ids = parts.numbers.to_pylist(), parts.ids.to_pylist()
    versions, deleted = parts.column("source_version"), parts.column("deleted")
    holders = parts.column("customer_key") if parts.columns.get("customer_key") else ids
    keys = _lookup_keys(standardised)
    digests = content_hashes(raws)
    for at, (raw, one) in enumerate(zip(raws, standardised, strict=True)):
        try:
            row = ArrivedRecord(
                row=numbers[at],
                record_key=ids[at],
                customer_key=customer_key(holders[at]),
                source_version=versions[at][:64],
                order=version_order(versions[at]) if versions[at].strip() else None,
                observed_at=_observed(one, versions[at]),
                deleted=_is_deleted(deleted[at]),
                content_hash=digests[at][:16],
                raw=raw,
                standardised=one.opened,
                secret=one.secret,
                keys=keys[at],
                judged=parts.judging.stamp,
                findings=parts.judging.findings.get(parts.start + at, ()),
                empty=one.empty,
            )
            _refuse_second(row, first)
        except ValueError as error:
            refused.append(RefusedRow(numbers[at], str(error), raw.decode()))
        else:
            rows.append(row)
    return rows, refused


def _refuse_second(row: ArrivedRecord, first: dict[str, tuple[int, bytes]]) -> None:
    """Of two rows without version in one file nobody can say which is newer."""
    if row.order is not None or row.empty:
        return
    number, content = first.setdefault(row.record_key, (row.row, row.content_hash))
    if content != row.content_hash:
        raise ValueError(
            f"its record id is that of row {number} too, which says something else, "
            "and no source version says which is newer"
        )


def _observed(one: StandardisedRow, version: str) -> datetime | None:
    return one.observed_at or (version_time(version) if version else None)


def _is_deleted(text: str) -> bool:
    if text.strip().lower() in _KEPT:
        return False
    if _says_deleted(text):
        return True
    raise ValueError("its value does not say whether the record is deleted")


def _says_deleted(text: str) -> bool:
    word = text.strip().lower()
    return word in _DELETED or version_time(word) is not None


def _lookup_keys(rows: list[StandardisedRow]) -> list[tuple[int, ...]]:
    """Signed 64-bit keyed hashes of what each row can be looked up by."""
    kinds = sorted({kind for row in rows for kind, _ in row.lookups})
    hashed = {}
    for kind in kinds:
        values = sorted({value for row in rows for k, value in row.lookups if k == kind})
        for value, digest in zip(values, blind_indexes(values, kind), strict=True):
            hashed[kind, value] = int.from_bytes(digest[:8], "big", signed=True)
    return [tuple(hashed[pair] for pair in row.lookups) for row in rows]


_NAMED = 30  # columns that are told by name


def _sentences(
    contents: Contents, columns: Mapping[str, str], recognised: Recognised
) -> Iterator[str]:
    yield from contents.report.sentences()
    used = [as_field(c.header, c.attribute) for c in recognised.columns if c.attribute]
    unused = [c.header for c in recognised.columns if not c.attribute]
    yield "Recognised: " + ", ".join(used) + "."
    if unused:
        more = f" and {len(unused) - _NAMED:,} more" if len(unused) > _NAMED else ""
        yield "Kept but not compared: " + ", ".join(unused[:_NAMED]) + more + "."
    if columns.get("record_id"):
        yield f"Each record is known by {columns['record_id']}."
    else:
        yield (
            "No column identifies a record, so each is known by its row number; "
            "name one with `record_id:` in the source's configuration."
        )
