"""Whom of the made-up people the demo should show."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tellonce.demo.company import RecordName

_SHOWN = 25  # candidates of each kind

Records = list[dict[str, Any]]


def stars(people: pa.Table, records: pa.Table, active: Mapping[str, set[str]]) -> tuple[int, ...]:
    """People worth showing, the best first: known to most systems, wed or moved, busy.

    `active` is, by kind of activity, the record ids that have some: orders, tickets, consents.
    """
    by_person = _by_person(records)
    rated = []
    for row in people.select(["person", "name_changed_at", "moved_at"]).to_pylist():
        own = by_person.get(row["person"], [])
        ids = {record["record_id"] for record in own}
        busy = sum(bool(ids & keys) for keys in active.values())
        changes = 2 * (row["name_changed_at"] is not None) + (row["moved_at"] is not None)
        systems = len({record["source"] for record in own})
        if changes and busy == len(active):
            rated.append((-systems, -changes, -len(own), row["person"]))
    return tuple(person for *_, person in sorted(rated)[:_SHOWN])


def _by_person(records: pa.Table) -> dict[int, Records]:
    grouped: dict[int, Records] = {}
    for record in sorted(records.to_pylist(), key=_name):
        grouped.setdefault(record["person"], []).append(record)
    return grouped


def _name(record: dict[str, Any]) -> RecordName:
    return record["source"], record["record_id"]


def records_of(records: pa.Table, people: tuple[int, ...]) -> tuple[RecordName, ...]:
    """One record of each of `people`, by (source, record_id) the first."""
    by_person = _by_person(
        records.filter(pc.is_in(records["person"], pa.array(people, pa.int32())))
    )
    return tuple(_name(by_person[person][0]) for person in people)


def links(records: pa.Table, people: tuple[int, ...]) -> tuple[tuple[RecordName, RecordName], ...]:
    """For each of `people` the pair of records in two systems that differs most."""
    by_person = _by_person(
        records.filter(pc.is_in(records["person"], pa.array(people, pa.int32())))
    )
    pairs = []
    for person in people:
        told = [
            (_difference(left, right), _name(left), _name(right))
            for left, right in combinations(by_person[person], 2)
            if left["source"] != right["source"]
        ]
        if told:
            *_, left, right = max(told, key=lambda pair: pair[0])
            pairs.append((left, right))
    return tuple(pairs)


def _difference(left: dict[str, Any], right: dict[str, Any]) -> int:
    """How unlike two records are where both say something; a date or phone ties them together."""
    told = [
        (left[name] or "").casefold() != (right[name] or "").casefold()
        for name in ("family_name", "street", "email", "given_name")
        if left[name] and right[name]
    ]
    tie = any(bool(left[name] and right[name]) for name in ("birth_date", "phone"))
    return int(sum(told)) + 2 * int(tie)


def lookalikes(people: pa.Table, records: pa.Table) -> tuple[tuple[RecordName, RecordName], ...]:
    """Records of two people of one name at one home, such as father and son."""
    keys = ["household", "given_name", "family_name"]
    named = people.select(["person", *keys]).group_by(keys).aggregate([("person", "list")])
    twins = named.filter(pc.greater(pc.list_value_length(named["person_list"]), 1))
    by_person = _by_person(records.filter(pc.is_valid(records["birth_date"])))
    pairs = []
    for one, other, *_ in sorted(twins["person_list"].to_pylist()):
        for left in by_person.get(one, []):
            for right in by_person.get(other, []):
                if left["source"] != right["source"] and left["street"] == right["street"]:
                    pairs.append((_name(left), _name(right)))
    return tuple(pairs[:_SHOWN])
