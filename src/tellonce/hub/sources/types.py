"""Frozen values that may leave the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, NamedTuple

from tellonce.hub.bridge.documents import join_documents
from tellonce.hub.sources.config import SourceConfig


@dataclass(frozen=True)
class SourceView:
    """A source and what it holds. `learned`: content -> what its first delivery settled."""

    id: int
    name: str
    kind: str
    config: SourceConfig
    learned: Mapping[str, Any]
    created_at: datetime
    records: int = 0  # active
    deliveries: int = 0
    quarantined: int = 0  # waiting


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a delivery; each row is in exactly one of the first five.

    `older` versions are kept though a newer one is current; `deleted` counts records that this
    delivery ended; `card_values` were truncated or dropped.
    """

    added: int = 0
    changed: int = 0
    older: int = 0
    repeated: int = 0
    quarantined: int = 0
    deleted: int = 0
    card_values: int = 0

    @property
    def rows(self) -> int:
        """Rows of the file that were looked at."""
        return self.added + self.changed + self.older + self.repeated + self.quarantined

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(Counts)}
        )


@dataclass(frozen=True)
class DeliveryView:
    """A delivery at hand. `position`: accepted rows of the file that are committed; `as_of`: the
    version order of its deletions; `held`: deletions that wait for a person's approval.
    """

    id: int
    source_id: int
    source: str
    content: str
    file_name: str
    full: bool
    state: str
    position: int
    counts: Counts
    key_id: int
    as_of: int | None = None
    held: int = 0


@dataclass(frozen=True)
class RunView:
    """One time that a source was loaded or fetched, or the pushes of an hour.

    `state`: running, done, held, failed.
    `connector`: its kind, "" for a file that was loaded; `trouble`: one sentence why it failed.
    """

    id: int
    source: str
    content: str
    connector: str
    trigger: str
    state: str
    counts: Counts
    held: int
    cursor_before: Mapping[str, Any]
    cursor_after: Mapping[str, Any]
    trouble: str
    started_at: datetime
    ended_at: datetime | None

    @property
    def seconds(self) -> float | None:
        """How long it took, of pushes from the first to the last; None while it runs."""
        return None if self.ended_at is None else (self.ended_at - self.started_at).total_seconds()

    @property
    def last_at(self) -> datetime:
        """Its end, of pushes the last; the beginning of one that runs."""
        return self.ended_at or self.started_at


@dataclass(frozen=True)
class LoadReport:
    """What a load did, and what was recognised on the way, in sentences. `kept_out`: of the rows
    in quarantine those that a rule sent there; the others could not be used.
    """

    delivery: DeliveryView
    sentences: tuple[str, ...] = ()
    kept_out: int = 0


QUARANTINE = "quarantine"
EMPTY = (
    "it says nothing of a customer: every column that is recognised is empty, or holds a "
    "placeholder such as N/A; fill one in, name its columns under `columns:`, or the one that says "
    "it is deleted as `deleted:`, in the source's configuration"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """That a validation rule was not met by a row.

    `field`: the header the value stands under, `attribute` what that was recognised as; `value` as
    delivered, None where there is none; `reason` in words, without the value; `on_fail`: flag,
    quarantine or correct; `scope`: row, or set where all rows decided together; `rules`: row id of
    the version of the rules.
    """

    rule: str
    field: str
    attribute: str
    value: str | None
    reason: str
    on_fail: str
    dimension: str
    severity: str
    owner: str
    scope: str
    rules: int

    @property
    def sentence(self) -> str:
        """What is wrong, in words, without the value."""
        return f"{self.field} {self.reason} (rule {self.rule})"


class ArrivedRecord(NamedTuple):
    """One usable row of a delivery of records, standardised and ready to be stored.

    `order` is the source version made comparable, None without one; `raw` the row as delivered
    (JSON); `standardised` and `secret` the two halves of its RECORDS row; `keys` the keyed hashes
    it can be looked up by; `judged` the stamp of the rules it was judged by, "" where none was in
    force, and `findings` what they found. `empty`: no column that is known has a value.
    """

    row: int
    record_key: str
    customer_key: str
    source_version: str
    order: int | None
    observed_at: datetime | None
    deleted: bool
    content_hash: bytes
    raw: bytes
    standardised: str
    secret: str | None
    keys: tuple[int, ...] = ()
    judged: str = ""
    findings: tuple[Finding, ...] = ()
    empty: bool = False

    @property
    def document(self) -> str:
        """The whole row in RECORDS form as JSON."""
        return join_documents(self.standardised, self.secret)

    @property
    def refusal(self) -> RefusedRow | None:
        """The row as it goes to quarantine, where a rule sends it there, or where it says nothing
        of a customer and not that its record is deleted either.
        """
        against = [one for one in self.findings if one.on_fail == QUARANTINE]
        if not against:
            if self.deleted or not self.empty:
                return None
            reason, rule = EMPTY, ""
        else:
            reason, rule = "; ".join(one.sentence for one in against), against[0].rule
        return RefusedRow(self.row, reason, self.raw.decode(), rule, self.record_key)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be used: its number in the file, from 0, why, and its text.

    `rule`: the validation rule that sent it to quarantine; `record_key`: which record it is of,
    where that is known.
    """

    row: int
    reason: str
    raw: str
    rule: str = ""
    record_key: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row in quarantine, with its text opened."""

    delivery: int
    file_name: str
    row: int
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class QuarantineGroup:
    """How many rows of a source wait for one reason, or because of one `rule` ("" for none)."""

    source: str
    content: str
    reason: str
    rows: int
    rule: str = ""


@dataclass(frozen=True, slots=True)
class QuarantinedEntry:
    """A row in quarantine, without what stands in it. `state`: waiting, replayed, discarded.

    `rule`: the validation rule that sent it there; `corrected`: fields a person wrote into since;
    `because`: why it was discarded.
    """

    id: int
    source: str
    content: str
    file_name: str
    row: int
    reason: str
    state: str
    delivered_at: datetime
    rule: str = ""
    record_key: str = ""
    corrected: tuple[str, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """A row in quarantine with its text as it came, and what people wrote into its fields since
    (header -> value, None where they emptied it).
    """

    entry: QuarantinedEntry
    raw: str
    corrections: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of rows that were delivered again; those that are waiting failed again, under
    the numbers `again`: their own, of a file in which they were mended those of its rows.
    """

    loaded: int = 0
    waiting: int = 0
    unreadable: int = 0
    again: tuple[int, ...] = ()

    def plus(self, other: Replayed) -> Replayed:
        """Both together."""
        return Replayed(
            self.loaded + other.loaded,
            self.waiting + other.waiting,
            self.unreadable + other.unreadable,
            self.again + other.again,
        )


@dataclass(frozen=True)
class StoredRecords:
    """What storing some rows did to the records that changed.

    `keys`: record -> lookup keys. `moved`: record -> its version that wins now, and the one that
    did before, None where there was none or it was a deletion. `ids`: record id -> record, of all.
    `won`: record -> the row that wins now, None for a deletion by absence. `source`: its row id.
    """

    counts: Counts
    keys: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    moved: Mapping[int, tuple[int, int | None]] = field(default_factory=dict)
    ids: Mapping[str, int] = field(default_factory=dict)
    won: Mapping[int, ArrivedRecord | None] = field(default_factory=dict)
    source: int = 0


@dataclass(frozen=True, slots=True)
class RecordText:
    """An active record as matching needs it: the two halves of its RECORDS row."""

    id: int
    source: str
    record_key: str
    standardised: str
    secret: str | None
    version: int

    @property
    def document(self) -> str:
        """The whole row as JSON."""
        return join_documents(self.standardised, self.secret)


@dataclass(frozen=True, slots=True)
class RecordTime:
    """A record (row id), by what its source calls it, and when what it says was true."""

    id: int
    source: str
    record_key: str
    state: str
    observed_at: datetime | None
    delivered_at: datetime

    @property
    def said_at(self) -> datetime:
        """When it was observed or, where its source does not tell, handed over."""
        return self.observed_at or self.delivered_at


@dataclass(frozen=True)
class RecordView:
    """One record as it stands. `values` is its RECORDS row as plain lists and strings."""

    id: int
    source: str
    record_key: str
    customer_key: str
    state: str
    observed_at: datetime | None
    delivered_at: datetime
    values: Mapping[str, Any]
