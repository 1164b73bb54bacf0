"""Steward overrides over golden values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.errors import UnknownRecord
from tellonce.engine.golden.lineage import OVERRIDE
from tellonce.engine.golden.rules import GoldenRules, Override
from tellonce.engine.tables import GOLDEN
from tellonce.engine.units import UNITS

Rows = list[dict[str, Any]]
_FULL_NAME_OF = ("given_name", "middle_name", "family_name")


def overridden(
    golden: pa.Table,
    clusters: pa.Table,
    rules: GoldenRules,
    overrides: Sequence[Override],
    *,
    as_of: datetime | None,
) -> pa.Table:
    """`golden` with the live `overrides` over the values of the records, as `stood_over` says.

    Raises UnknownRecord where an override names no record.
    """
    live = _live(clusters, overrides, as_of)
    if not live:
        return golden
    touched = pa.array(sorted(live), pa.int32())
    mask = pc.is_in(golden.column("cluster"), touched)
    changed: Rows = []
    for cluster, rows in _by_cluster(golden.filter(mask), touched).items():
        changed += [{**r, "cluster": cluster} for r in stood_over(rows, live[cluster], rules)]
    rest = golden.filter(pc.invert(mask))
    merged = pa.concat_tables([rest, pa.Table.from_pylist(changed, GOLDEN)])
    order = np.argsort(merged.column("cluster").to_numpy(), kind="stable")
    return merged.take(pa.array(order))


def stood_over(rows: Rows, overrides: Sequence[Override], rules: GoldenRules) -> Rows:
    """The golden rows of one customer, as dicts of GOLDEN, with overrides over them.

    Where the records say the same as an override their row stays, with its own lineage. Else the
    override's row has no record's lineage but its own: `decided_at` as observed-at, the value it
    displaced as runner-up, confidence 1. The value None removes what it is about, all values where
    it names none. A full name is built again from its parts when one of them was overridden.
    """
    values: dict[str, Rows] = {}
    for row in rows:
        values.setdefault(row["attribute"], []).append(row)
    place = {attribute: index for index, attribute in enumerate(values)}
    changed: list[Override] = []
    for override in _latest(overrides, values, rules):
        before = values.get(override.attribute, [])
        after = _replaced(before, override, _keep(override.attribute, before, rules))
        if after is not before:
            values[override.attribute] = after
            changed.append(override)
    named = [o for o in changed if o.attribute in _FULL_NAME_OF]
    if named and not any(o.attribute == "full_name" for o in changed):
        values["full_name"] = _full_name(values, named[-1])
    last = len(place)
    order = sorted(values, key=lambda attribute: (place.get(attribute, last), attribute))
    return [row for attribute in order for row in values[attribute]]


def _live(
    clusters: pa.Table, overrides: Sequence[Override], as_of: datetime | None
) -> dict[int, list[Override]]:
    """The overrides still in force, by cluster."""
    if not overrides:
        return {}
    of_row = dict(
        zip(clusters.column("row").to_pylist(), clusters.column("cluster").to_pylist(), strict=True)
    )
    live: dict[int, list[Override]] = {}
    for override in overrides:
        if override.row not in of_row:
            raise UnknownRecord(
                f"An override names row {override.row}, which no record has.",
                "Name a record that is in the tables.",
            )
        if override.until is None or as_of is None or override.until > as_of:
            live.setdefault(of_row[override.row], []).append(override)
    return live


def _by_cluster(rows: pa.Table, touched: pa.Array) -> dict[int, Rows]:
    grouped: dict[int, Rows] = {cluster: [] for cluster in touched.to_pylist()}
    for row in rows.to_pylist():
        grouped[row["cluster"]].append(row)
    return grouped


def _latest(
    overrides: Sequence[Override], values: Mapping[str, Rows], rules: GoldenRules
) -> list[Override]:
    """Of overrides about the same value the latest, in the order they were decided in."""
    latest: dict[tuple[str, str | None], Override] = {}
    in_order = sorted(overrides, key=lambda o: (o.decided_at, o.record_id or "", o.value or ""))
    for override in in_order:
        single = _keep(override.attribute, values.get(override.attribute, []), rules) == 1
        about = (override.attribute, None if single else override.instead_of)
        latest.pop(about, None)
        latest[about] = override
    return list(latest.values())


def _keep(attribute: str, before: Rows, rules: GoldenRules) -> int | None:
    """How many values of `attribute` survive; one where nothing says that there are several."""
    for unit, attributes in UNITS.items():
        if attribute in attributes:
            return rules.rule(unit).keep
    return None if len(before) > 1 else 1


def _replaced(before: Rows, override: Override, keep: int | None) -> Rows:
    """The rows of the attribute; `before` itself where the records agree with the override."""
    said = [row["value"] for row in before]
    if override.value is None:
        wrong = override.instead_of
        left = [row for row in before if wrong is not None and row["value"] != wrong]
        return before if len(left) == len(before) else _ranked(left)
    wrong = override.instead_of if keep != 1 else None
    at = said.index(wrong) if wrong in said else 0
    agreed = override.value in said and wrong not in said
    if agreed and (wrong is not None or said[0] == override.value):
        return before
    others = [row for row in before if row["value"] not in (override.value, wrong)]
    at = min(at, len(others))
    ours = _row(override, before[said.index(wrong) if wrong in said else 0] if before else None)
    return _ranked([*others[:at], ours, *others[at:]])[:keep]


def _ranked(rows: Rows) -> Rows:
    return [{**row, "rank": rank} for rank, row in enumerate(rows)]


def _row(override: Override, before: dict[str, Any] | None) -> dict[str, Any]:
    same = before is not None and before["value"] == override.value
    return {
        "attribute": override.attribute,
        "rank": 0,
        "value": override.value,
        "source": override.source,
        "record_id": override.record_id,
        "rule": OVERRIDE,
        "runner_up": None if before is None or same else before["value"],
        "observed_at": override.decided_at,
        "agreeing": before["agreeing"] if before is not None and same else 0,
        "confidence": 1.0,
    }


def _full_name(values: Mapping[str, Rows], latest: Override) -> Rows:
    parts = {name: values[name][0]["value"] for name in _FULL_NAME_OF if values.get(name)}
    full = " ".join(parts[name] for name in _FULL_NAME_OF if name in parts)
    if not full:
        return []
    before = values.get("full_name", [])
    whole = Override(
        latest.row,
        "full_name",
        full,
        latest.decided_at,
        source=latest.source,
        record_id=latest.record_id,
    )
    return [_row(whole, before[0] if before else None)]
