"""Whom of the made-up people the demo should show."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, product
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from anyascii import anyascii

from tellonce.demo.company import RecordName

_SHOWN = 25  # candidates of each kind
_NEEDED = {"transactions", "tickets", "consents"}
_TELLING = ("crm", "shop", "loyalty")  # hold a birth date and an address

Records = list[dict[str, Any]]


def stars(people: pa.Table, records: pa.Table, active: Mapping[str, set[str]]) -> tuple[int, ...]:
    """People worth showing, the best first: known to most systems, wed or moved, busy.

    `active` is, by kind of activity, the record ids that have some; orders, tickets and consents
    a star must have.
    """
    by_person = _by_person(records)
    rated = []
    for row in people.select(["person", "name_changed_at", "moved_at"]).to_pylist():
        own = by_person.get(row["person"], [])
        ids = {record["record_id"] for record in own}
        busy = {content for content, keys in active.items() if ids & keys}
        changes = 2 * (row["name_changed_at"] is not None) + (row["moved_at"] is not None)
        systems = len({record["source"] for record in own})
        if changes and busy >= _NEEDED:
            rated.append((-min(systems, 4), -changes, -len(busy), -systems, row["person"]))
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
    """For each of `people` the pair of records in two systems that differs most; best first."""
    by_person = _by_person(
        records.filter(pc.is_in(records["person"], pa.array(people, pa.int32())))
    )
    pairs = []
    for person in people:
        told = [
            (-_difference(left, right), _name(left), _name(right))
            for left, right in combinations(by_person[person], 2)
            if left["source"] != right["source"]
        ]
        pairs += [min(told)] if told else []
    return tuple((left, right) for _, left, right in sorted(pairs))


def _difference(left: dict[str, Any], right: dict[str, Any]) -> int:
    """How unlike two records are in what a reader sees first, with something that ties them."""
    weights = {"family_name": 3, "street": 2, "given_name": 1, "email": 1}
    shown = ("given_name", "family_name") if "newsletter" in _sources(left, right) else weights
    apart = sum(weights[name] for name in shown if _apart(left[name], right[name]))
    tied = any(left[name] and left[name] == right[name] for name in ("email", "birth_date"))
    return apart if tied else 0


def _sources(*records: dict[str, Any]) -> set[str]:
    return {record["source"] for record in records}


def _apart(left: str | None, right: str | None) -> bool:
    return bool(left and right) and _plain(left)[:4] != _plain(right)[:4]


def lookalikes(people: pa.Table, records: pa.Table) -> tuple[tuple[RecordName, RecordName], ...]:
    """Records of two people of one name at one home, such as father and son, that say so."""
    keys = ["household", "given_name", "family_name"]
    named = people.select(["person", *keys]).group_by(keys).aggregate([("person", "list")])
    twins = named.filter(pc.greater(pc.list_value_length(named["person_list"]), 1))
    telling = records.filter(
        pc.and_(pc.is_in(records["source"], pa.array(_TELLING)), pc.is_valid(records["birth_date"]))
    )
    by_person = _by_person(telling)
    pairs = [
        (_name(left), _name(right))
        for one, other, *_ in sorted(twins["person_list"].to_pylist())
        for left, right in product(by_person.get(one, []), by_person.get(other, []))
        if left["source"] != right["source"] and _alike(left, right)
    ]
    return tuple(pairs[:_SHOWN])


def _alike(left: dict[str, Any], right: dict[str, Any]) -> bool:
    """Same name, as far as the systems' letters go, and both with an address."""
    named = all(_plain(left[name]) == _plain(right[name]) for name in ("given_name", "family_name"))
    return named and bool(left["street"] and right["street"])


def _plain(text: str | None) -> str:
    return str(anyascii(text or "")).casefold().removeprefix("ul. ")
