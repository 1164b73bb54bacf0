"""Each test begins with its limits unused."""

from __future__ import annotations

import pytest

from tellonce.hub.api.limits import forget


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """Windows of a minute must not reach from one test into the next."""
    forget()
