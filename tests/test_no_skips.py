"""A skip is a failure where everything must run."""

from __future__ import annotations

import pytest

from tests.plugins import no_skips


def skipped_report() -> pytest.TestReport:
    return pytest.TestReport(
        nodeid="tests/test_sea.py::test_ship",
        location=("tests/test_sea.py", 1, "test_ship"),
        keywords={},
        outcome="skipped",
        longrepr=("tests/test_sea.py", 2, "Skipped: no ship"),
        when="call",
    )


def test_a_skip_stays_a_skip_on_a_machine_that_lacks_something(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(no_skips, "ALL", False)
    report = skipped_report()
    no_skips.fail_if_skipped(report)
    assert report.outcome == "skipped"


def test_a_skip_fails_where_everything_must_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(no_skips, "ALL", True)
    report = skipped_report()
    no_skips.fail_if_skipped(report)
    assert report.outcome == "failed"
    assert "no ship" in str(report.longrepr)


def test_a_failure_that_was_expected_is_not_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(no_skips, "ALL", True)
    report = skipped_report()
    report.wasxfail = "known, see the issue"
    no_skips.fail_if_skipped(report)
    assert report.outcome == "skipped"
