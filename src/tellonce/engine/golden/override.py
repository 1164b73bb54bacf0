"""Steward overrides over a GOLDEN table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.errors import UnknownRecord
from tellonce.engine.golden.lineage import OVERRIDE
from tellonce.engine.golden.rules import UNITS, GoldenRules, Override
from tellonce.engine.tables import GOLDEN

_FULL_NAME_OF = ("given_name", "middle_name", "family_name")


def overridden(
    golden: pa.Table,
    clusters: pa.Table,
    rules: GoldenRules,
    overrides: Sequence[Override],
    *,
    as_of: datetime | None,
) -> pa.Table:
    """`golden` with the live `overrides` in place of the values of rank 0.

    Where several values survive, the others follow; the value None removes them all. The row of an
    override has no source and no record, its own `decided_at` as observed-at, the value it
    displaced as runner-up and confidence 1. A full name is built again from its parts when one of
    them was overridden. Raises UnknownRecord where an override names no record.
    """
    live = _live(clusters, overrides, as_of)
    if not live:
        return golden
    touched = pa.array(sorted({cluster for cluster, _ in live}), pa.int32())
    mask = pc.is_in(golden.column("cluster"), touched)
    changed: list[dict[str, Any]] = []
    for cluster, rows in _by_cluster(golden.filter(mask), touched).items():
        own = {attribute: o for (c, attribute), o in live.items() if c == cluster}
        changed += _apply(rows, own, cluster, rules)
    rest = golden.filter(pc.invert(mask))
    merged = pa.concat_tables([rest, pa.Table.from_pylist(changed, GOLDEN)])
    order = np.argsort(merged.column("cluster").to_numpy(), kind="stable")
    return merged.take(pa.array(order))


def _live(
    clusters: pa.Table, overrides: Sequence[Override], as_of: datetime | None
) -> dict[tuple[int, str], Override]:
    """The latest override still in force, by cluster and attribute."""
    if not overrides:
        return {}
    of_row = dict(
        zip(clusters.column("row").to_pylist(), clusters.column("cluster").to_pylist(), strict=True)
    )
    live: dict[tuple[int, str], Override] = {}
    for override in sorted(overrides, key=lambda o: (o.decided_at, o.row, o.value or "")):
        if override.row not in of_row:
            raise UnknownRecord(
                f"An override names row {override.row}, which no record has.",
                "Name a record that is in the tables.",
            )
        if override.until is None or as_of is None or override.until > as_of:
            live[of_row[override.row], override.attribute] = override
    return live


def _by_cluster(rows: pa.Table, touched: pa.Array) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = {cluster: [] for cluster in touched.to_pylist()}
    for row in rows.to_pylist():
        grouped[row["cluster"]].append(row)
    return grouped


def _apply(
    rows: list[dict[str, Any]], overrides: dict[str, Override], cluster: int, rules: GoldenRules
) -> list[dict[str, Any]]:
    result = [row for row in rows if row["attribute"] not in overrides]
    for override in overrides.values():
        before = [row for row in rows if row["attribute"] == override.attribute]
        result += _replaced(before, override, cluster, _keep(override.attribute, before, rules))
    if "full_name" not in overrides and overrides.keys() & set(_FULL_NAME_OF):
        result = _with_full_name(result, cluster, max(overrides.values(), key=_decided))
    place = {row["attribute"]: index for index, row in reversed(list(enumerate(rows)))}
    return sorted(
        result,
        key=lambda row: (place.get(row["attribute"], len(rows)), row["attribute"], row["rank"]),
    )


def _keep(attribute: str, before: list[dict[str, Any]], rules: GoldenRules) -> int | None:
    """How many values of `attribute` survive; one where nothing says that there are several."""
    for unit, attributes in UNITS.items():
        if attribute in attributes:
            return rules.rule(unit).keep
    return None if len(before) > 1 else 1


def _replaced(
    before: list[dict[str, Any]], override: Override, cluster: int, keep: int | None
) -> list[dict[str, Any]]:
    if override.value is None:
        return []
    first = _row(override, cluster, before[0] if before else None)
    others = [row for row in before if row["value"] != override.value]
    ranked = [{**row, "rank": rank} for rank, row in enumerate(others, start=1)]
    return [first, *ranked][:keep]


def _decided(override: Override) -> datetime:
    return override.decided_at


def _row(override: Override, cluster: int, before: dict[str, Any] | None) -> dict[str, Any]:
    same = before is not None and before["value"] == override.value
    return {
        "cluster": cluster,
        "attribute": override.attribute,
        "rank": 0,
        "value": override.value,
        "source": None,
        "record_id": None,
        "rule": OVERRIDE,
        "runner_up": None if before is None or same else before["value"],
        "observed_at": override.decided_at,
        "agreeing": before["agreeing"] if before is not None and same else 0,
        "confidence": 1.0,
    }


def _with_full_name(
    rows: list[dict[str, Any]], cluster: int, latest: Override
) -> list[dict[str, Any]]:
    parts = {row["attribute"]: row["value"] for row in rows if row["rank"] == 0}
    full = " ".join(parts[name] for name in _FULL_NAME_OF if name in parts)
    before = next((row for row in rows if row["attribute"] == "full_name"), None)
    rest = [row for row in rows if row["attribute"] != "full_name"]
    if not full:
        return rest
    override = Override(latest.row, "full_name", full, latest.decided_at, latest.until)
    return [*rest, _row(override, cluster, before)]
