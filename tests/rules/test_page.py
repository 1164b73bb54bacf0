"""docs/concepts/rules.md is true: its checks pass and fail as it says, its lists are complete."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tellonce.rules.checks.codes import postal_patterns
from tellonce.rules.checks.formats import FORMATS
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.phrases import PHRASES
from tellonce.rules.reading import read_rules
from tests.rules.asking import FACTS, reason


@cache
def page() -> str:
    return (Path(__file__).parents[2] / "docs/concepts/rules.md").read_text(encoding="utf-8")


@cache
def rows() -> list[list[str]]:
    """Check, value that passes, value that fails."""
    table = page().partition("## Checks")[2].partition("## Corrections")[0].splitlines()
    lines = [line for line in table if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in line.split("|")[1:4]] for line in lines]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "check" in metafunc.fixturenames:
        metafunc.parametrize(("check", "passes", "fails"), rows())


def test_a_check_passes_and_fails_as_the_page_says(check: str, passes: str, fails: str) -> None:
    if passes:
        assert reason(f"field: {check}", passes, FACTS) is None
    if fails:
        assert reason(f"field: {check}", fails, FACTS)


def test_every_check_is_on_the_page() -> None:
    checks = [row[0] for row in rows()]
    missing = [
        phrase.shown
        for phrase in PHRASES
        if not any(re.fullmatch(phrase.pattern, check, re.IGNORECASE) for check in checks)
    ]
    assert missing == []


def test_every_kind_of_value_and_every_correction_is_on_the_page() -> None:
    kinds = re.search(r"Kinds of values: (.*?)\.\n", page(), re.DOTALL)
    assert kinds is not None
    assert re.split(r",\s+", kinds[1]) == list(FORMATS)
    listed = page().partition("## Corrections")[2].partition(". A correction")[0]
    assert re.findall(r"`(.*?)`", listed) == list(CORRECTIONS)
    assert f"postal codes of {len(postal_patterns())} countries" in page()


def test_the_rules_on_the_page_can_be_read() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", page(), re.DOTALL)
    assert len(read_rules(blocks[0]).rules) == 6
    assert len(read_rules(f"{blocks[1]}rules:\n").references) == 2
