"""Every test of the golden stage runs twice: record by record, and by columns."""

import pytest

from tellonce.engine.golden import merge


@pytest.fixture(autouse=True, params=[16, 0], ids=["by records", "by columns"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merge, "FEW", request.param)
