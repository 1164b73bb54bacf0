"""The tables of KPIs and detectors in the manual are what the code says."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent


def script() -> Any:
    spec = spec_from_file_location("measures", ROOT / "docs" / "measures.py")
    assert spec is not None
    module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("number", [0, 1])
def test_the_table_of_the_page_is_the_code_s(number: int) -> None:
    measures = script()
    page = measures.PAGES[number].read_text(encoding="utf-8")
    table = measures.tables()[number]
    assert table in page, "run `python docs/measures.py`"
    assert measures.page_with(page, table) == page
