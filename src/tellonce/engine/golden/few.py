"""GOLDEN of few records, customer by customer: what `merge.py` does by columns, without their fixed
cost, and its readable oracle.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.golden.lineage import LEAST_DOUBT, ONLY, ORDER, VERIFIED_TRUST, doubt
from tellonce.engine.golden.rules import ATTRIBUTES, GoldenRules, Survivorship
from tellonce.engine.golden.stated import FAMILIES, Row, Stated, others_of, stated
from tellonce.engine.tables import GOLDEN
from tellonce.engine.units import UNITS

Standing = Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class _Said:
    """One value one record states, and how it stands on each criterion but frequency."""

    record: int
    stated: Stated
    standing: dict[str, Any]
    doubt: float


@dataclasses.dataclass
class _Value:
    """A value that survives: who says it best, how many do, and what their words add up to."""

    best: _Said
    agreeing: int
    standing: dict[str, Any]
    summed: float = 0.0
    confidence: float = 0.0


@dataclasses.dataclass(frozen=True)
class _Customer:
    """The records of one customer, by canonical order, and how sure each is a member."""

    cluster: int
    records: Sequence[Row]
    membership: Sequence[float]


def golden_of_few(
    records: Sequence[Row], clusters: Sequence[tuple[int, int, float]], rules: GoldenRules
) -> pa.Table:
    """The GOLDEN that `merge.golden` makes of rows of RECORDS and (row, cluster, confidence)."""
    members: dict[int, list[tuple[int, float]]] = {}
    for row, cluster, confidence in sorted(clusters):
        members.setdefault(cluster, []).append((row, confidence))
    lines = []
    for cluster, of in sorted(members.items()):
        customer = _Customer(cluster, [records[row] for row, _ in of], [sure for _, sure in of])
        lines += _golden(customer, rules)
    columns = zip(*lines, strict=True) if lines else [()] * len(GOLDEN)
    arrays = [pa.array(c, f.type) for c, f in zip(columns, GOLDEN, strict=True)]
    return pa.Table.from_arrays(arrays, schema=GOLDEN)


def _golden(customer: _Customer, rules: GoldenRules) -> list[tuple[Any, ...]]:
    """Rows of GOLDEN, in order."""
    groups: dict[tuple[str, str], list[tuple[int, Stated]]] = {}
    for record, row in enumerate(customer.records):
        for one in stated(row):
            groups.setdefault((one.unit, one.label), []).append((record, one))
    taken = {label for unit, label in groups if unit == "identifier"}
    for record, row in enumerate(customer.records):
        for one in others_of(row, taken):
            groups.setdefault((one.unit, one.label), []).append((record, one))
    merged = []
    for (unit, label), said in groups.items():
        rule = _rule(unit, label, rules)
        values = _best_first(_standings(said, customer, rules, rule.attribute), rule)
        merged.append((unit, label, rule, values))
    _rate(merged)
    lines = [
        line
        for unit, label, rule, values in merged
        for line in _lines(customer, (unit, label), rule, values)
    ]
    return [line for _place, line in sorted(lines, key=lambda entry: entry[0])]


def _rule(unit: str, label: str, rules: GoldenRules) -> Survivorship:
    named = label if unit in FAMILIES and rules.declared(label) else unit
    return dataclasses.replace(rules.rule(named, unit), attribute=named)


def _standings(
    said: Sequence[tuple[int, Stated]], customer: _Customer, rules: GoldenRules, attribute: str
) -> list[_Said]:
    verified = [row["source"] in rules.verified_sources for row in customer.records]
    trust = [rules.trust_of(row["source"], attribute) for row in customer.records]
    trust = [max(t, VERIFIED_TRUST) if v else t for t, v in zip(trust, verified, strict=True)]
    doubts = doubt(np.array(trust), np.array(customer.membership)).tolist()
    return [
        _Said(
            record,
            one,
            {
                "verified": verified[record],
                "trust": trust[record],
                "kind": one.kind,
                "validity": one.validity,
                "completeness": one.completeness,
                "recency": _recency(customer.records[record]),
            },
            doubts[record],
        )
        for record, one in said
    ]


def _recency(record: Row) -> tuple[Any, ...]:
    """Comparable, the newer the larger; a record without a time is the oldest."""
    return () if record["observed_at"] is None else (record["observed_at"],)


def _best_first(said: Sequence[_Said], rule: Survivorship) -> list[_Value]:
    """The distinct values, the best first, with the words that count added up."""
    stating: dict[str, dict[int, _Said]] = {}
    for one in said:
        stating.setdefault(one.stated.value, {}).setdefault(one.record, one)
    # sorting is stable: of equals the first record's first value stands first
    for criterion in reversed(rule.order):
        said = sorted(said, key=lambda one: _on(one, criterion, stating), reverse=True)
    values: dict[str, _Value] = {}
    for one in said:
        value = one.stated.value
        if value not in values:
            agreeing = len(stating[value])
            values[value] = _Value(one, agreeing, {**one.standing, "frequency": agreeing})
    first = next(iter(values))
    since = min(_recent(one) for one in stating[first].values())
    for value, found in values.items():
        for _record, one in sorted(stating[value].items()):
            if not rule.changing or _recent(one) >= since:
                found.summed += one.doubt
    return list(values.values())


def _on(one: _Said, criterion: str, stating: Mapping[str, Mapping[int, _Said]]) -> Any:
    if criterion == "frequency":
        return len(stating[one.stated.value])
    return one.standing[criterion]


def _recent(one: _Said) -> tuple[Any, ...]:
    recency: tuple[Any, ...] = one.standing["recency"]
    return recency


def _rate(merged: Sequence[tuple[str, str, Survivorship, list[_Value]]]) -> None:
    """Fill in the confidence of every value (`lineage.confidence`)."""
    summed = np.array([v.summed for *_, values in merged for v in values], np.float64)
    support = iter((-np.expm1(-summed)).tolist())
    odds = iter(np.expm1(np.minimum(summed, LEAST_DOUBT)).tolist())
    for _unit, _label, rule, values in merged:
        alone, rivals = [next(support) for _ in values], [next(odds) for _ in values]
        total = 0.0
        for one in sorted(rivals):
            total += one
        for value, sure, against in zip(values, alone, rivals, strict=True):
            value.confidence = against / (1.0 + total) if rule.keep == 1 else sure


def _lines(
    customer: _Customer, named: tuple[str, str], rule: Survivorship, values: Sequence[_Value]
) -> list[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Place and row of each part of the values that are kept."""
    unit, label = named
    lines = []
    for rank, value in enumerate(values[: rule.keep]):
        second = values[rank + 1] if rank + 1 < len(values) else None
        record = customer.records[value.best.record]
        for which, shown in enumerate(value.best.stated.parts):
            if shown is None:
                continue
            other = second.best.stated.parts[which] if second else None
            attribute = label if unit in FAMILIES else UNITS[unit][which]
            place = (
                (len(ATTRIBUTES) + FAMILIES.index(unit), label)
                if unit in FAMILIES
                else (ATTRIBUTES.index(attribute), "")
            )
            line = (
                *(customer.cluster, attribute, rank, shown),
                *(record["source"], record["record_id"]),
                _reason(value, second, rule),
                None if other == shown else other,
                *(record["observed_at"], value.agreeing, value.confidence),
            )
            lines.append(((*place, rank), line))
    return lines


def _reason(value: _Value, second: _Value | None, rule: Survivorship) -> str:
    """The first criterion that tells a value from the next one."""
    if second is None:
        return ONLY
    for criterion in rule.order:
        if value.standing[criterion] != second.standing[criterion]:
            return criterion
    return ORDER
