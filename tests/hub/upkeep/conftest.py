"""Each test of upkeep is at one moment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tellonce.hub.core import clock
from tests.hub.upkeep.people import NOW


@pytest.fixture(autouse=True)
def stopped() -> Iterator[None]:
    """The clock stands at `NOW`."""
    with clock.stopped_at(NOW):
        yield
