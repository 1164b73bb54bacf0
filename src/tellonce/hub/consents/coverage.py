"""Whether those who were addressed had consented to it, at that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from tellonce.hub.consents.models import Consent
from tellonce.hub.core.bulk import among
from tellonce.hub.sources.models import Record

COVERED, UNKNOWN, WITHDRAWN = "given", "not known", "withdrawn"
Holder = tuple[int, str]
"""(source row id, customer key)."""

Word = tuple[datetime, bool, int, str]
"""When, whether given, by which source (row id), for which purpose."""

_AT_ONCE = 500


def coverage(purpose: str, touches: Sequence[tuple[int, str, datetime]]) -> dict[Holder, str]:
    """Of each holder that was addressed at a moment: given, withdrawn, or not known.

    Given is where the newest word before that moment on the purpose, or on another one from the
    very source that addressed (its newsletter, say), is given, and the one on the purpose itself is
    not withdrawn. Words of all records of the same customer count.
    """
    holders = {(source, key) for source, key, _ in touches}
    one_customer = _of_one_customer(holders)
    words = _words({one for others in one_customer.values() for one in others} | holders)
    return {
        (source, key): _judged(
            purpose,
            source,
            at,
            [w for one in one_customer.get((source, key), {(source, key)}) for w in words[one]],
        )
        for source, key, at in touches
    }


def _judged(purpose: str, source: int, at: datetime, words: Iterable[Word]) -> str:
    newest: dict[str, tuple[datetime, bool]] = {}
    for when, given, by, what in words:
        if when > at or (what != purpose and by != source):
            continue
        held = newest.get(what)
        # Of two at the same moment the withdrawal counts, as it does everywhere.
        if held is None or (when, not given) >= (held[0], not held[1]):
            newest[what] = (when, given)
    if purpose in newest and not newest[purpose][1]:
        return WITHDRAWN
    if any(given for _, given in newest.values()):
        return COVERED
    return WITHDRAWN if newest else UNKNOWN


def _of_one_customer(holders: set[Holder]) -> dict[Holder, set[Holder]]:
    """Holder -> all holders of the customers that its records belong to, itself included."""
    records = dict(_records(holders))
    customer = dict(
        among(
            "SELECT record_id, customer_id FROM memberships WHERE to_at IS NULL AND record_id",
            records,
        )
    )
    members = among(
        "SELECT m.customer_id, r.source_id, r.customer_key FROM memberships m "
        "JOIN records r ON r.id = m.record_id WHERE m.to_at IS NULL AND m.customer_id",
        set(customer.values()),
    )
    holders_of: dict[int, set[Holder]] = defaultdict(set)
    for one, source, key in members:
        holders_of[one].add((source, key))
    found: dict[Holder, set[Holder]] = defaultdict(set)
    for record, holder in records.items():
        found[holder] |= {holder} | holders_of.get(customer.get(record, 0), set())
    return found


def _records(holders: set[Holder]) -> Iterable[tuple[int, Holder]]:
    for source, keys in _by_source(holders):
        rows = Record.objects.filter(source_id=source, customer_key__in=keys)
        for pk, key in rows.values_list("id", "customer_key"):
            yield pk, (source, key)


def _words(holders: set[Holder]) -> dict[Holder, list[Word]]:
    found: dict[Holder, list[Word]] = defaultdict(list)
    for source, keys in _by_source(holders):
        rows = Consent.objects.filter(source_id=source, customer_key__in=keys)
        for key, at, state, purpose in rows.values_list("customer_key", "at", "state", "purpose"):
            found[source, key].append((at, state == Consent.GIVEN, source, purpose))
    return found


def _by_source(holders: set[Holder]) -> Iterable[tuple[int, list[str]]]:
    """Holders by source, so many at once as a statement takes."""
    by_source: dict[int, list[str]] = defaultdict(list)
    for source, key in sorted(holders):
        by_source[source].append(key)
    for source, keys in by_source.items():
        for begin in range(0, len(keys), _AT_ONCE):
            yield source, keys[begin : begin + _AT_ONCE]
