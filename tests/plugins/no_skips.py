"""With TELLONCE_TEST_ALL=1 a skipped test is a failed test: nothing stays silently untested."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

ALL = os.environ.get("TELLONCE_TEST_ALL") == "1"


def fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn the report of a skip into that of a failure which gives the reason of the skip."""
    if not ALL or report.outcome != "skipped" or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"Skipped, and TELLONCE_TEST_ALL=1 allows no skip. {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Judge the skip of a test, whether by mark, by fixture or in its body."""
    report = yield
    fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Judge the skip of a whole module."""
    report = yield
    fail_if_skipped(report)
    return report
