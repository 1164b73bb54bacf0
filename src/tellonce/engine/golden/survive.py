"""One unit's candidates in, the surviving values out: ranked, with what decided."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from tellonce.engine.golden.candidates import Candidates, Ints
from tellonce.engine.golden.lineage import Floats, confidence, deciding, doubt
from tellonce.engine.golden.rules import Survivorship


@dataclasses.dataclass(frozen=True)
class Standing:
    """What is known of each record of a slice, in record order.

    `cluster` is dense from 0; `recency` dense, higher is newer, 0 without observed-at;
    `trust` and `verified` are those for the unit at hand; `membership` is CLUSTERS.confidence.
    """

    cluster: Ints
    recency: Ints
    trust: Floats
    verified: Ints
    membership: Floats


@dataclasses.dataclass(frozen=True)
class Survivors:
    """Surviving values, best first within (cluster, label): aligned arrays.

    `winner` indexes the candidates, `runner_up` too (-1: none); `reason` indexes
    lineage.REASONS; `agreeing` counts records, the winner included.
    """

    winner: Ints
    runner_up: Ints
    rank: Ints
    reason: Ints
    agreeing: Ints
    confidence: Floats


@dataclasses.dataclass(frozen=True)
class _Values:
    """The distinct values of each group: `of` maps each candidate to its value's number."""

    of: Ints
    group: Ints
    agreeing: Ints
    evidence: _Evidence


@dataclasses.dataclass(frozen=True)
class _Evidence:
    """What each record that states a value adds: a row per record and distinct value of it."""

    value: Ints
    recency: Ints
    doubt: Floats


def survivors(stated: Candidates, standing: Standing, rule: Survivorship) -> Survivors:
    """The values of `stated` that survive under `rule`, at most `rule.keep` per group."""
    group = standing.cluster[stated.record] * max(len(stated.labels), 1) + stated.label
    values = _distinct(stated, group, standing)
    criteria: dict[str, Ints] = {
        "verified": standing.verified[stated.record],
        "trust": _dense(standing.trust)[stated.record],
        "kind": stated.kind,
        "validity": stated.validity,
        "completeness": stated.completeness,
        "recency": standing.recency[stated.record],
        "frequency": values.agreeing[values.of],
    }
    best = _best_first(group, criteria, rule.order)
    winner = _first_of_each(best, values)
    value = values.of[winner]
    ends = _last_of_run(values.group[value])
    runner_up = np.where(ends, -1, np.roll(winner, -1))
    rank = _rank_in_run(values.group[value])
    counted = _counted(values, value[rank == 0], rule.changing)
    rated = confidence(counted, values.group, competing=rule.keep == 1)
    kept = rank < rule.keep if rule.keep is not None else np.ones(len(rank), dtype=bool)
    return Survivors(
        winner[kept],
        runner_up[kept],
        rank[kept],
        deciding(criteria, rule.order, winner[kept], runner_up[kept]),
        values.agreeing[value][kept],
        rated[value][kept],
    )


def _distinct(stated: Candidates, group: Ints, standing: Standing) -> _Values:
    width = int(stated.value.max(initial=0)) + 1
    key = group * width + stated.value
    by_key = np.argsort(key, kind="stable")
    sorted_key, record = key[by_key], stated.record[by_key]
    first = np.ones(len(key), dtype=bool)
    first[1:] = sorted_key[1:] != sorted_key[:-1]
    number = np.cumsum(first) - 1
    once = first.copy()  # a record that says a thing twice counts once
    once[1:] |= record[1:] != record[:-1]
    size = int(first.sum())
    of = np.empty(len(key), dtype=np.int64)
    of[by_key] = number
    stating = record[once]
    evidence = _Evidence(
        number[once],
        standing.recency[stating],
        doubt(standing.trust, standing.membership)[stating],
    )
    return _Values(
        of,
        _dense(sorted_key[first] // width),
        np.bincount(number[once], minlength=size).astype(np.int64),
        evidence,
    )


def _counted(values: _Values, golden: Ints, changing: bool) -> Floats:
    """The summed doubt of each value; `golden` is the number of each group's golden value.

    Where lives change, what a record said before the golden value was first stated was true in its
    time, so it does not speak against it.
    """
    told = values.evidence
    counts = np.ones(len(told.value), dtype=bool)
    if changing:
        first = np.full(len(values.group), np.iinfo(np.int64).max)
        np.minimum.at(first, told.value, told.recency)
        of_group = np.empty(len(golden), dtype=np.int64)
        of_group[values.group[golden]] = golden
        against = of_group[values.group[told.value]]
        counts = told.recency >= first[against]
    return np.bincount(
        told.value[counts], weights=told.doubt[counts], minlength=len(values.group)
    ).astype(np.float64)


def _dense(values: Ints | Floats) -> Ints:
    """Ranks without gaps, from 0, equal where the values are."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    ranks: Ints = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return ranks


def _best_first(group: Ints, criteria: Mapping[str, Ints], order: Sequence[str]) -> Ints:
    """Candidates by group, then by each criterion, more first; ties by record, as they stand."""
    packed: list[Ints] = []
    cardinality = 1
    for key in (group, *(criteria[name].max(initial=0) - criteria[name] for name in order)):
        span = int(key.max(initial=0)) + 1
        if packed and cardinality * span < 2**62:
            packed[-1] = packed[-1] * span + key
            cardinality *= span
        else:
            packed.append(key)
            cardinality = span
    if len(packed) == 1:
        return np.argsort(packed[0], kind="stable")
    return np.lexsort(packed[::-1])


def _first_of_each(best: Ints, values: _Values) -> Ints:
    """The best candidate of each distinct value, in the order of `best`."""
    place = np.full(len(values.group), len(best), dtype=np.int64)
    np.minimum.at(place, values.of[best], np.arange(len(best), dtype=np.int64))
    return best[np.sort(place)]


def _last_of_run(group: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    last = np.ones(len(group), dtype=bool)
    last[:-1] = group[1:] != group[:-1]
    return last


def _rank_in_run(group: Ints) -> Ints:
    starts = np.ones(len(group), dtype=bool)
    starts[1:] = group[1:] != group[:-1]
    place = np.arange(len(group), dtype=np.int64)
    ranks: Ints = place - np.maximum.accumulate(np.where(starts, place, 0))
    return ranks
