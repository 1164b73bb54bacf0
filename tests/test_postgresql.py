"""The hub's tests run a second time on PostgreSQL; where it is missing, this test says so."""

from __future__ import annotations

import pytest

from tests.plugins.postgresql import why_not


def test_the_hub_is_tested_on_postgresql_too() -> None:
    reason = why_not()
    if reason:
        pytest.skip(reason)
