"""Stored rows read one by one say what the table of them says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tellonce.engine.tables import RECORDS
from tellonce.hub.bridge import rows

SAID: list[dict[str, Any]] = [
    {"source": "crm", "record_id": "1"},
    {
        "source": "crm",
        "record_id": "2",
        "observed_at": "2021-06-10T00:00:00Z",
        "names": [{"given": "Zażółć", "family": "Testowska"}, {"kind": ""}],
        "birth_date_ambiguous": False,
        "emails": ["a@example.org"],
        "identifiers": [{"kind": "passport", "value": "ZZ1", "valid": True}],
        "others": [],
    },
    {"source": "shop", "record_id": "3", "observed_at": "1969-01-02T03:04:05.678901Z"},
    {"source": "shop", "record_id": "4", "addresses": [{"city": "Przykładów"}], "unknown": 1},
]


@pytest.mark.parametrize("very_few", [0, 10])
def test_a_table_of_few_rows_is_that_of_many(
    very_few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [json.dumps(one) for one in SAID]
    monkeypatch.setattr(rows, "_VERY_FEW", very_few)
    table = rows.records_table(documents)
    assert table.schema.equals(RECORDS)
    plain = [
        {k: v for k, v in row.items() if k in RECORDS.names} for row in rows.record_rows(documents)
    ]
    assert table.to_pylist() == plain
