"""What was found in records, kept: opened, left as it stands, or closed by a newer version."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tellonce.hub.core import clock
from tellonce.hub.core.bulk import among, change_each, insert_rows, locking
from tellonce.hub.quality.models import (
    CORRECTED,
    FIXED,
    GONE,
    OPEN,
    WAIVED,
    JudgedRecord,
    RuleFailure,
)
from tellonce.hub.quality.places import failure_place
from tellonce.hub.sources.stored_rows import record_keys
from tellonce.hub.sources.types import Finding, StoredRecords
from tellonce.hub.vault.services import content_hashes, encrypt
from tellonce.hub.vault.types import Key

Spot = tuple[int, str, str]
"""Record, rule, field: where one failure at most stands."""

_STANDING = (
    "SELECT record_id, rule, field, id, state, digest FROM rule_failures "
    "WHERE state IN ('open', 'corrected', 'waived') AND scope = '{}' AND record_id"
)
_FIELDS = (
    "source_id",
    "record_id",
    "version",
    "rules_id",
    "rule",
    "field",
    "attribute",
    "dimension",
    "severity",
    "owner",
    "on_fail",
    "scope",
    "reason",
    "value",
    "digest",
    "state",
    "because",
    "settled_by",
    "found_at",
)
_AGAIN = (
    "UPDATE rule_failures SET version = %s, rules_id = %s, attribute = %s, dimension = %s, "
    "severity = %s, owner = %s, on_fail = %s, reason = %s, value = %s, digest = %s, state = %s "
    "WHERE id = %s"
)


@dataclass(frozen=True)
class JudgedVersion:
    """A version of a record, and what the rules found in it."""

    record: int
    version: int
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Settled:
    """How many failures were opened, and how many are no more."""

    opened: int = 0
    settled: int = 0


def keep_findings(source_id: int, stored: StoredRecords) -> None:
    """In the transaction that stored records: keep what was found in those that changed.

    Of records that are deleted nothing stands any more, and no value is kept. Records that were
    stored while no rule was in force are left to the next run.
    """
    gone = [record for record, row in stored.won.items() if row is None or row.deleted]
    if gone:
        take_values_away(gone)
    judged = [
        (JudgedVersion(record, stored.moved[record][0], row.findings), row.judged)
        for record, row in stored.won.items()
        if row is not None and row.judged and not row.deleted
    ]
    if not judged:
        return
    held = {one.record for one, _ in judged if stored.moved[one.record][1] is not None}
    keep_judged(source_id, [one for one, _ in judged], scope="row", held=held)
    note_judged([(one.record, one.version) for one, _ in judged], judged[0][1])


def keep_judged(
    source_id: int,
    judged: Sequence[JudgedVersion],
    *,
    scope: str,
    held: Collection[int] | None = None,
) -> Settled:
    """In the transaction at hand: what stands of these records is what was found in them by rules
    of this scope. `held`: those of which something may stand already (None: all).
    """
    found: dict[Spot, tuple[JudgedVersion, Finding]] = {
        (one.record, finding.rule, finding.field): (one, finding)
        for one in judged
        for finding in one.findings
    }
    standing = _standing({one.record for one in judged} if held is None else held, scope)
    if not found and not standing:
        return Settled()
    now = clock.now()
    digests = _digests(found)
    keys = record_keys({spot[0] for spot in found})
    over = [row for spot, row in standing.items() if spot not in found]
    settled = [row.id for row in over]
    fresh, again = [], []
    for spot, (one, finding) in found.items():
        row = standing.get(spot)
        values = _Values(one, finding, keys.get(spot[0]), digests[spot])
        if row is not None and row.state == WAIVED and row.digest != digests[spot]:
            settled.append(row.id)  # another value than the one that was waived
            row = None
        if row is None:
            fresh.append(values.row(source_id, now))
        elif row.state != WAIVED:
            again.append((*values.again(), row.id))
    RuleFailure.objects.filter(id__in=settled).update(state=FIXED, settled_at=now)
    change_each(_AGAIN, again)
    insert_rows(RuleFailure, _FIELDS, fresh)
    return Settled(len(fresh), len(settled))


def note_judged(versions: Sequence[tuple[int, int]], stamp: str) -> None:
    """In the transaction at hand: these (record, version) were judged by the rules of `stamp`."""
    now = clock.now()
    JudgedRecord.objects.filter(record_id__in=[record for record, _ in versions]).delete()
    insert_rows(
        JudgedRecord,
        ("record_id", "version", "stamp", "at"),
        [(record, version, stamp, now) for record, version in versions],
    )


def take_values_away(records: Collection[int]) -> int:
    """These records are gone: nothing stands of them, and no value is kept. Gives how many rows."""
    rows = RuleFailure.objects.filter(record_id__in=records)
    stood = rows.filter(state__in=(OPEN, CORRECTED, WAIVED))
    stood.update(state=GONE, settled_at=clock.now())
    return rows.filter(value__isnull=False).update(value=None, digest=None)


@dataclass(frozen=True)
class _Standing:
    id: int
    state: str
    digest: bytes | None


def _standing(records: Collection[int], scope: str) -> dict[Spot, _Standing]:
    if not records:
        return {}
    rows = among(_STANDING.format(scope), records, then=locking("ORDER BY id"))
    return {
        (record, rule, field): _Standing(pk, state, None if digest is None else bytes(digest))
        for record, rule, field, pk, state, digest in rows
    }


def _digests(found: Mapping[Spot, tuple[JudgedVersion, Finding]]) -> dict[Spot, bytes | None]:
    """16 bytes over each value, keyed; None where there is none."""
    filled = {spot: one.value for spot, (_, one) in found.items() if one.value is not None}
    hashes = content_hashes([value.encode("utf-8", "replace") for value in filled.values()])
    digests = {spot: digest[:16] for spot, digest in zip(filled, hashes, strict=True)}
    return {spot: digests.get(spot) for spot in found}


@dataclass(frozen=True)
class _Values:
    """What is written of one finding."""

    of: JudgedVersion
    finding: Finding
    key: Key | None  # None: it was destroyed, and no value can be kept
    digest: bytes | None

    def row(self, source_id: int, now: datetime) -> tuple[Any, ...]:
        """In the order of `_FIELDS`."""
        one = self.finding
        return (
            source_id,
            self.of.record,
            self.of.version,
            one.rules,
            one.rule,
            one.field,
            one.attribute,
            one.dimension,
            one.severity,
            one.owner,
            one.on_fail,
            one.scope,
            one.reason[:500],
            self._sealed(),
            self.digest,
            self._state(),
            "",
            "",
            now,
        )

    def again(self) -> tuple[Any, ...]:
        """In the order of `_AGAIN`, but for the id."""
        one = self.finding
        described = (one.attribute, one.dimension, one.severity, one.owner, one.on_fail)
        value = (self._sealed(), self.digest, self._state())
        return (self.of.version, one.rules, *described, one.reason[:500], *value)

    def _state(self) -> str:
        return CORRECTED if self.finding.on_fail == "correct" else OPEN

    def _sealed(self) -> bytes | None:
        value = self.finding.value
        if value is None or self.key is None:
            return None
        place = failure_place(self.of.record, self.finding.rule, self.finding.field)
        return encrypt(self.key, value.encode("utf-8", "replace"), place)
