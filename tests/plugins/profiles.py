"""Hypothesis profiles: `ci` for every run of `make test`, `drill` for the long one.

Choose with --hypothesis-profile. `ci` repeats the same examples, so that a run which fails can be
run again; `drill` looks for new ones every time.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Register the profiles before Hypothesis's own plugin loads the one that was asked for."""
    settings.register_profile(
        "ci", max_examples=200, deadline=None, derandomize=True, suppress_health_check=SLOW
    )
    settings.register_profile(
        "drill", max_examples=5000, deadline=None, print_blob=True, suppress_health_check=SLOW
    )
